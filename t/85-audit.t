# The audit log: every change by an administrator is in it with old and new
# values, its chain holds over a restart, and what is done to it is seen.

use v5.36;
use utf8;

use File::Copy qw(copy);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);
my $HASH = re(qr/^[0-9a-f]{64}$/);

who_may();
what_was_done();
no_secrets();
pages();
chain();
cut_off();

$t->verify;
done_testing;


sub audit ($query = '') { $t->get('root', "/v1/audit$query") }

sub user_path ($login) { '/v1/users/' . $t->id($login) }


sub who_may {
    audit()->is(200, 'an administrator reads it');
    $t->get($_, '/v1/audit')->is_problem(403, 'forbidden', "$_ does not")
        for qw(alice ann sue robo);
    $t->get(undef, '/v1/audit')->is_problem(401, 'unauthorized');
    $t->request($_, 'root', '/v1/audit', json => {}, check => 0)
        ->is_problem(405, 'method-not-allowed', "nobody may $_")
        for qw(POST PUT PATCH DELETE);
}


sub what_was_done {
    my $made = $t->post('root', '/v1/users',
        { login => 'carla', name => '卡拉', email => 'carla@example.com' })
        ->is(201);
    my $id = $made->field('/id');
    $t->{id}{carla} = $id;

    cmp_deeply audit('?limit=1')->is(200)->json->{data}[0], superhashof({
        act => 'create', object => 'user', object_id => $id, hash => $HASH,
        actor => { id => $t->id('root') + 0, login => 'root',
            role => 'admin' },
        request_id => $made->header('X-Request-Id'), erased => bool(0),
        changes => superhashof({
            login => { old => undef, new => 'carla' },
            name => { old => undef, new => '卡拉' },
            email => { old => undef, new => 'carla@example.com' } }),
    }), 'a principal made: who, when, what';

    $t->patch('root', "/v1/users/$id", { name => 'Carla', disabled => \1 })
        ->is(200);
    cmp_deeply audit('?limit=1')->json->{data}[0], superhashof({
        act => 'change', changes => {
            name => { old => '卡拉', new => 'Carla' },
            disabled => { old => bool(0), new => bool(1) } },
    }), 'a change: old and new values of what changed, and nothing else';

    my $last = audit('?limit=1')->field('/data/0/id');
    $t->patch('root', "/v1/users/$id", { name => 'Carla' })->is(200);
    $t->patch('root', "/v1/users/$id", { disabled => 'no' })
        ->is_problem(400, 'invalid-request');
    $t->patch('ann', "/v1/users/$id", { name => 'x' })
        ->is_problem(403, 'forbidden');
    is audit('?limit=1')->field('/data/0/id'), $last,
        'what changes nothing, or is refused, leaves no entry';
}


sub no_secrets {
    my $made = $t->post('root', user_path('bob') . '/tokens',
        { label => 'his phone', scopes => ['read'] })->is(201);
    my $token = $made->field('/token');
    my $list  = audit('?object=token&limit=1')->is(200);
    cmp_deeply $list->json->{data}[0], superhashof({ act => 'create',
        object => 'token', parent_id => $t->id('bob') + 0 }),
        'a token made is in the log';
    like $list->body, qr/his phone/, '  with its label';
    my ($secret) = $token =~ /\.(.+)$/;
    unlike audit('?limit=200')->body, qr/\Q$secret\E/,
        '  and never with its secret';

    $t->delete('root', user_path('bob') . '/tokens/'
        . $made->field('/id'))->is(204);
    is audit('?object=token&limit=1')->field('/data/0/act'), 'delete',
        'a token revoked, too';
}


sub pages {
    my @all = map { $_->{id} } @{ audit('?limit=200')->json->{data} };
    cmp_deeply \@all, [reverse 1 .. $all[0]], 'numbers without gaps';

    my ($cursor, @seen) = ('');
    do {
        my $page = audit("?limit=3$cursor")->is(200);
        push @seen, map { $_->{id} } @{ $page->json->{data} };
        my $next = $page->field('/page/next');
        $cursor = defined $next ? "&cursor=$next" : undef;
    } while defined $cursor;
    cmp_deeply \@seen, \@all, 'pages of three are the same list';

    my $carla = audit('?object=user&object_id=' . $t->id('carla'))->is(200);
    cmp_deeply [map { $_->{act} } @{ $carla->json->{data} }],
        ['change', 'create'], 'the entries of one object';
    is scalar @{ audit('?actor=' . $t->id('alice'))->json->{data} }, 0,
        'nothing of somebody who did nothing';
    audit("?$_")->is_problem(400, 'unknown-parameter', $_)
        for qw(object=cat object_id=0 actor=x cursor=x limit=0 since=1);
}


sub heads { $t->ctl_ok('verify')->{audit_heads} }

sub chain {
    my $heads = heads();
    my $entry = audit('?limit=1')->json->{data}[0];
    cmp_deeply $heads, [re(qr/^\d+:$entry->{id}:$entry->{hash}$/)],
        'verify prints the head that the list shows';

    $t->restart;
    cmp_deeply audit('?limit=1')->json->{data}[0], $entry,
        'the same after a restart';
    $t->patch('root', user_path('carla'), { name => 'C.' })->is(200);
    isnt heads()->[0], $heads->[0], 'one more entry is another head';
    is $t->ticketctl('verify', '--audit-head', $heads->[0])->{rc}, 0,
        'the head that was kept is still in the log';
    isnt $t->ticketctl('verify', '--audit-head', '1:1:abc')->{rc}, 0,
        'what is no head is refused';
}


# The newest entries are gone: as if they had never been, but for who kept a
# head.
sub cut_off {
    my $data = $t->store . '/data.mdb';
    $t->stop;
    copy($data, $t->dir . '/old.mdb') or die $!;
    $t->start;
    $t->patch('root', user_path('carla'), { name => 'D.' })->is(200);
    my $head = heads()->[0];

    $t->stop;
    copy($data, $t->dir . '/new.mdb') or die $!;
    copy($t->dir . '/old.mdb', $data) or die $!;
    is $t->ticketctl('verify')->{rc}, 0, 'an older store is sound by itself';
    my $told = $t->ticketctl('verify', '--audit-head', $head);
    is $told->{rc}, 1, 'and is not what it was by a head that was kept';
    like $told->{json}{faults}[0], qr/head that was kept/, '  as it says';

    copy($t->dir . '/new.mdb', $data) or die $!;
    $t->start;
}
