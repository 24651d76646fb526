# More writes come than can be done: what staff do, complaints and submissions
# of urgent types find room in the queue when submissions no longer do.

use v5.36;
use utf8;
use TicketTest;
use TicketTest::Life;

use Time::HiRes qw(sleep time);

sub ticket ($n, @more) {
    return sprintf '{"subject":"s%s","description":"d"%s}', $n,
        join '', map { ",$_" } @more;
}

# Sends each and returns [how many wait for the writer, the answers of those
# that were refused at once].  Those that wait are kept in @$waiting.
sub flood ($t, $waiting, @requests) {
    my @raw = map {
        my ($who, $path, $body) = @$_;
        my $raw = $t->raw;
        $raw->send($t->raw_request('POST', $who, $path, $body));
        [$raw, $path];
    } @requests;
    sleep 0.4;

    my ($n, @refused) = (0);
    for (@raw) {
        my ($raw, $path) = @$_;
        if (defined $raw->fill(0)) {
            push @refused, $raw->answer(method => 'POST', path => $path);
        } else {
            push @$waiting, [$raw, $path];
            $n++;
        }
    }
    return ($n, @refused);
}

sub all_busy (@answers) {
    return 0 == grep { ($_->problem // '') ne 'busy'
        || !$_->header('Retry-After') } @answers;
}


# --- lanes of a full queue ----------------------------------------------------

{
    my $t = TicketTest->new(store => 'queue=20 batch=4');

    my $tenant = $t->get('root', '/v1/tenants')->is(200)->field('/data/0');
    $t->patch('root', "/v1/tenants/$tenant->{id}",
        { urgent_types => ['outage', 'security'] })->is(200);

    my ($mine, $other) = make_tickets($t, { state => 'in_progress' },
        { state => 'in_progress' });
    my $path = "/v1/tickets/$mine";

    my $lock = $t->hold_lock(4000);
    my @waiting;
    my $kept = 0;

    # the thread takes a batch and waits for the lock with it

    my ($n, @busy) = flood($t, \@waiting,
        map { ['alice', '/v1/tickets', ticket($_)] } 1 .. 40);
    is $n, 12, 'submissions fill 60 percent of the queue';
    ok all_busy(@busy), 'the rest is told to come again';

    ($n, @busy) = flood($t, \@waiting,
        ['robo', '/v1/tickets', ticket('bot')]);
    is $n, 0, 'a bot is no better';

    ($n, @busy) = flood($t, \@waiting, map {
        ['alice', "$path/messages", '{"body":"and ' . $_ . '"}'] } 1 .. 8);
    is $n, 4, 'messages of users fill 80';
    ok all_busy(@busy), 'and no more';

    ($n, @busy) = flood($t, \@waiting,
        ['ann', "$path/messages", '{"body":"we are on it"}'],
        ['alice', '/v1/tickets', ticket('urgent', '"type":"outage"')],
        ['alice', '/v1/tickets', ticket('other', '"type":"question"')],
        ['alice', "/v1/tickets/$other/complain",
            '{"reason":"too slow"}']);
    is $n, 3, 'an agent, an urgent type and a complaint get the rest';
    is scalar @busy, 1, 'another type does not';
    ok all_busy(@busy), 'it is told to come again';

    ($n, @busy) = flood($t, \@waiting,
        ['sue', "$path/messages", '{"body":"x"}'],
        ['ann', "$path/messages", '{"body":"y"}']);
    is $n, 1, 'the last place is taken, too';
    ok all_busy(@busy), 'then agents wait as well';

    my $start = time;
    $t->get('alice', $path)->is(200) for 1 .. 10;
    cmp_ok time - $start, '<', 1, 'reads do not';

    close $lock;
    my %codes;
    $codes{ $_->[0]->answer(method => 'POST', path => $_->[1],
        timeout => 15)->code }++ for @waiting;
    is_deeply \%codes, { 200 => 1, 201 => 19 },
        'what found a place is done when the lock is free'
        or note_json(\%codes);
    $t->verify;
}


# --- with limit_req before it -------------------------------------------------

# As in docs/operations.md: nginx's own limit for whoever floods by address,
# quotas for whoever floods by name, lanes for all together.

{
    my $t = TicketTest->new(workers => 2, store => 'queue=64', http => <<'END',
    limit_req_zone $binary_remote_addr zone=submit:1m rate=20r/s;
    limit_req_status 429;
    map $request_method $submit_key { POST $binary_remote_addr; default ''; }
    limit_req_zone $submit_key zone=post:1m rate=5r/s;
    ticket_quota user=300 agent=3000;
END
        location => 'limit_req zone=post burst=10 nodelay;');

    my @answers = $t->parallel(map {
        [POST => 'alice', '/v1/tickets',
            json => { subject => "s$_", description => 'd' }]
    } 1 .. 60);
    my %codes;
    $codes{ $_->code }++ for @answers;
    cmp_ok $codes{201} // 0, '>=', 10, 'a burst is let through';
    cmp_ok $codes{429} // 0, '>=', 30, 'what is above is turned away by nginx';
    is join(' ', sort keys %codes), '201 429', 'and nothing else happens';
    my ($over) = grep { $_->code == 429 } @answers;
    $over->is_problem(429, 'quota-exceeded', 'as a problem of the desk');
    $t->get('alice', '/v1/me')->is(200, 'reads are not limited') for 1 .. 20;
}

done_testing;
