# Requests, workers and the writer end in every order: a command that was
# taken is committed once, what was acknowledged is on the disk, and nobody
# loses a connection without cause.

use v5.36;
use utf8;

use IPC::Open3  qw(open3);
use Time::HiRes qw(sleep time);

use TicketTest;
use TicketTest::Load;

my @people = qw(alice bob ann andy);


# A desk whose commits can be made slow.
sub desk (%opt) {
    my $t = TicketTest->new(workers => 1, preload => ['io_shim.so'],
        env => { IO_SHIM => '' }, start => 0, %opt);
    $t->{server}{env}{IO_SHIM} = $t->dir . '/orders';
    return $t->start;
}

sub slow ($t, $ms) {
    my $file = $t->dir . '/orders';
    unlink $file if !$ms;
    return if !$ms;
    open my $out, '>', $file or die "orders: $!\n";
    print $out "fdatasync sleep $ms\n";
    close $out;
}

sub ticket ($subject) { return { subject => $subject, description => 'd' } }

# subject => how often it is there.
sub subjects ($t) {
    my (%times, $path);
    $path = '/v1/tickets?limit=200';
    while (defined $path) {
        my $page = $t->get('ann', $path, -check => 0)->json;
        $times{ $_->{subject} }++ for @{ $page->{data} };
        my $next = $page->{page}{next};
        $path = defined $next ? "/v1/tickets?limit=200&cursor=$next" : undef;
    }
    return \%times;
}

# A script of a client that makes tickets.
sub create ($c) {
    my $marker = $c->marker;
    $c->post($people[$c->number % 4], '/v1/tickets', ticket($marker),
        marker => $marker);
}

# Holds the store's write lock; returns when it is held.
sub hold ($t, $ms) {
    my $user = $> == 0 ? ['setpriv', '--reuid=www-data', '--regid=www-data',
        '--clear-groups'] : [];
    my $pid = open3(my $in, my $out, undef, @$user,
        build_path('fault/hold_lock'), $t->store, $ms);
    my $said = readline($out) // '';
    $said eq "held\n" or die "hold_lock: $said\n";
    return $pid;
}


# --- clients that leave while their write is in flight ------------------------

{
    my $t = desk(tls => 1, workers => 2);
    slow($t, 40);

    for my $how (qw(close reset shutdown_write)) {
        for my $n (1 .. 12) {
            my $raw = $t->raw;
            $raw->send($t->raw_request('POST', 'alice', '/v1/tickets',
                qq({"subject":"$how $n","description":"d"})));
            sleep 0.002 * ($n % 4);
            $raw->$how;
        }
    }

    my $body = $t->dir . '/body.json';
    for my $n (1 .. 8) {
        open my $out, '>', $body or die "$body: $!\n";
        print $out qq({"subject":"tls $n","description":"d"});
        close $out;
        # times out before the answer can come
        $t->curl('--max-time', 0.06, '-H', 'Content-Type: application/json',
            '-H', 'Authorization: Bearer ' . $t->token('alice'),
            '--data-binary', "\@$body", 'https://127.0.0.1:' . $t->tls_port
            . $t->base . '/v1/tickets');
    }

    my $times;
    wait_for(sub {
        $times = subjects($t);
        (grep { !/tls/ } keys %$times) == 36;
    }, 'the writes of clients that left', 10);
    is_deeply [ grep { $times->{$_} != 1 } sort keys %$times ], [],
        'each is there once';
    slow($t, 0);
    $t->verify;
}


# --- a reload every 200 ms ----------------------------------------------------

{
    my $t = TicketTest->new(workers => 2);
    my $load = TicketTest::Load->new($t, clients => 8, seconds => 6,
        script => \&create)->start;

    my $hups = 0;
    my $end  = time + 6;
    while (time < $end) {
        kill HUP => $t->master;
        $hups++;
        sleep 0.2;
    }
    my @records = $load->finish;
    my @ok = grep { $_->{outcome} eq 'ok' } @records;
    my ($broken) = map { $_->{broken} ? $_ : () } @records;

    cmp_ok scalar @ok, '>', 100, @ok . " writes during $hups reloads";
    is scalar(@ok), scalar(@records), 'all are acknowledged in the end';
    ok !$broken, 'no new connection was lost'
        or note_json([ grep { $_->{broken} } @records ]);

    my $times = subjects($t);
    is_deeply [ grep { ($times->{ $_->{marker} } // 0) != 1 } @ok ], [],
        'each is there once';
    is scalar(keys %$times), scalar(@records), 'and nothing else';
    wait_for(sub { 2 == grep { /^nginx: worker/ } values %{ $t->children } },
        'the old workers to leave', 15);
    $t->verify;
}


# --- the end of a worker with writes in flight --------------------------------

# Sends one write on each of n connections.
sub in_flight ($t, $n, $name) {
    my @raw = map { $t->raw } 1 .. $n;
    for my $i (1 .. $n) {
        $raw[$i - 1]->send($t->raw_request('POST', 'alice', '/v1/tickets',
            qq({"subject":"$name $i","description":"d"}),
            "Idempotency-Key: $name-$i"));
    }
    sleep 0.1;
    return @raw;
}

{
    my $t = desk();
    $t->some_ticket;

    slow($t, 700);
    my @raw = in_flight($t, 20, 'quit');
    my $start = time;
    $t->stop('QUIT');
    my @answers = map { $_->answer(timeout => 1) } @raw;
    is scalar(grep { $_ && $_->code == 201 } @answers), 20,
        'a graceful end answers what is in flight';
    is scalar(grep { $_ && ($_->header('Connection') // '') eq 'close' }
        @answers), 20, 'and closes';
    cmp_ok time - $start, '<', 10, 'in time';
    slow($t, 0);
    $t->start;
    my $times = subjects($t);
    is scalar(grep { ($times->{"quit $_"} // 0) == 1 } 1 .. 20), 20,
        'all of it is on the disk';

    slow($t, 700);
    @raw = in_flight($t, 20, 'term');
    $t->stop('TERM');
    my %told;
    for my $i (1 .. 20) {
        my $answer = $raw[$i - 1]->answer(timeout => 1);
        $told{$i} = $answer->code if $answer;
    }
    slow($t, 0);
    $t->start;
    $times = subjects($t);
    is_deeply [ grep { $told{$_} == 201 && !$times->{"term $_"} }
        sort keys %told ], [], 'a fast end loses nothing acknowledged';
    is_deeply [ grep { ($times->{"term $_"} // 0) > 1 } 1 .. 20 ], [],
        'nor does it store twice';
    for my $i (1 .. 20) {
        my $r = $t->request(POST => 'alice', '/v1/tickets',
            body => qq({"subject":"term $i","description":"d"}),
            headers => { 'Content-Type' => 'application/json',
                'Idempotency-Key' => "term-$i" });
        $r->is(201, 'a retry settles it') if $r->code != 201;
    }
    $times = subjects($t);
    is_deeply [ grep { $times->{"term $_"} != 1 } 1 .. 20 ], [],
        'after a retry with its key each is there once';
    $t->verify;
}

{
    my $t = desk(main => 'worker_shutdown_timeout 1s;');
    slow($t, 2500);
    my @raw = in_flight($t, 10, 'late');
    my @old = @{ $t->workers };
    $t->reload;
    wait_for(sub { !kill 0, @old }, 'the old worker to leave', 15);
    my @answers = grep { defined } map { $_->answer(timeout => 0.5) } @raw;
    slow($t, 0);
    my $times = subjects($t);
    is_deeply [ grep { ($times->{"late $_"} // 0) > 1 } 1 .. 10 ], [],
        'a forced end of connections stores nothing twice';
    cmp_ok scalar(keys %$times), '>=', scalar(@answers),
        'nor less than it told';
    $t->verify;
}


# --- the queue is full, the writer waits --------------------------------------

{
    my $t = TicketTest->new(store => 'queue=8 batch=4');
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    my $pid  = hold($t, 6500);
    my $held = time;

    my @raw = in_flight($t, 50, 'flood');
    my ($busy, $retry) = (0, 0);
    for my $raw (@raw) {
        defined $raw->fill(0) or next;
        my $answer = $raw->answer(method => 'POST', path => '/v1/tickets');
        $busy++  if ($answer->problem // '') eq 'busy';
        $retry++ if $answer->header('Retry-After');
        undef $raw;
    }
    is $busy, 45, 'of a queue of 8, 5 places are for users: 45 of 50 go away';
    is $retry, 45, 'with Retry-After';

    my $start = time;
    $t->get('alice', $path)->is(200) for 1 .. 20;
    cmp_ok time - $start, '<', 1, 'reads do not wait for the lock';
    cmp_ok time - $held, '<', 2, 'which is still held';

    my @late = map { $_->answer(timeout => 10) } grep { defined } @raw;
    is scalar(grep { $_ && $_->code == 201 } @late), 5,
        'those in the queue are written when it is free';
    cmp_ok time - $held, '>=', 6.3, 'and not before';
    waitpid $pid, 0;
    like $t->log, qr/a write takes more than 5000 ms, waiting for the writer/,
        'the log tells of the wait';

    $pid = hold($t, 1000);
    my $first = $t->raw;
    $first->send($t->raw_request('POST', 'alice', '/v1/tickets',
        '{"subject":"same","description":"d"}', 'Idempotency-Key: same'));
    sleep 0.1;
    my %same = (body => '{"subject":"same","description":"d"}', headers =>
        { 'Content-Type' => 'application/json', 'Idempotency-Key' => 'same' });
    $t->request(POST => 'alice', '/v1/tickets', %same)
        ->is_problem(409, 'idempotency-in-flight');
    my $made = $first->answer;
    $made->is(201, 'the first one is done');
    my $again = $t->request(POST => 'alice', '/v1/tickets', %same);
    $again->is(201);
    is $again->header('Idempotency-Replayed'), 'true', 'the third is a replay';
    is $again->body, $made->body, 'of the same bytes';
    waitpid $pid, 0;
    $t->verify;
}


# --- a new binary -------------------------------------------------------------

sub upload_head ($t, $length) {
    return "POST $t->{base}/v1/attachments?name=f HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer " . $t->token('alice') . "\r\n"
        . "Content-Length: $length\r\n\r\n";
}


# nginx takes USR2 only when it runs in the background.
{
    my $t = TicketTest->new(workers => 2, start => 0);
    my $server   = $t->{server};
    my $pid_file = $t->dir . '/nginx.pid';
    my $pid_of   = sub ($file) { TicketTest::Server::slurp($file) + 0 };

    $server->{conf} = $server->make_conf =~ s/^daemon off;$//mr;
    $server->write_conf;
    {
        local %ENV = (%ENV, $server->nginx_env);
        my $r = $server->run('/usr/sbin/nginx', '-p', $t->dir, '-c',
            $t->conf_file, '-e', $t->dir . '/logs/stderr.log');
        is $r->{rc}, 0, 'nginx in the background' or diag $r->{err};
    }
    wait_for(sub { -s $pid_file && $server->answers }, 'nginx');
    my $old = $main::daemon = $pid_of->($pid_file);

    # an upload of 20 MiB that goes on all the time
    my $bytes = join '', map { sprintf '%015d ', $_ } 1 .. 20 * 65536;
    my $part  = length($bytes) / 10;
    my ($raw, $sent) = ($t->raw, 0);
    $raw->send(upload_head($t, length $bytes));
    my $more = sub ($parts) {
        $raw->send(substr $bytes, $part * $sent++, $part) for 1 .. $parts;
    };
    $more->(2);

    my $load = TicketTest::Load->new($t, clients => 4, seconds => 4,
        script => \&create)->start;
    sleep 0.3;
    kill USR2 => $old;
    wait_for(sub { -e "$pid_file.oldbin" && -s $pid_file }, 'a new master');
    my $new = $pid_of->($pid_file);
    isnt $new, $old, 'the new binary has a master of its own';
    $more->(2);
    sleep 1;
    kill WINCH => $old;
    $more->(2);
    sleep 0.5;
    kill QUIT => $old;
    $main::daemon = $new;
    sleep 0.5;
    ok kill(0, $old), 'the old one waits for a worker with an upload';
    $more->(4);
    my $made = $raw->answer(method => 'POST', path => '/v1/attachments',
        timeout => 20)->is(201, 'which completes it');
    my @records = $load->finish;
    wait_for(sub { !kill 0, $old }, 'the old master to leave');
    $t->new_connection;
    my $back = $t->get('alice', '/v1/attachments/' . $made->field('/token'))
        ->is(200, 'the file');
    ok $back->body eq $bytes, '  is whole, and from the new workers';

    is scalar(grep { $_->{outcome} ne 'ok' } @records), 0,
        @records . ' writes during the upgrade, all acknowledged';
    is scalar(grep { $_->{broken} } @records), 0, 'no connection lost';
    my $times = subjects($t);
    is_deeply [ grep { ($times->{ $_->{marker} } // 0) != 1 } @records ], [],
        'each is there once';

    kill QUIT => $new;
    wait_for(sub { !kill 0, $new }, 'the new master to leave');
    undef $main::daemon;
    $t->verify;
}

END { kill TERM => $main::daemon if $main::daemon }

done_testing;
