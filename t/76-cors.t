# Pages of other sites: what a browser lets them do and see (ticket_cors).

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Browser;

my $APP  = 'https://app.example.com';
my $EVIL = 'https://evil.example';
my $auth = q(auth_basic desk; auth_basic_user_file {dir}/users;);

my $t = TicketTest->new(workers => 1, start => 0,
    http => qq(
        ticket_cors $APP http://localhost:3000 http://[::1]:81 app://x;
        limit_req_zone \$uri zone=one:1m rate=1r/m;
        map \$request_method \$realm { OPTIONS off; default desk; }
    ),
    server => qq(
        location /none/    { ticket main; ticket_cors off; }
        location /other/   { ticket main; ticket_cors https://other.example; }
        location /who/     { ticket main;
            ticket_identity user=\$http_x_who; }
        location /basic/   { ticket main; $auth }
        location /except/  { ticket main; $auth
            limit_except GET POST PUT PATCH DELETE { auth_basic off; } }
        location /realm/   { ticket main; auth_basic \$realm;
            auth_basic_user_file {dir}/users;
            ticket_identity user=\$remote_user; }
        location /asked/   { ticket main; auth_request /judge; }
        location = /judge  { internal;
            if (\$request_method = OPTIONS) { return 204; }
            return 401; }
        location /denied/  { ticket main; deny all; }
        location /limited/ { ticket main; limit_req zone=one;
            limit_req_status 429; }
        location = /ready  { ticket_health main; }
    ));

open my $users, '>', $t->dir . '/users' or die "users: $!\n";
print $users "alice:{PLAIN}wonderland\n";
close $users;
$t->start;

sub at ($mount, $method, $path, %header) {
    local $t->{base} = $mount;
    return $t->request($method, undef, $path, check => 0,
        headers => \%header);
}

# Names and values of the fields of CORS.
sub fields ($answer) {
    my %field;
    for my $name (qw(Allow-Origin Allow-Methods Allow-Headers
        Allow-Credentials Expose-Headers Max-Age))
    {
        my $value = $answer->header("Access-Control-$name");
        $field{$name} = $value if defined $value;
    }
    return \%field;
}

sub no_cors ($answer, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is_deeply fields($answer), {}, $name;
}

my $ticket = $t->some_ticket;
my $path   = "/v1/tickets/$ticket->{id}";
my %bearer = (Authorization => 'Bearer ' . $t->token('alice'));
my %exposed = ('Expose-Headers' => 'ETag, Location, Link, Retry-After, Allow,'
    . ' Idempotency-Replayed, RateLimit, RateLimit-Policy, X-Request-Id');


# --- preflights ---------------------------------------------------------------

my %ask = ('Access-Control-Request-Method' => 'PATCH',
    'Access-Control-Request-Headers' => 'authorization,if-match');
my $leave = at('/helpdesk', OPTIONS => $path, Origin => $APP, %ask)
    ->is(204, 'a preflight');
is_deeply fields($leave), {
    'Allow-Origin'  => $APP,
    'Allow-Methods' => $leave->header('Allow'),
    'Allow-Headers' => 'Authorization, Content-Type, Idempotency-Key, '
        . 'If-Match, If-None-Match, X-Request-Id, Accept-Language',
    'Max-Age'       => 600,
}, 'gives leave to this origin, for the methods of the resource';
like $leave->header('Allow'), qr/\bPATCH\b/, 'PATCH among them';
is $leave->header('Vary'), 'Origin', 'Vary';
is length $leave->body, 0, 'no body';

unlike at('/helpdesk', OPTIONS => '/v1/me/tickets', Origin => $APP, %ask)
    ->header('Access-Control-Allow-Methods'), qr/PATCH|POST/,
    'of another resource: its own methods';
is_deeply fields(at('/helpdesk', OPTIONS => $path, Origin => $APP)->is(204)),
    { 'Allow-Origin' => $APP, %exposed },
    'OPTIONS without Access-Control-Request-Method is no preflight';
at('/helpdesk', OPTIONS => '/v1/nothing', Origin => $APP, %ask)
    ->is_problem(404, 'not-found', 'a preflight to nowhere');

for my $origin ($EVIL, 'null', '', 'https://app.example.com.evil.example',
    'https://app.example.com:444', 'http://app.example.com',
    'https://xapp.example.com', 'https://app.example.com/', 'app.example.com',
    'https://app.example.com https://evil.example', 'http://localhost:3001',
    "$APP, $EVIL", 'https://*', '*')
{
    my $r = at('/helpdesk', OPTIONS => $path, Origin => $origin, %ask)
        ->is(204);
    no_cors($r, "no leave for \"$origin\"");
    is $r->header('Vary'), 'Origin', 'Vary all the same';
}
for my $origin ('HTTPS://APP.example.COM', 'https://app.example.com:443',
    'http://localhost:3000', 'http://[::1]:81', 'app://x')
{
    is fields(at('/helpdesk', OPTIONS => $path, Origin => $origin, %ask))
        ->{'Allow-Origin'}, $origin, "leave for $origin, as it was sent";
}


# --- answers ------------------------------------------------------------------

my $read = at('/helpdesk', GET => $path, %bearer, Origin => $APP)->is(200);
is_deeply fields($read), { 'Allow-Origin' => $APP, %exposed }, 'an answer';
is $read->header('Vary'), 'Accept-Language, Origin', 'Vary of both';
my $kept = at('/helpdesk', GET => $path, %bearer, Origin => $EVIL)->is(200);
no_cors($kept, 'the same answer to another origin');
$kept = at('/helpdesk', GET => $path, %bearer)->is(200);
no_cors($kept, 'and to none');
is $kept->header('Vary'), 'Accept-Language, Origin', 'Vary for both';
is_deeply fields(at('/helpdesk', GET => $path, %bearer, Origin => $APP,
    'If-None-Match' => $read->etag)->is(304)),
    { 'Allow-Origin' => $APP, %exposed }, 'a 304';
is_deeply fields(at('/helpdesk', GET => $path, Origin => $APP)
    ->is_problem(401, 'unauthorized')), { 'Allow-Origin' => $APP, %exposed },
    'a problem of ours';
ok at('/helpdesk', GET => $path, Origin => $APP)->header('WWW-Authenticate'),
    'a 401 with WWW-Authenticate';
is_deeply fields(at('', GET => '/ready', Origin => $APP)->is(200)),
    { 'Allow-Origin' => $APP, %exposed }, 'the health document';
is_deeply fields(at('/helpdesk', GET => '/v1/readyz', Origin => $APP)),
    { 'Allow-Origin' => $APP, %exposed }, 'that of the mount';

my $none = at('/none', GET => $path, %bearer, Origin => $APP)->is(200);
no_cors($none, 'off');
is $none->header('Vary'), 'Accept-Language', 'off: no Vary: Origin';
no_cors(at('/none', OPTIONS => $path, Origin => $APP, %ask)->is(204),
    'off: no leave');
no_cors(at('/other', GET => $path, %bearer, Origin => $APP)->is(200),
    "a location's own list replaces the inherited one");
is fields(at('/other', GET => $path, Origin => 'https://other.example'))
    ->{'Allow-Origin'}, 'https://other.example', 'and holds';

# Two fields: nginx refuses none of them, and neither is chosen.
my $raw = $t->raw;
$raw->send($t->raw_request(GET => 'alice', $path, undef, "Origin: $EVIL",
    "Origin: $APP"));
no_cors($raw->answer(method => 'GET', path => $path), 'two Origins');


# --- credentials --------------------------------------------------------------

is fields(at('/who', GET => $path, Origin => $APP))->{'Allow-Credentials'},
    'true', 'credentials, where ticket_identity looks at them';
is fields(at('/who', OPTIONS => $path, Origin => $APP, %ask))
    ->{'Allow-Credentials'}, 'true', 'in a preflight, too';
no_cors(at('/who', GET => $path, Origin => $EVIL), 'not for other origins');


# --- what nginx refuses -------------------------------------------------------

for my $case (['/basic', 401], ['/asked', 401], ['/denied', 403]) {
    my ($mount, $code) = @$case;
    is_deeply fields(at($mount, GET => $path, Origin => $APP)->is($code)),
        { 'Allow-Origin' => $APP, %exposed }, "nginx's own $code at $mount";
    no_cors(at($mount, GET => $path, Origin => $EVIL)->is($code),
        'not for other origins');
}
at('/limited', GET => $path, Origin => $APP);
my $many = at('/limited', GET => $path, Origin => $APP)
    ->is_problem(429, 'quota-exceeded');
is_deeply fields($many), { 'Allow-Origin' => $APP, %exposed }, 'a 429';
my $big = $t->request(POST => 'alice', '/v1/tickets', check => 0,
    body => 'x' x 1_100_000, headers => { Origin => $APP });
is fields($big->is(413))->{'Allow-Origin'}, $APP, 'a 413';


# --- a browser ----------------------------------------------------------------

my $page = TicketTest::Browser->new($t, origin => $APP);
my %json = (%bearer, 'Content-Type' => 'application/json');
my $made = $page->fetch(POST => '/v1/tickets',
    headers => { %json, 'Idempotency-Key' => 'k1', 'Accept-Language' => 'en' },
    json => { subject => 's', description => 'd' });
ok $made->{preflight}, 'a page asks for leave';
is eval { $made->{answer}->code }, 201, 'and submits'
    or diag $made->{why};
like $page->exposed($made->{answer}, 'Location'), qr{/v1/tickets/\d+$},
    'and reads Location';
my $etag = $page->exposed($made->{answer}, 'ETag');
my $id   = $made->{answer}->field('/id');
my $patched = $page->fetch(PATCH => "/v1/tickets/$id",
    headers => { %bearer, 'If-Match' => $etag, 'X-Request-Id' => 'page-1',
        'Content-Type' => 'application/merge-patch+json' },
    json => { subject => 'changed' });
is eval { $patched->{answer}->code }, 200, 'changes it' or diag $patched->{why};
is $page->exposed($patched->{answer}, 'X-Request-Id'), 'page-1',
    'and reads the id of the request';
is $page->fetch(GET => "/v1/tickets/$id", headers => { %bearer,
    'If-None-Match' => $patched->{answer}->etag })->{answer}->code, 304,
    'polls';
like $page->fetch(GET => "/v1/tickets/$id", headers => { 'X-Other' => 1 })
    ->{why}, qr/preflight: header x-other/, 'a header that nobody allows';

my $evil = TicketTest::Browser->new($t, origin => $EVIL);
like $evil->fetch(POST => '/v1/tickets', headers => \%json,
    json => { subject => 's', description => 'd' })->{why},
    qr/preflight: no Access-Control-Allow-Origin/,
    'a page of another site gets no leave';
like $evil->fetch(GET => $path)->{why}, qr/no Access-Control-Allow-Origin/,
    'and sees nothing';


# --- preflights and nginx's own authentication --------------------------------

my $basic = 'Basic YWxpY2U6d29uZGVybGFuZA==';
$page = TicketTest::Browser->new($t, origin => $APP, credentials => 1,
    ambient => { Authorization => $basic });
my %new = (headers => { 'Content-Type' => 'application/json' },
    json => { subject => 's', description => 'd' });

{
    local $t->{base} = '/basic';
    like $page->fetch(POST => '/v1/tickets', %new)->{why},
        qr/preflight: status 401/, 'auth_basic refuses preflights';
    for my $mount ('/except', '/asked') {
        $t->{base} = $mount;
        $t->request(OPTIONS => undef, $path, check => 0,
            headers => { Origin => $APP, %ask })
            ->is(204, "a preflight passes at $mount");
        $t->request(GET => undef, $path, check => 0)->is(401,
            'and nothing else without a password');
    }
}

done_testing;
