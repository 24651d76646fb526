# Saved views over HTTP: whose they are, what a filter may say, "me", counts
# that are those of the list, and answers that are not kept too long.

use v5.36;
use utf8;
use TicketTest;

my $t = TicketTest->new(workers => 2);
my (%view, %type);

set_up();
own_and_shared();
faults();
tickets();
counts();
changing();
restart();
route();

$t->verify;
done_testing;


sub submit ($who, %member) {
    return $t->post($who, '/v1/tickets', { subject => 'Broken',
        description => 'Very.', %member })->field('/id');
}


sub view ($who, $name, $filter, %member) {
    my $answer = $t->post($who, '/v1/views',
        { name => $name, filter => $filter, %member });
    $answer->is(201, "$who saves $name");
    return $view{$name} = $answer->field('/id');
}


sub names ($who) {
    return join ' ', map { $_->{name} }
        @{ $t->get($who, '/v1/views')->field('/data') };
}


sub ids ($who, $path) {
    return join ' ', map { $_->{id} }
        @{ $t->get($who, $path)->field('/data') };
}


sub set_up {
    submit('alice') for 1 .. 6;
    submit('bob', priority => 'urgent', tags => ['vip']) for 1 .. 3;
    $t->post('ann', "/v1/tickets/$_/claim", {})->is(200) for 1, 2, 7;
    $t->post('andy', '/v1/tickets/3/claim', {})->is(200);
}


sub own_and_shared {
    view('ann', 'mine', 'assignee=me&sort=created_at', position => 2,
        titles => { en => 'My tickets', 'zh-CN' => '我的工单' });
    view('andy', 'mine', 'tag=vip');
    $view{mine}--;
    view('sue', 'queue', 'sort=queue&assignee=none', shared => \1,
        position => 1);

    is names('ann'), 'queue mine', 'in order, own and shared';
    is names('sue'), 'queue', "others' own are not seen";
    $t->get($_, "/v1/views/$view{mine}")->is(404, "  nor by $_")
        for qw(andy sue root);
    $t->get('ann', "/v1/views/$view{mine}/tickets")->is(200);
    $t->get('sue', "/v1/views/$view{mine}/tickets")->is(404);
    $t->get('alice', '/v1/views')->is(403, 'users have none');
    is $t->get('ann', "/v1/views/$view{mine}",
        'Accept-Language' => 'zh-CN')->field('/title'), '我的工单', 'a title';

    $t->post('ann', '/v1/views', { name => 'x', filter => '',
        shared => \1 })->is(403, 'to share takes a permission');
    $t->patch('ann', "/v1/views/$view{queue}", { filter => '' })->is(403);
    $t->delete('ann', "/v1/views/$view{queue}")->is(403);
    my $tag = $t->get('sue', "/v1/views/$view{queue}")->header('ETag');
    $t->patch('sue', "/v1/views/$view{queue}", { position => 0 },
        'If-Match' => $tag)->is(200);
    $t->patch('sue', "/v1/views/$view{queue}", { position => 0 },
        'If-Match' => $tag)->is_problem(412, 'version-mismatch', 'If-Match');
    $t->patch('sue', "/v1/views/$view{queue}", { active => \0 })->is(200);
    is names('ann') . '|' . names('sue'), 'mine|queue', 'a retired one';
    $t->get('ann', "/v1/views/$view{queue}")->is(404, '  is gone');
    $t->patch('sue', "/v1/views/$view{queue}", { active => \1 })->is(200);

    my @same = map { $t->post('ann', '/v1/views', { name => 'again',
        filter => 'state=new' }, 'Idempotency-Key' => 'views-1') } 1 .. 2;
    is $same[0]->field('/id'), $same[1]->field('/id'), 'made once';
    $t->delete('ann', '/v1/views/' . $same[0]->field('/id'))->is(204);
}


sub faults {
    for my $filter ('state=odd', 'colour=red', 'limit=9', 'team=x',
        'sort=queue&requester=me', 'state=new&state=open', 'a=%zz')
    {
        my $answer = $t->post('ann', '/v1/views',
            { name => 'x', filter => $filter });
        $answer->is_problem(400, 'invalid-request', "not \"$filter\"");
        is $answer->field('/errors/0/pointer'), '/filter', '  and where';
    }
    $t->patch('ann', "/v1/views/$view{mine}", { filter => 'state=odd' })
        ->is_problem(400, 'invalid-request', 'nor by a patch');
}


sub tickets {
    is ids('ann', "/v1/views/$view{mine}/tickets"), '1 2 7', 'me is Ann';
    is ids('ann', "/v1/views/$view{queue}/tickets"), '8 9 4 5 6',
        'most urgent first';
    view('sue', 'whose', 'assignee=me&sort=created_at', shared => \1);
    is ids('ann', "/v1/views/$view{whose}/tickets"), '1 2 7',
        'a shared one is Ann\'s for Ann';
    is ids('andy', "/v1/views/$view{whose}/tickets"), '3',
        '  and Andy\'s for Andy';

    my $page = $t->get('ann', "/v1/views/$view{queue}/tickets?limit=2");
    my $next = $page->field('/page/next');
    is ids('ann', "/v1/views/$view{queue}/tickets?limit=2&cursor=$next"),
        '4 5', 'a page further';
    $t->get('ann', "/v1/views/$view{whose}/tickets?cursor=$next")
        ->is_problem(400, 'unknown-parameter', 'of this view alone');
    $t->get('ann', "/v1/views/$view{queue}/tickets?state=new")
        ->is_problem(400, 'unknown-parameter', 'a view has its filter');
}


# The count of every view is how many its list has.
sub counts {
    view('ann', 'new', 'state=new');
    view('ann', 'none', 'state=closed');
    view('ann', 'urgent', 'priority=urgent&assignee=none');
    view('ann', 'vip', 'tag=vip&state=new,open');
    view('ann', 'everything', '');

    my $list = $t->get('ann', '/v1/views?count=true')->is(200);
    for my $view (@{ $list->field('/data') }) {
        my $there = split / /, ids('ann',
            "/v1/views/$view->{id}/tickets?limit=200");
        is $view->{count}, $there, "$view->{name}: $view->{count}";
        is $view->{count_is}, 'exact', '  exactly';
        is $t->get('ann', "/v1/views/$view->{id}?count=true")
            ->field('/count'), $there, '  alone, too';
        is $t->get('ann', "/v1/views/$view->{id}/tickets?count=true&limit=1")
            ->field('/count'), $there, '  and in its list';
    }
    ok !exists $t->get('ann', '/v1/views')->field('/data')->[0]{count},
        'no count unless it is asked for';
}


# A count that another worker's commit has changed is told at once.
sub changing {
    my $path = "/v1/views/$view{new}?count=true";
    my $tag  = $t->get('ann', $path)->header('ETag');
    my $had  = $t->get('ann', $path, 'If-None-Match' => $tag);
    $had->is(200, 'no 304 for a count');
    for my $n (1 .. 6) {
        submit('alice');
        is $t->new_connection->get('ann', $path, 'If-None-Match' => $tag)
            ->field('/count'), $had->field('/count') + $n, "  $n more";
    }
    $t->get('ann', "/v1/views/$view{new}", 'If-None-Match' => $tag)
        ->is(304, 'and one for the view itself');
}


sub restart {
    my @look = ('/v1/views?count=true', map { "/v1/views/$_/tickets" }
        $view{queue}, $view{mine});
    my @before = map { $t->get('ann', $_)->body } @look;
    $t->restart('KILL');
    is_deeply [map { $t->get('ann', $_)->body } @look], \@before,
        'all as before after a crash';
}


sub route {
    my $id = submit('alice', subject => 'Kartendrucker druckt leere Seiten');
    submit('bob', subject => 'Der Kartendrucker druckt nur leere Seiten');
    is ids('ann', "/v1/tickets/$id/similar"), $id + 1, 'a similar one';
    $t->get('alice', "/v1/tickets/$id/similar")->is(403, 'for agents');
    $t->get('ann', '/v1/tickets/999/similar')->is(404);
}
