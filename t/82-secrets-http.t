# Secrets in requests: not in any log, not in the memory of the worker once
# the answer has left.

use v5.36;
use utf8;
use TicketTest;

use Time::HiRes qw(sleep);

no warnings 'portable';                   # addresses have 48 bits

my $n = 0;
sub canary () { sprintf 'CANARY%03d%s', ++$n, 'q7Zx' x 3 }

our $t = TicketTest->new(tls => 1,
    http => 'log_format body escape=none "$request_method $status '
        . '[$request_body] $request_length";',
    location => 'access_log {dir}/logs/access.log; '
        . 'access_log {dir}/logs/body.log body; ticket_password_login on;');

my $dir = $t->dir;

sub slurp ($name) {
    open my $file, '<:raw', "$dir/logs/$name" or return '';
    local $/;
    return readline $file;
}

sub logged ($what) {
    return grep { index(slurp($_), $what) >= 0 }
        qw(body.log access.log error.log);
}

# Whether a worker has the bytes in memory that it can write to.
sub remembered ($what) {
    my $found = 0;
    for my $pid (@{ $t->workers }) {
        open my $maps, '<', "/proc/$pid/maps" or return;
        open my $mem, '<:raw', "/proc/$pid/mem" or return;
        while (my $line = readline $maps) {
            my ($from, $to, $name) = $line
                =~ /^(\w+)-(\w+) rw-p \S+ \S+ \S+ *(.*)/ or next;
            ($from, $to) = (hex $from, hex $to);
            next if $to - $from > 64 << 20;
            sysseek $mem, $from, 0 or next;
            sysread $mem, my $bytes, $to - $from or next;
            $found++ if index($bytes, $what) >= 0;
        }
    }
    return $found;
}

sub login_body ($password) {
    return '{"tenant":"main","login":"alice","password":"' . $password . '"}';
}

sub create_body ($text, $pad = 0) {
    return '{"subject":"s","description":"' . 'd' x $pad
        . '","confidential":"' . $text . '"}';
}

my @json = ('Content-Type: application/json');

sub chunked ($path, $who, $body, $size) {
    my $text = $t->raw_request('POST', $who, $path, undef, @json,
        'Transfer-Encoding: chunked');
    $text .= sprintf "%x\r\n%s\r\n", length, $_
        for unpack "(a$size)*", $body;
    return "${text}0\r\n\r\n";
}


# --- what arrives, in each way ------------------------------------------------

sub sent ($name, $secret) {
    sleep 0.3;
    is_deeply [ logged($secret) ], [], "$name: in no log";
    my $found = remembered($secret);
    SKIP: {
        skip 'the memory of a worker cannot be read', 1 if !defined $found;
        is $found, 0, "$name: not in the worker's memory";
    }
}

# the test itself can see

{
    my $seen = canary();
    $t->get('alice', "/v1/tickets?tag=$seen", -check => 0);
    wait_for(sub { logged($seen) }, 'a query to be logged, and found there');
    $seen = canary();
    my $raw = $t->raw;
    $raw->send("POST /helpdesk/v1/session HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
        . login_body($seen));
    sleep 0.2;
    ok remembered($seen), 'a body that is still read is found in memory';
    undef $raw;
    sent('a body that broke off', $seen);
}

for my $case (['a login', '/v1/session', undef, \&login_body],
    ['a ticket', '/v1/tickets', 'alice', \&create_body],
    ['a long ticket', '/v1/tickets', 'alice',
        sub ($s) { create_body($s, 15_000) }])
{
    my ($name, $path, $who, $make) = @$case;
    my $send = sub ($how, @bytes) {
        my $raw = $t->raw;
        for my $bytes (@bytes) {
            $raw->send($bytes);
            sleep 0.05 if @bytes > 1;
        }
        return $raw->answer(method => 'POST', path => $path);
    };
    my $secret = canary();
    my $body = $make->($secret);

    ok $send->('at once', $t->raw_request('POST', $who, $path, $body))->code,
        "$name is answered";
    sent("$name at once", $secret);

    $secret = canary();
    my $all = $t->raw_request('POST', $who, $path, $make->($secret));
    my $head = index($all, "\r\n\r\n") + 4;
    $send->('parts', substr($all, 0, $head), substr($all, $head, 30),
        substr($all, $head + 30));
    sent("$name in parts", $secret);

    $secret = canary();
    $send->('chunks', chunked($path, $who, $make->($secret), 13));
    sent("$name in small chunks", $secret) if $name ne 'a long ticket';

    $secret = canary();
    $send->('chunks', chunked($path, $who, $make->($secret), 9000));
    sent("$name in large chunks", $secret);

    # a request that follows on the same connection is whole

    $secret = canary();
    my $raw = $t->raw;
    my $two = canary();
    $raw->send($t->raw_request('POST', $who, $path, $make->($secret))
        . $t->raw_request('POST', $who, $path, $make->($two))
        . $t->raw_request('GET', 'alice', '/v1/me'));
    $raw->answer(method => 'POST', path => $path) for 1 .. 2;
    $raw->answer(method => 'GET', path => '/v1/me')
        ->is(200, "$name, pipelined: the next request is whole");
    sent("$name, pipelined", $_) for $secret, $two;

    $secret = canary();
    my @auth = defined $who
        ? ('-H', 'Authorization: Bearer ' . $t->token($who)) : ();
    my $r = $t->curl('--http2', '-o', '/dev/null', '-w', '%{http_version}',
        @auth, '-H', $json[0], '-d', $make->($secret),
        'https://localhost:' . $t->tls_port . "/helpdesk$path");
    is $r->{out}, 2, "$name over HTTP/2";
    is_deeply [ logged($secret) ], [], 'in no log';

    # refused: not JSON, and too much of it

    $secret = canary();
    $send->('bad', $t->raw_request('POST', $who, $path, "{\"x\":\"$secret"));
    sent("$name that is no JSON", $secret);

    $secret = canary();
    $send->('unknown', $t->raw_request('POST', $who, $path,
        "{\"passwort\":\"$secret\"}"));
    sent("$name with an unknown member", $secret);
}

# refused before anybody has read it: the location has no registration

{
    my ($secret, $next) = (canary(), canary());
    my $raw = $t->raw;
    $raw->send($t->raw_request('POST', undef, '/v1/accounts',
        qq({"login":"eve","password":"$secret"}))
        . chunked('/v1/accounts', undef,
            qq({"login":"eve","password":"$next"}), 500)
        . $t->raw_request('GET', 'alice', '/v1/me'));
    $raw->answer(method => 'POST', path => '/v1/accounts')
        ->is_problem(404, 'not-found') for 1 .. 2;
    $raw->answer(method => 'GET', path => '/v1/me')
        ->is(200, 'the request that follows is whole');
    sent('a body that nobody reads', $_) for $secret, $next;
}

# what a query answers

{
    my $c = TicketTest->new(location => 'ticket_registration on;');
    local $t = $c;
    $c->post(undef, '/v1/codes', { purpose => 'register',
        email => 'eva@example.com' })->is(202);
    my $raw = $c->raw;
    $raw->send($c->raw_request('GET', 'root', '/v1/outbox'));
    my ($code) = $raw->answer(method => 'GET', path => '/v1/outbox')->is(200)
        ->body =~ /("code":"\d{8}")/;
    ok $code, 'an administrator reads a code';
    is remembered($code), 0, 'the answer is not in the memory any more';
}

# other bodies are there for who wants to log them

my $plain = canary();
$t->post('alice', '/v1/tickets/1/messages', { body => $plain },
    -check => 0);
sleep 0.1;
ok scalar(logged($plain)), 'what is not secret may be logged';


# --- no files -----------------------------------------------------------------

{
    my $c = TicketTest->new(init => 0, start => 0);
    for my $how ('on', 'clean') {
        $c->{server}{http} = "client_body_in_file_only $how;";
        $c->{server}->write_conf;
        my $r = $c->conf_test;
        isnt $r->{rc}, 0, "client_body_in_file_only $how is refused";
        like $r->{err}, qr/would write passwords and tickets to files/,
            'with a reason';
    }
}

$t->verify;
done_testing;
