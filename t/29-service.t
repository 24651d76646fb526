# The service routes, and what holds for every route: HEAD, OPTIONS, 405 with
# Allow, request ids, parameters, header fields.  The routes are those of the
# OpenAPI document.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Mojo::UserAgent;
use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4, server => <<'END');
        location = /health {
            ticket_health main;
        }
        ticket_registration on;
END
my ($ticket) = make_tickets($t, { state => 'open' });
my $role = $t->post('root', '/v1/roles', { name => 'first', base => 'agent' })
    ->is(201, 'a role')->field('/id');
my %made   = desk();
my $file = $t->request(POST => 'root', '/v1/attachments?name=f',
    body => 'bytes')->is(201, 'a file')->field('/token');
my $doc    = $t->openapi->doc;
my @VERBS  = qw(GET POST PUT PATCH DELETE);
my %ALLOWED;                          # path of the document => its methods

for my $path (keys %{ $doc->{paths} }) {
    my %has = map { uc $_ => 1 } grep { /^[a-z]+$/
        && $_ ne 'parameters' } keys %{ $doc->{paths}{$path} };
    $has{HEAD} = 1 if $has{GET};
    $ALLOWED{$path} = [ sort grep { $_ ne 'OPTIONS' } keys %has ];
}

discovery();
openapi();
health();
pages();
verbs();
heads();
request_ids();
parameters();
no_bodies();
header_fields();
no_routes();

$t->verify;
done_testing;


# A path of the document with values in its braces.
sub filled ($path) {
    my %value = (id => $ticket, number => 1, code => 'busy', tag => 'x',
        other => $ticket, user => $t->id('alice'), step => 1, token => 'x');
    $value{id} = $t->id('alice') if $path =~ m{^/v1/users};
    $value{id} = $role           if $path =~ m{^/v1/roles};
    my ($subject, $part) = $path =~ m{^/v1/(\w+)(?:/\{\w+\}/(\w+))?};
    $value{id}     = $made{$subject} if $subject && $made{$subject};
    $value{number} = $made{$part}    if $part && $made{$part};
    $value{token} = $file;
    return $path =~ s/\{(\w+)\}/$value{$1} \/\/ die "$1 of $path\n"/ger;
}


# One of each thing that a desk is set up with, by the word in its path.
sub desk {
    my %id;
    for my $row (
        ['types',    '/v1/types',        { name => 'fault' }],
        ['features', '/v1/types/%types/features', { name => 'printer' }],
        ['fields',   '/v1/types/%types/fields',
            { name => 'place', kind => 'text' }],
        ['teams',    '/v1/teams',        { name => 'first' }],
        ['macros',   '/v1/macros',       { name => 'thanks', body => 'x' }],
        ['views',    '/v1/views', { name => 'new', filter => 'state=new' }],
        ['grants',   '/v1/grants',
            { user => $t->id('andy'), type => '%types' }],
    ) {
        my ($name, $path, $json) = @$row;
        s/%(\w+)/$id{$1}/g for $path, values %$json;
        $id{$name} = $t->post('root', $path, $json)->is(201, "of $name")
            ->field('/id');
    }
    $t->put('root', "/v1/tickets/$ticket/draft", { body => 'x' })->is(200);
    return %id;
}


# --- documents ----------------------------------------------------------------

sub discovery {
    my $links = $t->get(undef, '/v1/')->is(200, 'discovery')
        ->field('/links');
    cmp_deeply [ keys %$links ], superbagof(qw(tickets submit my_tickets me
        types attachments notifications presence views macros batch teams
        grants verification workflow users roles tenants audit openapi health
        ready)),
        'it names what there is';
    for my $name (sort keys %$links) {
        like $links->{$name}, qr{^/helpdesk/v1/}, "$name is below the mount";
        my $path = $links->{$name} =~ s{^/helpdesk}{}r;
        $t->get('root', $path)->is($name =~ /^(?:attachments|batch)$/ ? 405
            : 200, '  and is there');
    }
}


sub openapi {
    is $doc->{openapi}, '3.1.0', 'OpenAPI 3.1';
    is_deeply [ map { $_->{url} } @{ $doc->{servers} } ], ['/helpdesk'],
        'the server is the mount';
    my %id;
    for my $path (keys %{ $doc->{paths} }) {
        for my $verb (grep { !/^parameters$/ }
            keys %{ $doc->{paths}{$path} })
        {
            my $op = $doc->{paths}{$path}{$verb};
            $id{ $op->{operationId} }++;
            ok $op->{summary} && %{ $op->{responses} },
                "$verb $path is described";
        }
    }
    is scalar(grep { $_ > 1 } values %id), 0, 'operation ids are unique';
    my @routes = map { "/v1/tickets/{id}/$_" } @ROUTES;
    is scalar(grep { !$doc->{paths}{$_} } @routes), 0, 'all actions are there';
    is dangling($doc), '', 'every reference leads somewhere';
}


# References of the document that point at nothing.
sub dangling ($node) {
    my @bad;
    my @todo = ($node);
    while (defined(my $at = shift @todo)) {
        push @todo, grep { ref } ref $at eq 'HASH' ? values %$at : @$at
            if ref $at eq 'HASH' || ref $at eq 'ARRAY';
        my $ref = ref $at eq 'HASH' ? $at->{'$ref'} : undef;
        push @bad, $ref if defined $ref && !ref $ref
            && !$t->openapi->resolve({ '$ref' => $ref });
    }
    return "@bad";
}


sub health {
    for my $path ('/v1/healthz', '/v1/readyz') {
        for my $who (undef, 'alice') {
            my $ok = $t->get($who, $path)->is(200, "$path answers");
            is $ok->field('/status'), 'ok', '  ok';
            is $ok->header('Cache-Control'), 'private, no-cache',
                '  not cached';
        }
    }
    my $url = 'http://127.0.0.1:' . $t->port . '/health';
    my $own = $t->get(undef, $url, -check => 0)->is(200, 'ticket_health');
    for my $ready ($own, $t->get(undef, '/v1/readyz')) {
        cmp_ok $ready->field('/map_bytes'), '>=', $ready->field('/used_bytes'),
            'figures of the map';
        cmp_ok $ready->field('/used_bytes'), '>', 0, '  that is used';
        cmp_ok $ready->field('/disk_free_bytes'), '>', 0, '  of the disk';
        cmp_ok $ready->field('/readers'), '<=', $ready->field('/readers_max'),
            '  of readers';
    }
    my $before = $t->get(undef, '/v1/readyz')->field('/transactions');
    $t->some_ticket;
    cmp_ok $t->get(undef, '/v1/readyz')->field('/transactions'), '>',
        $before, 'a change is a transaction';
    is $t->get(undef, '/v1/healthz')->field('/map_bytes'), undef,
        'healthz keeps figures to itself';
}


# The page of each problem, from the one table of the sources.
sub pages {
    open my $in, '<:utf8', build_path('../ngx_ticket_module/base/'
        . 'tkt_status_table.h') or die "tkt_status_table.h: $!\n";
    local $/;
    my $text = readline $in;
    my $string = qr/"((?:[^"\\]|\\.)*)"/;
    my $count  = 0;
    while ($text =~ /^X\(\w+,\s*(\d+),\s*$string,\s*$string,\s*$string/mg) {
        my ($status, $code, $en, $zh) = ($1, $2, $3, $4);
        my $page = $t->get(undef, "/v1/problems/$code")
            ->is(200, "the page of $code");
        cmp_deeply $page->json, { code => $code, status => $status,
            title => $en, meaning => re(qr/\w{3}.*\.$/s) }, '  explains it';
        is $t->get(undef, "/v1/problems/$code", 'Accept-Language' => 'zh')
            ->field('/title'), $zh, '  in Chinese';
        $count++;
    }
    cmp_ok $count, '>=', 20, "$count problems";
    $t->get(undef, "/v1/problems/$_")->is_problem(404, 'not-found', "no $_")
        for 'nothing', 'Not-Found', 'busy%20', 'ok', 'problems';
}


# --- every route --------------------------------------------------------------

sub verbs {
    for my $path (sort keys %ALLOWED) {
        my $real  = filled($path);
        my %allow = map { $_ => 1 } @{ $ALLOWED{$path} };
        my $want  = join ' ', sort keys %allow, 'OPTIONS';

        my $options = $t->options(undef, $real)->is(204,
            "OPTIONS $path");
        is allow_of($options), $want, '  Allow';
        for my $verb (grep { !$allow{$_} } @VERBS, 'HEAD') {
            my $no = $t->request($verb, 'root', $real);
            if ($verb eq 'HEAD') {
                $no->is(405, "HEAD $path");
            } else {
                $no->is_problem(405, 'method-not-allowed', "$verb $path");
            }
            is allow_of($no), $want, '  Allow';
        }
        for my $verb ('PROPFIND', 'LOCK', 'BREW') {
            my $no = $t->request($verb, 'root', $real, check => 0);
            next if $no->code == 400;          # nginx knows no such method
            $no->is_problem(405, 'method-not-allowed', "$verb $path");
            is allow_of($no), $want, '  Allow';
        }
    }
}


sub allow_of ($answer) {
    return join ' ', sort split /\s*,\s*/, $answer->header('Allow') // '';
}


sub heads {
    for my $path (sort grep { grep { $_ eq 'GET' } @{ $ALLOWED{$_} } }
        keys %ALLOWED)
    {
        my $real = filled($path);
        my $get  = $t->get('root', $real)->is(200, "GET $path");
        my $head = $t->head('root', $real)->is(200, '  HEAD');
        is $head->body, '', '  no body';
        my $close = $path =~ /readyz/ ? qr/^\d+$/
            : qr/^\Q@{[ $get->header('Content-Length') ]}\E$/;
        like $head->header('Content-Length'), $close, '  the same length';
        is $head->header($_), $get->header($_), "  the same $_"
            for qw(Content-Type ETag Cache-Control Vary Link);
    }
    $t->head('bob', "/v1/tickets/$ticket")->is(404, 'HEAD of a foreign one');
    $t->head(undef, '/v1/me')->is(401, 'HEAD by nobody');
}


# --- request ids --------------------------------------------------------------

sub request_ids {
    for my $id ('a', 'abc-123', 'A.b_c~d:e/f+g=h', 'x' x 128) {
        my $ok = $t->get('alice', '/v1/me', 'X-Request-Id' => $id);
        is $ok->header('X-Request-Id'), $id, "an id of " . length $id;
        my $no = $t->get('alice', '/v1/tickets/0', 'X-Request-Id' => $id);
        is $no->field('/request_id'), $id, '  in a problem';
        is $no->header('X-Request-Id'), $id, '  and its header';
        my $made = $t->post('alice', '/v1/tickets', { subject => 1 },
            'X-Request-Id' => $id);
        is $made->field('/request_id'), $id, '  of a command';
        my $late = $t->post('alice', "/v1/tickets/$ticket/confirm", {},
            'X-Request-Id' => $id);
        is $late->field('/request_id'), $id, '  decided by the writer';
    }
    for my $bad ('', 'x' x 129, 'a b', 'a"b', '<script>', "a\tb", 'a,b',
        "\xFF", 'a;b', '%41')
    {
        my $made = $t->get('alice', '/v1/me', 'X-Request-Id' => $bad)
            ->is(200, 'no id: ' . ($bad =~ s/[^ -~]/?/gr))
            ->header('X-Request-Id');
        like $made, qr/^[\w-]{8,64}$/, '  gets one';
        isnt $made, $bad, '  of our own';
    }
    my %seen;
    $seen{ $_->header('X-Request-Id') }++
        for $t->parallel(map { ['GET', undef, '/v1/', check => 0] } 1 .. 60),
            map({ $t->get('alice', '/v1/me', -check => 0) } 1 .. 60),
            map({ $t->post('ann', "/v1/tickets/$ticket/messages",
                { body => 'x' }, -check => 0) } 1 .. 20);
    $t->restart;
    $seen{ $t->get('alice', '/v1/me', -check => 0)
        ->header('X-Request-Id') }++ for 1 .. 60;
    is scalar(keys %seen), 200, '200 requests, 200 ids';
}


# --- parameters ---------------------------------------------------------------

sub parameters {
    for my $path (sort keys %ALLOWED) {
        next if $path =~ /(?:health|ready)z$/;
        for my $verb (grep { $_ ne 'HEAD' } @{ $ALLOWED{$path} }) {
            my $no = $t->request($verb, 'root',
                filled($path) . '?colour=red', $verb =~ /^P/
                    ? (json => {}) : ());
            $no->is_problem(400, 'unknown-parameter',
                "$verb $path takes no colour") or next;
            is $no->field('/errors/0/parameter'), 'colour', '  named';
        }
    }
}


# --- bodies -------------------------------------------------------------------

# What takes no body takes an empty object, and no other.
sub no_bodies {
    my $n = 0;
    for my $path (sort keys %ALLOWED) {
        next if $path eq '/v1/attachments';       # takes bytes
        next if $path =~ /viewers$/;              # no command: none is read
        for my $verb (grep { !/^(?:GET|HEAD|PATCH)$/ } @{ $ALLOWED{$path} }) {
            next if $doc->{paths}{$path}{ lc $verb }{requestBody};
            $n++;
            my $no = $t->request($verb, 'root', filled($path),
                json => { colour => 1, 'a/b' => {} });
            $no->is_problem(400, 'invalid-request', "$verb $path: members")
                or next;
            cmp_deeply $no->field('/errors'), bag(map { superhashof({
                pointer => $_, code => 'unknown' }) } '/colour', '/a~1b'),
                '  each is named';
            for my $bad ('[]', '1', '{} {}', '{', "\0", '""') {
                $t->request($verb, 'root', filled($path), body => $bad,
                    headers => { 'Content-Type' => 'application/json' })
                    ->is_problem(400, 'invalid-json', "  of $bad");
            }
            $t->request($verb, 'root', filled($path), body => '{}',
                headers => { 'Content-Type' => 'text/plain' })
                ->is_problem(415, 'unsupported-media-type', '  as text');

            # of what is not there, so that it may be asked twice
            my $none = $path =~ s/\{\w+\}/4294967/gr;
            next if $path eq '/v1/session';
            for my $body ('{}', " {\n} ", '') {
                my $ok = $t->request($verb, 'root', $none, body => $body,
                    headers => { 'Content-Type' => 'application/json' });
                like $ok->code, qr/^(?:20[0-4]|404|409)$/, "  '$body'";
            }
        }
    }
    cmp_ok $n, '>=', 20, "of $n operations";

    for my $body ('{}', '', undef) {
        my $token = $t->post('alice', '/v1/me/tokens', { label => 'x' })
            ->is(201)->field('/token');
        $t->set_token(gone => $token);
        $t->request('DELETE', 'gone', '/v1/session', body => $body, headers =>
            { 'Content-Type' => 'application/json' })->is(204, 'logs out');
        $t->get('gone', '/v1/me')->is(401, '  out');
    }
    my $watch = "/v1/tickets/$ticket/watchers/" . $t->id('ann');
    $t->put('ann', $watch, {})->is(200, 'a part of a ticket');
    my $raw = $t->raw;
    $raw->send($t->raw_request('DELETE', 'ann', $watch, undef,
        'Transfer-Encoding: chunked', 'Content-Type: application/json')
        . "2\r\n{}\r\n0\r\n\r\n");
    like $raw->answer(method => 'DELETE', path => $watch)->code, qr/^20[04]$/,
        '  in chunks';
}


# --- header fields ------------------------------------------------------------

sub header_fields {
    # who, method, path, status, Cache-Control, Vary
    my $private = 'private, no-cache';
    my $public  = 'public, max-age=300';
    my @rows = (
        [undef, 'GET', '/v1/', 200, $public, undef],
        [undef, 'GET', '/v1/openapi.json', 200, $public, undef],
        [undef, 'GET', '/v1/workflow', 200, $public, undef],
        [undef, 'GET', '/v1/problems/busy', 200, $public,
            'Accept-Language'],
        ['alice', 'GET', '/v1/me', 200, $private, undef],
        ['alice', 'GET', "/v1/tickets/$ticket", 200, $private,
            'Accept-Language'],
        ['alice', 'GET', '/v1/me/tickets', 200, $private,
            'Accept-Language'],
        ['alice', 'GET', "/v1/tickets/$ticket/messages", 200, $private,
            undef],
        ['alice', 'GET', '/v1/tickets/0', 404, $private, 'Accept-Language'],
        [undef, 'GET', '/v1/me', 401, $private, 'Accept-Language'],
        ['alice', 'GET', '/v1/users', 403, $private, 'Accept-Language'],
        ['alice', 'POST', '/v1/me', 405, $private, 'Accept-Language'],
        ['alice', 'GET', '/v1/x', 404, $private, 'Accept-Language'],
        ['ann', 'POST', "/v1/tickets/$ticket/escalate", 200, $private,
            'Accept-Language'],
        ['alice', 'POST', "/v1/tickets/$ticket/confirm", 409, $private,
            'Accept-Language'],
    );
    for my $row (@rows) {
        my ($who, $method, $path, $code, $cache, $vary) = @$row;
        my $answer = $t->request($method, $who, $path,
            $method eq 'POST' ? (json => $path =~ /escalate/
                ? { reason => 'x' } : {}) : ());
        $answer->is($code, "$method $path is $code") or next;
        my %want = ('X-Content-Type-Options' => 'nosniff',
            'Cache-Control' => $cache, Vary => $vary,
            'Content-Type' => $code < 400 ? 'application/json'
                : 'application/problem+json');
        is $answer->header($_), $want{$_}, "  its $_" for sort keys %want;
        is $answer->header_count($_), 1, "  $_ once"
            for qw(X-Content-Type-Options Cache-Control X-Request-Id
                Content-Length Content-Type);
        is $answer->header('Content-Length'), length $answer->body,
            '  its length';
    }
    my $options = $t->options(undef, '/v1/tickets');
    is $options->header('X-Content-Type-Options'), 'nosniff', 'of OPTIONS';
    is $options->header('Content-Length'), undef, '  without a length';
    is $t->get(undef, '/v1/me')->header('WWW-Authenticate'),
        'Bearer realm="ticket"', 'a challenge';
}


# --- where nothing is ---------------------------------------------------------

sub no_routes {
    for my $path ('/v1', '/v1/x', '/v2/', '/v1/tickets/', '/V1/tickets',
        "/v1/tickets/$ticket/", "/v1/tickets/$ticket/fly", '/v1/me/',
        '/v1/users/1/tokens/1/x', '/',
        "/v1/tickets/$ticket/messages/1", '/v1/%74ickets2', '/v1/openapi',
        "/v1/tickets/$ticket%2Fmessages%2F9", '/v1/' . 'x' x 2000)
    {
        $t->get('root', $path)->is_problem(404, 'not-found',
            'nothing at ' . substr $path, 0, 40);
        $t->options(undef, $path)->is(404, '  nor OPTIONS of it');
    }
    $t->get('root', "/v1/%74ickets/$ticket")->is(200, 'escapes are decoded');
}
