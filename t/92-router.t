# Presence and the router over several workers: who gets what, that nothing
# waits while somebody is free, that one of many who claim wins, and that it
# all is still so after a reload, a kill and a restart.

use v5.36;
use utf8;

use List::Util qw(max min sum0);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 3);
$t->expect_log(qr/exited on signal 9/);

my @crew = map { "crew$_" } 1 .. 4;
$t->add_user($_, 'agent') for @crew;

my $team = make_team('round', 'round_robin');
$t->put('root', "/v1/teams/$team/members/" . $t->id($_), {})->is(200)
    for @crew;

presence();
round();
full();
granted();
least();
by_hand();
claims();
struck();
away();
unseen();

$t->verify;
done_testing;


sub make_team ($name, $strategy) {
    my $id = $t->post('root', '/v1/teams', { name => $name,
        strategy => $strategy, return_after_s => 60 })->is(201)->field('/id');
    $t->post('root', '/v1/types', { name => "of-$name", team => $id })
        ->is(201);
    return $id;
}

sub here ($who, $capacity, $presence = 'online') {
    return $t->put($who, '/v1/me/presence', { presence => $presence,
        capacity => $capacity })->is(200, "$who is $presence");
}

sub file ($name, %more) {
    return $t->post('alice', '/v1/tickets', { subject => 's',
        description => 'd', type => "of-$name", %more })->is(201)
        ->field('/id');
}

sub owner ($id) { $t->get('root', "/v1/tickets/$id")->field('/assignee/id') }
sub name_of ($id) {
    return (grep { $t->id($_) == ($id // 0) } @crew, 'ann', 'andy')[0];
}

sub resolve ($who, $id) {
    $t->post($who, "/v1/tickets/$id/resolve", { solution => 'done' })
        ->is(200, "$who resolves");
}

sub load_of ($who) { $t->get($who, '/v1/me/presence')->field('/load') }

# Ends everything that the crew has, and what comes after it.
sub clear () {
    for my $round (1 .. 50) {
        my $list = $t->get('root', '/v1/tickets?bucket=submitted,pending'
            . '&limit=200')->field('/data');
        my @open = grep { $_->{state} !~ /resolved/ } @$list or return;
        $t->post('sue', "/v1/tickets/$_->{id}/close",
            { close_reason => 'admin', reason => 'over' }) for @open;
    }
}


sub presence {
    my $p = $t->get('crew1', '/v1/me/presence')->is(200);
    cmp_deeply $p->json, superhashof({ presence => 'offline', capacity => 10,
        since => undef, seen_at => undef, load => 0 }), 'nobody is there';
    here('crew1', 3);
    $p = $t->get('crew1', '/v1/me/presence');
    cmp_deeply $p->json, superhashof({ presence => 'online', capacity => 3,
        since => re(qr/Z$/), seen_at => re(qr/Z$/) }), 'now he is';
    my $since = $p->field('/since');
    is $t->put('crew1', '/v1/me/presence', { presence => 'online' })->is(200)
        ->field('/capacity'), 3, 'what is not said stays';
    is $t->get('crew1', '/v1/me/presence')->field('/since'), $since,
        '  and he was there all the time';
    for my $bad ({ presence => 'asleep' }, { capacity => 3 }, {},
                 { presence => 'online', capacity => 1001 }) {
        $t->put('crew1', '/v1/me/presence', $bad)
            ->is_problem(400, 'invalid-request');
    }
    here('crew1', 3, 'offline');
}


# One after the other, whichever worker is asked.
sub round {
    here($_, 20) for @crew;
    my @made = map { $_->field('/id') } $t->parallel(map { [POST => 'alice',
        '/v1/tickets', json => { subject => 's', description => 'd',
        type => 'of-round' }] } 1 .. 22);
    my %got;
    $got{ owner($_) // 'nobody' }++ for @made;
    is sum0(values %got), 22, 'all of 22 tickets made at once';
    is scalar(keys %got), 4, '  went to the four';
    cmp_ok max(values %got) - min(values %got), '<=', 1, '  equally';

    my $ticket = $t->get('root', "/v1/tickets/$made[0]");
    is $ticket->field('/state'), 'open', 'given, and not begun';
    my ($given) = grep { $_->{action} eq 'assign' } @{ $t->get('root',
        "/v1/tickets/$made[0]/timeline")->field('/data') };
    cmp_deeply $given, superhashof({ automatic => JSON::PP::true,
        actor => undef }), '  by the desk';
    clear();
}


# Beyond their capacity they wait; the most urgent goes first.
sub full {
    here($_, 1) for @crew;
    file('round') for 1 .. 4;
    my $low    = file('round', priority => 'low');
    my $urgent = file('round', priority => 'urgent');
    is owner($_), undef, 'nobody has room' for $low, $urgent;
    is load_of($_), 1, "$_ is full" for @crew;

    my ($id) = map { $_->{id} } @{ $t->get('crew2', '/v1/tickets?assignee=me')
        ->field('/data') };
    resolve('crew2', $id);
    is owner($urgent), $t->id('crew2'), 'who gets free has the urgent one';
    is owner($low), undef, '  and the other waits on';

    here('crew3', 2);
    is owner($low), $t->id('crew3'), 'more room is room';
    my $next = file('round');
    here('crew4', 1, 'away');
    is owner($next), undef, 'nobody yet';
    here('crew4', 2);
    is owner($next), $t->id('crew4'), 'back, and with room for it';
    clear();
}


# Grants bind: what he may not do waits, and does not stand in the way.
sub granted {
    here($_, 10, 'offline') for @crew[1 .. 3];
    here('crew1', 10);
    my $type = $t->post('root', '/v1/types', { name => 'other',
        team => $team })->is(201)->field('/id');
    my $grant = $t->post('root', '/v1/grants', { user => $t->id('crew1'),
        type => $type })->is(201)->field('/id');

    my @foreign = map { file('round', priority => 'urgent') } 1 .. 3;
    my $his = $t->post('alice', '/v1/tickets', { subject => 's',
        description => 'd', type => 'other' })->is(201)->field('/id');
    is owner($_), undef, 'not what was not granted' for @foreign;
    is owner($his), $t->id('crew1'), 'what was granted';

    $t->post('sue', "/v1/tickets/$foreign[0]/assign",
        { assignee => $t->id('crew1') })
        ->is_problem(400, 'invalid-request', 'nor by hand');
    $t->post('crew1', "/v1/tickets/$foreign[0]/claim", {})
        ->is_problem(404, 'not-found', 'he does not see it');

    $t->delete('root', "/v1/grants/$grant")->is(204);
    is owner($_), $t->id('crew1'), 'without grants he may have all'
        for @foreign;
    clear();
}


sub least {
    $t->patch('root', "/v1/teams/$team", { strategy => 'least_loaded' })
        ->is(200);
    here($_, 10) for @crew;
    my @mine = map { file('round') } 1 .. 4;
    is load_of($_), 1, "$_ has one" for @crew;
    resolve(name_of(owner($mine[1])), $mine[1]);
    my ($free) = grep { load_of($_) == 0 } @crew;
    is owner(file('round')), $t->id($free), 'who has least is next';
    clear();
}


# A team that gives nothing out begins to; a retired one stops.
sub by_hand {
    $t->patch('root', "/v1/teams/$team", { strategy => 'manual' })->is(200);
    my @made = map { file('round') } 1 .. 6;
    is owner($_), undef, 'agents take them themselves' for @made;
    $t->patch('root', "/v1/teams/$team", { strategy => 'round_robin' })
        ->is(200);
    is scalar(grep { owner($_) } @made), 6, 'what waits is given out';
    $t->patch('root', "/v1/teams/$team", { active => JSON::PP::false })
        ->is(200);
    my $late = $t->post('root', '/v1/tickets', { subject => 's',
        description => 'd', type => 'of-round' })->is(201)->field('/id');
    is owner($late), undef, 'a retired team gives nothing out';
    is $t->get('root', "/v1/tickets/$late")->field('/team'), undef,
        '  and has nothing waiting';
    $t->patch('root', "/v1/teams/$team", { active => JSON::PP::true })
        ->is(200);
    ok defined owner(file('round')), '  until it is back';
    clear();
}


sub claims {
    $t->patch('root', "/v1/teams/$team", { strategy => 'manual' })->is(200);
    for my $try (1 .. 10) {
        my $id = file('round');
        my @all = $t->parallel(map { [POST => $_, "/v1/tickets/$id/claim",
            json => {}] } (@crew, 'ann', 'andy') x 3);
        my @won = grep { $_->code == 200 } @all;
        is scalar(@won), 1, 'one of 18 claims wins';
        is $won[0]->field('/assignee/id'), owner($id), '  and has it';
        is scalar(grep { $_->code == 409 } @all), 17, '  the others are told';
    }
    $t->patch('root', "/v1/teams/$team", { strategy => 'round_robin' })
        ->is(200);
    clear();
}


# Presence and who is next are in the store.
sub struck {
    here($_, 50) for @crew;
    for my $how ('reload', 'kill', 'restart') {
        my @made = map { file('round') } 1 .. 5;
        my @old  = @{ $t->workers };
        $how eq 'kill' ? $t->{server}->kill_workers('KILL') : $t->$how;
        wait_for(sub { $t->get(undef, '/v1/healthz', -check => 0)->code
            == 200 }, 'the desk to be back');

        # one that leaves may close a connection just when it is asked again
        wait_for(sub { !grep { kill 0 => $_ } @old }, 'the old to leave', 20);
        $t->new_connection;
        is $t->get($_, '/v1/me/presence')->field('/presence'), 'online',
            "$_ is still there after a $how" for @crew;
        push @made, map { file('round') } 1 .. 7;
        my %got;
        $got{ owner($_) // 'nobody' }++ for @made;
        ok !$got{nobody}, '  and all is given out';
        cmp_ok max(values %got) - min(values %got), '<=', 1, '  equally';
    }
    $t->verify('after all of it');
    clear();
}


# What an offline owner has not begun goes back, and on to another.
sub away {
    is load_of($_), 0, "$_ has nothing" for @crew;
    here($_, 50, 'offline') for @crew[1 .. 3];
    here('crew1', 50);
    my @made = map { file('round') } 1 .. 40;
    is owner($made[0]), $t->id('crew1'), 'all to one';
    $t->post('crew1', "/v1/tickets/$made[0]/start", {})->is(200);
    here('crew1', 50, 'offline');
    $t->set_clock('+70s');
    wait_for(sub { !defined owner($made[39]) && !defined owner($made[1]) },
        'untouched tickets to go back', 20);
    is owner($made[0]), $t->id('crew1'), 'what was begun stays';
    is scalar(grep { defined owner($_) } @made), 1, '  and nothing else';
    my ($back) = grep { $_->{action} eq 'transfer' } @{ $t->get('root',
        "/v1/tickets/$made[5]/timeline")->field('/data') };
    cmp_deeply $back, superhashof({ automatic => JSON::PP::true,
        actor => undef }), 'by the desk';

    here('crew2', 50);
    wait_for(sub { !grep { !defined owner($_) } @made },
        'all to be given on', 20);
    is load_of('crew2'), 39, 'to who comes';
    $t->verify('after that');
}


# Not seen, not there.
sub unseen {
    here('crew3', 50);
    $t->set_clock('+19m');
    $t->get('crew3', '/v1/me')->is(200);
    sleep 1;
    $t->set_clock('+30m');
    is $t->get('root', "/v1/teams/$team/members")->is(200)
        && presence_of('crew3'), 'online', 'use keeps him there';
    wait_for(sub { presence_of('crew2') eq 'offline' },
        'who was not seen to be offline', 20);
    is presence_of('crew3'), 'online', 'and nobody else';
}

sub presence_of ($who) {
    my ($m) = grep { $_->{user} == $t->id($who) } @{ $t->get('root',
        "/v1/teams/$team/members")->field('/data') };
    return $m->{presence};
}
