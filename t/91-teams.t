# Teams, their members and grants: who may set them up, what is refused, and
# that what refers to each other stays right.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);

my $first  = teams();
my $second = chain();
members();
my ($type, $feature) = types();
grants();
leaving();
erasing();
rights();

$t->verify;
done_testing;


sub path_of ($answer, $path) { "$path/" . $answer->field('/id') }


sub teams {
    my $made = $t->post('root', '/v1/teams', { name => 'first',
        titles => { en => 'First line', 'zh-CN' => '一线' },
        strategy => 'round_robin', department => 'Care',
        return_after_s => 60 })->is(201, 'a team');
    my $path = path_of($made, '/v1/teams');
    like $made->header('Location'), qr{\Q$path\E$}, '  is there';
    is $made->field('/members'), 0, '  without members';
    is $t->get('ann', $path, 'Accept-Language' => 'zh-CN')->is(200)
        ->field('/title'), '一线', '  in the language of who asks';

    is $t->post('root', '/v1/teams', { name => 'plain' })->is(201)
        ->field('/strategy'), 'manual', 'agents take tickets themselves';
    $t->post('root', '/v1/teams', { name => 'first' })
        ->is_problem(409, 'conflict', 'a name is given once');
    $t->post('root', '/v1/teams', { name => 'x', strategy => 'guess' })
        ->is_problem(400, 'invalid-request', 'no such strategy');
    return $path;
}


# Tiers grow along the chain, so it has an end.
sub chain {
    my ($one) = $first =~ /(\d+)$/;
    my $made = $t->post('root', '/v1/teams', { name => 'second', tier => 1 })
        ->is(201);
    my $two = path_of($made, '/v1/teams');
    my $id  = $made->field('/id');

    $t->patch('root', $first, { escalates_to => $id })
        ->is(200, 'the first line escalates to the second');
    for my $bad ([$two, { escalates_to => $one }, '/escalates_to', 'a ring'],
                 [$two, { escalates_to => $id }, '/escalates_to', 'itself'],
                 [$two, { escalates_to => 999 }, '/escalates_to', 'nobody'],
                 [$two, { tier => 0 }, '/tier', 'not above the one below'],
                 [$first, { tier => 1 }, '/escalates_to', 'not below']) {
        my ($path, $body, $pointer, $name) = @$bad;
        is $t->patch('root', $path, $body)->is_problem(400, 'invalid-request',
            "refused: $name")->field('/errors/0/pointer'), $pointer,
            '  and told where';
    }
    $t->delete('root', $two)->is_problem(409, 'conflict',
        'a team that another escalates to stays');
    return $two;
}


sub members {
    my ($ann, $andy, $sue) = map { $t->id($_) } qw(ann andy sue);
    my $tag = $t->get('root', $first)->etag;

    for (1, 2) {
        is $t->put('root', "$first/members/$ann", {})->is(200, 'ann joins')
            ->field('/lead'), JSON::PP::false, '  as others do';
    }
    isnt $t->get('root', $first)->etag, $tag, 'the team is another version';
    is $t->get('root', $first)->field('/members'), 1, '  with one member';
    is $t->put('root', "$first/members/$ann", { lead => JSON::PP::true })
        ->is(200)->field('/lead'), JSON::PP::true, 'ann leads';

    my @both = $t->parallel(
        [PUT => 'root', "$first/members/$andy", json => {}],
        [PUT => 'root', "$first/members/$sue", json => {}]);
    $_->is(200, 'two join at the same time') for @both;

    my $list = $t->get('ann', "$first/members")->is(200);
    cmp_deeply [map { $_->{name} } @{ $list->field('/data') }],
        bag(map { $t->get('root', '/v1/users/' . $t->id($_))->field('/name') }
            qw(ann andy sue)), 'the list';
    cmp_deeply $list->field('/data/0'), superhashof({ presence => 'offline',
        load => 0, capacity => 10 }), '  with presence, load and capacity';

    $t->put('root', "$first/members/99999", {})
        ->is_problem(404, 'not-found', 'nobody there is');
    $t->put('root', '/v1/teams/99999/members/' . $ann, {})
        ->is_problem(404, 'not-found', 'no such team');
    $t->put('root', "$first/members/" . $t->id($_), {})
        ->is_problem(409, 'conflict', "$_ cannot own tickets")
        for qw(alice robo);
    $t->delete('root', $first)
        ->is_problem(409, 'conflict', 'a team with members stays');

    $t->delete('root', "$first/members/$sue")->is(204, 'sue leaves');
    $t->delete('root', "$first/members/$sue")
        ->is_problem(404, 'not-found', '  once');
    is $t->get('root', $first)->field('/members'), 2, 'two are left';
}


sub types {
    my $made = $t->post('root', '/v1/types', { name => 'fault' })->is(201);
    my $path = path_of($made, '/v1/types');
    my $sub = $t->post('root', "$path/features", { name => 'login' })->is(201);
    return ($made->field('/id'), $sub->field('/id'));
}


sub grants {
    my ($ann, $andy) = map { $t->id($_) } qw(ann andy);
    my $made = $t->post('root', '/v1/grants', { user => $ann, type => $type,
        feature => $feature, level => 5 })->is(201, 'a grant');
    my $path = path_of($made, '/v1/grants');
    is $t->post('root', '/v1/grants', { user => $ann, type => $type })
        ->is(201, 'and one for the whole type')->field('/level'), 3,
        '  of the middle level';
    is $t->get('root', "/v1/users/$ann")->field('/grants'), 2,
        'his record counts them';

    $t->post('root', '/v1/grants', { user => $ann, type => $type,
        feature => $feature })->is_problem(409, 'conflict', 'given once');
    for my $bad ([{ user => $t->id('alice'), type => $type }, '/user'],
                 [{ user => 99999, type => $type }, '/user'],
                 [{ user => $ann, type => 99999 }, '/type'],
                 [{ user => $ann, type => $type, feature => 99999 },
                  '/feature'],
                 [{ user => $ann, type => $type, level => 6 }, '/level'],
                 [{ type => $type }, '/user']) {
        is $t->post('root', '/v1/grants', $bad->[0])
            ->is_problem(400, 'invalid-request')->field('/errors/0/pointer'),
            $bad->[1], "refused by $bad->[1]";
    }

    is $t->patch('root', $path, { level => 1 })->is(200)->field('/level'), 1,
        'a level changes';
    $t->patch('root', $path, { user => $andy })
        ->is_problem(400, 'invalid-request', 'whose it is does not');

    $t->post('root', '/v1/grants', { user => $andy, type => $type })->is(201);
    is scalar(@{ $t->get('root', "/v1/grants?user=$ann")->is(200)
        ->field('/data') }), 2, 'of one agent';
    is scalar(@{ $t->get('root', '/v1/grants')->field('/data') }), 3, 'all';
    my $page = $t->get('root', '/v1/grants?limit=2')->is(200);
    is scalar(@{ $t->get('root', '/v1/grants?limit=2&cursor='
        . $page->field('/page/next'))->is(200)->field('/data') }), 1,
        'page by page';

    $t->delete('root', "/v1/types/$type/features/$feature")
        ->is_problem(409, 'conflict', 'a feature that was granted stays');
    $t->delete('root', $path)->is(204, 'a grant is taken away');
    is $t->get('root', "/v1/users/$ann")->field('/grants'), 1, '  and counted';
    $t->delete('root', "/v1/types/$type/features/$feature")
        ->is(204, 'then the feature goes');
    $t->delete('root', "/v1/types/$type")
        ->is_problem(409, 'conflict', 'a type that was granted stays');
}


# In another role, or disabled, he is no longer given anything.
sub leaving {
    my $andy = $t->id('andy');
    $t->put('andy', '/v1/me/presence', { presence => 'online' })->is(200);
    $t->patch('root', "/v1/users/$andy", { disabled => JSON::PP::true })
        ->is(200);
    my ($member) = grep { $_->{user} == $andy }
        @{ $t->get('root', "$first/members")->field('/data') };
    is $member->{presence}, 'offline', 'who is disabled is not there';
    $t->patch('root', "/v1/users/$andy", { disabled => JSON::PP::false })
        ->is(200);
    is $t->get('andy', '/v1/me/presence')->is(200)->field('/presence'),
        'offline', '  and says anew that he is';
}


sub erasing {
    my $id = $t->add_user('gone', 'agent');
    $t->put('root', "$first/members/$id", {})->is(200);
    $t->put('gone', '/v1/me/presence', { presence => 'online' })->is(200);
    $t->post('root', '/v1/grants', { user => $id, type => $type })->is(201);
    $t->post('root', "/v1/users/$id/erase", { reason => 'asked' })
        ->is(202, 'an agent is erased');
    is $t->get('root', "/v1/grants?user=$id")->field('/data/0'), undef,
        '  with his grants';
    is scalar(grep { $_->{user} == $id } @{ $t->get('root', "$first/members")
        ->field('/data') }), 0, '  and is no member';
}


sub rights {
    my $ann = $t->id('ann');

    for my $who (qw(alice ann)) {
        $t->post($who, '/v1/teams', { name => 'mine' })
            ->is_problem(403, 'forbidden', "$who makes no team");
        $t->post($who, '/v1/grants', { user => $ann, type => $type })
            ->is_problem(403, 'forbidden', "$who grants nothing");
    }

    $t->get('alice', $_)->is_problem(403, 'forbidden', "not $_")
        for '/v1/teams', "$first/members", '/v1/grants', '/v1/me/presence';
    $t->put('robo', '/v1/me/presence', { presence => 'online' })
        ->is_problem(403, 'forbidden', 'a program is not there');

    my $log = $t->get('root', '/v1/audit?object=team')->is(200);
    cmp_ok scalar(@{ $log->field('/data') }), '>', 2, 'teams are audited';
    for (qw(member grant)) {
        my $told = $t->get('root', "/v1/audit?object=$_")->is(200);
        cmp_ok scalar(@{ $told->field('/data') }), '>', 2, "and $_";
    }
}
