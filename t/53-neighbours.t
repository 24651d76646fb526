# The module among nginx's others: error_page, subrequests of SSI,
# auth_request, addition, mirror and Lua, limits before it, gzip behind it.

use v5.36;
use utf8;

use Mojo::JSON  qw(decode_json);
use Mojo::Util  qw(gzip gunzip);
use Time::HiRes qw(sleep time);

use TicketTest;

my @lua = grep { -e "/usr/lib/nginx/modules/$_" }
    qw(ndk_http_module.so ngx_http_lua_module.so);

my $t = TicketTest->new(workers => 1, store => 'queue=128',
    main => join("\n", 'worker_shutdown_timeout 1s;',
        map { "load_module /usr/lib/nginx/modules/$_;" } @lua),
    faults => 1,
    http => q(
        limit_req_zone $http_x_zone zone=one:1m rate=1r/m;
        limit_conn_zone $http_x_zone zone=conn:1m;
    ),
    server => q(
        location /errors/ {
            ticket main;
            error_page 400 401 403 404 405 409 412 413 415 428 500 503 507
                = /page.html;
        }
        location /strict/ {
            ticket main;
            ticket_require_match on;
            error_page 428 /page.html;
        }
        location = /page.html { return 200 "the operator's page"; }

        location /ssi/ { ssi on; default_type text/html; }
        location /guard/ {
            auth_request /helpdesk/v1/me;
            auth_request_set $who $ticket_user;
            add_header X-Who $upstream_http_x_who;
            return 204;
        }
        location /guarded/ { auth_request /helpdesk/v1/me; alias {dir}/html/; }
        location /guarded-post/ {
            auth_request /helpdesk/v1/me;
            proxy_pass http://127.0.0.1:{port}/helpdesk/;
        }
        location /add/ {
            default_type text/html;
            alias {dir}/html/;
            add_before_body /helpdesk/v1/me;
            add_after_body /helpdesk/v1/problems/busy;
        }
        location /mirror/ {
            mirror /helpdesk/v1/tickets;
            proxy_pass http://127.0.0.1:{port}/sink/;
        }
        location /sink/ { return 200 sunk; }
        location /limited/ { ticket main; limit_req zone=one;
            limit_req_status 429; }
        location /limited503/ { ticket main; limit_req zone=one; }
        location /denied/ { ticket main; deny all; }
        location /basic/ { ticket main; auth_basic desk;
            auth_basic_user_file {dir}/users; }
        location /zip/ { ticket main; gzip on; gzip_min_length 1;
            gzip_types application/json application/problem+json; }
        location /sub/ { ticket main; sub_filter_types *;
            sub_filter '"state"' '"STATE"'; }
        location /proxy/ { proxy_pass http://127.0.0.1:{port}/helpdesk/; }
    ) . (@lua == 2 ? lua_locations() : ''));

is scalar(@lua), 2, "nginx's Lua module is installed";

sub at ($mount, $who, $method, $path, %opt) {
    local $t->{base} = $mount;
    return $t->request($method, $who, $path, check => 0, %opt);
}

sub page ($name, $text) {
    open my $out, '>', $t->dir . "/html/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
}

sub count () {
    return $t->get('ann', '/v1/tickets?count=true&limit=1')->field('/count');
}

my $ticket = $t->some_ticket;
my $path   = "/v1/tickets/$ticket->{id}";
my %new    = (json => { subject => 's', description => 'd' });
my %json   = ('Content-Type' => 'application/json');


# --- error_page ---------------------------------------------------------------

at('/errors', 'alice', 'POST', '/v1/tickets', body => '{', headers => { %json })
    ->is_problem(400, 'invalid-json', 'error_page leaves 400 alone');
at('/errors', undef, 'GET', '/v1/me')->is_problem(401, 'unauthorized');
at('/errors', 'alice', 'POST', "$path/claim", json => {})
    ->is_problem(403, 'forbidden');
at('/errors', 'alice', 'GET', '/v1/none')->is_problem(404, 'not-found');
at('/errors', 'alice', 'PUT', '/v1/me')
    ->is_problem(405, 'method-not-allowed');
at('/errors', 'alice', 'POST', "$path/confirm", json => {})
    ->is_problem(409, 'invalid-transition');
at('/errors', 'alice', 'PATCH', $path, json => { subject => 'x' },
    headers => { 'If-Match' => '"t1.999"' })
    ->is_problem(412, 'version-mismatch');
at('/errors', 'alice', 'POST', '/v1/tickets', body => 'x',
    headers => { 'Content-Type' => 'text/plain' })
    ->is_problem(415, 'unsupported-media-type');
at('/strict', 'ann', 'POST', "$path/claim", json => {})
    ->is_problem(428, 'precondition-required');
at('/errors', 'alice', 'BREW', '/v1/me')
    ->is_problem(405, 'method-not-allowed');
# this one nginx refuses by itself, and the operator has a page for it
my $large = at('/errors', 'alice', 'POST', '/v1/tickets',
    body => ' ' x (1024 * 1024 + 1), headers => { %json });
like $large->body, qr/operator's page|too-large/, 'too large: one of the two';
$t->new_connection;
at('', undef, 'GET', '/errors/v1/healthz')->is(200);


# --- SSI ----------------------------------------------------------------------

page('one.html', 'a<!--#include virtual="/helpdesk/v1/me" -->z');
page('many.html', 'a' . '<!--#include virtual="/helpdesk/v1/workflow" -->'
    . '<!--#include virtual="/helpdesk/v1/me" wait="yes" -->' x 5
    . qq(<!--#include virtual="/helpdesk$path" -->)
    . '<!--#include virtual="/helpdesk/v1/none" -->z');
mkdir $t->dir . '/html/ssi';
rename $t->dir . "/html/$_", $t->dir . "/html/ssi/$_"
    for qw(one.html many.html);

my $ssi = at('/ssi', 'alice', 'GET', '/one.html')->is(200, 'an SSI page');
like $ssi->body, qr/^a\{.*"login":"alice".*\}z$/s, 'with who asks';
my $many = at('/ssi', 'alice', 'GET', '/many.html')->is(200);
is scalar(() = $many->body =~ /"login":"alice"/g), 5, 'five times';
like $many->body, qr/"transitions".*"Printer on floor 3 jams".*z$/s,
    'and more';
is scalar(() = at('/ssi', undef, 'GET', '/many.html')->body
    =~ m{/problems/unauthorized}g), 6, 'nobody is told nothing';
my $head = at('/ssi', 'alice', 'HEAD', '/many.html')->is(200, 'HEAD of it');
is $head->body, '', 'has no body';


# --- auth_request -------------------------------------------------------------

page('secret.txt', 'secret');
is at('/guarded', 'alice', 'GET', '/secret.txt')->body, 'secret',
    'auth_request by a token of ours';
at('/guarded', undef, 'GET', '/secret.txt')->is(401, 'and not without');
my $before = count();
at('/guarded-post', 'alice', 'POST', '/v1/tickets', %new)
    ->is(201, 'auth_request of a POST');
is count(), $before + 1, 'made one ticket';
at('/guarded-post', undef, 'POST', '/v1/tickets', %new)->is(401);
is count(), $before + 1, 'or none';


# --- addition, mirror ---------------------------------------------------------

page('text.html', 'text');
like at('/add', 'alice', 'GET', '/text.html')->body,
    qr/^\{.*"login":"alice".*\}text\{.*"busy".*\}$/s, 'addition';

$before = count();
is at('/mirror', 'alice', 'POST', '/x', %new)->body, 'sunk', 'mirror';
sleep 0.1;
is count(), $before, "does not spend its parent's body on a ticket";


# --- refused by others before us ----------------------------------------------

my %zone = (headers => { 'X-Zone' => 'a' });
at('/limited', 'alice', 'GET', '/v1/me', %zone)->is(200);
at('/limited', 'alice', 'GET', '/v1/me', %zone)
    ->is_problem(429, 'quota-exceeded', 'limit_req with a status of its own');
at('/limited', 'alice', 'POST', '/v1/tickets', %new,
    headers => { 'X-Zone' => 'a' })->is_problem(429, 'quota-exceeded');
$zone{headers}{'X-Zone'} = 'b';
at('/limited503', 'alice', 'GET', '/v1/me', %zone)->is(200);
at('/limited503', 'alice', 'GET', '/v1/me', %zone)
    ->is_problem(503, 'busy', 'limit_req as it comes');
at('/denied', 'alice', 'GET', '/v1/me')->is_problem(403, 'forbidden', 'deny');
at('/denied', 'alice', 'POST', '/v1/tickets', %new)
    ->is_problem(403, 'forbidden');

open my $users, '>', $t->dir . '/users' or die;
print $users "u:{PLAIN}p\n";
close $users;
my $basic = at('/basic', undef, 'GET', '/v1/me');
$basic->is_problem(401, 'unauthorized', 'auth_basic');
is $basic->header('WWW-Authenticate'), 'Basic realm="desk"',
    'with the challenge of who refused';


# --- filters behind us --------------------------------------------------------

my $plain  = $t->get('alice', $path);
my $zipped = at('/zip', 'alice', 'GET', $path,
    headers => { 'Accept-Encoding' => 'gzip' });
$zipped->is(200, 'gzip');
is gunzip($zipped->body) // $zipped->body, $plain->body, 'the same document'
    if ($zipped->header('Content-Encoding') // '') eq 'gzip';
is $zipped->etag, 'W/' . $plain->etag, 'with a weak ETag';
at('/zip', 'alice', 'GET', $path, headers => { 'Accept-Encoding' => 'gzip',
    'If-None-Match' => $zipped->etag })->is(304, 'which is known again');
like at('/sub', 'alice', 'GET', $path)->body, qr/"STATE":"new"/, 'sub_filter';
my $proxied = at('/proxy', 'alice', 'POST', '/v1/tickets', %new,
    headers => { 'Idempotency-Key' => 'proxied' });
$proxied->is(201, 'behind a proxy');


# --- Lua ----------------------------------------------------------------------

sub lua_locations () {
    return q(
        location /lua/get { content_by_lua_block {
            local r = ngx.location.capture("/helpdesk/v1/me")
            ngx.say(r.status, " ", r.header["Content-Type"], " ", r.body)
        } }
        location /lua/post { content_by_lua_block {
            ngx.req.set_header("Content-Type", "application/json")
            ngx.req.read_body()
            local r = ngx.location.capture("/helpdesk/v1/tickets", {
                method = ngx.HTTP_POST,
                body = '{"subject":"from Lua","description":"d"}' })
            ngx.say(r.status, " ", r.header["Location"], " ", r.body)
        } }
        location /lua/pass { content_by_lua_block {
            ngx.req.read_body()
            local r = ngx.location.capture("/helpdesk/v1/tickets", {
                method = ngx.HTTP_POST, always_forward_body = true })
            ngx.say(r.status)
        } }
        location /lua/bad { content_by_lua_block {
            ngx.req.set_header("Content-Type", "application/json")
            ngx.req.read_body()
            local r = ngx.location.capture("/helpdesk/v1/tickets", {
                method = ngx.HTTP_POST, body = '{"subject":' })
            ngx.say(r.status, " ", r.body)
        } }
        location /lua/head { content_by_lua_block {
            local r = ngx.location.capture("/helpdesk/v1/me",
                { method = ngx.HTTP_HEAD })
            ngx.say(r.status, " [", r.body, "]")
        } }
        location /lua/many { content_by_lua_block {
            ngx.req.set_header("Content-Type", "application/json")
            ngx.req.read_body()
            local calls = {}
            for i = 1, tonumber(ngx.var.arg_n) do
                calls[i] = i % 2 == 0 and { "/helpdesk/v1/me" }
                    or { "/helpdesk/v1/tickets", { method = ngx.HTTP_POST,
                        body = '{"subject":"many ' .. i
                            .. '","description":"d"}' } }
            end
            local count = {}
            for _, r in ipairs({ ngx.location.capture_multi(calls) }) do
                count[r.status] = (count[r.status] or 0) + 1
            end
            for _, s in ipairs({ 200, 201, 503 }) do
                ngx.say(s, " x ", count[s] or 0)
            end
        } }
        location /lua/access {
            access_by_lua_block {
                local r = ngx.location.capture("/helpdesk/v1/me")
                if r.status ~= 200 then ngx.exit(403) end
            }
            ticket main;
        }
        location /lua/log {
            ticket main;
            log_by_lua_block {
                ngx.log(ngx.NOTICE, "action ", ngx.var.ticket_action,
                    " ticket ", ngx.var.ticket_id)
            }
        }
    );
}

sub lua_tests () {
    my $r = at('/lua', 'alice', 'GET', '/get');
    like $r->body, qr{^200 application/json \{.*"alice"}, 'capture of a GET';
    like at('/lua', undef, 'GET', '/get')->body, qr{^401 .*unauthorized},
        'with the rights of its parent';

    my $before = count();
    $r = at('/lua', 'alice', 'POST', '/post');
    like $r->body, qr{^201 /helpdesk/v1/tickets/\d+ \{.*"from Lua"},
        'capture of a POST';
    like at('/lua', 'alice', 'POST', '/post', %new)->body, qr/^201 /,
        'below a POST with a body of its own';
    like at('/lua', 'alice', 'POST', '/bad')->body, qr/^400 .*invalid-json/s,
        'a bad body';
    like at('/lua', 'alice', 'GET', '/head')->body, qr/^200 \[\]$/,
        'capture of a HEAD';
    is count(), $before + 2, 'two tickets';
    my $passed = at('/lua', 'alice', 'POST', '/pass', %new)->body;
    like $passed, qr/^(?:201|400)$/, "the parent's body: $passed";

    $before = count();
    $r = at('/lua', 'alice', 'GET', '/many?n=40');
    is $r->body, "200 x 20\n201 x 20\n503 x 0\n", 'forty at a time';
    is count(), $before + 20, 'twenty tickets';
    $r = at('/lua', 'alice', 'GET', '/many?n=180');
    my ($made, $busy) = $r->body =~ /201 x (\d+)\n503 x (\d+)/;
    is $made + $busy, 90, 'a hundred and eighty at a time';
    cmp_ok $made, '>=', 60, "$made are made, the others are told to wait";
    is count(), $before + 20 + $made, 'and counted';

    # the parent goes away
    for my $n (1 .. 10) {
        my $raw = $t->raw;
        $raw->send("GET /lua/many?n=30 HTTP/1.1\r\nHost: x\r\nAuthorization: "
            . 'Bearer ' . $t->token('alice') . "\r\n\r\n");
        sleep 0.002 * $n;
        $n % 2 ? $raw->reset : $raw->close;
    }
    at('/lua', 'alice', 'GET', '/get')->is(200, 'parents that leave');

    at('/lua/access', 'alice', 'GET', '/v1/me')->is(200, 'access by Lua');
    at('/lua/access', undef, 'GET', '/v1/me')
        ->is_problem(403, 'forbidden', 'and its refusal');
    at('/lua/log', 'alice', 'GET', $path)->is(200);
    wait_for(sub { $t->log =~ /action ticket\.get ticket $ticket->{id}\b/ },
        'our variables in Lua');

    # connections are ended by force while captures are in flight
    $t->order('fdatasync sleep 2000');
    my @raw = map { $t->raw } 1 .. 6;
    $_->send("GET /lua/many?n=20 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        . $t->token('alice') . "\r\n\r\n") for @raw;
    sleep 0.1;
    my @old = @{ $t->workers };
    $t->reload;
    wait_for(sub { !kill 0, @old }, 'the old worker to leave', 15);
    $t->order;
    at('/lua', 'alice', 'GET', '/get')->is(200, 'a forced end of captures');
}

lua_tests() if @lua == 2;

$t->verify;
done_testing;
