# Who nginx says the caller is: auth_basic, auth_request, a client
# certificate, Lua; what that gives him and what it does not.

use v5.36;
use utf8;

use Mojo::Util qw(decode encode);

use TicketTest;

my $APP  = 'https://app.example.com';
my $EVIL = 'https://evil.example';

my $t = TicketTest->new(workers => 2, tls => 1, start => 0,
    main => join("\n", map { "load_module /usr/lib/nginx/modules/$_;" }
        qw(ndk_http_module.so ngx_http_lua_module.so)),
    http => q(
        map $remote_user $desk_role { default user; ada agent; }
        map $ssl_client_s_dn $cn {
            default                         "";
            "~^CN=(?<cn_is>[\w.@-]+)(?:,|$)"  $cn_is;
        }
        server { listen 127.0.0.1:{port2}; root {dir}/html;
            location /said/ { ticket main;
                ticket_identity user=$http_x_who role=admin;
                ticket_identity_max_role admin; } }
    ),
    server => qq(
        ssl_client_certificate {dir}/ca.pem;
        ssl_verify_client optional;
        add_header X-As "\$ticket_user \$ticket_role" always;

        location /basic/  { ticket main; auth_basic desk;
            auth_basic_user_file {dir}/users;
            ticket_identity user=\$remote_user role=\$desk_role;
            ticket_identity_max_role agent;
            limit_except GET POST PUT PATCH DELETE { auth_basic off; } }

        location = /judge { internal;
            proxy_pass http://127.0.0.1:{port}/backend;
            proxy_pass_request_body off;
            proxy_set_header Content-Length ""; }
        location = /backend {
            if (\$cookie_sid != secret) { return 401; }
            add_header X-User \$cookie_user; add_header X-Role \$cookie_role;
            add_header X-Tenant \$cookie_tenant;
            add_header X-Name \$cookie_name; add_header X-Mail \$cookie_mail;
            return 204; }
        auth_request_set \$who \$upstream_http_x_user;
        auth_request_set \$who_role \$upstream_http_x_role;
        auth_request_set \$who_tenant \$upstream_http_x_tenant;
        auth_request_set \$who_name \$upstream_http_x_name;
        auth_request_set \$who_mail \$upstream_http_x_mail;
        ticket_identity user=\$who name=\$who_name email=\$who_mail
                        role=\$who_role tenant=\$who_tenant;

        location /user/   { ticket main; auth_request /judge; }
        location /asked/  { ticket main; auth_request /judge;
            ticket_cors $APP; ticket_identity_max_role agent; }
        location /staff/  { ticket main; auth_request /judge;
            ticket_identity_max_role admin; }
        location /sup/    { ticket main; auth_request /judge;
            ticket_identity_max_role supervisor; }
        location /said/   { ticket main;
            ticket_identity user=\$http_x_who role=admin; }
        location /off/    { ticket main; auth_request /judge;
            ticket_identity off; }

        location /cert/   { ticket main;
            ticket_identity user=\$cn role=agent;
            ticket_identity_max_role agent; }
        location /serial/ { ticket main;
            ticket_identity user=serial-\$ssl_client_serial; }

        location /lua/    { ticket main;
            set \$lua_who "";
            access_by_lua_block {
                local key = ngx.req.get_headers()["x-key"]
                if key == "open" then ngx.var.lua_who = "lua-" .. #key end
            }
            ticket_identity user=\$lua_who name=Lua; }
    ));
make_users();
make_certificates();
$t->start;

sub make_users () {
    open my $users, '>', $t->dir . '/users' or die "users: $!\n";
    print $users "$_:{PLAIN}$_ pw\n" for qw(ada bea root);
    close $users;
}

sub openssl (@args) {
    my $r = $t->{server}->run('openssl', @args);
    die "openssl @args: $r->{err}\n" if $r->{rc};
}

# Two authorities, of which nginx knows one; the names on certificates.
sub make_certificates () {
    my $dir = $t->dir;
    my @ec  = qw(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes);
    for my $ca ('ca', 'other-ca') {
        openssl('req', '-x509', @ec, '-days', 2, '-subj', "/CN=$ca",
            '-keyout', "$dir/$ca.key", '-out', "$dir/$ca.pem");
    }
    my $serial = 1000;
    for my $case (['carla', 'ca', '/O=Example/CN=carla'],
        ['sly', 'ca', '/CN=nobody/O=x,CN=root'],
        ['stranger', 'other-ca', '/CN=carla'])
    {
        my ($name, $ca, $subject) = @$case;
        openssl('req', '-new', @ec, '-subj', $subject, '-keyout',
            "$dir/$name.key", '-out', "$dir/$name.csr");
        openssl('x509', '-req', '-in', "$dir/$name.csr", '-CA', "$dir/$ca.pem",
            '-CAkey', "$dir/$ca.key", '-set_serial', ++$serial, '-days', 2,
            '-out', "$dir/$name.pem");
    }
}

# A request at a mount.  %header; -json and so on as for request().
sub at ($mount, $method, $path, %h) {
    local $t->{base} = $mount;
    my %opt = map { substr($_, 1) => delete $h{$_} } grep { /^-/ } keys %h;
    return $t->request($method, $opt{who}, $path, %opt, headers => \%h);
}

# The cookies that our backend knows a caller by.
sub as ($user, %more) {
    $more{user} = $user;
    return (Cookie => join '; ', 'sid=secret',
        map { "$_=" . encode('UTF-8', $more{$_}) } sort keys %more);
}

sub basic ($user, $password = "$user pw") {
    require MIME::Base64;
    return (Authorization => 'Basic '
        . MIME::Base64::encode_base64("$user:$password", ''));
}

# "login role" of the caller, as the desk sees him here.
sub me (@request) {
    my $r = at($request[0], GET => '/v1/me', @request[1 .. $#request])
        ->is(200);
    my $as = decode('UTF-8', $r->header('X-As') // '');
    is $r->field('/login'), $as =~ s/ \w+$//r, 'both ways';
    return $as;
}

# How many records there are of a login.
sub records ($login, $who = 'root') {
    my ($n, $path) = (0, '/v1/users?limit=200');
    while (defined $path) {
        my $page = $t->get($who, $path)->is(200)->json;
        $n += grep { $_->{login} eq $login } @{ $page->{data} };
        my $next = $page->{page}{next};
        $path = $next ? "/v1/users?limit=200&cursor=$next" : undef;
    }
    return $n;
}

my %new = (subject => 's', description => 'd');
my $alices = $t->some_ticket->{id};


# --- auth_basic ---------------------------------------------------------------

is me('/basic', basic('ada')), 'ada agent', 'auth_basic: user and mapped role';
is me('/basic', basic('bea')), 'bea user', 'another user, the default role';
my $denied = at('/basic', GET => '/v1/me', basic('ada', 'wrong'))
    ->is_problem(401, 'unauthorized', 'a wrong password');
like $denied->header('WWW-Authenticate'), qr/^Basic/, 'challenged by nginx';
at('/basic', GET => '/v1/me')->is_problem(401, 'unauthorized', 'no password');
is me('/basic', basic('root')), 'root user',
    'an administrator of the desk is no more than the location gives';


# --- somebody unseen ----------------------------------------------------------

is_deeply at('/basic', GET => '/v1/me/tickets', basic('bea'))->is(200)
    ->json->{data}, [], 'somebody unseen has no tickets';
at('/basic', GET => "/v1/tickets/$alices", basic('bea'))
    ->is_problem(404, 'not-found', "and sees none of others'");
is records('bea'), 0, 'reading makes no record';
at('/basic', POST => '/v1/tickets', basic('bea'), -json => { subject => 7 })
    ->is(400, 'a bad submission');
is records('bea'), 0, 'makes none either';
at('/basic', POST => "/v1/tickets/$alices/messages", basic('bea'),
    -json => { body => 'x' })->is(404, 'a write that is refused');
is records('bea'), 0, 'nor does that';

my $made = at('/basic', POST => '/v1/tickets', basic('bea'), -json => \%new)
    ->is(201, 'a first write');
is records('bea'), 1, 'makes the record';
my $beas = $made->field('/id');
is $made->field('/requester/id'),
    at('/basic', GET => '/v1/me', basic('bea'))->field('/id'),
    'who is the requester';
at('/basic', GET => "/v1/tickets/$beas", basic('bea'))->is(200, 'and sees it');
is scalar @{ at('/basic', GET => '/v1/me/tickets', basic('bea'))
    ->json->{data} }, 1, 'in the list, too';
at('/basic', POST => '/v1/tickets', basic('bea'), -json => \%new)->is(201);
is records('bea'), 1, 'a second write makes no other';

for my $round (1 .. 3) {
    my $login = "twin$round";
    my $held  = $t->hold_lock(200);
    my @r = $t->parallel(map {
        [POST => undef, $t->url('/v1/tickets') =~ s/helpdesk/user/r,
            json => \%new, check => 0, headers => { as($login) }]
    } 1 .. 8);
    close $held;
    is_deeply [ map { $_->code } @r ], [ (201) x 8 ],
        'eight first writes at once';
    my %by = map { ($_->field('/requester/id') // '') => 1 } @r;
    is keys %by, 1, 'are of one principal';
    is records($login), 1, 'who has one record';
}


# --- auth_request -------------------------------------------------------------

is me('/asked', as('dora', role => 'agent')), 'dora agent', 'auth_request';
at('/asked', GET => '/v1/me')->is_problem(401, 'unauthorized', 'no session');
at('/asked', GET => '/v1/me', Cookie => 'sid=guess; user=dora')
    ->is_problem(401, 'unauthorized', 'a guessed one');
at('/asked', GET => '/v1/me', as(''))
    ->is_problem(401, 'unauthorized', 'an empty user is nobody');
ok at('/asked', GET => '/v1/me', as(''))->header('WWW-Authenticate'),
    'and is challenged';
at('/asked', POST => '/v1/tickets', as(''), -json => \%new)
    ->is_problem(401, 'unauthorized', 'who writes nothing');
at('/off', GET => '/v1/me', as('dora'))
    ->is_problem(401, 'unauthorized', 'ticket_identity off');

my %named = as('eva', name => '伊娃', mail => 'eva@example.com');
at('/user', POST => '/v1/tickets', %named, -json => \%new)->is(201);
my $eva = at('/user', GET => '/v1/me', %named)->is(200)->json;
is "$eva->{name} $eva->{email}", '伊娃 eva@example.com',
    'name and address are kept';

for my $case (
    # mount, asked for, given
    ['/user',  'admin',      'user'],  ['/user',  'agent',      'user'],
    ['/user',  'user',       'user'],  ['/user',  '',           'user'],
    ['/asked', 'admin',      'agent'], ['/asked', 'supervisor', 'agent'],
    ['/asked', 'agent',      'agent'], ['/asked', 'boss',       'user'],
    ['/asked', 'system',     'user'],  ['/asked', 'AGENT',      'user'],
    ['/asked', ' agent',     'user'],  ['/sup',   'admin', 'supervisor'],
    ['/staff', 'admin',      'admin'], ['/staff', 'system',     'user'],
    ['/staff', 'supervisor', 'supervisor'])
{
    my ($mount, $role, $given) = @$case;
    next if $role =~ /^ /;                # nginx trims a cookie's value
    is me($mount, as('fay', role => $role)), "fay $given",
        "the role \"$role\" at $mount gives $given";
}
at('/asked', GET => '/v1/users', as('fay', role => 'admin'))
    ->is_problem(403, 'forbidden', 'no administration with a capped role');
at('/staff', GET => '/v1/users', as('fay', role => 'admin'))
    ->is(200, 'but with the role');
is me('/staff', as('root')), 'root admin',
    'without a role, that of the record';
is me('/asked', as('root')), 'root agent', 'within the bounds';

$t->post('root', '/v1/roles', { name => 'reader', base => 'agent',
    permissions => ['ticket.read', 'self'] })->is(201);
is me('/asked', as('fay', role => 'reader')), 'fay agent',
    "a role of the tenant's own";
at('/asked', GET => "/v1/tickets/$alices", as('fay', role => 'reader'))
    ->is(200, 'gives what it has');
at('/asked', POST => '/v1/tickets', as('fay', role => 'reader'),
    -json => \%new)->is_problem(403, 'forbidden', 'and no more');


# --- answers that are kept ----------------------------------------------------

for my $round (1 .. 3) {
    for my $case (['dora', 'user'], ['bea', 'user'], ['dora', 'agent']) {
        my ($user, $role) = @$case;
        is me('/asked', as($user, role => $role)), "$user $role",
            "each gets his own answer: $user $role, $round";
        my $list = at('/asked', GET => '/v1/tickets?limit=200',
            as($user, role => $role))->is(200);
        my %of = map { $_->{requester}{id} => 1 } @{ $list->json->{data} };
        ok $role eq 'agent' ? keys %of > 1 : keys %of <= 1,
            'and sees what he may';
    }
    at('/asked', GET => '/v1/tickets?limit=200', as(''))
        ->is(401, 'and nobody nothing');
}

# The same request at two servers with rules of their own, at both workers.
for my $round (1 .. 10) {
    for my $case ([$t->port2, 200], [$t->port, 403]) {
        my ($port, $code) = @$case;
        $t->new_connection;
        $t->request(GET => undef, "http://127.0.0.1:$port/said/v1/users",
            check => 0, headers => { 'X-Who' => 'ivy' })
            ->is($code, "the rules of the server at port $port, $round");
    }
}


# --- which of several ways ----------------------------------------------------

my %alice = (Authorization => 'Bearer ' . $t->token('alice'));
is me('/user', as('dora'), %alice), 'alice user', 'a token goes first';
at('/user', GET => '/v1/me', as('dora'),
    Authorization => 'Bearer ' . ($t->token('alice') =~ s/.$/x/r))
    ->is_problem(401, 'unauthorized', 'a bad one is no way round');
at('/user', GET => '/v1/me', as('dora'), Authorization => 'Bearer tk_')
    ->is_problem(401, 'unauthorized', 'nor half of one');
is me('/user', as('dora'), Authorization => 'Bearer of-somebody-else'),
    'dora user', "somebody else's token is none of our business";
is me('/user', as('dora'), Authorization => 'Bearer a.b.c'), 'dora user',
    'nor a JWT where none is accepted';


# --- disabled -----------------------------------------------------------------

my $id = at('/basic', GET => '/v1/me', basic('bea'))->field('/id');
$t->patch('root', "/v1/users/$id", { disabled => \1 })->is(200);
at('/basic', GET => '/v1/me', basic('bea'))
    ->is_problem(401, 'unauthorized', 'a disabled principal stays out');
at('/basic', POST => '/v1/tickets', basic('bea'), -json => \%new)
    ->is_problem(401, 'unauthorized', 'with writes, too');
$t->patch('root', "/v1/users/$id", { disabled => \0 })->is(200);
is me('/basic', basic('bea')), 'bea user', 'until he is let in again';


# --- pages of other sites -----------------------------------------------------

my $own = 'http://127.0.0.1:' . $t->port;
sub submits ($code, $name, %header) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = at('/asked', POST => '/v1/tickets', as('gus'), %header,
        -json => \%new);
    return $code == 403 ? $r->is_problem(403, 'forbidden', $name)
                        : $r->is($code, $name);
}

submits(403, "an origin: $_", Origin => $_)
    for $EVIL, 'null', '', 'https://127.0.0.1:' . $t->port,
        'http://127.0.0.1', 'http://127.0.0.1.evil.example:' . $t->port,
        "$own/", "$own, $EVIL", 'http://app.example.com', 'file://';
is records('gus'), 0, 'and nothing was written';
submits(201, 'no Origin: no browser');
submits(201, "the site's own origin", Origin => $own);
submits(201, 'written in capitals', Origin => uc $own);
submits(201, 'a listed origin', Origin => $APP);
submits(201, 'another name of the site', Origin => 'http://desk.example',
    Host => 'desk.example');
submits(201, 'with the default port', Origin => 'http://desk.example:80',
    Host => 'DESK.example');
submits(403, 'another port', Origin => 'http://desk.example:8080',
    Host => 'desk.example');
at('/user', POST => '/v1/tickets', as('gus'), Origin => $APP,
    -json => \%new)->is(403, 'an origin that is listed elsewhere only');

my $ticket = "/v1/tickets/" . at('/asked', POST => '/v1/tickets', as('gus'),
    -json => \%new)->is(201)->field('/id');
at('/asked', PATCH => $ticket, as('gus'), Origin => $EVIL,
    -json => { subject => 'changed' })->is_problem(403, 'forbidden', 'PATCH');
at('/asked', POST => "$ticket/messages", as('gus'), Origin => $EVIL,
    'Content-Type' => 'text/plain', -body => '{"body":"x"}')
    ->is_problem(403, 'forbidden', 'what a form can send');
at('/asked', GET => $ticket, as('gus'), Origin => $EVIL)
    ->is(200, 'reading is harmless: the page does not see it');
at('/asked', POST => '/v1/tickets', %alice, Origin => $EVIL, as('gus'),
    -json => \%new)->is(201, 'a bearer token is sent by nobody else');

for my $case ([$EVIL, 403], ['https://127.0.0.1:' . $t->tls_port, 201],
    ['http://127.0.0.1:' . $t->tls_port, 403])
{
    my ($origin, $code) = @$case;
    for my $version ('--http1.1', '--http2') {
        my $r = $t->curl($version, '-o', '/dev/null', '-w', '%{http_code}',
            '-b', 'sid=secret; user=gus', '-H', "Origin: $origin", '--json',
            '{"subject":"s","description":"d"}',
            'https://127.0.0.1:' . $t->tls_port . '/user/v1/tickets');
        is $r->{out}, $code, "over TLS with $version, from $origin";
    }
}


# --- client certificates ------------------------------------------------------

sub with_certificate ($name, $path) {
    my $file = $t->dir . '/' . ($name // '');
    my $r = $t->curl(
        defined $name ? ('--cert', "$file.pem", '--key', "$file.key") : (),
        '-w', "\n%{http_code}",
        'https://127.0.0.1:' . $t->tls_port . $path);
    my ($body, $code) = $r->{out} =~ /^(.*)\n(\d+)$/s;
    my $json = eval { Mojo::JSON::decode_json($body) } // {};
    return join ' ', $code, map { $json->{$_} // '-' } qw(login role);
}

is with_certificate('carla', '/cert/v1/me'), '200 carla agent',
    'a client certificate';
is with_certificate(undef, '/cert/v1/me'), '401 - -', 'none';
is with_certificate('stranger', '/cert/v1/me'), '400 - -',
    'of an authority that nginx does not know';
is with_certificate('sly', '/cert/v1/me'), '401 - -',
    'with a subject made to look like another';
is with_certificate('carla', '/serial/v1/me'), '200 serial-03E9 user',
    'its serial number';


# --- Lua ----------------------------------------------------------------------

is me('/lua', 'X-Key' => 'open'), 'lua-4 user', 'a variable that Lua has set';
at('/lua', GET => '/v1/me', 'X-Key' => 'shut')
    ->is_problem(401, 'unauthorized', 'or has not');
at('/lua', POST => '/v1/tickets', 'X-Key' => 'open', -json => \%new)
    ->is(201, 'and a write');
is records('lua-4'), 1, 'makes his record';


# --- strange names ------------------------------------------------------------

for my $login ('Jörg', '张伟', 'a b', 'ann@example.com', 'CORP\\ann', 'x' x 60)
{
    is me('/user', as($login)), "$login user", "the login $login";
}
at('/user', GET => '/v1/me', as('x' x 1000))
    ->is(401, 'a login longer than any');
at('/user', GET => '/v1/me', Cookie => "sid=secret; user=\xff\xfe")
    ->is(401, 'one that is not UTF-8');


# --- tenants ------------------------------------------------------------------

my $boss = $t->ctl_ok('init', '--admin', 'boss', '--tenant', 'acme');
$t->set_token(boss => $boss->{token});

my $r = at('/asked', GET => '/v1/me', as('hal', tenant => 'acme',
    role => 'agent'))->is(200);
is join(' ', map { $r->field("/$_") } qw(login tenant role)), 'hal acme agent',
    'the tenant that nginx says';
at('/asked', GET => "/v1/tickets/$alices", as('hal', tenant => 'acme',
    role => 'agent'))->is_problem(404, 'not-found', 'and no other');
at('/asked', POST => '/v1/tickets', as('hal', tenant => 'acme'),
    -json => \%new)->is(201);
is records('hal', 'boss'), 1, 'the record is made there';
is records('hal'), 0, 'and not elsewhere';
my %two = map { $_ => at('/asked', GET => '/v1/me',
    as('dora', tenant => $_))->is(200)->field('/tenant') } qw(main acme);
is_deeply \%two, { main => 'main', acme => 'acme' },
    'the same login in two tenants is two people';
at('/asked', GET => '/v1/me', as('hal', tenant => 'nowhere'))
    ->is_problem(401, 'unauthorized', 'an unknown tenant');
at('/asked', GET => '/v1/me', as('hal'))
    ->is_problem(401, 'unauthorized', 'no tenant, and none is the default');

$t->verify;
done_testing;
