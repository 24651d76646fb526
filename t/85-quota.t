# Quotas: requests a minute of a principal, a role, an address; counted once,
# by all workers together; told with every answer.

use v5.36;
use utf8;
use TicketTest;

use Time::HiRes qw(time);

my $quota = 'ticket_quota user=600 agent=6000 guest=30;';

sub left ($answer) {
    my ($n) = ($answer->header('RateLimit') // '') =~ /;r=(\d+);/;
    return $n;
}

sub codes (@answers) {
    my %count;
    $count{ $_->code }++ for @answers;
    return \%count;
}


# --- what is told -------------------------------------------------------------

{
    my $t = TicketTest->new(http => $quota);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};

    my $first = $t->get('alice', $path)->is(200);
    is $first->header('RateLimit-Policy'), '"user";q=600;w=60', 'the policy';
    like $first->header('RateLimit'), qr/^"user";r=598;t=(?:60|59)$/,
        'what is left';

    my $kept = $t->get('alice', $path)->is(200);
    is left($kept), 597, 'an answer that was kept is counted';
    is left($t->get('alice', $path, 'If-None-Match' => $kept->etag)->is(304)),
        596, 'and one without a body';
    is left($t->head('alice', $path)->is(200)), 595, 'and a HEAD';
    is left($t->get('bob', $path)->is_problem(404, 'not-found')), 599,
        'the next user begins anew, and pays for what is not there';
    is left($t->post('alice', '/v1/tickets', { subject => '' })->is(400)), 594,
        'a refused write is counted once';
    is left($t->post('alice', "$path/messages", { body => "x" })->is(201)),
        593, 'and one that is stored';
    is left($t->get('ann', $path)->is(200)), 5999, 'agents have their own';
    is left($t->get('sue', $path)->is(200)), undef,
        'a role that is not named has none';
    # the harness has asked for the document before
    is left($t->get(undef, '/v1/workflow')->is(200)), 28, 'guest: an address';
    is left($t->get(undef, $path)->is_problem(401, 'unauthorized')), undef,
        'who is not known is not counted';
    is left($t->post('alice', '/v1/users', {})->is(403)), 592,
        'who is and may not is';
    is left($t->get(undef, '/v1/healthz')->is(200)), undef, 'nor health';

    my $told = $t->get(undef, '/v1/openapi.json')->json
        ->{paths}{'/v1/tickets'}{post}{responses}{201}{headers};
    ok $told->{$_}, "$_ is in the document" for qw(RateLimit RateLimit-Policy);
}


# --- one too many -------------------------------------------------------------

{
    my $t = TicketTest->new(http => 'ticket_quota user=4 agent=100 guest=3;',
        location => 'client_max_body_size 1m;', tls => 1);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};

    $t->get('alice', $path)->is(200) for 1 .. 3;

    my $over = $t->get('alice', $path)->is_problem(429, 'quota-exceeded');
    cmp_ok $over->header('Retry-After'), '>=', 55, 'Retry-After: the window';
    cmp_ok $over->header('Retry-After'), '<=', 60, 'not longer';
    like $over->header('RateLimit'), qr/^"user";r=0;t=\d+$/, 'nothing is left';
    $t->get('alice', $path, 'If-None-Match' => '*')->is(429);
    $t->get('ann', $path)->is(200);
    $t->get('bob', '/v1/me')->is(200);

    # a body that nobody reads is not taken for the next request

    my $raw = $t->raw;
    my $body = '{"subject":"' . 'x' x 100 . '","description":"GET / HTTP/1.1"}';
    $raw->send($t->raw_request('POST', 'alice', '/v1/tickets', $body)
        . $t->raw_request('GET', 'ann', $path));
    $raw->answer(method => 'POST', path => '/v1/tickets')
        ->is_problem(429, 'quota-exceeded', 'a POST over the quota');
    $raw->answer(method => 'GET', path => $path)
        ->is(200, 'and the request that follows it on the connection');

    my $chunked = $t->raw;
    $chunked->send($t->raw_request('POST', 'alice', '/v1/tickets', undef,
        'Content-Type: application/json', 'Transfer-Encoding: chunked')
        . "5\r\n{\"sub\r\n20\r\n" . 'y' x 32 . "\r\n0\r\n\r\n"
        . $t->raw_request('GET', 'ann', $path));
    $chunked->answer(method => 'POST', path => '/v1/tickets')
        ->is_problem(429, 'quota-exceeded', 'likewise in chunks');
    $chunked->answer(method => 'GET', path => $path)->is(200);

    my $h2 = $t->curl('--http2', '-o', '/dev/null', '-w',
        '%{http_code} %{http_version}', '-H',
        'Authorization: Bearer ' . $t->token('alice'), '-d', $body, '-H',
        'Content-Type: application/json',
        'https://localhost:' . $t->tls_port . '/helpdesk/v1/tickets');
    is $h2->{out}, '429 2', 'likewise over HTTP/2';

    $t->get(undef, '/v1/workflow')->is(200) for 1 .. 2;
    $t->get(undef, '/v1/workflow')
        ->is_problem(429, 'quota-exceeded', 'an address that asks too much');
    $t->get('ann', '/v1/me')->is(200, 'whoever has a token there still may');
    $t->verify;
}


# --- addresses are told apart -------------------------------------------------

{
    my $t = TicketTest->new(http => 'ticket_quota guest=3 user=2;'
        . 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;');
    my $from = sub ($address) {
        return $t->get(undef, '/v1/workflow', 'X-Real-IP' => $address);
    };

    $from->('198.51.100.7')->is(200) for 1 .. 3;
    $from->('198.51.100.7')->is_problem(429, 'quota-exceeded', 'one address');
    is left($from->('198.51.100.8')->is(200)), 2, 'another is another guest';
    is left($from->('2001:db8:1:2::1')->is(200)), 2, 'a network of IPv6';
    is left($from->('2001:db8:1:2:ffff::9')->is(200)), 1, 'is one';
    is left($from->('2001:db8:1:3::1')->is(200)), 2, 'and the next is not';

    # who asks for what he may not have pays for it, too

    $t->get('bob', '/v1/users')->is(403) for 1 .. 2;
    $t->get('bob', '/v1/users')->is_problem(429, 'quota-exceeded',
        'one who asks too often is not told that he may not');
}


# --- four workers count as one ------------------------------------------------

{
    my $t = TicketTest->new(workers => 4, check => 0,
        http => 'ticket_quota user=150 agent=90 supervisor=1;');

    my @all;
    for (1 .. 3) {
        push @all, $t->parallel(map { [GET => 'alice', '/v1/me'] } 1 .. 80);
    }
    is_deeply codes(@all), { 200 => 150, 429 => 90 },
        'of 240 requests exactly 150 are answered';
    my %seen = map { (left($_) // 'none') => 1 } grep { $_->code == 200 } @all;
    is scalar keys %seen, 150, 'each of which was told another rest';

    my @mixed = $t->parallel(map {
        $_ % 2 ? [GET => 'ann', '/v1/me'] : [POST => 'ann', '/v1/tickets',
            json => { subject => "s$_", description => 'd' }]
    } 1 .. 120);
    my $codes = codes(@mixed);
    is $codes->{429}, 30, 'reads and writes count alike'
        or note_json($codes);

    # the counts outlive a reload, and a worker that was killed

    $t->get('sue', '/v1/me')->is(200);
    $t->reload;
    $t->get('sue', '/v1/me')->is(429, 'a reload forgives nothing');
    $t->kill_workers('KILL');
    $t->expect_log(qr/exited on signal 9/);
    $t->get('sue', '/v1/me')->is(429, 'nor do killed workers');
    is_deeply codes($t->parallel(map { [GET => 'bob', '/v1/me'] } 1 .. 160)),
        { 200 => 150, 429 => 10 }, 'which leave no lock behind';
    $t->restart;
    $t->get('sue', '/v1/me')->is(200, 'a restart does');
}


# --- off, and inheritance -----------------------------------------------------

{
    my $t = TicketTest->new(http => 'ticket_quota user=1;',
        location => 'ticket_quota off;');
    $t->get('alice', '/v1/me')->is(200) for 1 .. 3;
    is left($t->get('alice', '/v1/me')), undef, 'off: nothing is counted';
}


# --- the directive ------------------------------------------------------------

{
    my $t = TicketTest->new(init => 0, start => 0);
    my %wrong = (
        'ticket_quota user=0;'     => qr/invalid quota "user=0", it needs a/,
        'ticket_quota user=x;'     => qr/invalid quota "user=x"/,
        'ticket_quota user=;'      => qr/invalid quota "user="/,
        'ticket_quota user=1 user=2;' => qr/"user=2" is given twice/,
        'ticket_quota system=1;'   => qr/invalid parameter "system=1", accep/,
        'ticket_quota off user=1;' => qr/invalid parameter "off"/,
        'ticket_quota;'            => qr/invalid number of arguments/,
        'ticket_quota user=1; ticket_quota user=2;' => qr/is duplicate/,
    );
    for my $conf (sort keys %wrong) {
        $t->{server}{http} = $conf;
        $t->{server}->write_conf;
        my $r = $t->conf_test;
        isnt $r->{rc}, 0, "refused: $conf";
        like $r->{err}, $wrong{$conf}, 'with a reason';
    }
}

done_testing;
