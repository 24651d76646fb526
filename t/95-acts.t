# What agents and requesters do to a ticket over HTTP: hand it to another
# department and back along the chain of escalation, approve it, complain about
# it, urge it.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);

my %team;                             # name => id
team('second', tier => 1);
team('first', escalates_to => $team{second});
team('billing');
team('hearing', complaints => true);
$t->put('sue', "/v1/teams/$team{second}/members/" . $t->id('andy'),
    { lead => true })->is(200, 'Andy leads the second line');

handing_over();
chain();
complaint();
rejected();
urging();
approvals();

$t->verify;
done_testing;


sub team ($name, %more) {
    $team{$name} = $t->post('sue', '/v1/teams', { name => $name, %more })
        ->is(201, "team $name")->field('/id');
    return $team{$name};
}

sub ticket ($who = 'alice', @more) {
    return '/v1/tickets/' . $t->some_ticket(who => $who, @more)->{id};
}

sub told ($who) {
    return $t->get($who, '/v1/notifications')->is(200)->json->{data};
}

sub handing_over {
    my $path = ticket();
    $t->post('sue', "$path/assign", {})->is_problem(400, 'invalid-request',
        'an assignment names somebody');
    $t->post('sue', "$path/assign", { team => 9999 })
        ->is_problem(400, 'invalid-request', 'a team that there is');
    $t->post('sue', "$path/assign", { team => $team{first} })->is(200);
    $t->post('ann', "$path/start", {})->is(200);

    my $moved = $t->post('ann', "$path/transfer", { team => $team{billing},
        reason => '账单问题' })->is(200, 'to another department')->json;
    cmp_deeply $moved, superhashof({ state => 'open', assignee => undef,
        team => superhashof({ id => $team{billing} }) }), '  without owner';

    my ($event) = @{ $t->get('ann', "$path/timeline")->json->{data} };
    cmp_deeply $event, superhashof({ action => 'transfer',
        reason => '账单问题', changes => superhashof({
            'team.id' => { old => $team{first}, new => $team{billing} } }) }),
        '  which the event tells staff';
    my ($seen) = @{ $t->get('alice', "$path/timeline")->json->{data} };
    is $seen->{reason}, undef, '  and not the requester';

    $t->post('ann', "$path/transfer", { team => $team{billing} })
        ->is_problem(400, 'invalid-request', 'never without a reason');
}

sub chain {
    my $path = ticket();
    $t->post('sue', "$path/assign", { team => $team{first} })->is(200);
    my $up = $t->post('ann', "$path/escalate", { reason => 'Beyond me.' })
        ->is(200, 'escalated')->json;
    cmp_deeply $up, superhashof({ tier => 1, priority => 'high',
        team => superhashof({ id => $team{second} }) }), '  to the next team';
    is told('andy')->[0]{kind}, 'escalated', '  whose lead is told';

    $t->post('ann', "$path/de-escalate", {})->is_problem(403, 'forbidden');
    my $down = $t->post('sue', "$path/de-escalate", {})->is(200)->json;
    cmp_deeply $down, superhashof({ tier => 0,
        team => superhashof({ id => $team{first} }) }), 'and back again';
}

sub complaint {
    my $path = ticket('alice', subject => 'Slow');
    $t->post('ann', "$path/start", {})->is(200);
    my $made = $t->post('alice', "$path/complain", { reason => '没人理我' },
        'Accept-Language' => 'zh-CN')->is(200, 'a complaint')->json;
    ok $made->{complaint_open}, '  is open';

    my $about = "/v1/tickets/$made->{complaint}";
    my $own = $t->get('alice', $about)->is(200, '  hers to follow')->json;
    cmp_deeply $own, superhashof({ complaint_of => $made->{id},
        priority => 'high', description => '没人理我',
        subject => "对工单 $made->{number} 的投诉：Slow",
        team => superhashof({ id => $team{hearing} }) }), '  as a ticket';
    $t->get('ann', $about)->is_problem(404, 'not-found',
        'whom it is about does not see it');
    $t->post('alice', "$path/complain", { reason => 'r' })
        ->is_problem(409, 'invalid-transition', 'one at a time');
    $t->post('alice', "$about/complain", { reason => 'r' })
        ->is_problem(409, 'invalid-transition', 'none about a complaint');
    is told('sue')->[0]{kind}, 'complaint', 'supervisors are told';

    $t->post('sue', "$about/start", {})->is(200);
    $t->post('sue', "$about/resolve", { solution => '已安排专人' })->is(200);
    $t->post('alice', "$about/confirm", {})->is(200);
    ok !$t->get('alice', $path)->field('/complaint_open'), 'it has ended';
    my $again = $t->post('alice', "$path/complain", { reason => 'Again.' })
        ->is(200, 'and there may be another')->json;
    cmp_ok $again->{complaint}, '>', $made->{complaint}, '  of its own';
}

# The way back from a rejection.
sub rejected {
    my $path = ticket('bob');
    $t->post('ann', "$path/reject", { reason => 'Not ours.' })->is(200);
    $t->post('bob', "$path/complain", { reason => 'It is.' })
        ->is(200, 'an appeal against a rejection');
    $t->post('sue', "$path/reopen", { reason => 'He is right.' })->is(200);
    is $t->get('bob', $path)->field('/state'), 'open', '  has an effect';
}

sub urging {
    my $path = ticket();
    my $key = { 'Idempotency-Key' => 'urge-1' };
    $t->post('ann', "$path/start", {})->is(200);
    $t->post('alice', "$path/urge", {}, %$key)->is(200, 'urged');
    $t->post('alice', "$path/urge", {}, %$key)->is(200, '  told twice');
    $t->post('alice', "$path/urge", {})->is_problem(429, 'quota-exceeded');
    my @urged = grep { $_->{kind} eq 'urged' } @{ told('ann') };
    is @urged, 1, '  the owner hears of it once';
}

sub approvals {
    $t->post('root', '/v1/types', { name => 'purchase',
        category => 'request', approval => true })->is(201, 'a type');
    my $path = ticket('alice', type => 'purchase');
    is $t->get('alice', $path)->field('/approval'), 'pending', 'it waits';

    my %yes = (approved => true, reason => '预算内');
    $t->put('alice', "$path/approval", \%yes)
        ->is_problem(403, 'forbidden');
    $t->put('ann', "$path/approval", \%yes)->is_problem(403, 'forbidden');
    $t->put('sue', "$path/approval", \%yes, 'If-Match' => '"t1.99"')
        ->is_problem(412, 'version-mismatch');
    is $t->put('sue', "$path/approval", \%yes)->is(200)
        ->field('/approval'), 'approved', 'approved';
    $t->put('sue', "$path/approval", \%yes)->is(409, 'once');

    $path = ticket('bob', type => 'purchase');
    my $no = $t->put('sue', "$path/approval", { approved => false,
        reason => 'Too dear.' })->is(200)->json;
    is "$no->{state} $no->{close_reason} $no->{approval}",
        'closed rejected declined', 'declined';
    is told('bob')->[0]{kind}, 'approval', '  which he is told';
}
