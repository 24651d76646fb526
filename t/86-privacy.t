# All that is kept about a person: given out to him and to who answers for it,
# and gone when he is erased, in every answer and in the store, while counts
# stay true and the tickets of others are as they were.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);
my $CANARY = 'Kanarienvogel';
my $victim = person();
my ($mine, $long) = my_tickets();
my ($theirs) = make_tickets($t, { requester => 'bob', owner => 'ann',
    state => 'in_progress', new => { subject => 'of bob' } });

export_own();
export_admin();
export_strangers();
refused();
erased();
answers();
store();
many();

$t->verify;
done_testing;


sub person {
    $t->add_user('canary', 'user', "$CANARY name", '--email',
        "$CANARY\@example.com");
    return '/v1/users/' . $t->id('canary');
}


sub my_tickets {
    my $one = $t->post('canary', '/v1/tickets', { subject => "$CANARY one",
        description => "$CANARY says", account => $CANARY,
        contact => { name => $CANARY, email => "$CANARY\@b.cd" },
        error_message => $CANARY, frequency => $CANARY, type => 'web',
        custom => { note => $CANARY }, tags => [$CANARY] },
        'Idempotency-Key' => 'mine')->is(201)->field('/id');
    my $path = "/v1/tickets/$one";
    $t->post('ann', "$path/start", {}, 'Idempotency-Key' => 'hers')->is(200);
    $t->post('ann', "$path/messages", { body => "Dear $CANARY" })->is(201);
    $t->post('ann', "$path/messages",
        { body => "odd, this $CANARY", kind => 'note' })->is(201);
    $t->patch('canary', $path, { contact => { name => "$CANARY 2" } })
        ->is(200);
    $t->post('canary', "$path/complain", { reason => "$CANARY waits" })
        ->is(200);
    $t->post('ann', "$path/resolve", { solution => "Plug, $CANARY" })
        ->is(200);
    $t->post('canary', "$path/close", { speed => 5, attitude => 4,
        result => 3, comment => "$CANARY thanks" })->is(200);

    my $two = $t->post('canary', '/v1/tickets', { subject => 'long',
        description => 'x' x 6000 . $CANARY })->is(201)->field('/id');
    $t->patch('canary', "/v1/tickets/$two",
        { description => $CANARY . 'y' x 9000 })->is(200);
    $t->post('canary', "/v1/tickets/$two/messages",
        { body => $CANARY . 'z' x 9000 })->is(201);
    $t->post('root', "$victim/tokens", { label => "$CANARY phone" })
        ->is(201) if defined $victim;

    return ($one, $two);
}


# Every entry of an export, page by page.
sub export ($who, $path, $limit = 200) {
    my ($cursor, @all) = ('');
    do {
        my $page = $t->get($who, "$path?limit=$limit$cursor")->is(200);
        push @all, @{ $page->json->{data} };
        my $next = $page->field('/page/next');
        $cursor = defined $next ? "&cursor=$next" : undef;
    } while defined $cursor;
    return @all;
}

sub kinds (@entries) { my %n; $n{ $_->{kind} }++ for @entries; return \%n }


sub export_own {
    my @all = export('canary', '/v1/me/export');
    cmp_deeply kinds(@all), superhashof({ principal => 1, ticket => 3,
        message => 3 }), 'one gets what is kept about oneself';
    my $text = Mojo::JSON::encode_json(\@all);
    like $text, qr/Dear $CANARY/, '  the answers of agents';
    unlike $text, qr/odd, this/, '  not what they say among themselves';
    unlike $text, qr/of bob/, '  nothing of others';
    my $token = $t->token('canary') =~ s/^.*\.//r;
    unlike $text, qr/\Q$token\E/, '  no secret';
    my @short = export('canary', '/v1/me/export', 2);
    cmp_deeply \@short, \@all, '  the same in pages of two';
}


sub export_admin {
    my @all = export('root', "$victim/export");
    like Mojo::JSON::encode_json(\@all), qr/odd, this/,
        'an administrator gets what staff sees, too';
    cmp_deeply [map { $_->{message}{body} }
        grep { $_->{kind} eq 'message' } export('ann', '/v1/me/export')],
        superbagof("Dear $CANARY"), 'an agent gets what he wrote';
}


sub export_strangers {
    $t->get($_, "$victim/export")->is_problem(403, 'forbidden', $_)
        for qw(bob ann sue robo);
    $t->get(undef, '/v1/me/export')->is_problem(401, 'unauthorized');
    $t->get('root', '/v1/users/999999/export')
        ->is_problem(404, 'not-found');
    my $cursor = $t->get('canary', '/v1/me/export?limit=1')
        ->field('/page/next');
    $t->get('bob', "/v1/me/export?cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'a cursor is of one export');
}


sub refused {
    my %why = (reason => 'he asked for it');
    $t->post($_, "$victim/erase", \%why)->is_problem(403, 'forbidden', $_)
        for qw(canary bob ann sue);
    $t->post('root', "$victim/erase", {})
        ->is_problem(400, 'invalid-request', 'not without a reason');
    $t->post('root', '/v1/users/' . $t->id('root') . '/erase', \%why)
        ->is_problem(409, 'conflict', 'nobody erases himself');
    $t->post('root', '/v1/users/999999/erase', \%why)
        ->is_problem(404, 'not-found');
    $t->post('root', '/v1/users/' . $t->id('sys') . '/erase', \%why)
        ->is_problem(403, 'forbidden', 'nor somebody above');
}


sub counts { $t->get('ann', '/v1/tickets?count=true')->field('/count') }

sub erased {
    my $before = $t->get('sue', '/v1/tickets?count=true&state=closed')
        ->field('/count');
    my $done = $t->post('root', "$victim/erase",
        { reason => 'he asked for it' })->is(202);
    cmp_deeply $done->json, superhashof({ id => $t->id('canary') + 0,
        login => 'erased-' . $t->id('canary'), name => undef,
        email => undef, disabled => bool(1), erased_at => ignore }),
        'at once nothing names him';
    $t->get('canary', '/v1/me')->is_problem(401, 'unauthorized',
        'he does not enter any more');
    is $t->get('sue', '/v1/tickets?count=true&state=closed')
        ->field('/count'), $before + 2,
        'his open ticket and his complaint have ended, counted';
    $t->post('root', "$victim/erase", { reason => 'again' })
        ->is(202, 'asked again');
    $t->patch('root', $victim, { name => 'x' })
        ->is_problem(409, 'conflict', 'what is erased is not changed');
    $t->post('root', "$victim/tokens", {})->is_problem(409, 'conflict');
}


# What anybody can ask for, without a word of his.
sub answers {
    my @paths = (map({ ("/v1/tickets/$_?include=messages,timeline",
        "/v1/tickets/$_/messages", "/v1/tickets/$_/timeline") }
        $mine, $long), '/v1/tickets?limit=200&state=closed',
        '/v1/tickets?requester=' . $t->id('canary'));
    for my $path (@paths) {
        for my $who (qw(ann sue root)) {
            my $answer = $t->get($who, $path)->is(200);
            unlike $answer->body, qr/$CANARY/, "$who: $path";
        }
    }
    unlike $t->get('root', $_)->is(200)->body, qr/$CANARY/, $_
        for '/v1/users?limit=200', $victim, "$victim/tokens",
            "$victim/export", '/v1/audit?limit=200';

    # the agent's kept answer held his words
    $t->post('ann', "/v1/tickets/$mine/start", {},
        'Idempotency-Key' => 'hers')->is_problem(409, 'invalid-transition',
        'no kept answer is replayed');

    my $ticket = $t->get('ann', "/v1/tickets/$mine")->json;
    cmp_deeply $ticket, superhashof({ subject => '[erased]',
        state => 'closed', close_reason => 'satisfied', type => 'web',
        archived => bool(1), allowed_actions => [] }),
        'a tombstone: state and type stay';
    is $ticket->{rating}{speed}, 5, '  and the scores';
    is $t->get('ann', "/v1/tickets/$theirs")->field('/subject'),
        'of bob', 'the tickets of others are as they were';

    my $entry = $t->get('root', '/v1/audit?object=user&object_id='
        . $t->id('canary'))->json->{data};
    is $entry->[0]{reason}, 'he asked for it', 'the log says why';
    ok $entry->[-1]{erased}, '  and holds no value of his';
}


sub store {
    my $dump = $t->ticketctl('export');
    is $dump->{rc}, 0, 'ticketctl export';
    unlike $dump->{out}, qr/$CANARY/, '  without a word of his';
    $t->verify('tombstones are sound');

    # pages that were freed keep old bytes until they are used again or the
    # store is copied (docs/security.md)
    $t->restart;
    $t->get('ann', "/v1/tickets/$mine")->is(200);
    $t->verify('and after a restart');
    unlike slurp($t->dir . '/logs/error.log'), qr/$CANARY/,
        'no word in the error log';
}

sub slurp ($file) {
    open my $in, '<:raw', $file or return '';
    local $/;
    return scalar <$in>;
}


# More than one command takes: the timer does the rest, over a restart.
sub many {
    $t->add_user('heavy', 'user', "$CANARY heavy");
    my $path = '/v1/users/' . $t->id('heavy');
    $t->parallel(map { ['POST', 'heavy', '/v1/tickets', json =>
        { subject => "$CANARY $_", description => 'd' }, check => 0] }
        1 .. 50) for 1 .. 8;
    $t->post('root', "$path/erase", { reason => 'r' })->is(202);
    $t->restart;
    wait_for(sub {
        ($t->ticketctl('export')->{out} // '') !~ /$CANARY/;
    }, 'all of it is gone', 60);
    $t->verify('after much was erased');

    $t->add_user('late', 'user', "$CANARY late");
    my $late = $t->ticketctl('user', 'erase', '--login', 'late',
        '--reason', 'by the operator');
    is $late->{rc}, 0, 'ticketctl user erase';
    is $late->{json}{login}, 'erased-' . $t->id('late'), '  at once';
}
