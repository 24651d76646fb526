# Principals and tokens: made, changed and ended by the administrator; what a
# token is good for; and that its secret is found nowhere.

use v5.36;
use utf8;

use Test::Deep;
use Time::HiRes qw(sleep);

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);
my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
my @secrets;                          # every token that was made

admins_only();
making();
reading();
changing();
lockout();
token_life();
scopes();
ttl();
at_once();
logins();
many();
nowhere();

$t->verify;
done_testing;


sub user_path ($login) { '/v1/users/' . $t->id($login) }

# A token made over HTTP; its secret.
sub new_token ($login, %member) {
    state $n = 0;
    my $made = $t->post('root', user_path($login) . '/tokens', \%member,
        'Idempotency-Key' => 'token-' . ++$n);
    return $made->code == 201 ? push_secret($made->field('/token')) : undef;
}

sub push_secret ($token) { push @secrets, $token; return $token }

# The same login by a token of its own.
sub as ($login, %member) {
    state $n = 0;
    my $name = "$login#" . ++$n;
    $t->set_token($name, new_token($login, %member));
    return $name;
}


sub admins_only {
    my $users = '/v1/users';
    my $bob   = user_path('bob');
    for my $who (qw(alice ann sue robo sys), undef) {
        my ($code, $problem) = defined $who ? (403, 'forbidden')
            : (401, 'unauthorized');
        $_->is_problem($code, $problem, ($who // 'nobody') . ' may not')
            for $t->get($who, $users), $t->get($who, $bob),
                $t->post($who, $users, { login => 'x1' }),
                $t->patch($who, $bob, { name => 'x' }),
                $t->get($who, "$bob/tokens"),
                $t->post($who, "$bob/tokens", {}),
                $t->delete($who, "$bob/tokens/1");
    }
    cmp_deeply $t->get('alice', '/v1/me')->is(200, 'one sees oneself')->json,
        superhashof({ login => 'alice', role => 'user', tenant => 'main',
            name => 'Alice Example', disabled => bool(0) }), '  as one is';
    $t->get(undef, '/v1/me')->is_problem(401, 'unauthorized');
}


sub making {
    my %all = (login => 'new.one-1_x', name => '新人', email =>
        'new@example.com', role => 'agent', disabled => \0,
        kind => 'employee', phone => '+86 10 1234');
    my $made = $t->post('root', '/v1/users', \%all)->is(201, 'made');
    cmp_deeply $made->json, { %all, disabled => bool(0), id => ignore,
        tenant => 'main', version => 1, created_at => $TIME,
        updated_at => $TIME, base_role => 'agent', kind => 'employee',
        origin => 'local', quota => undef, grants => 0, phone => '+86 10 1234',
        email_verified => bool(0), phone_verified => bool(0),
        erased_at => undef }, '  with all members';
    my $id = $made->field('/id');
    is $made->header('Location'), "/helpdesk/v1/users/$id", '  Location';
    is $made->etag, qq("u$id.1"), '  ETag';
    is_deeply $t->get('root', "/v1/users/$id")->json, $made->json, '  read';
    $t->{id}{'new.one-1_x'} = $id;

    my $least = $t->post('root', '/v1/users', { login => 'least' })->is(201);
    cmp_deeply $least->json, superhashof({ role => 'user', name => undef,
        email => undef, disabled => bool(0) }), 'the least';

    $t->post('root', '/v1/users', { login => 'alice' })
        ->is_problem(409, 'conflict', 'a login that is taken');
    for my $login ('l' x 100, '張' x 100, 'A', 'a b', 'ü@例子.cn') {
        my $made = $t->post('root', '/v1/users', { login => $login })
            ->is(201, 'a login of ' . length($login) . ' characters');
        is $made->field('/login'), $login, '  as it is';
    }
    for my $bad (
        [{}, '/login'], [{ login => '' }, '/login'],
        [{ login => ' ' }, '/login'], [{ login => "a\tb" }, '/login'],
        [{ login => 'l' x 101 }, '/login'],
        [{ login => '張' x 101 }, '/login'],
        [{ login => 'x', kind => 'guest' }, '/kind'],
        [{ login => 'x', base_role => 'user' }, '/base_role'],
        [{ login => 'x', phone => 'call me' }, '/phone'],
        [{ login => 'x', role => 'owner' }, '/role'],
        [{ login => 'x', role => 'system' }, '/role'],
        [{ login => 'x', email => 'x' }, '/email'],
        [{ login => 'x', name => 'n' x 201 }, '/name'],
        [{ login => 'x', disabled => 'no' }, '/disabled'],
        [{ login => 'x', id => 7 }, '/id'],
        [{ login => 'x', password => 'p' }, '/password'])
    {
        my $no = $t->post('root', '/v1/users', $bad->[0])
            ->is_problem(400, 'invalid-request', "no $bad->[1]") or next;
        is $no->field('/errors/0/pointer'), $bad->[1], '  named';
    }
}


sub reading {
    $t->get('root', "/v1/users/$_")->is_problem(404, 'not-found', "no $_")
        for 0, 99_999, 'alice', '-1', '01', '9' x 30;
    my %login = map { $_->{login} => $_ } all_users(200);
    ok !(grep { !$login{$_} } qw(root alice bob ann robo sys least)),
        'all are listed';
    is_deeply $login{least}, $t->get('root', '/v1/users/' .
        $login{least}{id})->json, 'as they are read';
}


sub all_users ($limit) {
    my ($next, @all) = "/v1/users?limit=$limit";
    while (defined $next) {
        my $page = $t->get('root', $next);
        push @all, @{ $page->field('/data') };
        my $cursor = $page->field('/page/next');
        $next = defined $cursor && "/v1/users?limit=$limit&cursor=$cursor";
        last if !$next;
    }
    return @all;
}


sub changing {
    my $path = user_path('new.one-1_x');
    my $is   = $t->get('root', $path)->json;
    for my $patch ({ name => 'Other' }, { name => undef },
        { email => 'o@example.com' }, { email => undef, name => 'N' },
        { role => 'supervisor' }, { role => 'bot' }, { disabled => \1 },
        { disabled => \0 })
    {
        my $now = $t->patch('root', $path, $patch)->is(200,
            'patch ' . join ' ', sort keys %$patch);
        my %want = (%$is, %$patch, updated_at => $TIME,
            version => $is->{version} + 1);
        $want{base_role} = $want{role};
        $want{disabled} = bool(${ $want{disabled} })
            if ref $patch->{disabled};
        cmp_deeply $now->json, \%want, '  and its result';
        $is = $t->get('root', $path)->json;
        cmp_deeply $is, \%want, '  is stored';
    }
    for my $bad ({ login => 'other' }, { role => 'system' },
        { role => undef }, { id => 1 }, { version => 1 }, { nonsense => 1 })
    {
        $t->patch('root', $path, $bad)->is_problem(400, 'invalid-request',
            'no patch of ' . join ' ', keys %$bad);
    }
    is_deeply $t->get('root', $path)->json, $is, 'which changed nothing';
    $t->patch('root', '/v1/users/99999', { name => 'x' })
        ->is_problem(404, 'not-found');

    # a name is shown anew wherever it is shown
    my ($id) = make_tickets($t, { requester => 'bob' });
    $t->patch('root', user_path('bob'), { name => '鲍勃二世' });
    is $t->get('root', "/v1/tickets/$id")->field('/requester/name'),
        '鲍勃二世', 'the ticket shows the new name';
}


# --- who may not be locked out ------------------------------------------------

sub lockout {
    my $root = user_path('root');
    $t->patch('root', $root, { disabled => \1 })->is_problem(400,
        'invalid-request', 'the last admin does not disable himself');
    $t->patch('root', $root, { role => 'user' })->is_problem(400,
        'invalid-request', '  nor give up the role');
    $t->patch('root', $root, { name => 'Root' })->is(200,
        '  but another name');
    $t->get('root', '/v1/users')->is(200, 'he is still the admin');

    $t->add_user(root2 => 'admin', 'Root 2');
    $t->patch('root2', $root, { disabled => \1 })->is(200,
        'another admin may disable him');
    $t->get('root', '/v1/me')->is_problem(401, 'unauthorized',
        '  and then he is out');
    $t->patch('root2', user_path('root2'), { disabled => \1 })->is_problem(
        400, 'invalid-request', '  now the other is the last');
    $t->patch('root2', $root, { disabled => \0 })->is(200, 'and in again');
    $t->get('root', '/v1/me')->is(200);
}


# --- tokens -------------------------------------------------------------------

sub token_life {
    my $path  = user_path('alice') . '/tokens';
    my $had   = $t->get('root', $path)->field('/data');
    my $made  = $t->post('root', $path, { label => '笔记本 laptop',
        scopes => ['read'], expires_at => '2091-01-02T03:04:05Z' })
        ->is(201, 'a token');
    my $id    = $made->field('/id');
    push_secret($made->field('/token'));

    cmp_deeply $made->json, { id => $id, label => '笔记本 laptop',
        scopes => ['read'], created_at => $TIME,
        expires_at => '2091-01-02T03:04:05.000Z', kind => 'access',
        last_used_at => undef, ticket => undef,
        token => re(qr/^[\x21-\x7e]{30,128}$/) }, '  is shown';
    is $made->header('Location'), "/helpdesk$path/$id", '  Location';
    is $made->header('Cache-Control'), 'private, no-cache',
        '  not for caches';

    my $list = $t->get('root', $path)->field('/data');
    $_->{last_used_at} = ignore for @$had;     # a timer may store it now
    cmp_deeply $list, [ @$had, { %{ $made->json }, token => undef } ],
        'it is listed without its secret';
    $t->set_token(laptop => $made->field('/token'));
    is $t->get('laptop', '/v1/me')->field('/login'), 'alice', 'it works';

    $t->delete('root', "$path/$id")->is(204, 'revoked');
    $t->get('laptop', '/v1/me')->is_problem(401, 'unauthorized', '  works no '
        . 'more');
    $t->delete('root', "$path/$id")->is_problem(404, 'not-found', '  once');
    is_deeply [ map { $_->{id} } @{ $t->get('root', $path)->field('/data') } ],
        [ map { $_->{id} } @$had ], '  not listed';
    isnt $t->post('root', $path, {})->field('/id'), $id,
        'its number is not used again';

    for my $bad ([{ scopes => ['all'] }, '/scopes'],
        [{ label => 'l' x 201 }, '/label'], [{ ttl => 0 }, '/ttl'],
        [{ ttl => -1 }, '/ttl'], [{ ttl => 5, expires_at =>
        '2091-01-01T00:00:00Z' }, '/ttl'],
        [{ expires_at => '2001-01-01T00:00:00Z' }, '/expires_at'],
        [{ token => 'mine' }, '/token'], [{ digest => 'x' }, '/digest'])
    {
        my $no = $t->post('root', $path, $bad->[0])
            ->is_problem(400, 'invalid-request', "no $bad->[1]") or next;
        like $no->field('/errors/0/pointer'), qr{^\Q$bad->[1]\E}, '  named';
    }
    for my $no ('/v1/users/99999/tokens', '/v1/users/0/tokens') {
        $t->get('root', $no)->is_problem(404, 'not-found');
        $t->post('root', $no, {})->is_problem(404, 'not-found');
    }
    $t->delete('root', "$path/$_")->is_problem(404, 'not-found')
        for 0, 999, 'x', '4294967297';

    my $good = $t->token('bob');
    for my $bad ('', 'x', substr($good, 0, -1), "${good}x", 'x' . $good,
        scalar reverse($good), uc $good, ' ', 'a' x 500)
    {
        my $no = $t->get(undef, '/v1/me', Authorization => "Bearer $bad")
            ->is_problem(401, 'unauthorized', 'no token: '
            . substr $bad, 0, 12);
        like $no->header('WWW-Authenticate'), qr/^Bearer /, '  a challenge';
        unlike $no->body, qr/\Q$bad\E/, '  is not told back'
            if length $bad > 20;
    }
    for my $form ("bearer $good", "BEARER $good", "Bearer   $good") {
        $t->get(undef, '/v1/me', Authorization => $form)->is(200,
            substr $form, 0, 8);
    }
    $t->get(undef, '/v1/me', Authorization => $_)
        ->is_problem(401, 'unauthorized', substr $_, 0, 8)
        for $good, "Basic $good", "Bearer$good", 'Bearer', "Token $good";
}


sub scopes {
    my ($id) = make_tickets($t, {});
    my %may = (             # scopes => read, write, administer
        ''             => [1, 1, 1],
        'read'         => [1, 0, 0],
        'write'        => [1, 1, 0],
        'admin'        => [0, 0, 1],
        'read,write'   => [1, 1, 0],
        'read,admin'   => [1, 0, 1],
        'write,admin'  => [1, 1, 1],
        'read,write,admin' => [1, 1, 1],
    );
    for my $scopes (sort keys %may) {
        my $who = as('root', scopes => [split /,/, $scopes]);
        my @got = map { $_->code < 300 ? 1 : $_->code == 403 ? 0 : $_->code }
            $t->get($who, "/v1/tickets/$id"),
            $t->post($who, "/v1/tickets/$id/messages",
                { body => 'x', kind => 'note' }),
            $t->get($who, '/v1/users');
        is "@got", "@{ $may{$scopes} }", "scopes '$scopes'";
    }
    my $read = as('alice', scopes => ['read']);
    $t->post($read, '/v1/tickets', { subject => 'S', description => 'D' })
        ->is_problem(403, 'forbidden', 'no ticket by a token to read');
    $t->get($read, '/v1/me/tickets')->is(200, 'but a list');
    my $admin = as('alice', scopes => ['admin']);
    $t->get($admin, '/v1/users')->is_problem(403, 'forbidden',
        'a scope gives no right');
}


sub ttl {
    my $short = as('bob', ttl => 1);
    my $long  = as('bob', ttl => 3600);
    $t->get($short, '/v1/me')->is(200, 'a token of a second');
    ok wait_for(sub { $t->get($short, '/v1/me', -check => 0)->code == 401 },
        'its end', 5), '  ends';
    $t->get($long, '/v1/me')->is(200, 'one of an hour does not');

    my %most = (ttl => 36_500 * 86_400);
    my $most = $t->post('bob', '/v1/me/tokens', \%most)->is(201, 'a century');
    like $most->field('/expires_at'), qr/^21/, '  and no wrapping';
    push_secret($most->field('/token'));
    $t->post('bob', '/v1/me/tokens', { ttl => $_ })->is_problem(400,
        'invalid-request', "not $_") for $most{ttl} + 1, 2**53 - 1;
}


# --- at once, on all workers --------------------------------------------------

sub at_once {
    for my $way (qw(revoke disable)) {
        my $who = as('bob');
        my $numbers = $t->get('root', user_path('bob') . '/tokens')
            ->field('/data');
        my @warm = map { $_->code }
            $t->parallel(map { ['GET', $who, '/v1/me'] } 1 .. 32);
        is scalar(grep { $_ == 200 } @warm), 32, 'all workers know it';

        if ($way eq 'revoke') {
            $t->delete('root', user_path('bob') . '/tokens/'
                . $numbers->[-1]{id})->is(204, 'revoked');
        } else {
            $t->patch('root', user_path('bob'), { disabled => \1 })
                ->is(200, 'disabled');
        }
        my @cold = map { $_->code }
            $t->parallel(map { ['GET', $who, '/v1/me'] } 1 .. 32);
        is scalar(grep { $_ == 401 } @cold), 32, '  refused by all workers';
        $t->post($who, '/v1/tickets', { subject => 'S', description => 'D' })
            ->is_problem(401, 'unauthorized', '  for writing as well');
    }
    $t->get('bob', '/v1/me')->is_problem(401, 'unauthorized',
        'every token of who is disabled');
    $t->patch('root', user_path('bob'), { disabled => \0 })->is(200);
    $t->get('bob', '/v1/me')->is(200, 'until he is let in again');

    # a change of role holds at once, too
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    $t->get('bob', $path)->is(404);
    $t->patch('root', user_path('bob'), { role => 'agent' })->is(200);
    my @codes = map { $_->code }
        $t->parallel(map { ['GET', 'bob', $path] } 1 .. 16);
    is scalar(grep { $_ == 200 } @codes), 16, 'who becomes an agent sees it';
    $t->patch('root', user_path('bob'), { role => 'user' })->is(200);
    $t->get('bob', $path)->is(404);
}


sub logins {
    my @codes = sort map { $_->code } $t->parallel(map { ['POST', 'root',
        '/v1/users', json => { login => 'race' }] } 1 .. 16);
    is "@codes", join(' ', 201, (409) x 15), 'one of 16 gets the login';
}


sub many {
    $_->code == 201 or fail 'made' for $t->parallel(map { ['POST', 'root',
        '/v1/users', json => { login => "user-$_" }, check => 0] } 1 .. 60);
    my @all = all_users(200);
    is_deeply [ map { $_->{id} } @all ], [ sort { $a <=> $b }
        map { $_->{id} } @all ], 'users in order';
    for my $limit (1, 7, scalar(@all) - 1, scalar @all, @all + 1) {
        is_deeply [ map { $_->{id} } all_users($limit) ],
            [ map { $_->{id} } @all ], "by $limit";
    }
    $t->get('root', "/v1/users?$_")->is_problem(400, 'unknown-parameter',
        "not $_") for 'limit=0', 'limit=201', 'cursor=x', 'role=user';

    my $path = user_path('new.one-1_x') . '/tokens';
    push_secret($_->field('/token')) for $t->parallel(map { ['POST', 'root',
        $path, json => {}, check => 0] } 1 .. 100);
    $t->post('root', $path, {})->is_problem(409, 'conflict',
        'a hundred tokens are enough');
    is scalar(@{ $t->get('root', $path)->field('/data') }), 100, 'all listed';

    $t->restart;
    is_deeply [ map { $_->{id} } all_users(50) ], [ map { $_->{id} } @all ],
        'a restart keeps the users';
    $t->set_token(last => $secrets[-1]);
    $t->get('last', '/v1/me')->is_problem(200, 'no problem document',
        'and the tokens');
}


# --- the secrets are nowhere --------------------------------------------------

sub nowhere {
    push_secret($t->token($_)) for qw(root alice bob ann);
    cmp_ok scalar(@secrets), '>', 100, 'of many secrets';
    $t->stop;
    for my $file (glob($t->dir . '/logs/*.log'), glob($t->store . '/*')) {
        open my $in, '<:raw', $file or die "$file: $!\n";
        local $/;
        my $bytes = readline $in;
        my @found = grep { index($bytes, secret_part($_)) >= 0 } @secrets;
        is scalar(@found), 0, 'none is in ' . $file =~ s{.*/}{}r;
    }
    $t->start;
}


# The part of a token that only its owner knows.
sub secret_part ($token) { substr $token, -20 }
