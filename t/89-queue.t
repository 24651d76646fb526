# The queue of work over HTTP: its order while tickets change, places in it
# that every worker tells alike, what lists leave out, and a restart.

use v5.36;
use utf8;
use Time::HiRes qw(sleep);
use TicketTest;

my $t = TicketTest->new(workers => 4);
my (%team, %type);

set_up();
order();
places();
filters();
complaints();
grants();
paging();
restart();

$t->verify;
done_testing;


sub set_up {
    for my $name (qw(first second)) {
        my $team = $t->post('root', '/v1/teams', { name => $name,
            titles => { en => ucfirst "$name line", 'zh-CN' => '一线' },
            peak_length => 4, peak_notice => 'Many are waiting.',
            peak_notice_zh => '排队人数较多。' })->is(201, "team $name");
        $team{$name} = $team->field('/id');
        my $type = $t->post('root', '/v1/types', { name => "for-$name",
            team => $team{$name} })->is(201, "a type of its own");
        $type{$name} = $type->field('/id');
    }
}


sub submit ($who, %member) {
    my $answer = $t->post($who, '/v1/tickets', { subject => 'It is broken',
        description => 'Very.', %member });
    $answer->is(201) if $answer->code != 201;
    return $answer;
}


sub ids ($who, $path) {
    my @ids;
    my $next = '';
    do {
        my $page = $t->get($who, $path . ($path =~ /\?/ ? '&' : '?')
            . "fields=id$next");
        $page->is(200, "  $path") if $page->code != 200;
        push @ids, map { $_->{id} } @{ $page->field('/data') };
        my $cursor = $page->field('/page/next');
        $next = defined $cursor ? "&cursor=$cursor" : undef;
    } while defined $next;
    return "@ids";
}


sub order {
    my @id = map { submit('alice')->field('/id') } 1 .. 5;
    my $queue = '/v1/tickets?sort=queue&limit=2&assignee=none';

    is ids('ann', $queue), "@id[0 .. 4]", 'first come, first served';
    $t->patch('ann', "/v1/tickets/$id[4]", { priority => 'urgent' })->is(200);
    is ids('ann', $queue), "@id[4, 0 .. 3]", 'but the urgent one first';
    $t->patch('ann', "/v1/tickets/$id[3]",
        { due_at => '2020-01-01T00:00:00Z' })->is(200);
    is ids('ann', $queue), "@id[4, 3, 0 .. 2]", 'then what is due';
    $t->post('alice', "/v1/tickets/$id[2]/urge", {})->is(200);
    like ids('ann', $queue), qr/^$id[4] $id[3] .*\b$id[2]\b/,
        'one that was urged stays among those of its minute or before them';
    $t->patch('ann', "/v1/tickets/$id[3]", { due_at => undef })->is(200);
    $t->patch('ann', "/v1/tickets/$id[4]", { priority => 'low' })->is(200);
    like ids('ann', $queue), qr/ $id[4]$/, 'and one of low priority last';
    $t->post('ann', "/v1/tickets/$id[0]/claim", {})->is(200);
    unlike ids('ann', $queue), qr/\b$id[0]\b/, 'who has an owner waits not';
    like ids('ann', '/v1/tickets?sort=queue'), qr/\b$id[0]\b/,
        'and is in the queue yet';
    $t->post('alice', "/v1/tickets/$_/close", { reason => 'done' })->is(200)
        for @id;
    is ids('ann', '/v1/tickets?sort=queue'), '', 'what has ended is not';
}


sub places {
    my @id;
    for my $n (1 .. 5) {
        my $new = submit('alice', type => 'for-first');
        push @id, $new->field('/id');
        is $new->field('/team/id'), $team{first}, "ticket $n has its team";
        is $new->field('/queue_position'), $n, "  and is told its place, $n";
        is $new->field('/notice'), $n < 4 ? undef : 'Many are waiting.',
            '  and whether many wait';
    }
    my $last = $t->get('alice', "/v1/tickets/$id[4]");
    my $tag  = $last->header('ETag');
    my @say  = map { $t->get('alice', "/v1/tickets/$id[4]",
        'If-None-Match' => $tag)->is(200, 'no 304') } 1 .. 3;
    is $_->field('/queue_position'), 5, '  it is the fifth' for @say;
    like $t->get('alice', "/v1/tickets/$id[4]",
        'Accept-Language' => 'zh-CN')->field('/notice'),
        qr/排队/, 'the notice in Chinese';

    # another's change moves it, on every worker and at once
    $t->post('ann', "/v1/tickets/$id[0]/claim", {})->is(200);
    for (1 .. 8) {
        my $answer = $t->new_connection->get('alice', "/v1/tickets/$id[4]",
            'If-None-Match' => $tag);
        $answer->is(200);
        is $answer->field('/queue_position'), 4, '  it is the fourth now';
        is $answer->header('ETag'), $tag, '  of the same version';
    }
    my $mine = $t->get('alice', "/v1/tickets/$id[0]");
    is $mine->field('/queue_position'), undef, 'who has an owner has no place';
    $t->get('alice', "/v1/tickets/$id[0]",
        'If-None-Match' => $mine->header('ETag'))->is(304);
    # the pace of two that were taken tells how long it takes
    is $t->get('alice', "/v1/tickets/$id[4]")->field('/expected_wait_s'),
        undef, 'nobody knows yet how long it takes';
    sleep 1.2;
    $t->post('ann', "/v1/tickets/$id[1]/claim", {})->is(200);
    my ($third, $fifth) = map { $t->get('alice', "/v1/tickets/$id[$_]")
        ->field('/expected_wait_s') } 2, 4;
    cmp_ok $third // 0, '>=', 1, 'now they do';
    cmp_ok $fifth // 0, '>=', 3 * ($third // 9) - 2,
        '  three times as long for the third';

    is_deeply [map { exists $_->{queue_position} }
        @{ $t->get('ann', '/v1/tickets')->field('/data') }],
        [(!!0) x @{ $t->get('ann', '/v1/tickets')->field('/data') }],
        'lists tell no places';
}


sub filters {
    submit('bob', type => 'for-second') for 1 .. 3;
    my $drill = submit('ann', type => 'for-second', drill => \1);
    my $id    = $drill->field('/id');
    is $drill->field('/queue_position'), undef, 'an exercise has no place';

    my %count = (first => 5, second => 3);
    for my $name (sort keys %count) {
        my $list = $t->get('ann',
            "/v1/tickets?team=$team{$name}&count=true&limit=200")->is(200);
        is $list->field('/count'), $count{$name}, "  counted: team $name";
        is @{ $list->field('/data') }, $count{$name}, '  as it is listed';
        is ids('ann', "/v1/tickets?type=$type{$name}"),
            ids('ann', "/v1/tickets?type=for-$name"),
            '  a type by its id or name';
    }
    is ids('ann', '/v1/tickets?drill=true'), $id, 'exercises are by themselves';
    is ids('ann', '/v1/tickets?drill=true&sort=queue'), $id, '  queued, too';
    like ids('ann', '/v1/me/tickets'), qr/\b$id\b/, '  and among one\'s own';
    unlike ids('sue', '/v1/tickets'), qr/\b$id\b/, '  and in no other list';

    my ($first) = split / /, ids('ann', "/v1/tickets?team=$team{second}");
    my $soon = time + 2;
    my @at   = gmtime $soon;
    $t->patch('ann', "/v1/tickets/$first", { due_at => sprintf
        '%04d-%02d-%02dT%02d:%02d:%02dZ', $at[5] + 1900, $at[4] + 1,
        @at[3, 2, 1, 0] })->is(200);
    is ids('ann', '/v1/tickets?overdue=true'), '', 'not overdue yet';
    is ids('ann', '/v1/tickets?overdue=true'), '', '  asked twice';
    sleep 1 while time < $soon + 1;
    is ids('ann', '/v1/tickets?overdue=true'), $first,
        'overdue by time alone: the answer was not kept';

    $t->put('ann', "/v1/tickets/$first/watchers/me")->is(200);
    is ids('ann', '/v1/tickets?watcher=me'), $first, 'what one watches';
    $t->get('ann', '/v1/tickets?team=x')->is_problem(400, 'unknown-parameter',
        'a team is a number');
}


sub complaints {
    my $id = submit('bob', subject => 'Nobody answers')->field('/id');
    $t->post('bob', "/v1/tickets/$id/complain", { reason => 'Slow.' })
        ->is(200, 'a complaint');
    my $made = ids('sue', '/v1/tickets?complaint=true');
    like $made, qr/^\d+$/, 'supervisors see it';
    is ids('ann', '/v1/tickets?complaint=true'), '', 'agents see it not';
    unlike ids('ann', '/v1/tickets'), qr/\b$made\b/, '  in no list';
    $t->get('ann', "/v1/tickets/$made")->is(404, '  nor by its number');
    my ($all, $less) = map { $t->get($_, '/v1/tickets?count=true')
        ->field('/count') } qw(sue ann);
    is $all - $less, 1, '  and it is not counted for them';
}


sub grants {
    $t->post('root', '/v1/grants', { user => $t->id('andy'),
        type => $type{second} })->is(201, 'a grant');
    my $own = ids('sue', "/v1/tickets?type=$type{second}&state=new");
    is ids('andy', '/v1/tickets?state=new'), $own,
        'whom a grant binds sees what it names';
    is ids('andy', "/v1/tickets?team=$team{first}&sort=queue"), '',
        '  and of other queues nothing';
    $t->get('andy', '/v1/tickets?count=true')->is_problem(400,
        'unknown-parameter', '  nor how much there is');
    $t->get('andy', '/v1/tickets?count=true&assignee=me')->is(200,
        '  but his own');
    my ($hidden) = split / /, ids('sue', "/v1/tickets?team=$team{first}");
    $t->get('andy', "/v1/tickets/$hidden")->is(404, '  nor single ones');
}


# Tickets of all teams that do not move are given once, whatever others do.
sub paging {
    my @new = map { submit('alice', type => $_ % 2 ? 'for-first' : 'for-second',
        priority => 'normal')->field('/id') } 1 .. 30;
    my %still = map { $_ => 1 } grep { $_ % 3 } @new;
    my @moving = grep { !$still{$_} } @new;
    my (%seen, $cursor);

    while (1) {
        my $page = $t->get('sue', '/v1/tickets?sort=queue&limit=4&fields=id'
            . (defined $cursor ? "&cursor=$cursor" : ''));
        $seen{ $_->{id} }++ for @{ $page->field('/data') };
        $cursor = $page->field('/page/next') // last;
        my $id = shift @moving // next;
        $t->post('ann', "/v1/tickets/$id/claim", {})->is(200);
        $t->patch('ann', "/v1/tickets/$id", { priority => 'urgent' })->is(200);
    }
    is_deeply [grep { ($seen{$_} // 0) != 1 } keys %still], [],
        'every ticket that stayed was given once';
}


sub restart {
    my @paths = ('/v1/tickets?sort=queue&limit=50',
        map { "/v1/tickets?sort=queue&team=$_" } values %team);
    my @before = map { ids('sue', $_) } @paths;
    my $count  = $t->get('sue', "/v1/tickets?team=$team{first}&count=true")
        ->field('/count');

    $t->restart('KILL');
    is_deeply [map { ids('sue', $_) } @paths], \@before,
        'the queue after a crash is that of before';
    is $t->get('sue', "/v1/tickets?team=$team{first}&count=true")
        ->field('/count'), $count, '  with its counts';
}
