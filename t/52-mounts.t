# The API below every kind of location, the links it makes there, and what
# the variables tell a log.

use v5.36;
use utf8;

use TicketTest;

my $t = TicketTest->new(workers => 2,
    http => q(
        log_format desk '$request_method $status|$ticket_id|$ticket_state|'
            '$ticket_priority|$ticket_user|$ticket_role|$ticket_tenant|'
            '$ticket_action|$ticket_commit_us';
        server { listen 127.0.0.1:{port2};
            add_header X-Accel-Redirect $http_x_to always;
            location / { return 200; } }
    ),
    server => q(
        location /           { ticket main; }
        location /a/b/       { ticket main; }
        location /bare       { ticket main; }
        location = /v1/me    { ticket main; }
        location = /v1/tickets { ticket main; limit_except GET { allow all; } }
        location ^~ /pre/    { ticket main; }
        location ~ ^/r/\w+/v1/ { ticket main; }
        location ~* ^/CaSe/  { ticket main; }
        location ~ /if/v1/ { ticket main;
            if ($request_method = POST) { set $unused 1; } }
        location "/m %20 ö/" { ticket main; }
        location /named/     { try_files /no/such/file @desk; }
        location @desk       { ticket main; }
        location /short/     { rewrite ^/short/(.*)$ /helpdesk/v1/$1 last; }
        location /cut/       { rewrite ^/cut(/.*)$ $1 break; ticket main; }
        location /nest/      { ticket main;
            location /nest/deeper/ { ticket main; } }
        location /plain/     { return 200 plain; }
        location /cond/      { ticket main;
            if ($http_x_test) { set $unused 1; }
            if ($arg_stop) { return 402; } }
        location /only/      { ticket main; limit_except GET { deny all; } }
        location /log/       { ticket main;
            access_log {dir}/logs/desk.log desk; }
        location = /health   { ticket_health main; }
        location /hidden/    { internal; ticket main; }
        location /front/     { client_max_body_size 8m;
            proxy_pass http://127.0.0.1:{port2};
            proxy_set_header X-To $arg_to; }
        location /away/      { return 418; error_page 418 = /hidden$arg_to; }
    ));

sub at ($mount, $who, $method, $path, %opt) {
    local $t->{base} = $mount;
    return $t->request($method, $who, $path, check => 0, %opt);
}

my $id  = $t->some_ticket->{id};
my %new = (json => { subject => 's', description => 'd' });

# mount, what its links begin with
for my $case (
    ['', ''], ['/a/b', '/a/b'], ['/bare', '/bare'], ['/pre', '/pre'],
    ['/r/x', '/r/x'], ['/r/other', '/r/other'],
    ['/if', '/if'], ['/case', '/case'],
    ['/CASE', '/CASE'], ['/m%20%2520%20%C3%B6', '/m%20%2520%20%C3%B6'],
    ['/named', '/named'], ['/cut', qr{/cut|}], ['/nest', '/nest'],
    ['/nest/deeper', '/nest/deeper'], ['/cond', '/cond'])
{
    my ($mount, $links) = @$case;
    my $name = $mount eq '' ? '/' : $mount;

    at($mount, 'alice', 'GET', '/v1/me')->is(200, "$name: GET")
        if $mount ne '';
    at($mount, 'alice', 'GET', "/v1/tickets/$id")
        ->is(200, "$name: a ticket");
    at($mount, 'alice', 'GET', '/v1/nothing')
        ->is_problem(404, 'not-found', "$name: 404");
    at($mount, 'alice', 'GET', '/v2/me')
        ->is_problem(404, 'not-found', "$name: something else");

    my $made = at($mount, 'alice', 'POST', '/v1/tickets', %new);
    $made->is(201, "$name: POST") or next;
    my $location = $made->header('Location');
    like $location, ref $links ? qr{^(?:$links)/v1/tickets/\d+$}
        : qr{^\Q$links\E/v1/tickets/\d+$}, "$name: Location";
    my $raw = $t->raw;
    $raw->send("GET $location HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        . $t->token('alice') . "\r\n\r\n");
    is $raw->answer->field('/id'), $made->field('/id'), 'leads to it';

    my $list = at($mount, 'ann', 'GET', '/v1/tickets?limit=1');
    like $list->header('Link') // '',
        ref $links ? qr{/v1/tickets\?} : qr{<\Q$links\E/v1/tickets\?},
        "$name: Link";
}

at('', 'alice', 'GET', '/v1/me')->is(200, 'an exact location');
at('/short', 'alice', 'GET', '/me')->is(200, 'a rewrite into a mount');
my $made = at('/short', 'alice', 'POST', '/tickets', %new);
like $made->header('Location'), qr{^/helpdesk/v1/tickets/\d+$},
    'makes links of that mount';
at('/bare', 'alice', 'GET', 'X/v1/me')
    ->is_problem(404, 'not-found', 'a location without a slash at its end');
is at('/plain', undef, 'GET', '/')->body, 'plain', 'other locations';
at('/hidden', 'alice', 'GET', '/v1/me')->is(404, 'an internal one');

# --- sent there by a back end -------------------------------------------------

# X-Accel-Redirect begins the request anew, as GET, with what is left of it.
sub sent ($who, $method, $to, %opt) {
    return at('/front', $who, $method, "/x?to=/hidden$to", %opt);
}

sent('alice', 'GET', "/v1/tickets/$id")->is(200, 'X-Accel-Redirect');
is sent('alice', 'GET', "/v1/tickets/$id")->field('/id'), $id, '  to a ticket';
like sent('alice', 'GET', '/v1/tickets?limit=1')->header('Link'),
    qr{^</hidden/v1/tickets\?}, '  links are of the location';
is sent('alice', 'HEAD', "/v1/tickets/$id")->is(200)->body, '', '  HEAD';
sent('bob', 'GET', "/v1/tickets/$id")->is_problem(404, 'not-found', '  rights');
sent(undef, 'GET', '/v1/me')->is_problem(401, 'unauthorized', '  and nobody');
sent('alice', 'GET', '/v1/nothing')->is_problem(404, 'not-found', '  nowhere');
sent('alice', 'GET', '/v2/')->is_problem(404, 'not-found', '  beside the API');
my $etag = at('', 'alice', 'GET', "/v1/tickets/$id")->etag;
sent('alice', 'GET', "/v1/tickets/$id", headers => { 'If-None-Match' => $etag })
    ->is(304, '  a condition');

my $tickets = tickets_of('alice');
for my $body ('', '{"subject":"s","description":"d"}', 'x' x 500_000) {
    my $got = sent('alice', 'POST', "/v1/tickets/$id", body => $body);
    $got->is(200, 'POST of ' . length($body) . ' bytes is a GET there');
    is $got->field('/id'), $id, '  of the ticket';
    sent('alice', $_, '/v1/tickets', body => $body)->is(200, "  $_ of none")
        for 'POST', 'DELETE', 'PATCH';
}
sent('alice', 'POST', '/v1/tickets', body => 'x' x 2_000_000)
    ->is_problem(413, 'too-large', '  the limit is that of either');
is tickets_of('alice'), $tickets, 'nothing was made';

my $file = at('', 'alice', 'POST', '/v1/attachments?name=f', body =>
    '0123456789')->field('/token');
is sent('alice', 'GET', "/v1/attachments/$file")->is(200)->body, '0123456789',
    'a file';
is sent('alice', 'GET', "/v1/attachments/$file", headers => { Range =>
    'bytes=2-4' })->is(206)->body, '234', '  a part of it';
my $past = sent('alice', 'GET', "/v1/attachments/$file", headers => { Range =>
    'bytes=20-' })->is_problem(416, 'range-not-satisfiable', '  or none');
is $past->header('Content-Range'), 'bytes */10', '  with its size';

# what comes after it on the connection is the next request
my $raw = $t->raw;
for my $method ('POST', 'GET', 'POST') {
    local $t->{base} = '/front';
    $raw->send($t->raw_request($method, 'alice', '/x?to=/hidden/v1/me',
        $method eq 'POST' ? '{"a":"GET /x HTTP/1.1"}' : undef));
}
$raw->send($t->raw_request('GET', 'bob', '/v1/me'));
is $raw->answer(method => 'GET', path => '/v1/me', check => 0)->field('/login'),
    $_, "pipelined: $_" for qw(alice alice alice bob);

# so does error_page, which keeps the method where it is a name
is at('/away', 'alice', 'GET', "/x?to=/v1/tickets/$id")->is(200)->field('/id'),
    $id, 'error_page = URI';
at('/away', 'alice', 'POST', '/x?to=/v1/tickets', %new)->is(200,
    '  is a GET, too');
is tickets_of('alice'), $tickets, '  and makes nothing';

sub tickets_of ($who) {
    return at('', $who, 'GET', '/v1/me/tickets?count=true')->field('/count');
}


# --- other ways ---------------------------------------------------------------

at('/cond', 'alice', 'GET', '/v1/me?stop=1')->is(402, 'return in an `if`');
at('/cond', 'alice', 'GET', '/v1/me', headers => { 'X-Test' => 1 })
    ->is(200, 'an `if` that sets a variable');
at('/only', 'alice', 'GET', '/v1/me')->is(200, 'limit_except lets GET by');
at('/only', 'alice', 'POST', '/v1/tickets', %new)
    ->is_problem(403, 'forbidden', 'and refuses POST with our document');
at('', undef, 'GET', '/health')->is(200, 'ticket_health');
at('', undef, 'POST', '/health')->is_problem(405, 'method-not-allowed');


# --- variables ----------------------------------------------------------------

at('/log', 'alice', 'POST', '/v1/tickets', json => { subject => 's',
    description => 'd', priority => 'high' })->is(201);
my $last = at('/log', 'alice', 'GET', '/v1/me/tickets?limit=1')
    ->field('/data/0/id');
at('/log', 'ann', 'POST', "/v1/tickets/$last/claim", json => {})->is(200);
at('/log', 'bob', 'GET', "/v1/tickets/$last")->is(404);
at('/log', undef, 'GET', '/v1/nothing')->is(404);
at('/log', undef, 'GET', '/v1/me')->is(401);

my @lines;
wait_for(sub {
    @lines = split /\n/, TicketTest::Server::slurp($t->dir . '/logs/desk.log');
    @lines == 6;
}, 'the log');
like $lines[0], qr/^POST\ 201\|$last\|new\|high\|alice\|user\|main\|
    ticket\.create\|\d+$/x, 'a create';
like $lines[1], qr/^GET 200\|-?\|-?\|-?\|alice\|user\|main\|me\.tickets\|-?$/,
    'a list';
like $lines[2], qr/^POST\ 200\|$last\|open\|high\|ann\|agent\|main\|
    ticket\.claim\|\d+$/x, 'an action';
like $lines[3], qr/^GET 404\|.*\|bob\|user\|main\|ticket\.get\|-?$/,
    'a refusal';
like $lines[4], qr/^GET 404\|-(?:\|-)*$/, 'no such path';
like $lines[5], qr/^GET 401\|-\|-\|-\|-\|-\|-\|me\.get\|-$/, 'nobody';

$t->verify;
done_testing;
