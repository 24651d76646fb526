# Tenants: the tree and who sees how much of it, what each may settle for
# itself, what is settled above it, and a door that is shut.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);
my %id = (main => 1);
my %new = (subject => 'A ticket', description => 'Of some tenant');

tree();
realms();
making();
changing();
prefixes();
languages();
limits();
disabled();
operator();
restart();

$t->verify;
done_testing;


# A tenant made by `who`, with an administrator "NAME-admin" to ask as.
sub make_tenant ($who, $name, %member) {
    my $made = $t->post($who, '/v1/tenants',
        { name => $name, admin => 'admin', %member },
        'Idempotency-Key' => "make-$name")->is(201, "$name is made");
    $t->set_token("$name-admin", $made->field('/admin_token'));
    $id{$name} = $made->field('/id');
    return $made;
}


# Somebody in a tenant, made by its administrator; named LOGIN.
sub make_user ($tenant, $login, $role) {
    my $admin = $tenant eq 'main' ? 'root' : "$tenant-admin";
    my $made = $t->post($admin, '/v1/users',
        { login => $login, role => $role })->is(201, "$login of $tenant");
    my $id = $made->field('/id');
    $t->{id}{$login} = $id;
    $t->set_token($login, $t->post($admin, "/v1/users/$id/tokens", {})
        ->field('/token'));
    return $id;
}


sub names ($who, $query = '') {
    my ($next, @names) = "/v1/tenants$query";
    while (defined $next) {
        my $page = $t->get($who, $next)->is(200);
        push @names, map { $_->{name} } @{ $page->field('/data') };
        my $cursor = $page->field('/page/next');
        $next = defined $cursor
            ? "/v1/tenants$query&cursor=$cursor" : undef;
    }
    return join ' ', @names;
}


# --- the tree -----------------------------------------------------------------

sub tree {
    my $made = make_tenant('root', 'acme', title => 'Acme 服务商');
    cmp_deeply $made->json, superhashof({ name => 'acme', parent => 1,
        kind => 'provider', title => 'Acme 服务商', version => 1,
        disabled => bool(0), languages => [], number_prefix => undef,
        admin_token => re(qr/^tk_/) }), 'with all it has';
    is $made->header('Location'), "/helpdesk/v1/tenants/$id{acme}",
        '  Location';
    is $made->etag, qq("n$id{acme}.1"), '  ETag';

    my $again = $t->post('root', '/v1/tenants', { name => 'acme',
        admin => 'admin', title => 'Acme 服务商' },
        'Idempotency-Key' => 'make-acme')->is(201, 'sent again');
    is $again->header('Idempotency-Replayed'), 'true', '  it is a replay';
    is $again->field('/admin_token'), undef, '  without the token';
    is $again->field('/id'), $id{acme}, '  of the same tenant';

    make_tenant('root', 'bolt');
    make_tenant('acme-admin', 'shop');
    make_tenant('acme-admin', 'bar', parent => $id{acme});
    make_tenant('root', 'inn', parent => $id{bolt});
    is $t->get('root', "/v1/tenants/$id{shop}")->field('/kind'), 'customer',
        'the kind follows from the depth';
    is $t->get('acme-admin', '/v1/me')->field('/tenant'), 'acme',
        'the first administrator is in';
}


sub realms {
    is names('root'), 'main acme shop bar bolt inn', 'the platform sees all';
    is names('acme-admin'), 'acme shop bar', 'a provider its customers';
    is names('shop-admin'), 'shop', 'a customer itself';
    is names('root', '?limit=1'), 'main acme shop bar bolt inn',
        'page by page';
    is names('acme-admin', '?limit=2'), 'acme shop bar', '  for all';

    my $cursor = $t->get('root', '/v1/tenants?limit=1')->field('/page/next');
    $t->get('acme-admin', "/v1/tenants?cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'a cursor of others');

    for my $see (['root', qw(main acme shop bar bolt inn)],
        ['acme-admin', qw(acme shop bar)], ['shop-admin', 'shop'])
    {
        my ($who, @seen) = @$see;
        my %seen = map { $_ => 1 } @seen;
        for my $name (sort keys %id) {
            my $path = "/v1/tenants/$id{$name}";
            my $got  = $t->get($who, $path);
            $seen{$name} ? $got->is(200, "$who sees $name")
                : $got->is_problem(404, 'not-found', "$who, $name");
            next if $seen{$name};
            $t->patch($who, $path, { title => 'mine' })
                ->is_problem(404, 'not-found', '  nor may he change it');
            $t->post($who, '/v1/tenants', { name => 'below',
                parent => $id{$name} })->is_problem(400, 'invalid-request',
                '  nor put one below it');
        }
    }

    is $t->get('acme-admin', "/v1/tenants/$id{acme}")->field('/parent'),
        undef, 'who is above is not told';
    is $t->get('acme-admin', "/v1/tenants/$id{shop}")->field('/parent'),
        $id{acme}, 'who is below, is';

    for my $who (qw(alice ann sue robo)) {
        $t->get($who, '/v1/tenants')->is_problem(403, 'forbidden',
            "$who may not look");
        $t->post($who, '/v1/tenants', { name => 'x' })
            ->is_problem(403, 'forbidden', '  nor make one');
    }
    $t->get(undef, '/v1/tenants')->is_problem(401, 'unauthorized');
    $t->get('root', "/v1/tenants/$_")->is_problem(404, 'not-found')
        for 0, 99, 4_294_967_297, '9' x 25, 'acme';
}


sub making {
    my $count = split ' ', names('root');
    for my $bad (
        [{}, '/name'], [{ name => 'A' }, '/name'], [{ name => 'a b' }, '/name'],
        [{ name => 'x', id => 7 }, '/id'],
        [{ name => 'x', kind => 'platform' }, '/kind'],
        [{ name => 'x', profile => 'none' }, '/profile'],
        [{ name => 'x', parent => 999 }, '/parent'],
        [{ name => 'x', parent => $id{shop} }, '/parent'],
        [{ name => 'x', number_prefix => '1A' }, '/number_prefix'],
        [{ name => 'x', number_prefix => 'A-B' }, '/number_prefix'],
        [{ name => 'x', number_prefix => 'Ä' }, '/number_prefix'],
        [{ name => 'x', number_prefix => 'ABCDEFGHI' }, '/number_prefix'],
        [{ name => 'x', languages => ['fr'] }, '/languages'],
        [{ name => 'x', limits => { principals => -1 } },
            '/limits/principals'],
        [{ name => 'x', admin => 'tenant:acme' }, '/admin'],
        [{ name => 'x', admin_token => 'tk' }, '/admin_token'])
    {
        my $no = $t->post('root', '/v1/tenants', $bad->[0])
            ->is_problem(400, 'invalid-request', "no $bad->[1]") or next;
        like $no->field('/errors/0/pointer'), qr/^\Q$bad->[1]\E/, '  named';
    }
    $t->post('root', '/v1/tenants', { name => $_ })
        ->is_problem(409, 'conflict', "$_ is taken") for qw(main acme inn);
    $t->post('shop-admin', '/v1/tenants', { name => 'deeper' })
        ->is_problem(400, 'invalid-request', 'nothing below a customer');
    is scalar(split ' ', names('root')), $count, 'none of them was made';
}


sub changing {
    my $path = "/v1/tenants/$id{shop}";
    my $is = $t->get('acme-admin', $path);
    for my $patch ({ title => 'Shop' }, { title => undef },
        { profile => 's001' }, { profile => 'canonical' },
        { shred_grace => 60 }, { shred_grace => undef },
        { urgent_types => ['fraud'] }, { urgent_types => [] },
        { languages => ['en'] }, { languages => [] },
        { limits => { principals => 50, active_tickets => 20 } },
        { limits => { principals => undef, active_tickets => undef } })
    {
        my $now = $t->patch('acme-admin', $path, $patch)
            ->is(200, 'patch ' . join ' ', keys %$patch);
        cmp_deeply $now->json, superhashof({
            (map { $_ => ref $patch->{$_} eq 'HASH'
                    ? superhashof($patch->{$_}) : $patch->{$_} }
                keys %$patch), version => $is->field('/version') + 1 }),
            '  holds';
        $is = $now;
    }
    my $same = $t->patch('acme-admin', $path, {})->is(200, 'nothing');
    is $same->field('/version'), $is->field('/version'), '  is no change';
    $t->patch('acme-admin', $path, { title => 'x' }, 'If-Match' => '"n3.1"')
        ->is_problem(412, 'version-mismatch', 'an old version');
    $t->get('acme-admin', $path, 'If-None-Match' => $is->etag)->is(304);

    for my $bad ({ name => 'other' }, { parent => $id{bolt} }, { id => 1 },
        { kind => 'platform' }, { version => 1 }, { admin => 'x' })
    {
        $t->patch('root', $path, $bad)->is_problem(400, 'invalid-request',
            'no patch of ' . join ' ', keys %$bad);
    }

    # one's own
    my $own = "/v1/tenants/$id{acme}";
    $t->patch('acme-admin', $own, { title => 'We' })->is(200, 'own title');
    $t->patch('acme-admin', $own, { disabled => \1 })
        ->is_problem(400, 'invalid-request', 'nobody shuts himself out');
    for my $limit (qw(principals active_tickets requests
            attachment_bytes)) {
        $t->patch('root', $own, { limits => { $limit => 1000 } })->is(200);
        $t->patch('acme-admin', $own, { limits => { $limit => $_ } })
            ->is_problem(403, 'forbidden', "own $limit is set above")
            for 1, 2000, undef;
        $t->patch('acme-admin', $own, { limits => { $limit => 1000 } })
            ->is(200, '  as it is, is no change');
        $t->patch('root', $own, { limits => { $limit => undef } })->is(200);
    }
    $t->patch('root', '/v1/tenants/1', { limits => { active_tickets => 9 } })
        ->is(200, 'the platform sets its own');
    $t->patch('root', '/v1/tenants/1', { disabled => \1 })
        ->is_problem(400, 'invalid-request', '  but may not end');
}


# --- what each has of its own -------------------------------------------------

sub prefixes {
    make_user(acme => 'amy', 'user');
    make_user(acme => 'abe', 'agent');
    my $path = "/v1/tenants/$id{acme}";
    my $no = $t->post('amy', '/v1/tickets', \%new)->is(201);
    my $n  = $no->field('/id');
    is $no->field('/number'), "T-$n", 'T to begin with';

    is $t->patch('acme-admin', $path, { number_prefix => 'acme' })
        ->field('/number_prefix'), 'ACME', 'in capitals';
    is $t->get('abe', "/v1/tickets/$n")->field('/number'), "ACME-$n",
        'it shows';
    is $t->get('abe', '/v1/tickets')->field('/data/0/number'), "ACME-$n",
        '  in lists';
    is $t->get('amy', "/v1/tickets/$_")->field('/id'), $n, "found by $_"
        for $n, "ACME-$n", "acme-$n", "aCmE-$n", "T-$n", "t-$n";
    $t->get('amy', "/v1/tickets/$_")->is_problem(404, 'not-found', "not $_")
        for "ACM-$n", "ACMEE-$n", "ACME-T-$n", "T-ACME-$n", "-$n", "ACME$n";
    $t->post('abe', "/v1/tickets/acme-$n/claim", {})->is(200,
        'and acted on by number');

    my $made = $t->post('alice', '/v1/tickets', \%new)->is(201);
    my $theirs = $made->field('/id');
    is $made->field('/number'), "T-$theirs", 'others keep theirs';
    $t->get('alice', "/v1/tickets/ACME-$theirs")
        ->is_problem(404, 'not-found', '  and it is not valid there');
    $t->get('amy', "/v1/tickets/ACME-$theirs")
        ->is_problem(404, 'not-found', 'no prefix opens a foreign ticket');
    $t->patch('acme-admin', $path, { number_prefix => undef })->is(200);
    is $t->get('amy', "/v1/tickets/$n")->field('/number'), "T-$n",
        'T again without it';
}


sub languages {
    my $path = "/v1/tenants/$id{acme}";
    my $n = $t->post('amy', '/v1/tickets', \%new)->field('/id');
    my $label = sub ($accept) {
        $t->get('amy', "/v1/tickets/$n", 'Accept-Language' => $accept)
            ->field('/state_label');
    };
    my ($en, $zh) = map { $label->($_) } qw(en zh-CN);
    isnt $en, $zh, 'two languages';
    for my $row (['zh-CN', $zh, $zh], ['en', $en, $en]) {
        my ($lang, @want) = @$row;
        $t->patch('acme-admin', $path, { languages => [$lang] })->is(200);
        is $label->('en'), $want[0], "only $lang: whoever asks for en";
        is $label->('zh-CN'), $want[1], '  or zh-CN';
        is $label->('fr'), $want[0], '  or fr';
    }
    $t->patch('acme-admin', $path, { languages => ['zh-CN'] });
    like $t->post('amy', "/v1/tickets/$n/confirm", {})->field('/title'),
        qr/\p{Han}/, 'refusals, too';
    $t->patch('acme-admin', $path, { languages => ['zh-CN', 'en'] });
    is $label->('en'), $en, 'both: as asked';
    $t->patch('acme-admin', $path, { languages => [] });
    is $label->('zh-CN'), $zh, 'none said: all';

    $t->patch('acme-admin', $path, { profile => 's001' })->is(200);
    isnt $label->('zh-CN'), $zh, 'words of its profile';
    is $t->get('alice', '/v1/tickets?limit=1', 'Accept-Language' => 'zh-CN')
        ->field('/data/0/state_label'), $zh, '  and of nobody else';
    $t->patch('acme-admin', $path, { profile => 'canonical' })->is(200);
}


sub limits {
    my $path = "/v1/tenants/$id{bar}";
    make_user(bar => 'ben', 'user');
    make_user(bar => 'bea', 'agent');
    $t->patch('acme-admin', $path, { limits => { active_tickets => 2 } })
        ->is(200);
    my @made = map { $t->post('ben', '/v1/tickets', \%new)->is(201)
        ->field('/id') } 1 .. 2;
    my $no = $t->post('ben', '/v1/tickets', \%new)
        ->is_problem(409, 'conflict', 'as many as he may have');
    like $no->field('/detail'), qr/2 tickets under way/, '  in words';
    my $for = $t->post('bea', '/v1/tickets', { %new,
        on_behalf_of => $t->id('ben') })->is(201, 'staff may, for him');
    $t->post('ben', "/v1/tickets/$_/close", {})->is(200)
        for $made[0], $for->field('/id');
    $t->post('ben', '/v1/tickets', \%new)->is(201, 'one has ended');
    $t->post('ben', '/v1/tickets', \%new)->is_problem(409, 'conflict');

    my $count = @{ $t->get('bar-admin', '/v1/users')->field('/data') };
    $t->patch('acme-admin', $path, { limits => { principals => $count + 1 } })
        ->is(200);
    $t->post('bar-admin', '/v1/users', { login => 'one-more' })->is(201);
    $t->post('bar-admin', '/v1/users', { login => 'too-many' })
        ->is_problem(409, 'conflict', 'no more principals');
    $t->patch('acme-admin', $path, { limits => undef })
        ->is(200, 'null takes the limits away');
    $t->post('bar-admin', '/v1/users', { login => 'too-many' })->is(201);
    $t->post('ben', '/v1/tickets', \%new)->is(201);
}


# --- the door -----------------------------------------------------------------

sub disabled {
    make_user(shop => 'sal', 'user');
    my $n = $t->post('sal', '/v1/tickets', \%new)->field('/id');

    for my $shut (['acme-admin', 'shop', [qw(sal shop-admin)],
                      [qw(amy ben acme-admin)]],
        ['root', 'acme', [qw(sal shop-admin amy ben acme-admin)],
            [qw(alice bolt-admin inn-admin root)]])
    {
        my ($who, $name, $out, $in) = @$shut;
        $t->patch($who, "/v1/tenants/$id{$name}", { disabled => \1 })
            ->is(200, "$name is shut");
        $t->get($_, '/v1/me')->is_problem(401, 'unauthorized', "  to $_")
            for @$out;
        $t->post('sal', '/v1/tickets', \%new)
            ->is_problem(401, 'unauthorized', '  and to writing');
        $t->get($_, '/v1/me')->is(200, "  not to $_") for @$in;
        $t->patch($who, "/v1/tenants/$id{$name}", { disabled => \0 })
            ->is(200, '  and opened again');
        $t->get($_, '/v1/me')->is(200, "  to $_") for @$out;
    }
    $t->get('sal', "/v1/tickets/$n")->is(200, 'nothing is lost');

    # a write that waits in the queue while the door is shut
    my $hold = $t->hold_lock(700);
    my $raw = $t->raw;
    $raw->send($t->raw_request('PATCH', 'acme-admin',
        "/v1/tenants/$id{shop}", '{"disabled":true}'));
    ok !defined $raw->fill(0.1), 'the change waits';
    my $late = $t->raw;
    $late->send($t->raw_request('POST', 'sal', '/v1/tickets',
        '{"subject":"late","description":"d"}'));
    is $raw->answer->code, 200, '  and is made';
    my $code = $late->answer->code;
    ok $code == 401 || $code == 201, "who was let in before: $code";
    close $hold;
    my $seen = $t->get('sal', "/v1/tickets/$n");
    $seen->is_problem(401, 'unauthorized', 'from then on nobody is');
    $t->patch('acme-admin', "/v1/tenants/$id{shop}", { disabled => \0 });
}


sub operator {
    my $made = $t->ctl_ok(qw(tenant add --tenant keep --parent bolt
        --admin boss --name), 'Keep Ltd');
    cmp_deeply $made, superhashof({ name => 'keep', kind => 'customer',
        parent => $id{bolt}, title => 'Keep Ltd' }), 'ticketctl tenant add';
    $t->set_token('keep-admin', $made->{admin_token});
    $t->get('keep-admin', '/v1/me')->is(200, '  with its administrator');
    is $t->ctl_ok(qw(tenant add --tenant extra))->{parent}, 1,
        'below the platform unless said';
    my $list = $t->ctl_ok(qw(tenant list));
    is_deeply [ map { $_->{name} } @{ $list->{data} } ],
        [qw(main acme bolt shop bar inn keep extra)], 'tenant list';
    for my $bad ([qw(--tenant acme)], [qw(--tenant Bad)],
        [qw(--tenant low --parent keep)], [qw(--tenant low --parent none)])
    {
        is $t->ticketctl(qw(tenant add), @$bad)->{rc}, 1, "no @$bad";
    }
    is $t->ctl_ok(qw(user add --login late --tenant keep))->{tenant}, 'keep',
        'and --tenant finds it';
    is names('root'), 'main acme shop bar bolt inn keep extra', 'all of it';
}


sub restart {
    my %was = map { $_ => $t->get('root', "/v1/tenants/$id{$_}")->json }
        keys %id;
    $t->restart('KILL');
    is_deeply $t->get('root', "/v1/tenants/$id{$_}")->json, $was{$_},
        "$_ is as it was" for sort keys %id;
    is names('acme-admin'), 'acme shop bar', 'in the same tree';
}
