# No tenant learns of another: every operation that takes an id is walked with
# the ids of others and answers as for an id that nobody has; and nothing that
# a tenant's people can read holds a word of others.
#
# The operations come from the module's own document, so one that is added
# without a case here fails.

use v5.36;
use utf8;

use Mojo::JSON qw(encode_json);

use TicketTest;

use constant NOWHERE => 987_654;      # an id that nobody has

my $t = TicketTest->new(workers => 2, users => []);
my $doc = $t->get(undef, '/v1/openapi.json')->json;
my %id = (main => { tenant => 1 });
my %FOREIGN = (sibling => 'bolt', parent => 'main', child => 'shop',
    cousin => 'inn');

# What has to be in a body for it to be looked at whose the object is.
my %BODY = (
    'POST /v1/tickets/{id}/messages'     => { body => 'b' },
    'POST /v1/tickets/{id}/forward'      => { description => 'd' },
    'POST /v1/tickets/{id}/reveal'       => { reason => 'r' },
    'POST /v1/tickets/{id}/assess'       => { complexity => 1 },
    'POST /v1/tickets/{id}/request-info' => { question => 'q' },
    'POST /v1/tickets/{id}/hold'         => { reason => 'r' },
    'POST /v1/tickets/{id}/resolve'      => { solution => 's' },
    'POST /v1/tickets/{id}/rating'       => { speed => 1, attitude => 1,
                                              result => 1 },
    'POST /v1/tickets/{id}/assign'       => { assignee => 1 },
    'POST /v1/tickets/{id}/merge'        => { into => 1 },
    'POST /v1/tickets/{id}/split'        => { message => 1 },
    'PUT /v1/tickets/{id}/draft'         => { body => 'b' },
    'PUT /v1/tickets/{id}/approval'      => { approved => \1, reason => 'r' },
    'PUT /v1/tickets/{id}/viewers'       => undef,
    'PUT /v1/tickets/{id}/tags/{tag}'    => undef,
    'PUT /v1/tickets/{id}/steps/{step}'  => undef,
    'PUT /v1/tickets/{id}/watchers/{user}' => undef,
    'PATCH /v1/tickets/{id}'             => { subject => 'stolen' },
    'PATCH /v1/users/{id}'               => { name => 'stolen' },
    'POST /v1/users/{id}/erase'          => { reason => 'r' },
    'PATCH /v1/roles/{id}'               => { title => 'stolen' },
    'PATCH /v1/tenants/{id}'             => { title => 'stolen' },
    'PATCH /v1/types/{id}'               => { position => 7 },
    'POST /v1/types/{id}/features'       => { name => 'stolen' },
    'PATCH /v1/types/{id}/features/{number}' => { position => 7 },
    'POST /v1/types/{id}/fields'         => { name => 'stolen',
                                              kind => 'text' },
    'PATCH /v1/types/{id}/fields/{number}' => { position => 7 },
    'PATCH /v1/teams/{id}'               => { position => 7 },
    'PATCH /v1/macros/{id}'              => { position => 7 },
    'PATCH /v1/views/{id}'               => { position => 7 },
    'POST /v1/tickets/{id}/apply'        => { macro => 1 },
    'PATCH /v1/grants/{id}'              => { level => 5 },
    map { ("POST /v1/tickets/{id}/$_" => { reason => 'r' }) }
        qw(reject transfer escalate complain reopen close),
);

# Ids of one tenant that may stand in a path, by its beginning; undef: of
# nobody, so that no id is foreign.
my %IDS = (
    '/v1/tickets/{id}' => sub ($n) {
        map { ($_, "T-$_", $n eq 'main' ? () : uc "$n-$_") }
            @{ $id{$n} }{qw(ticket forwarded waiting)}
    },
    '/v1/users/{id}'   => sub ($n) { @{ $id{$n} }{qw(user agent user2)} },
    '/v1/roles/{id}'   => sub ($n) { $id{$n}{role} },
    # those below are one's own to rule
    '/v1/tenants/{id}' => sub ($n) {
        $n eq 'shop' ? () : $id{$n}{tenant}
    },
    '/v1/types/{id}'   => sub ($n) { $id{$n}{type} },
    '/v1/teams/{id}'   => sub ($n) { $id{$n}{team} },
    '/v1/macros/{id}'  => sub ($n) { $id{$n}{macro} },
    '/v1/views/{id}'   => sub ($n) { @{ $id{$n} }{qw(view own_view)} },
    '/v1/attachments/{token}' => sub ($n) { @{ $id{$n} }{qw(file loose)} },
    '/v1/grants/{id}'  => sub ($n) { $id{$n}{grant} },
    '/v1/problems/{code}'       => undef,
    '/v1/me/tokens/{number}'    => undef,
);

# The tenant that asks is acme, below main; shop is below acme.
settle();
my %before = map { $_ => whole_view($_) } values %FOREIGN;

everything_is_there();
walk_ids();
second_ids();
batches();
bodies();
cursors();
words();
counters();
keys_and_tags();

is whole_view($_), $before{$_}, "nothing of $_ has changed"
    for sort values %FOREIGN;
$t->verify;
done_testing;


# --- five tenants, each with everything ---------------------------------------

sub settle {
    $t->set_token('main-admin', $t->token('root'));
    for my $made (['main-admin', 'acme'], ['main-admin', 'bolt'],
        ['acme-admin', 'shop'], ['bolt-admin', 'inn'])
    {
        my ($who, $name) = @$made;
        my $tenant = $t->post($who, '/v1/tenants', { name => $name,
            admin => "$name-admin", title => canary($name, 'title'),
            number_prefix => uc $name })->is(201, "$name is made");
        $id{$name}{tenant} = $tenant->field('/id');
        $t->set_token("$name-admin", $tenant->field('/admin_token'));
    }
    furnish($_) for qw(main acme bolt shop inn);

    # filed upwards, with words that may go there
    for my $name (qw(shop acme)) {
        $t->post("$name-agent", "/v1/tickets/$id{$name}{forwarded}/forward",
            { subject => 'filed', description => 'as told' })->is(200);
    }
}


sub canary ($tenant, $what) { "CANARY-$tenant-$what" }


# People, tokens, a role and tickets, with a canary in every text.
sub furnish ($name) {
    my $c = sub ($what) { canary($name, $what) };
    my $mine = $id{$name};

    for my $role (qw(user agent supervisor)) {
        my $user = $t->post("$name-admin", '/v1/users', {
            login => "$name-$role", role => $role, name => $c->('name'),
            email => lc "canary-$name-$role\@example.com",
            phone => '12345678' })->is(201);
        $mine->{$role} = $user->field('/id');
        $t->set_token("$name-$role", $t->post("$name-admin",
            "/v1/users/$mine->{$role}/tokens", { label => $c->('label') })
            ->is(201)->field('/token'));
    }
    $mine->{token} = 1;
    $mine->{role} = $t->post("$name-admin", '/v1/roles', {
        name => lc $c->('role'), title => $c->('role title'),
        base => 'agent' })->is(201)->field('/id');
    $t->post("$name-admin", '/v1/roles', { name => lc $c->('role2'),
        base => 'user' })->is(201);
    configure($name);

    for my $n (1 .. 3) {
        my $id = $t->post("$name-user", '/v1/tickets', {
            subject => $c->("subject $n"),
            description => $c->('description'), account => $c->('account'),
            error_message => $c->('error'), frequency => $c->('often'),
            contact => { name => $c->('contact') },
            custom => { text => $c->('custom') } })->is(201)->field('/id');
        $mine->{ $n == 3 ? 'forwarded' : 'ticket' } = $id;
        next if $n == 3;
        $t->patch("$name-agent", "/v1/tickets/$id", {
            tags => [lc $c->('tag')], type => lc $c->('type'),
            feature => lc $c->('feature') })->is(200);
        $mine->{file} = $t->request(POST => "$name-user",
            '/v1/attachments?name=' . $c->('file'), body => $c->('bytes'))
            ->is(201)->field('/token');
        $t->post("$name-user", "/v1/tickets/$id/messages",
            { body => $c->('message'),
              attachments => [$mine->{file}] })->is(201);
        $t->post("$name-agent", "/v1/tickets/$id/start", {})->is(200);
        $t->post("$name-agent", "/v1/tickets/$id/assess",
            { complexity => 1, plan => $c->('plan') })->is(200);
        $t->post("$name-agent", "/v1/tickets/$id/messages",
            { body => $c->('note'), kind => 'note' })->is(201);
        $t->post("$name-agent", "/v1/tickets/$id/hold",
            { reason => $c->('reason') })->is(200);
    }
    belongings($name);
    $mine->{user2} = $t->post("$name-admin", '/v1/users',
        { login => lc $c->('login') })->is(201)->field('/id');
}


# What belongs to tickets and to people.
sub belongings ($name) {
    my $c = sub ($what) { canary($name, $what) };
    my $mine = $id{$name};
    my $at   = "/v1/tickets/$mine->{ticket}";

    $mine->{waiting} = $t->post("$name-user", '/v1/tickets', {
        subject => $c->('wanted'), description => $c->('description'),
        type => 'wanted' })->is(201)->field('/id');
    is $t->get("$name-agent", "/v1/tickets/$mine->{waiting}")
        ->field('/approval'), 'pending', "$name: an approval";
    $mine->{loose} = $t->request(POST => "$name-user",
        '/v1/attachments?name=' . $c->('loose'), body => $c->('loose bytes'))
        ->is(201)->field('/token');
    $t->put("$name-agent", "$at/draft", { body => $c->('draft') })->is(200);
    $t->put("$name-agent", "$at/links/$mine->{waiting}", {})->is(200);
    $t->put("$name-agent", "/v1/tickets/$mine->{waiting}/steps/"
        . $c->('step'))->is(200);
    $t->put("$name-agent", "$at/watchers/$mine->{supervisor}")->is(200);
    $t->put("$name-agent", "$at/viewers")->is(200);
    $t->put("$name-agent", '/v1/me/presence',
        { presence => 'online', capacity => 3 })->is(200);
    $t->put("$name-admin", "/v1/teams/$mine->{team}/members/$mine->{$_}", {})
        ->is(200) for qw(agent supervisor);
    for my $view (['view', 'supervisor', shared => \1], ['own_view', 'agent'])
    {
        my ($what, $who, %more) = @$view;
        $mine->{$what} = $t->post("$name-$who", '/v1/views', {
            name => lc $c->($what), filter => 'tag=' . lc $c->('tag'),
            titles => { en => $c->('view title') }, %more })->is(201)
            ->field('/id');
    }
    $t->post("$name-user", "$at/urge", {})->is(200);
    for my $who (qw(agent supervisor)) {
        my $told = $t->get("$name-$who", '/v1/notifications')
            ->field('/data') // [];
        ok @$told, "$name: notifications of the $who";
        $mine->{told} = $told->[0]{id};
    }
}


# What a desk is set up with.
sub configure ($name) {
    my $c = sub ($what) { canary($name, $what) };
    my $mine = $id{$name};

    $mine->{team} = $t->post("$name-admin", '/v1/teams', {
        name => lc $c->('team'), titles => { en => $c->('team title') } })
        ->is(201)->field('/id');
    $mine->{macro} = $t->post("$name-admin", '/v1/macros', {
        name => lc $c->('macro'), body => $c->('macro text'),
        shared => \1 })->is(201)->field('/id');
    $mine->{type} = $t->post("$name-admin", '/v1/types', {
        name => lc $c->('type'), titles => { 'zh-CN' => $c->('type title') },
        prompt => $c->('prompt'), keywords => [$c->('keyword')],
        team => $mine->{team} })->is(201)->field('/id');
    $t->post("$name-admin", '/v1/types', { name => 'wanted',
        category => 'request', approval => \1, steps => [$c->('step'), 'b'] })
        ->is(201);
    my $bound = $t->post("$name-admin", '/v1/users', {
        login => lc $c->('bound'), role => 'agent' })->is(201)->field('/id');
    $mine->{grant} = $t->post("$name-admin", '/v1/grants', {
        user => $bound, type => $mine->{type} })->is(201)->field('/id');
    for my $part ('feature', 'field') {
        $mine->{$part} = $t->post("$name-admin",
            "/v1/types/$mine->{type}/${part}s", { name => $_,
            $part eq 'field' ? (kind => 'text') : () })->is(201)
            ->field('/id') for lc $c->('feature'), 'text';
    }
}


# --- the operations -----------------------------------------------------------

# [METHOD, path template, operationId, parameter names] of all or those with
# an id.
sub operations ($with_id) {
    my @ops;
    for my $path (sort keys %{ $doc->{paths} }) {
        my $item = $doc->{paths}{$path};
        next if !$with_id == ($path =~ /\{/);
        for my $method (grep { /^(?:get|post|put|patch|delete)$/ }
            sort keys %$item)
        {
            my $op = $item->{$method};
            my @parameters = map { $_->{'$ref'} ? $_->{'$ref'} =~ s{.*/}{}r
                : $_->{name} } @{ $op->{parameters} // [] };
            push @ops, [uc $method, $path, $op->{operationId}, @parameters];
        }
    }
    return @ops;
}


# The answer without what differs from request to request.
sub essence ($answer) {
    return $answer->code . ' '
        . $answer->body =~ s/"request_id":"[^"]*"//r;
}


# A path with an id in its first braces and what one tenant has in the others.
sub filled ($path, $id, $name, %other) {
    my $mine  = $id{$name};
    my %value = (tag => lc canary($name, 'tag'),
        step => canary($name, 'step'),
        other => $mine->{waiting}, code => 1,
        user => $path =~ /watchers/ ? $mine->{supervisor} : $mine->{agent},
        number => $path =~ /features/ ? $mine->{feature}
            : $path =~ /fields/ ? $mine->{field} : 1, %other);
    return $path =~ s/\{\w+\}/$id/r
        =~ s/\{(\w+)\}/$value{$1} \/\/ die "$1 of $path\n"/ger;
}


# The case of an operation: what it is about; undef if there is none.
sub case_of ($path) {
    my ($kind) = grep { index($path, $_) == 0 } keys %IDS;
    return $kind;
}


sub body_of ($method, $path) {
    return $method !~ /^(?:POST|PUT|PATCH)$/ ? undef
        : exists $BODY{"$method $path"} ? $BODY{"$method $path"} : {};
}


# An id of this kind that nobody has.
sub nowhere ($kind) {
    return $kind =~ /token/ ? $id{acme}{file} =~ tr/a-y/b-z/r : NOWHERE;
}


# Each tenant has what the others are not to see: so a 404 says that it is
# hidden, not that it is not there.
sub everything_is_there {
    for my $op (grep { $_->[0] eq 'GET' } operations(1)) {
        my $path = $op->[1];
        my $ids  = $IDS{ case_of($path) // next } // next;
        for my $name ('acme', sort values %FOREIGN) {
            my @bad;
            for my $id ($ids->($name)) {
                next if $path =~ m{/draft$} && $id ne $id{$name}{ticket};
                my $at = filled($path, $id, $name);
                my @codes = map { $t->get("$name-$_", $at, -check => 0)
                    ->code } qw(admin supervisor agent user);
                push @bad, "$at: @codes" if !grep { $_ == 200 } @codes;
            }
            ok !@bad, "$path: $name has it" or diag join "\n", @bad;
        }
    }
}


sub walk_ids {
    my $walked = 0;
    for my $op (operations(1)) {
        my ($method, $path) = @$op;
        my $kind = case_of($path);
        ok defined $kind, "$method $path has a case here" or next;
        my $ids = $IDS{$kind} // next;
        my $json = body_of($method, $path);

        my $ask = sub ($who, $id, $name) {
            return $t->request($method, $who, filled($path, $id, $name),
                check => 0, defined $json ? (json => $json) : ());
        };
        for my $role (qw(admin supervisor agent user)) {
            my $who   = "acme-$role";
            my $empty = $ask->($who, nowhere($kind), 'acme');
            my $want  = essence($empty);
            my @bad;
            $walked++;
            # timers alone may say that time has passed
            like $empty->code, $role eq 'admin' && $path !~ /timeout$/
                ? qr/^404$/ : qr/^40[34]$/,
                "$method $path as $role: nothing there";
            for my $what (sort keys %FOREIGN) {
                my $name = $FOREIGN{$what};
                for my $id ($ids->($name)) {
                    my $got = essence($ask->($who, $id, $name));
                    push @bad, "$what $id: $got" if $got ne $want;
                }
            }
            ok !@bad, '  and nothing foreign' or diag join "\n", @bad, $want;
        }
    }
    cmp_ok $walked, '>', 100, "$walked walks";
}


# Something foreign below something of one's own.
sub second_ids {
    my %SECOND = (user => [qw(agent supervisor user)],
        other => [qw(ticket forwarded waiting)],
        number => [qw(feature field)]);
    my $walked = 0;

    for my $op (operations(1)) {
        my ($method, $path) = @$op;
        my ($on, $what) = $path
            =~ m[^/v1/(ticket|type|team)s/\{id\}.*\{(user|other|number)\}]
            or next;
        my $mine = $id{acme}{$on};
        my $json = body_of($method, $path);
        my $ask = sub ($value) {
            return essence($t->request($method, 'acme-admin', filled($path,
                $mine, 'acme', $what => $value), check => 0,
                defined $json ? (json => $json) : ()));
        };
        my $want = $ask->(NOWHERE);
        like $want, $path =~ /watchers/ && $method eq 'DELETE'
            ? qr/^200 / : qr/^40[04] /, "$method $path: nothing there";
        my @bad = grep { $ask->($_) ne $want } map { my $name = $_;
            map { $id{$name}{$_} } @{ $SECOND{$what} } } values %FOREIGN;
        is "@bad", '', '  and nothing foreign';
        $walked++;
    }
    cmp_ok $walked, '>=', 8, "$walked walks";
}


# The same operations inside batches.
sub batches {
    my @ops = grep { $_->[0] ne 'GET' && defined $IDS{ case_of($_->[1]) } }
        operations(1);
    for my $role (qw(admin agent)) {
        my $ask = sub ($name) {
            my @items = map { my ($method, $path) = @$_;
                my $kind = case_of($path);
                my $json = body_of($method, $path);
                my ($id) = defined $name ? $IDS{$kind}->($name) : ();
                { method => $method, path => filled($path,
                    $id // nowhere($kind), $name // 'acme'),
                  defined $json ? (body => $json) : () }
            } @ops;
            my $answer = $t->post("acme-$role", '/v1/batch',
                { operations => \@items }, -check => 0);
            $answer->is(200, 'a batch') or return [];
            return [ map { encode_json([ $_->{status},
                $_->{body}{code} // $_->{body}{type} ]) }
                @{ $answer->field('/data') } ];
        };
        my $want = $ask->(undef);
        cmp_ok scalar(grep { /40[34]/ } @$want), '>', @ops / 2,
            "$role: nothing there in a batch of " . @ops;
        is_deeply $ask->($FOREIGN{$_}), $want, "  nor in one of a $_"
            for sort keys %FOREIGN;
    }
}


# --- ids in bodies and filters ------------------------------------------------

sub bodies {
    my $own = $t->post('acme-user', '/v1/tickets',
        { subject => 's', description => 'd' })->field('/id');
    my $start = $t->post('acme-agent', "/v1/tickets/$own/start", {})->is(200);

    for my $case (
        ['acme-agent', 'POST', '/v1/tickets', 'on_behalf_of', 'user',
            subject => 's', description => 'd'],
        ['acme-user', 'POST', '/v1/tickets', 'follow_up_of', 'ticket',
            subject => 's', description => 'd'],
        ['acme-supervisor', 'POST', "/v1/tickets/$own/assign", 'assignee',
            'agent', reason => 'r'],
        ['acme-agent', 'POST', "/v1/tickets/$own/transfer", 'assignee',
            'agent', reason => 'r'],
        ['acme-agent', 'POST', "/v1/tickets/$own/escalate", 'assignee',
            'agent', reason => 'r'],
        ['acme-supervisor', 'POST', "/v1/tickets/$own/merge", 'into',
            'ticket', reason => 'r'],
        ['acme-agent', 'POST', "/v1/tickets/$own/transfer", 'team', 'team',
            reason => 'r'],
        ['acme-agent', 'POST', "/v1/tickets/$own/apply", 'macro', 'macro'],
        ['acme-admin', 'POST', '/v1/grants', 'user', 'agent',
            type => $id{acme}{type}],
        ['acme-admin', 'POST', '/v1/grants', 'type', 'type',
            user => $id{acme}{agent}],
        ['acme-admin', 'POST', '/v1/grants', 'feature', 'feature',
            user => $id{acme}{agent}, type => $id{acme}{type}],
        ['acme-admin', 'POST', '/v1/teams', 'escalates_to', 'team',
            name => 'x'],
        ['acme-admin', 'POST', "/v1/types/$id{acme}{type}/features", 'team',
            'team', name => 'x'],
        ['acme-agent', 'POST', '/v1/macros', 'team', 'team', name => 'x',
            body => 'b', reason => 'r'],
        ['acme-admin', 'POST', '/v1/types', 'team', 'team', name => 'x'],
        ['acme-admin', 'PATCH', "/v1/types/$id{acme}{type}", 'team', 'team'])
    {
        my ($who, $method, $path, $member, $kind, %body) = @$case;
        my $ask = sub ($id) {
            $t->request($method, $who, $path, json => { %body,
                $member => $id });
        };
        my $want = essence($ask->(NOWHERE));
        like $want, qr/^400/, "$path, $member: of nobody";
        is essence($ask->($id{ $FOREIGN{$_} }{$kind})), $want, "  of a $_"
            for sort keys %FOREIGN;
    }
    for my $what (grep { $_ ne 'child' } sort keys %FOREIGN) {
        $t->post('acme-admin', '/v1/tenants', { name => "below-$what",
            parent => $id{ $FOREIGN{$what} }{tenant} })
            ->is_problem(400, 'invalid-request', "no tenant below a $what");
    }
    my @gone = map { essence($t->post('acme-user', $_->[0], { %{ $_->[1] },
        attachments => [ nowhere('token') ] })) } my @takers = (
        ["/v1/tickets/$own/messages", { body => 'b' }],
        ['/v1/tickets', { subject => 's', description => 'd' }]);
    for my $name (sort values %FOREIGN) {
        for my $n (0 .. $#takers) {
            is essence($t->post('acme-user', $takers[$n][0],
                { %{ $takers[$n][1] }, attachments => [$_] })), $gone[$n],
                "$takers[$n][0]: no file of $name"
                for @{ $id{$name} }{qw(file loose)};
        }
        my @no = map { $t->post('acme-agent', "/v1/tickets/$own/messages",
            { body => 'b', kind => 'note', mentions => [$_] }) }
            'nobody', "$name-agent";
        is $no[0]->code, 400, 'nobody is not mentioned';
        is essence($no[1]), essence($no[0]), "  nor is anybody of $name";
        $t->post('acme-agent', '/v1/notifications/read',
            { until => $id{$name}{told} })->is(204);
    }
    for my $role (lc canary('bolt', 'role'), lc canary('shop', 'role')) {
        $t->post('acme-admin', '/v1/users', { login => 'x', role => $role })
            ->is_problem(400, 'invalid-request', "no role $role here");
    }

    # filters with foreign ids find what filters with none find
    for my $what (sort keys %FOREIGN) {
        my $theirs = $id{ $FOREIGN{$what} };
        for my $filter ("requester=$theirs->{user}",
            "assignee=$theirs->{agent}", "team=$theirs->{team}",
'tag=' . lc canary($FOREIGN{$what},
            'tag'), 'type=' . lc canary($FOREIGN{$what}, 'type'))
        {
            my $list = $t->get('acme-admin', "/v1/tickets?$filter");
            is @{ $list->field('/data') // [1] }, 0, "$what: $filter";
        }
        $t->get('acme-admin', "/v1/audit?actor=$theirs->{user}",
            -check => 0);
    }
}


# --- lists --------------------------------------------------------------------

sub lists {
    return grep { $_->[0] eq 'GET' && grep { $_ eq 'cursor' } @$_ }
        operations(0), operations(1);
}


# The path of an operation with ids of one tenant in it.
sub path_of ($op, $name) {
    my $kind = case_of($op->[1]);
    my ($id) = defined $kind && $IDS{$kind} ? $IDS{$kind}->($name) : ();
    $id //= $id{$name}{tenant} // 1;
    return filled($op->[1], $id, $name);
}


sub cursors {
    my $tried = 0;
    for my $op (lists()) {
        for my $name (sort values %FOREIGN) {
            my $page = $t->get("$name-admin",
                path_of($op, $name) . '?limit=1', -check => 0);
            my $cursor = $page->code == 200 ? $page->field('/page/next')
                : undef;
            next if !defined $cursor;
            $tried++;
            my $got = $t->get('acme-admin', path_of($op, 'acme')
                . "?limit=1&cursor=$cursor", -check => 0);
            ok $got->code == 400, "$op->[1]: no cursor of $name"
                or diag $got->code . ' ' . $got->body;
        }
    }
    cmp_ok $tried, '>', 20, "$tried cursors";
}


# Everything that somebody may read without an id of others: each GET, all
# pages of it, the tickets with all that belongs to them.
sub crawl ($who, $name) {
    my @seen;
    for my $op (grep { $_->[0] eq 'GET' } operations(0), operations(1)) {
        next if $op->[1] =~ m{openapi|problems|readyz|healthz|/number};
        my @paths = path_of($op, $name);
        @paths = map { $op->[1] =~ s/\{id\}/$_/r }
            grep { defined } @{ $id{$name} }{qw(ticket forwarded)}
            if $op->[1] =~ m{^/v1/tickets/\{id\}};
        for my $path (@paths) {
            my $more = (grep { $_ eq 'cursor' } @$op) ? '?limit=200' : '';
            my $next = "$path$more";
            while (defined $next) {
                my $page = $t->get($who, $next, -check => 0);
                push @seen, "$next " . $page->body;
                my $cursor = $page->code == 200 && $more ne ''
                    ? $page->field('/page/next') : undef;
                $next = defined $cursor ? "$path$more&cursor=$cursor" : undef;
            }
        }
    }
    push @seen, $t->get($who, "/v1/tickets/$id{$name}{ticket}"
        . '?include=messages,timeline', -check => 0)->body;
    push @seen, $t->get($who, '/v1/tickets?count=true&sort=queue',
        -check => 0)->body;
    return join "\n", @seen;
}


sub words {
    my %others = (main => qr/acme|bolt|shop|inn/, acme => qr/main|bolt|inn/,
        shop => qr/main|acme|bolt|inn/, bolt => qr/main|acme|shop/);
    for my $name (sort keys %others) {
        for my $role (qw(admin supervisor agent user)) {
            my $seen = crawl("$name-$role", $name);
            like $seen, qr/CANARY-$name-subject/, "$name-$role sees his own";
            my @foreign = $seen =~ /(canary-(?:$others{$name})[\w@.-]*)/gi;

            # by its title a tenant is requester at the desk above
            @foreign = grep { !/^CANARY-acme-title$/
                && !($role eq 'admin' && /^CANARY-\w+-title$/) } @foreign
                if $name eq 'main';
            is "@foreign", '', '  and no word of others';
        }
    }
    my $acme = crawl('acme-admin', 'acme');
    my @shop = grep { !/^CANARY-shop-title$/ }
        $acme =~ /(canary-shop[\w@.-]*)/gi;
    is "@shop", '', 'who rules a tenant reads no words of it but its title';

    my $nobody = join '', map { $t->get(undef, $_->[1], -check => 0)->body }
        grep { $_->[0] eq 'GET' } operations(0);
    unlike $nobody, qr/canary/i, 'and nobody sees nothing';
}


# --- counters -----------------------------------------------------------------

# All that is counted for a tenant's people.
sub counts ($name) {
    my %count;
    for my $who (map { "$name-$_" } qw(admin agent user)) {
        for my $filter ('', map({ "state=$_" } qw(new open on_hold closed)),
            map({ "bucket=$_" } qw(submitted pending closed)),
            map({ "priority=$_" } qw(normal high)), 'assignee=none',
            "assignee=$id{$name}{agent}", "requester=$id{$name}{user}")
        {
            $count{"$who $filter"} = $t->get($who,
                "/v1/tickets?count=true&limit=1&$filter")->field('/count');
        }
        $count{"$who buckets"} = encode_json($t->get($who,
            '/v1/me/tickets?count=true&limit=1')->field('/counts'));
    }
    return \%count;
}

sub counters {
    my %before = map { $_ => counts($_) } 'acme', values %FOREIGN;
    is $before{acme}{'acme-admin '}, @{ $t->get('acme-admin',
        '/v1/tickets?limit=200')->field('/data') },
        'a count is of one\'s own tickets';

    my $made = $t->post('acme-user', '/v1/tickets', { subject => 'counted',
        description => 'd' })->is(201)->field('/id');
    $t->post('acme-agent', "/v1/tickets/$made/start", {})->is(200);
    isnt encode_json(counts('acme')), encode_json($before{acme}),
        'one more is counted';
    is_deeply counts($_), $before{$_}, "  and nothing for $_"
        for sort values %FOREIGN;
    $t->post('acme-user', "/v1/tickets/$made/close", {})->is(200);
}


# --- the rest -----------------------------------------------------------------

sub keys_and_tags {
    my %body = (subject => 'the same', description => 'in both');
    my %key = ('Idempotency-Key' => 'one-and-the-same');
    my @made = map { $t->post($_, '/v1/tickets', \%body, %key)->is(201) }
        'acme-user', 'bolt-user', 'shop-user';
    is $_->header('Idempotency-Replayed'), undef, 'a key is its tenant\'s'
        for @made;
    my %ids = map { $_->field('/id') => 1 } @made;
    is keys %ids, 3, '  three tickets';
    $t->post("$_-user", '/v1/tickets/' . $made[$_ eq 'bolt' ? 1 : 2]
        ->field('/id') . '/close', {})->is(200) for qw(bolt shop);

    for my $name (sort values %FOREIGN) {
        my $id = $id{$name}{ticket};
        my $etag = $t->get("$name-agent", "/v1/tickets/$id")->etag;
        $t->get('acme-agent', "/v1/tickets/$id", 'If-None-Match' => $etag)
            ->is_problem(404, 'not-found', "a tag of $name is no way in");
        $t->post('acme-agent', "/v1/tickets/$id/claim", {},
            'If-Match' => $etag)->is_problem(404, 'not-found');
    }

    my $list = $t->ctl_ok(qw(user list --tenant acme));
    unlike encode_json($list),
        qr/canary-(?:bolt|shop|inn|main)-(?!title)/i,
        'the operator\'s list is of one tenant';
}


# All of one tenant as its own people see it.
sub whole_view ($name) {
    my $mine = $id{$name};
    return join "\n", (map { essence($t->get("$name-admin", $_,
        -check => 0)) } (map { ("/v1/tickets/$_", "/v1/tickets/$_/messages",
            "/v1/tickets/$_/timeline") } @$mine{qw(ticket forwarded)}),
        (map { ("/v1/users/$_") } @$mine{qw(user agent user2)}),
        "/v1/roles/$mine->{role}", "/v1/tenants/$mine->{tenant}",
        "/v1/tickets/$mine->{waiting}", "/v1/types/$mine->{type}",
        "/v1/types/$mine->{type}/features", "/v1/types/$mine->{type}/fields",
        "/v1/teams/$mine->{team}/members", '/v1/teams', '/v1/grants',
        '/v1/macros'), map { my $who = $_;
            map { essence($t->get("$name-$who", $_, -check => 0)) }
            '/v1/views', '/v1/me/presence', '/v1/notifications',
            "/v1/tickets/$mine->{ticket}/draft",
            "/v1/attachments/$mine->{file}",
            "/v1/attachments/$mine->{loose}" } qw(supervisor agent user);
}
