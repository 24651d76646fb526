# Roles that a tenant makes: what they are, who may give them, and what their
# holders may do; never above their maker, and nothing to another tenant.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 2);
my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

permissions();
making();
refusals();
changing();
holders();
work();
never_above();
oneself();
audited();
another_tenant();
at_once();
operator();
kept();

$t->verify;
done_testing;


sub user_path ($login) { '/v1/users/' . $t->id($login) }

# A principal with a token, by root; the token by ticketctl.
sub person ($login, $role) {
    my $made = $t->post('root', '/v1/users',
        { login => $login, role => $role })->is(201, "$login is a $role");
    $t->{id}{$login} = $made->field('/id');
    $t->set_token($login, $t->ctl_ok('token', 'new', '--login',
        $login)->{token});
    return $made;
}

# A role by root; its path.
sub role ($name, $base, @permissions) {
    my $made = $t->post('root', '/v1/roles', { name => $name, base => $base,
        @permissions ? (permissions => \@permissions) : () })
        ->is(201, "the role $name");
    return '/v1/roles/' . $made->field('/id');
}


sub permissions {
    my $list = $t->get(undef, '/v1/permissions')->is(200, 'for everybody');
    like $list->header('Cache-Control'), qr/public/, '  and for caches';
    my %has = map { $_->{name} => $_ } @{ $list->field('/data') };
    cmp_ok scalar(keys %has), '>', 40, 'permissions';
    is scalar(grep { $_->{description} !~ /\w{2}/ } values %has), 0,
        '  with words';
    cmp_deeply $has{'ticket.claim'}{roles}, [qw(agent supervisor admin)],
        'agents claim';
    cmp_deeply $has{'user.write'}{roles}, ['admin'], 'admins make users';
    cmp_deeply $has{self}{roles}, [qw(user agent supervisor admin bot)],
        'everybody has himself';
    cmp_deeply $has{'ticket.timeout'}{roles}, [], 'nobody passes the time';

    # nobody may call them without being known
    $t->get(undef, '/v1/roles')->is_problem(401, 'unauthorized');
    for my $who (qw(alice ann robo sys)) {
        $t->get($who, '/v1/roles')->is_problem(403, 'forbidden', $who);
    }
    for my $who (qw(alice ann sue robo sys)) {
        $t->post($who, '/v1/roles', { name => 'x', base => 'user' })
            ->is_problem(403, 'forbidden', "$who makes none");
    }
    is_deeply $t->get('sue', '/v1/roles')->is(200)->field('/data'), [],
        'a supervisor sees that there is none';
}


sub making {
    my $made = $t->post('root', '/v1/roles', { name => 'first-line',
        title => '一线客服 «1»', base => 'agent', quota => 600,
        permissions => ['ticket.read', 'self', 'ticket.claim',
        'message.write', 'ticket.note', 'ticket.start'] })->is(201, 'a role');
    my $id = $made->field('/id');
    cmp_deeply $made->json, { id => $id, name => 'first-line',
        title => '一线客服 «1»', base => 'agent', quota => 600,
        permissions => bag(qw(ticket.claim ticket.start ticket.note
        ticket.read message.write self)), version => 1, created_at => $TIME,
        updated_at => $TIME }, '  with all its members';
    is $made->header('Location'), "/helpdesk/v1/roles/$id", '  Location';
    is $made->etag, qq("r$id.1"), '  ETag';
    my $path = "/v1/roles/$id";
    is_deeply $t->get('sue', $path)->json, $made->json, '  read';
    $t->get('root', $path, 'If-None-Match' => $made->etag)->is(304);

    my $least = $t->post('root', '/v1/roles', { name => '0', base => 'bot' })
        ->is(201, 'the shortest name');
    cmp_ok scalar(@{ $least->field('/permissions') }), '>', 5,
        '  all of the base without permissions';
    my $none = $t->post('root', '/v1/roles', { name => 'n' x 64, base =>
        'admin', permissions => [], title => '長' x 200 })->is(201,
        'the longest name and title, and nothing allowed');
    is_deeply $none->field('/permissions'), [], '  which is said';

    # lists by pages, once each
    my @all = map { $_->{id} } @{ $t->get('root', '/v1/roles')
        ->field('/data') };
    is scalar(@all), 3, 'three roles';
    my ($next, @paged) = '/v1/roles?limit=1';
    while (defined $next) {
        my $page = $t->get('root', $next);
        push @paged, map { $_->{id} } @{ $page->field('/data') };
        my $cursor = $page->field('/page/next');
        $next = defined $cursor ? "/v1/roles?limit=1&cursor=$cursor" : undef;
    }
    is_deeply \@paged, \@all, '  one by one';
    my $foreign = $t->get('root', '/v1/users?limit=1')->field('/page/next');
    $t->get('root', "/v1/roles?cursor=$foreign")->is_problem(400,
        'unknown-parameter', 'a cursor of another list');

    # the same key is one role
    my %once = (name => 'once', base => 'user');
    my $one = $t->post('root', '/v1/roles', \%once, 'Idempotency-Key' => 'k1')
        ->is(201);
    my $two = $t->post('root', '/v1/roles', \%once, 'Idempotency-Key' => 'k1')
        ->is(201);
    is $two->field('/id'), $one->field('/id'), 'a repeated request';
    is $two->header('Idempotency-Replayed'), 'true', '  said to be one';
    $t->delete('root', '/v1/roles/' . $one->field('/id'))->is(204);
}


sub refusals {
    my @many = ('ticket.read') x 300;
    for my $bad (
        [{}, '/name'], [{ name => 'x' }, '/base'],
        [{ name => '', base => 'user' }, '/name'],
        [{ name => '角色', base => 'user' }, '/name'],
        [{ name => 'N', base => 'user' }, '/name'],
        [{ name => 'n' x 65, base => 'user' }, '/name'],
        [{ name => 7, base => 'user' }, '/name'],
        [{ name => 'x', base => 'system' }, '/base'],
        [{ name => 'x', base => 'first-line' }, '/base'],
        [{ name => 'x', base => undef }, '/base'],
        [{ name => 'x', base => 'user', title => '長' x 201 }, '/title'],
        [{ name => 'x', base => 'user', quota => -1 }, '/quota'],
        [{ name => 'x', base => 'user', quota => 1_000_001 }, '/quota'],
        [{ name => 'x', base => 'user', permissions => 'self' },
            '/permissions'],
        [{ name => 'x', base => 'user', permissions => ['root'] },
            '/permissions/0'],
        [{ name => 'x', base => 'user', permissions => [''] },
            '/permissions/0'],
        [{ name => 'x', base => 'user', permissions => ['ticket.claim'] },
            '/permissions'],
        [{ name => 'x', base => 'admin', permissions => ['ticket.timeout'] },
            '/permissions'],
        [{ name => 'x', base => 'user', id => 9 }, '/id'],
        [{ name => 'x', base => 'user', tenant_id => 9 }, '/tenant_id'],
        [{ name => 'x', base => 'user', holders => 9 }, '/holders'],
        [{ name => 'x', base => 'user', version => 9 }, '/version'])
    {
        my $no = $t->post('root', '/v1/roles', $bad->[0])
            ->is_problem(400, 'invalid-request', "no $bad->[1]") or next;
        is $no->field('/errors/0/pointer'), $bad->[1], '  named';
    }
    ok $t->post('root', '/v1/roles', { name => 'x', base => 'user',
        permissions => \@many })->code == 400, 'three hundred times the same';
    for my $taken (qw(user agent supervisor admin bot system first-line)) {
        $t->post('root', '/v1/roles', { name => $taken, base => 'user' })
            ->is_problem(409, 'conflict', "$taken is taken");
    }
    for my $id (0, 99_999, 'x', '-1', '01', '9' x 30, 'first-line') {
        $t->get('root', "/v1/roles/$id")->is_problem(404, 'not-found',
            "no role $id");
        $t->patch('root', "/v1/roles/$id", { title => 'x' })
            ->is_problem(404, 'not-found');
        $t->delete('root', "/v1/roles/$id")->is_problem(404, 'not-found');
    }
    $t->request('PUT', 'root', '/v1/roles/1', json => {}, check => 0)
        ->is_problem(405, 'method-not-allowed');
    is scalar(@{ $t->get('root', '/v1/roles')->field('/data') }), 3,
        'none of that made one';
}


sub changing {
    my $path = role('changing', 'agent', 'self', 'ticket.read');
    my $is   = $t->get('root', $path);
    my $same = $t->patch('root', $path, { permissions => ['ticket.read',
        'self'], title => undef })->is(200, 'a patch that changes nothing');
    is_deeply $same->json, $is->json, '  leaves no trace';

    $t->patch('root', $path, { title => 'x' }, 'If-Match' => '"r1.77"')
        ->is_problem(412, 'version-mismatch', 'a stale tag');
    my $now = $t->patch('root', $path, { title => '换', quota => 5,
        permissions => [] }, 'If-Match' => $is->etag)->is(200);
    cmp_deeply $now->json, { %{ $is->json }, title => '换', quota => 5,
        permissions => [], version => 2, updated_at => $TIME }, 'changed';
    $t->patch('root', $path, { title => 'x' }, 'If-Match' => $is->etag)
        ->is_problem(412, 'version-mismatch', 'the tag is spent');
    for my $bad ({ name => 'other' }, { base => 'user' }, { id => 1 },
        { permissions => ['user.read'] }, { permissions => ['none'] },
        { quota => 'many' }, { nonsense => 1 })
    {
        $t->patch('root', $path, $bad)->is_problem(400, 'invalid-request',
            'no patch of ' . join ' ', keys %$bad);
    }
    is_deeply $t->get('root', $path)->json, $now->json, 'as it was';
    $t->delete('root', $path, 'If-Match' => $is->etag)
        ->is_problem(412, 'version-mismatch', 'nor deleted by it');
    $t->delete('root', $path, 'If-Match' => $now->etag)->is(204, 'deleted');
    $t->delete('root', $path)->is_problem(404, 'not-found', '  once');
    $t->patch('root', $path, {})->is_problem(404, 'not-found',
        '  and not to be changed');
    isnt role('changing', 'user'), $path, 'its id is not used again';
}


sub holders {
    my $path = role('held', 'agent');
    my $made = person('何', 'held');
    is $made->field('/role'), 'held', 'a role by its name';
    is $made->field('/base_role'), 'agent', '  and its base';
    is $t->get('何', '/v1/me')->field('/role'), 'held', '  as one sees it';

    $t->delete('root', $path)->is_problem(409, 'conflict', 'it is held');
    $t->patch('root', user_path('何'), { disabled => \1 })->is(200);
    $t->delete('root', $path)->is_problem(409, 'conflict',
        '  also by who is disabled');
    $t->patch('root', user_path('何'), { role => 'agent' })->is(200);
    $t->delete('root', $path)->is(204, 'nobody has it: deleted');
    $t->patch('root', user_path('何'), { role => 'held' })
        ->is_problem(400, 'invalid-request', 'nobody gets it any more');
    $t->patch('root', user_path('何'), { role => 'HELD' })
        ->is_problem(400, 'invalid-request');
    is $t->get('root', user_path('何'))->field('/role'), 'agent', 'as it was';
}


# --- what holders may do ------------------------------------------------------

sub work {
    my $path = (grep { $_->{name} eq 'first-line' }
        @{ $t->get('root', '/v1/roles')->field('/data') })[0];
    $path = "/v1/roles/$path->{id}";
    person(fay => 'first-line');
    my ($one, $two) = make_tickets($t, {}, {});

    my $seen = $t->get('fay', "/v1/tickets/$one")->is(200, 'she sees it');
    cmp_deeply $seen->field('/allowed_actions'), bag(qw(claim start note)),
        '  and what she may do';
    $t->post('fay', "/v1/tickets/$one/claim", {})->is(200, 'claims it');
    $t->post('fay', "/v1/tickets/$one/messages", { body => '内部', kind =>
        'note' })->is(201, 'writes a note');
    $t->post('fay', "/v1/tickets/$one/messages", { body => 'Hello' })
        ->is_problem(403, 'forbidden', 'but no reply');
    for my $verb (qw(resolve transfer escalate hold assess)) {
        act($t, 'fay', $one, $verb)->is_problem(403, 'forbidden',
            "does not $verb");
    }
    $t->patch('fay', "/v1/tickets/$one", { priority => 'high' })
        ->is_problem(403, 'forbidden', 'edits nothing');
    $t->post('fay', '/v1/tickets', { subject => 'S', description => 'D' })
        ->is_problem(403, 'forbidden', 'submits nothing');
    $t->post('fay', '/v1/tickets/99999/resolve', { solution => 'x' })
        ->is_problem(404, 'not-found', 'what is not there is not found');

    # a change of the role holds at once, on every worker
    $t->patch('root', $path, { permissions => [qw(self ticket.read
        ticket.resolve message.write)] })->is(200);
    my @codes = map { $_->code } $t->parallel(map { ['POST', 'fay',
        "/v1/tickets/$two/claim", json => {}] } 1 .. 16);
    is_deeply \@codes, [(403) x 16], 'taken away: 16 times no';
    $t->post('fay', "/v1/tickets/$one/resolve", { solution => '好了' })
        ->is(200, 'given: resolved');
    $t->patch('root', $path, { permissions => [] })->is(200);
    $t->get('fay', $_)->is_problem(403, 'forbidden', "nothing: $_")
        for '/v1/me', '/v1/tickets', "/v1/tickets/$one", '/v1/me/tokens';
    $t->patch('root', user_path('fay'), { disabled => \1 })->is(200);
    $t->get('fay', '/v1/me')->is_problem(401, 'unauthorized', 'disabled');
    $t->patch('root', user_path('fay'), { disabled => \0 })->is(200);
}


# --- never above --------------------------------------------------------------

sub never_above {
    my @user = map { $_->{name} } grep { grep { $_ eq 'user' }
        @{ $_->{roles} } } @{ $t->get(undef, '/v1/permissions')
        ->field('/data') };
    my $path = role('clerk', 'admin', @user, qw(user.read user.write
        token.read token.write role.read role.write));
    my $audit = role('auditor', 'admin', 'audit.read', 'self');
    person(carl => 'clerk');
    person(otto => 'auditor');

    for my $role ('user', 'clerk') {
        $t->post('carl', '/v1/users', { login => "of-$role",
            role => $role })->is(201, "a clerk makes a $role");
    }
    for my $role (qw(agent supervisor admin bot auditor)) {
        my $no = $t->post('carl', '/v1/users', { login => 'x', role =>
            $role })->is_problem(403, 'forbidden', "  and no $role") or next;
        is $no->field('/errors/0/pointer'), '/role', '  which is named';
        $t->patch('carl', user_path('alice'), { role => $role })
            ->is_problem(403, 'forbidden', '  by no patch either');
    }
    $t->patch('carl', user_path($_), { name => 'x' })
        ->is_problem(403, 'forbidden', "$_ stands above")
        for qw(root ann sue otto sys);
    for my $who (qw(root ann otto sys)) {
        $t->post('carl', user_path($who) . '/tokens', {})
            ->is_problem(403, 'forbidden', "no entry as $who");
        $t->delete('carl', user_path($who) . '/tokens/1')
            ->is_problem(403, 'forbidden', '  nor an end to it');
        $t->patch('carl', user_path($who), { disabled => \1 })
            ->is_problem(403, 'forbidden');
    }
    $t->get('carl', user_path('root') . '/tokens')->is(200,
        'to look at is not to rule');
    $t->post('carl', user_path('alice') . '/tokens', {})->is(201,
        'a user gets a token of the clerk');

    $t->post('carl', '/v1/roles', { name => 'boss', base => 'admin' })
        ->is_problem(403, 'forbidden', 'no role of more than he has');
    $t->post('carl', '/v1/roles', { name => 'boss', base => 'agent',
        permissions => ['ticket.claim'] })->is_problem(403, 'forbidden');
    my $own = $t->post('carl', '/v1/roles', { name => 'junior', base =>
        'admin', permissions => ['user.read', 'self'] })->is(201,
        'one of less');
    $own = '/v1/roles/' . $own->field('/id');
    $t->patch('carl', $own, { permissions => ['audit.read'] })
        ->is_problem(403, 'forbidden', '  does not grow past him');
    for my $way (['PATCH', $audit, json => { title => 'mine' }],
        ['PATCH', $audit, json => { permissions => [] }], ['DELETE', $audit])
    {
        my ($method, $at, @more) = @$way;
        $t->request($method, 'carl', $at, @more)
            ->is_problem(403, 'forbidden', "$method of a role above his");
    }
    $t->patch('root', $path, { permissions => [@user, 'role.read',
        'role.write'] })->is(200, 'the clerk loses the users');
    $t->post('carl', '/v1/users', { login => 'late' })
        ->is_problem(403, 'forbidden', '  at once');
    $t->delete('carl', $own)->is_problem(403, 'forbidden',
        '  and rules not even over his own role, which now has more');
    $t->delete('root', $own)->is(204);
}


# --- oneself ------------------------------------------------------------------

sub oneself {
    my $me = $t->get('alice', '/v1/me')->is(200);
    my $now = $t->patch('alice', '/v1/me', { name => '爱丽丝' },
        'If-Match' => $me->etag)->is(200, 'one changes one\'s name');
    is $now->field('/name'), '爱丽丝', '  to that';
    is $t->get('root', user_path('alice'))->field('/name'), '爱丽丝',
        '  seen';
    $t->patch('alice', '/v1/me', { name => 'x' }, 'If-Match' => $me->etag)
        ->is_problem(412, 'version-mismatch');
    for my $bad ({ role => 'admin' }, { base_role => 'admin' },
        { email => 'x@example.com' }, { disabled => \0 }, { quota => 1 },
        { login => 'x' }, { kind => 'employee' }, { name => 'n' x 201 })
    {
        $t->patch('alice', '/v1/me', $bad)->is_problem(400,
            'invalid-request', 'not one\'s ' . join ' ', keys %$bad);
    }
    $t->patch(undef, '/v1/me', { name => 'x' })
        ->is_problem(401, 'unauthorized');

    my $made = $t->post('alice', '/v1/me/tokens', { label => '手机',
        scopes => ['write'] })->is(201, 'one\'s own token');
    my $id = $made->field('/id');
    is $made->header('Location'), "/helpdesk/v1/me/tokens/$id", '  Location';
    $t->set_token(phone => $made->field('/token'));
    is $t->get('phone', '/v1/me')->field('/login'), 'alice', '  is hers';
    for my $more ({}, { scopes => [] }, { scopes => ['admin'] },
        { scopes => ['write', 'admin'] })
    {
        $t->post('phone', '/v1/me/tokens', $more)->is_problem(403,
            'forbidden', '  makes none for more');
    }
    for my $less ({ scopes => ['read'] }, { scopes => ['write'] }) {
        my $less = $t->post('phone', '/v1/me/tokens', $less)->is(201,
            '  but for as much');
        $t->delete('phone', '/v1/me/tokens/' . $less->field('/id'))->is(204);
    }
    my $list = $t->get('alice', '/v1/me/tokens')->is(200)->field('/data');
    ok !(grep { defined $_->{token} } @$list), 'a list without secrets';
    ok grep({ $_->{label} // '' eq '手机' } @$list), '  has it';
    $t->delete('bob', "/v1/me/tokens/$id")->is_problem(404, 'not-found',
        'bob\'s are others');
    $t->delete('alice', "/v1/me/tokens/$_")->is_problem(404, 'not-found')
        for 0, 'x', 4_294_967_297, 999;
    $t->delete('alice', "/v1/me/tokens/$id")->is(204, 'revoked');
    $t->get('phone', '/v1/me')->is_problem(401, 'unauthorized');
}


sub audited {
    for my $object (qw(role user token)) {
        my %acts = map { $_->{act} => 1 } @{ $t->get('root',
            "/v1/audit?object=$object&limit=200")->is(200)->field('/data') };
        is_deeply [sort keys %acts], $object eq 'role'
            ? [qw(change create delete)] : $object eq 'user'
            ? [qw(change create)] : [qw(create delete)],
            "the audit log has what was done to each $object";
    }
}


# --- another tenant -----------------------------------------------------------

sub another_tenant {
    my $far = $t->ctl_ok('init', '--admin', 'far', '--tenant', 'far');
    $t->set_token(far => $far->{token});
    my ($role) = grep { $_->{name} eq 'clerk' }
        @{ $t->get('root', '/v1/roles')->field('/data') };
    my $path = "/v1/roles/$role->{id}";

    is_deeply $t->get('far', '/v1/roles')->field('/data'), [],
        'another tenant has no roles';
    for my $id (1 .. $role->{id} + 3) {
        $t->get('far', "/v1/roles/$id")->code == 404
            or fail "a role $id of another tenant is none";
    }
    $t->get('far', $path, 'If-None-Match' => qq("r$role->{id}.1"))
        ->is_problem(404, 'not-found', 'not even by its tag');
    $t->patch('far', $path, { title => 'x' }, 'If-Match' => '*')
        ->is_problem(404, 'not-found');
    $t->delete('far', $path)->is_problem(404, 'not-found');
    $t->post('far', '/v1/users', { login => 'x', role => 'clerk' })
        ->is_problem(400, 'invalid-request', 'nor by its name');
    my $made = $t->post('far', '/v1/roles', { name => 'clerk', base =>
        'user' })->is(201, 'which is free there');
    $t->get('root', '/v1/roles/' . $made->field('/id'))
        ->is_problem(404, 'not-found', 'and the other way round');
    my $cursor = $t->get('root', '/v1/roles?limit=1')->field('/page/next');
    $t->get('far', "/v1/roles?limit=1&cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'nor by a cursor');
    for my $who (qw(root alice)) {
        my $user = user_path($who);
        $t->get('far', $user)->is_problem(404, 'not-found', "nor $who");
        $t->patch('far', $user, { role => 'clerk' })
            ->is_problem(404, 'not-found');
        $t->post('far', "$user/tokens", {})->is_problem(404, 'not-found');
    }
}


# --- at once, bounds, ticketctl, restart --------------------------------------

sub at_once {
    my @codes = sort map { $_->code } $t->parallel(map { ['POST', 'root',
        '/v1/roles', json => { name => 'race', base => 'user' }] } 1 .. 16);
    is "@codes", join(' ', 201, (409) x 15), 'one of 16 gets the name';

    my $have = @{ $t->get('root', '/v1/roles?limit=200')->field('/data') };
    @codes = sort map { $_->code } $t->parallel(map { ['POST', 'root',
        '/v1/roles', json => { name => "many-$_", base => 'bot' }] } 1 .. 80);
    is scalar(grep { $_ == 201 } @codes), 64 - $have, 'up to 64 roles';
    is scalar(grep { $_ == 409 } @codes), 16 + $have, '  and no more';
}


sub operator {
    my @main = ('--tenant', 'main');        # there are two
    my ($gone) = grep { $_->{name} eq 'many-1' || $_->{name} eq 'many-2' }
        @{ $t->get('root', '/v1/roles?limit=200')->field('/data') };
    $t->delete('root', "/v1/roles/$gone->{id}")->is(204);

    my $made = $t->ctl_ok('role', 'add', @main, '--role', 'night', '--base',
        'agent', '--permissions', 'ticket.read,self', '--name', '夜班');
    is_deeply [@$made{qw(name base title)}], ['night', 'agent', '夜班'],
        'ticketctl makes a role';
    is_deeply [sort @{ $made->{permissions} }], ['self', 'ticket.read'],
        '  of these permissions';
    ok grep({ $_->{name} eq 'night' }
        @{ $t->ctl_ok('role', 'list', @main)->{data} }), '  lists it';
    my $user = $t->ctl_ok('user', 'add', @main, '--login', 'owl', '--role',
        'night');
    is $user->{role}, 'night', '  and gives it';
    my ($listed) = grep { $_->{login} eq 'owl' }
        @{ $t->ctl_ok('user', 'list', @main)->{data} };
    is_deeply [@$listed{qw(role base_role)}], ['night', 'agent'],
        '  which the list of users shows';
    my $no = $t->ticketctl('user', 'add', @main, '--login', 'x', '--role',
        'nights');
    is $no->{rc}, 1, 'no role that is not there';
    like $no->{err}, qr/role/, '  as it says';
    $no = $t->ticketctl('role', 'add', @main, '--role', 'x', '--base',
        'system');
    is $no->{rc}, 1, 'nor one of the desk\'s own';
}


sub kept {
    my %before = map { $_ => $t->get('root', $_)->json }
        '/v1/roles?limit=200', '/v1/users?limit=200', user_path('carl');
    $t->restart;
    is_deeply $t->get('root', $_)->json, $before{$_}, "a restart keeps $_"
        for sort keys %before;
    is $t->get('carl', '/v1/me')->field('/role'), 'clerk', 'and who has it';
}
