# Notices over HTTP: who is told, how far it was read, and what nobody learns.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);
my $path = '/v1/tickets/' . $t->some_ticket(who => 'alice')->{id};

silence();
messages();
mentions();
reading();
foreign();

$t->verify;
done_testing;


sub told ($who, $query = '') {
    return $t->get($who, "/v1/notifications$query")->is(200)->json;
}

sub silence {
    $t->post('ann', "$path/claim", {})->is(200);
    $t->post('ann', "$path/start", {})->is(200);
    cmp_deeply told($_)->{data}, [], "$_ is told nothing of a beginning"
        for qw(alice ann sue root);
    $t->get(undef, '/v1/notifications')->is_problem(401, 'unauthorized');
}

sub messages {
    $t->post('ann', "$path/messages", { body => '请稍候' })->is(201);
    $t->post('ann', "$path/request-info", { question => 'Which?' })->is(200);
    $t->post('alice', "$path/messages", { body => 'That.' })->is(201);

    cmp_deeply told('alice')->{data}, [
        superhashof({ kind => 'message', message => 2, read => bool(0),
            number => 'T-1', actor => $t->id('ann') }),
        superhashof({ kind => 'message', message => 1 }) ],
        'the requester is told, newest first';
    cmp_deeply told('ann')->{data}, [ superhashof({ kind => 'message',
        message => 3, actor => $t->id('alice') }) ], 'and the owner';
}

sub mentions {
    $t->post('ann', "$path/messages", { kind => 'note', body => 'Look.',
        mentions => ['andy', 'alice'] })->is_problem(400, 'invalid-request',
        'a requester is not mentioned')
        ->field('/errors/0/pointer') eq '/mentions/1' or fail 'the pointer';
    $t->post('alice', "$path/messages", { body => 'x', mentions => ['andy'] })
        ->is_problem(403, 'forbidden', 'nor does he mention');
    $t->post('ann', "$path/messages", { kind => 'note', body => 'Look.',
        mentions => ['andy', 'sue'] })->is(201, 'a note that mentions');
    for my $who (qw(andy sue)) {
        my $data = told($who)->{data};
        is @$data . $data->[0]{kind}, '1mentioned', "  $who is told";
    }
    is @{ told('alice')->{data} }, 2, '  and the requester is not';
    my $seen = $t->get('alice', "$path/messages")->json->{data};
    ok !(grep { exists $_->{mentions} } @$seen), '  nor sees whom';
}

sub reading {
    $t->post('ann', "$path/messages", { body => "reply $_" })->is(201)
        for 1 .. 3;
    my $all = told('alice', '?count=true&limit=2');
    is "$all->{count} $all->{unread}", '5 5', 'counted';
    my $next = $t->get('alice', "/v1/notifications?limit=2&cursor="
        . $all->{page}{next})->is(200)->json;
    cmp_ok $next->{data}[0]{id}, '<', $all->{data}[1]{id}, 'goes on';

    $t->post('alice', '/v1/notifications/read',
        { until => $next->{data}[0]{id} })->is(204, 'read as far as that');
    my $after = told('alice', '?count=true');
    is $after->{unread}, 2, '  two are left';
    is join('', map { $_->{read} ? 1 : 0 } @{ $after->{data} }), '00111',
        '  the newest';
    $t->post('alice', '/v1/notifications/read', {})->is(204);
    is told('alice', '?count=true')->{unread}, 0, 'all of them';
}

sub foreign {
    my $cursor = told('alice', '?limit=1')->{page}{next};
    $t->get('bob', "/v1/notifications?cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', "another's cursor");
    cmp_deeply told('bob', '?count=true'), superhashof({ data => [],
        count => 0, unread => 0 }), 'who has nothing to do with it';
}
