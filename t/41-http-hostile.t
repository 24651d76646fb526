# Bodies in every shape, unknown methods, pipelined requests behind bodies
# that nobody reads, clients that leave, long headers and odd paths.

use v5.36;
use utf8;

use Encode qw(encode_utf8);
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep);

use TicketTest;

use constant { LIMIT => 1 << 20, PAUSE => 0.001 };

my $t = TicketTest->new(workers => 1);

my $made = 0;
my $body = encode_utf8('{"subject":"é split","description":"d"}');

sub connection () {
    my $raw = $t->raw;
    setsockopt $raw->socket, IPPROTO_TCP, TCP_NODELAY, 1;
    return $raw;
}

# Head of a POST that makes a ticket, with these lines.
sub head_of (@lines) {
    return join "\r\n", "POST $t->{base}/v1/tickets HTTP/1.1",
        'Host: localhost', 'Content-Type: application/json',
        'Authorization: Bearer ' . $t->token('alice'), @lines, '', '';
}

sub count () {
    return $t->get('ann', '/v1/tickets?count=true&limit=1')->field('/count');
}

# Is the next answer on this connection a new ticket?
sub made ($raw, $name) {
    my $answer = $raw->answer(method => 'POST', path => '/v1/tickets');
    $made++ if $answer && $answer->code == 201;
    return $answer ? $answer->is(201, $name) : fail("$name: no answer");
}


# --- bodies in pieces ---------------------------------------------------------

my $whole = $t->raw_request('POST', 'alice', '/v1/tickets', $body);
my $raw   = connection();
my $good  = 0;

for my $at (1 .. length($whole) - 1) {
    $raw->send(substr $whole, 0, $at);
    sleep PAUSE;
    $raw->send(substr $whole, $at);
    my $answer = $raw->answer(method => 'POST', path => '/v1/tickets');
    last if !$answer || $answer->code != 201;
    $good++;
}
is $good, length($whole) - 1, 'one request, split at every byte';
$made += $good;

for my $byte (split //, $whole) {
    $raw->send($byte);
    sleep PAUSE if rand() < 0.2;
}
made($raw, 'one byte a write');

my $ones = join '', map { "1\r\n$_\r\n" } split //, $body;
my $chunked = head_of('Transfer-Encoding: chunked') . "${ones}0\r\n\r\n";
$raw->send($chunked);
made($raw, 'chunks of one byte');

for my $at (map { $_ * 7 } 1 .. (length($chunked) - 1) / 7) {
    $raw->send(substr $chunked, 0, $at);
    sleep PAUSE;
    $raw->send(substr $chunked, $at);
    my $answer = $raw->answer;
    $made++ if $answer && $answer->code == 201;
    last if !$answer || $answer->code != 201;
}
is count(), $made, 'every one of them was stored, once';

my $hex = sprintf '%x', length $body;
for my $case (
    ['one chunk',            "$hex\r\n$body\r\n0\r\n\r\n"],
    ['a long chunk size',    "000000$hex\r\n$body\r\n0\r\n\r\n"],
    ['a chunk extension',    "$hex;a=\"b\"\r\n$body\r\n0\r\n\r\n"],
    ['a trailer',            "$hex\r\n$body\r\n0\r\nX-Sum: 1\r\n\r\n"],
    ['two chunks',           "1\r\n{\r\n" . sprintf('%x', length($body) - 1)
        . "\r\n" . substr($body, 1) . "\r\n0\r\n\r\n"])
{
    $raw->send(head_of('Transfer-Encoding: chunked') . $case->[1]);
    made($raw, $case->[0]);
}

for my $size (8191, 8192, 8193, 65536, LIMIT) {
    my $padded = $body . ' ' x ($size - length $body);
    $raw->send($t->raw_request('POST', 'alice', '/v1/tickets', $padded));
    made($raw, "a body of $size bytes");

    my $chunks = join '', map { sprintf("%x\r\n%s\r\n", length, $_) }
        unpack '(a5000)*', $padded;
    $raw->send(head_of('Transfer-Encoding: chunked') . "${chunks}0\r\n\r\n");
    made($raw, "the same in chunks");
}
unlike $t->log, qr/buffered to a temporary file/, 'no body went to the disk';

$raw->send(head_of('Expect: 100-continue', 'Content-Length: '
    . length $body));
$raw->answer->is(100, 'Expect is answered');
$raw->send($body);
made($raw, 'and then the body is taken');


# --- lengths that are wrong ---------------------------------------------------

$raw->send(head_of('Content-Length: 0'));
$raw->answer(method => 'POST', path => '/v1/tickets')
    ->is_problem(400, 'invalid-json', 'an empty body');
$raw->send(head_of());
$raw->answer(method => 'POST', path => '/v1/tickets')
    ->is_problem(400, 'invalid-json', 'no body at all');

my $length = length $body;
for my $case (
    ['a negative length',     [400], 'Content-Length: -1'],
    ['a length beyond all',   [400, 413],
        'Content-Length: 99999999999999999999999'],
    ['a length in hex',       [400], 'Content-Length: 0x10'],
    ['a length with a sign',  [400], 'Content-Length: +5'],
    ['two lengths',           [400], "Content-Length: $length",
        "Content-Length: $length"],
    ['two in one',            [400], "Content-Length: $length, $length"],
    ['a length and chunks',   [400], "Content-Length: $length",
        'Transfer-Encoding: chunked'],
    ['an unknown coding',     [501], 'Transfer-Encoding: gzip, chunked'],
    ['an invented coding',    [501], 'Transfer-Encoding: xchunked'])
{
    my ($name, $codes, @lines) = @$case;
    my $own = connection();
    $own->send(head_of(@lines) . $body);
    my $answer = $own->answer;
    ok $answer && (grep { $_ == $answer->code } @$codes), $name
        or diag $answer ? $answer->code : 'no answer';
    ok $own->closed(4), "$name: and the connection ends";
}

for my $case (
    ['a chunk size of minus one', "-1\r\nx\r\n0\r\n\r\n"],
    ['a chunk size without end',  'f' x 17 . "\r\nx"],
    ['a chunk that lies',         "2\r\nxyz\r\n0\r\n\r\n"],
    ['no number',                 "zz\r\nx\r\n0\r\n\r\n"])
{
    my $own = connection();
    $own->send(head_of('Transfer-Encoding: chunked') . $case->[1]);
    my $answer = $own->answer(method => 'POST', path => '/v1/tickets');
    ok $answer && $answer->code == 400, $case->[0]
        or diag $answer ? $answer->code : 'no answer';
}

for my $case (
    ['one byte too long', 'Content-Length: ' . (LIMIT + 1)],
    ['ten gigabytes', 'Content-Length: 10000000000'])
{
    my $own = connection();
    $own->send(head_of($case->[1]) . 'x' x 1000);
    my $answer = $own->answer(method => 'POST', path => '/v1/tickets');
    $answer->is_problem(413, 'too-large', $case->[0]);
    ok $own->closed(4), 'and the connection ends';
}

{
    my $own = connection();
    my $chunk = sprintf "%x\r\n%s\r\n", 65536, ' ' x 65536;
    $own->send(head_of('Transfer-Encoding: chunked') . $chunk x 17);
    my $answer = $own->answer(method => 'POST', path => '/v1/tickets');
    $answer ? $answer->is_problem(413, 'too-large', 'chunks beyond the limit')
            : fail 'chunks beyond the limit: no answer';
}
is count(), $made, 'none of these was stored';


# --- every route and method, with and without a body, and a request behind ----

my $dummy  = $t->add_user('carl', 'user', 'Carl');
my $ticket = $t->some_ticket->{id};
$made++;
my $inner = "GET /helpdesk/v1/healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n";
my @methods = qw(GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT BREW
                 PROPFIND MKCOL get);
my ($asked, $told) = (0, 0);

for my $template (sort keys %{ $t->openapi->doc->{paths} }) {
    my $path = $template =~ s{^/helpdesk(?=/)}{}r;
    $path =~ s/\{code\}/busy/;
    $path =~ s/\{number\}/99/;
    $path =~ s/\{id\}/$path =~ m{^\/v1\/users} ? $dummy : $ticket/e;

    for my $method (@methods) {
        for my $bytes (undef, $inner) {
            my $name = "$method $path" . ($bytes ? ' with a body' : '');
            $asked++;
            $told++ if two_answers($name, $method, $path, $bytes);
        }
    }
}
ok $asked > 500, "$asked requests";
is $told, $asked, 'each had its answer, and the one behind it its own';

# Sends the request and another behind it in one piece.
sub two_answers ($name, $method, $path, $bytes) {
    my $own = connection();
    $own->send($t->raw_request($method, 'root', $path, $bytes)
        . $t->raw_request('GET', 'alice', '/v1/me', undef,
            'Connection: close', 'X-Request-Id: behind-it'));

    my $first = $own->answer(method => $method);
    if (!$first) {
        diag "$name: no answer";
        return 0;
    }
    # nginx answers these two by itself; `get` is no request to it
    $t->check_answer($method, $path, $first)
        if $method !~ /^(?:TRACE|CONNECT|get)$/;

    if ($first->code == 400 && ($first->header('Connection') // '') eq 'close')
    {
        return 1 if $method eq 'get' && $own->closed(4);
        diag "$name: closed after " . $first->code . ' ' . $first->body;
        return 0;
    }

    my $second = $own->answer(method => 'GET', path => '/v1/me');
    my $rest   = $own->rest(4);
    # nginx ends the connection after these two
    return $rest eq '' && $first->code == 405
        if $method =~ /^(?:TRACE|CONNECT)$/ && !$second;
    my $ok = $second && $second->code == 200
        && ($second->header('X-Request-Id') // '') eq 'behind-it'
        && $rest eq '';
    diag "$name: " . $first->code . ', behind it '
        . ($second ? $second->code . ' ' . $second->body : 'nothing')
        . ($rest eq '' ? '' : ", then $rest") if !$ok;
    return $ok;
}

$t->get('alice', "/v1/tickets/$ticket")->is(200);

my $allow = $t->options(undef, '/v1/tickets')->is(204)->header('Allow');
is $allow, 'GET, HEAD, POST, OPTIONS', 'OPTIONS tells the methods';
my $refusal = $t->request('DELETE', 'alice', '/v1/tickets');
$refusal->is_problem(405, 'method-not-allowed');
is $refusal->header('Allow'), $allow, 'and so does a refusal';

my $head = $t->head('alice', "/v1/tickets/$ticket")->is(200);
my $get  = $t->get('alice', "/v1/tickets/$ticket");
is $head->header($_), $get->header($_), "HEAD and GET have the same $_"
    for qw(Content-Length Content-Type ETag Cache-Control);

# Many in one write.
my $many = connection();
$many->send(join '', map { $t->raw_request('POST', 'alice', '/v1/tickets',
    $body) . $t->raw_request('GET', 'alice', '/v1/me') } 1 .. 20);
is join(' ', map { $many->answer->code } 1 .. 40), join(' ', (201, 200) x 20),
    'forty pipelined requests are answered in their order';
$made += 20;


# --- clients that leave -------------------------------------------------------

my $left = count();
for my $at (1, 20, index($whole, "\r\n\r\n"), index($whole, "\r\n\r\n") + 4,
    length($whole) - 10, length($whole) - 1)
{
    for my $how (qw(close reset shutdown_write)) {
        my $own = connection();
        $own->send(substr $whole, 0, $at);
        sleep PAUSE * 3;
        $own->$how;
    }
    my $own = connection();
    $own->send(substr $chunked, 0,
        $at * (length($chunked) - 1) / length $whole);
    sleep PAUSE * 3;
    $own->reset;
}
$t->get('alice', '/v1/me')->is(200, 'clients that left do no harm');
is count(), $left, 'and half a request stores nothing';


# --- headers ------------------------------------------------------------------

for my $case (
    ['a header of 7 KiB', 200, 'X-Long: ' . 'x' x 7000],
    ['200 headers', 200, map { "X-Header-$_: $_" } 1 .. 200],
    ['a header of 9 KiB', 400, 'X-Long: ' . 'x' x 9000],
    ['40 KiB of headers', 400, map { "X-Header-$_: " . 'x' x 1000 } 1 .. 40])
{
    my ($name, $code, @lines) = @$case;
    my $own = connection();
    $own->send($t->raw_request('GET', 'alice', '/v1/me', undef, @lines));
    $own->answer->is($code, $name);
}

for my $token ('', ' ', 'Bearer', 'Bearer ', 'Bearer x', 'bearer', 'Basic eA==',
    'Bearer ' . 'x' x 7000, "Bearer a\tb", 'Bearer ' . $t->token('alice') . 'x',
    'Bearer ' . $t->token('alice') . ' x', substr($t->token('alice'), 1))
{
    my $own = connection();
    $own->send($t->raw_request('GET', undef, '/v1/me', undef,
        "Authorization: $token"));
    my $answer = $own->answer(method => 'GET', path => '/v1/me');
    $answer->is_problem(401, 'unauthorized',
        'no login: ' . substr $token, 0, 20);
    like $answer->header('WWW-Authenticate') // '', qr/^Bearer/,
        'with a challenge';
}

for my $case (['good-id.7', 'good-id.7'], ['x' x 128, 'x' x 128],
    ['x' x 129, undef], ['a b', undef], ["a\x01", undef], ['<b>', undef],
    ['a"b', undef], ['', undef], ["\xC3\xA9", undef])
{
    my ($given, $kept) = @$case;
    my $own = connection();
    $own->send($t->raw_request('GET', 'alice', '/v1/nothing', undef,
        "X-Request-Id: $given"));
    my $answer = $own->answer or next;
    next if $answer->code == 400;              # nginx refuses control bytes
    my $got = $answer->header('X-Request-Id') // '';
    ok defined $kept ? $got eq $kept : $got =~ /^[\w.-]{8,}$/,
        'the request id ' . substr($given, 0, 20) =~ s/[^ -~]/?/gr
        or diag $got;
    is $answer->field('/request_id'), $got, 'is the one in the problem';
}


# --- paths --------------------------------------------------------------------

my $long = 'x' x 7000;
for my $case (
    ['/helpdesk/v1/me', 200],
    ['/helpdesk/v1/%6de', 200],
    ['/helpdesk/v1/./me', 200],
    ['/helpdesk/v1/x/../me', 200],
    ['/helpdesk/v1/x/%2e%2e/me', 200],
    ['/helpdesk//v1//me', 200],
    ["/helpdesk/v1/tickets/$ticket%2Fmessages", 200],
    ['/helpdesk/../helpdesk/v1/me', 200],
    ['http://localhost/helpdesk/v1/me', 200],
    ['/helpdesk/v1/me?', 200],
    ['/helpdesk/v1/me/', 404],
    ['/helpdesk/v1/ME', 404],
    ['/helpdesk/V1/me', 404],
    ['/helpdesk/v1', 404],
    ['/helpdesk/', 404],
    ['/helpdesk/v2/me', 404],
    ['/helpdesk/v1/me%3Fx=1', 404],
    ['/helpdesk/v1/me;x=1', 404],
    ['/helpdesk/v1/me%20', 404],
    ['/helpdesk/v1/me%0a', 404],
    ['/helpdesk/v1/me%0d%0aSet-Cookie:%20a=b', 404],
    ['/helpdesk/v1/%E4%BD', 404],
    ['/helpdesk/v1/%C0%AE%C0%AE/me', 404],
    ['/helpdesk/v1/tickets/', 404],
    ['/helpdesk/v1/tickets//messages', 404],
    ["/helpdesk/v1/tickets/0$ticket", 404],
    ["/helpdesk/v1/tickets/+$ticket", 404],
    ["/helpdesk/v1/tickets/$ticket.0", 404],
    ["/helpdesk/v1/tickets/$ticket%00", 400],
    ['/helpdesk/v1/tickets/-1', 404],
    ['/helpdesk/v1/tickets/0', 404],
    ['/helpdesk/v1/tickets/18446744073709551615', 404],
    ['/helpdesk/v1/tickets/18446744073709551616', 404],
    ['/helpdesk/v1/tickets/18446744073709551617', 404],
    ['/helpdesk/v1/tickets/99999999999999999999999999', 404],
    ['/helpdesk/v1/tickets/{id}', 404],
    ["/helpdesk/v1/$long", 404],
    ["/helpdesk/v1/$long$long", 414],
    ['/helpdesk/../../etc/passwd', 400],
    ['/helpdesk/v1/%', 400],
    ['/helpdesk/v1/%zz', 400],
    ['/helpdesk/v1/me%00', 400],
    ["/helpdesk/v1/me?limit=%00", 400],
    ['/helpdesk/v1/tickets?limit=1&limit=2', 400],
    ['/helpdesk/v1/tickets?limit', 400],
    ['/helpdesk/v1/tickets?limit=-1', 400],
    ['/helpdesk/v1/tickets?limit=201', 400],
    ['/helpdesk/v1/tickets?limit=1e1', 400],
    ['/helpdesk/v1/tickets?=1', 400],
    ['/helpdesk/v1/tickets?lim%69t=1', 200],
    ['/helpdesk/v1/tickets?&&limit=1&&', 200],
    ['/helpdesk/v1/tickets?%E4%BD=1', 400],
    ['/helpdesk/v1/tickets?limit=%', 400],
    ['/helpdesk/v1/tickets?cursor=%22', 400],
    ['/helpdesk/v1/tickets?cursor=AAAA', 400],
    ['/helpdesk/v1/tickets?' . join('&', map { "a$_=1" } 1 .. 100), 400],
    ["/helpdesk/v1/tickets?tag=$long", 400],
    ['/helpdesk/v1/tickets?q=<script>', 400])
{
    my ($target, $code) = @$case;
    my $own  = connection();
    my $name = substr $target, 0, 60;
    $own->send("GET $target HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
        . 'Bearer ' . $t->token('alice') . "\r\n\r\n");
    my $answer = $own->answer;
    if (!$answer) {
        fail "$name: no answer";
        next;
    }
    $answer->is($code, $name);
    unlike join("\n", map { $_ . ': ' . ($answer->header($_) // '') }
        qw(Location Link Set-Cookie)), qr/Set-Cookie: ./, 'adds no header'
        if $target =~ /%0d/;
    like $answer->header('Content-Type'), qr{^application/problem\+json},
        "$name: a problem document"
        if $code == 404 && $target =~ m{^/helpdesk/};
}

is count(), $made, 'the count is right in the end';
$t->verify;
done_testing;
