# Many logins at once: each costs tens of milliseconds of a processor and
# 19 MiB, and nobody else may notice.

use v5.36;
use utf8;
use TicketTest;
use TicketTest::H2;

use Mojo::IOLoop;
use Mojo::Promise;
use Time::HiRes qw(sleep time);

use constant { LOGINS => 200, PASSWORD => 'correct horse 7 battery' };

my $login = 'ticket_password_login on;';

sub body ($who, $password = PASSWORD) {
    return { tenant => 'main', login => $who, password => $password };
}

sub session ($t, $who, $password = PASSWORD, %opt) {
    return $t->post(undef, '/v1/session', body($who, $password), %opt);
}

sub set_password ($t, @who) {
    $t->put($_, '/v1/me/password', { new_password => PASSWORD })->is(204)
        for @who;
}

sub codes (@answers) {
    my %count;
    $count{ $_->code }++ for @answers;
    return \%count;
}

# Resident MiB of the workers together, as the kernel counts its most.
sub peak_mib ($t) {
    my $kib = 0;
    for my $pid (@{ $t->workers }) {
        open my $status, '<', "/proc/$pid/status" or next;
        $kib += $_ for map { /^VmHWM:\s+(\d+)/ ? $1 : () } readline $status;
    }
    return $kib / 1024;
}

sub p99 (@seconds) {
    my @sorted = sort { $a <=> $b } @seconds;
    return @sorted ? 1e6 * $sorted[ $#sorted * 0.99 ] : 0;
}


# --- 200 at once --------------------------------------------------------------

{
    my $t = TicketTest->new(workers => 2, location => $login);
    my @people = (qw(alice bob ann andy sue), map { "user$_" } 1 .. 15);
    $t->add_user($_, 'user') for grep { /^user/ } @people;
    set_password($t, @people);

    my $before = peak_mib($t);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    $t->get('alice', $path)->is(200);

    # one connection after the other asks for the ticket, meanwhile or not

    my $ua = $t->ua->max_connections(8);
    my (@seconds, @failed, $going);
    my $loop;
    $loop = sub {
        my $start = time;
        return $ua->start_p($t->_tx(GET => 'alice', $path))->then(sub ($tx) {
            push @seconds, time - $start;
            push @failed, $tx->res->code if ($tx->res->code // 0) != 200;
            return $going ? $loop->() : ();
        });
    };

    $going = 1;
    my $timer = Mojo::IOLoop->timer(1 => sub { $going = 0 });
    $loop->()->wait;
    my @idle = @seconds;

    @seconds = ();
    $going = 1;
    my $logins = $t->_new_ua->max_connections(0);
    my $start = time;
    my @tx = map {
        $t->_tx(POST => undef, '/v1/session',
            json => body($people[ $_ % @people ],
                $_ % 10 == 9 ? 'a wrong one 4 you' : PASSWORD))
    } 1 .. LOGINS;
    my $all = Mojo::Promise->all_settled(map { $logins->start_p($_) } @tx)
        ->then(sub { $going = 0 });
    Mojo::Promise->all($loop->(), $all)->wait;
    my $took = time - $start;
    undef $loop;

    my %count;
    $count{ $_->res->code // 'none' }++ for @tx;
    is_deeply [ grep { !/^(?:201|401|429|503)$/ } keys %count ], [],
        'each login is answered' or note_json(\%count);
    # 64 places in each worker, which may have got unequal shares

    cmp_ok $count{201} // 0, '>=', 50, 'those that found room, with a token';
    is_deeply [ grep { ($_->res->code // 0) =~ /^(?:429|503)$/
            && !$_->res->headers->header('Retry-After') } @tx ], [],
        'those that are refused are told when to come again';
    is_deeply \@failed, [], 'every GET meanwhile is answered';
    cmp_ok scalar @seconds, '>', 100, 'and they are many';
    cmp_ok peak_mib($t) - $before, '<', 2 * (19 + 12),
        'each worker works on one password at a time: memory is bounded'
        unless $ENV{TICKET_ASAN};

    diag sprintf '%s; logins took %.1f s; p99 of %d GETs %.0f us, of %d '
        . 'before %.0f us (by a client in Perl)',
        join(', ', map { "$_: $count{$_}" } sort keys %count), $took,
        scalar @seconds, p99(@seconds), scalar @idle, p99(@idle);

    my ($good) = grep { ($_->res->code // 0) == 201 } @tx;
    $t->set_token(fresh => $good->res->json->{token});
    $t->get('fresh', '/v1/me')->is(200, 'a token of it is good');
    $t->verify;
}


# --- wrong passwords ----------------------------------------------------------

{
    my $t = TicketTest->new(workers => 2, location => $login, http =>
        'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;');
    set_password($t, qw(alice bob));

    session($t, 'alice', 'wrong one number 1')
        ->is_problem(401, 'unauthorized') for 1 .. 4;
    my $over = session($t, 'alice')->is_problem(429, 'quota-exceeded',
        'after four the right one must wait, too');
    is $over->header('Retry-After'), 1, 'for a second';
    session($t, 'bob')->is(201, 'another account need not');

    # delays outlive a reload: whichever worker answers knows

    $t->reload;
    sleep 1.1;
    session($t, 'alice', 'wrong one number 2')->is(401);
    is session($t, 'alice')->is(429)->header('Retry-After'), 2, 'doubled';
    sleep 2.1;
    session($t, 'alice')->is(201, 'the right one in time');
    session($t, 'alice', 'wrong one number 3')->is(401);
    session($t, 'alice')->is(201, 'has made good for the others');

    # guesses that come together are no way around it

    my @burst = $t->parallel(map {
        [POST => undef, '/v1/session', json => body('bob', "guess number $_")]
    } 1 .. 40);
    my $codes = codes(@burst);
    cmp_ok $codes->{401} // 0, '<=', 6, 'of forty at once few are tried'
        or note_json($codes);

    # many accounts tried from one address: it has ten times the tries

    my $try = sub ($from, $n) {
        return [POST => undef, '/v1/session',
            json => body("guess$n", 'a b c d'),
            headers => { 'X-Real-IP' => $from,
                'Content-Type' => 'application/json' }];
    };
    $codes = codes($t->parallel(map { $try->('198.51.100.1', $_) } 1 .. 60));
    cmp_ok $codes->{401} // 0, '<=', 33, 'of sixty accounts few are tried'
        or note_json($codes);
    cmp_ok $codes->{429} // 0, '>=', 27, 'and the rest not';
    $codes = codes($t->parallel($try->('198.51.100.2', 61)));
    is_deeply $codes, { 401 => 1 }, 'from another address they are';

    # who has an address of IPv6 has a network of them

    $codes = codes($t->parallel(map { $try->("2001:db8::$_", $_ + 100) }
        1 .. 60));
    cmp_ok $codes->{429} // 0, '>=', 27, 'IPv6 counts by its network';
    $codes = codes($t->parallel($try->('2001:db8:0:1::1', 161)));
    is_deeply $codes, { 401 => 1 }, 'and no wider';

    # who is not there fails as slowly

    session($t, 'nobody', 'wrong one number 4')->is(401) for 1 .. 4;
    session($t, 'nobody')->is(429, 'nor is it told who exists');
}


# --- guesses whose answers nobody waits for -----------------------------------

{
    my $t = TicketTest->new(location => $login, tls => 1);
    set_password($t, 'alice');

    my $h2 = TicketTest::H2->new($t);
    my @stream = map {
        $h2->request('POST', undef, '/v1/session',
            qq({"tenant":"main","login":"alice","password":"wrong one $_"}))
    } 1 .. 6;
    $h2->answer($h2->request('GET', 'alice', '/v1/me'));
    $h2->reset_stream($_) for @stream;
    session($t, 'alice')->is_problem(429, 'quota-exceeded',
        'streams that were reset have counted');
    is $h2->answer($h2->request('GET', 'alice', '/v1/me'))->{code}, 200,
        'and the connection goes on';
}


# --- reload and end while passwords are worked on -----------------------------

{
    my $t = TicketTest->new(workers => 2, location => $login);
    set_password($t, qw(alice));

    my $send = sub ($n) {
        return map {
            my $raw = $t->raw;
            $raw->send($t->raw_request('POST', undef, '/v1/session',
                '{"tenant":"main","login":"alice","password":"' . PASSWORD
                . '"}'));
            $raw;
        } 1 .. $n;
    };

    my @raw = $send->(20);
    sleep 0.05;
    $t->reload;
    my @late = map { $_->answer(method => 'POST', path => '/v1/session',
        timeout => 15) } @raw;
    is_deeply codes(@late), { 201 => 20 },
        'a worker that leaves works on what it has taken';
    @raw = ();
    wait_for(sub { keys %{ $t->children } <= 3 }, 'old workers to leave');

    # clients that leave

    @raw = $send->(20);
    sleep 0.02;
    $_->reset for @raw;
    session($t, 'alice')->is(201, 'those that have gone hold nobody up');

    @raw = $send->(20);
    sleep 0.05;
    my $start = time;
    $t->stop('TERM');
    cmp_ok time - $start, '<', 5, 'a fast end does not wait for the queue';
    $t->start;
    session($t, 'alice')->is(201);
    $t->verify;
}

done_testing;
