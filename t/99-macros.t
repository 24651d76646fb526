# Macros over HTTP: own and shared, placeholders, steps done all or none.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 2);

crud();
applied();
undone();
keyed();
$t->verify;
done_testing;


sub macro ($who, %m) {
    state $n = 0;
    return $t->post($who, '/v1/macros', { name => 'm' . ++$n, %m });
}


sub crud () {
    my $own = macro('ann', body => 'Hello {{requester.name}}',
        titles => { en => 'Greeting', 'zh-CN' => '问候' })->is(201);
    is $own->field('/owner'), $t->id('ann'), 'it is the maker\'s';
    is $own->field('/title'), 'Greeting', 'with a title';
    my $path = '/v1/macros/' . $own->field('/id');

    $t->get('andy', $path)->is_problem(404, 'not-found', 'not another\'s');
    $t->get('sue', $path)->is_problem(404, 'not-found', 'nor a supervisor\'s');
    $t->get('alice', $path)->is_problem(403, 'forbidden', 'nor a user\'s');
    $t->patch('ann', $path, { body => 'Hi' }, 'If-Match' => $own->etag)
        ->is(200);
    $t->patch('ann', $path, { body => 'Hi' }, 'If-Match' => $own->etag)
        ->is_problem(412, 'version-mismatch');

    macro('ann', body => 'x', shared => \1)->is_problem(403, 'forbidden',
        'agents share none');
    my $all = macro('sue', body => 'For all', shared => \1)->is(201);
    is $all->field('/owner'), undef, 'everybody\'s';
    my $shared = '/v1/macros/' . $all->field('/id');
    $t->get('andy', $shared)->is(200);
    $t->patch('andy', $shared, { body => 'x' })->is_problem(403, 'forbidden');
    $t->delete('andy', $shared)->is_problem(403, 'forbidden');
    is scalar @{ $t->get('andy', '/v1/macros')->json->{data} }, 1,
        'andy sees one';
    is scalar @{ $t->get('ann', '/v1/macros')->json->{data} }, 2, 'ann two';
    $t->patch('sue', $shared, { active => \0 })->is(200, 'retired');
    $t->get('andy', $shared)->is_problem(404, 'not-found', '  gone for him');
    is scalar @{ $t->get('andy', '/v1/macros')->json->{data} }, 0,
        '  from his list, too';
    $t->get('sue', $shared)->is(200, '  not for who may bring it back');

    my $bad = macro('ann', body => 'a {{ticket.password}} b')
        ->is_problem(400, 'invalid-request');
    is $bad->json->{errors}[0]{pointer}, '/body', 'an unknown placeholder';
    like $bad->json->{errors}[0]{detail}, qr/ticket\.password/, 'is named';
    macro('ann', action => 'transfer')->is_problem(400, 'invalid-request');
    macro('ann', action => 'hold')->is_problem(400, 'invalid-request');
    macro('ann', team => 4711, reason => 'x', body => 'b')
        ->is_problem(400, 'invalid-request');
    macro('ann')->is_problem(400, 'invalid-request', 'it must do something');

    $t->delete('ann', $path)->is(204);
    $t->get('ann', $path)->is_problem(404, 'not-found');
    $t->delete('sue', $shared)->is(204);
}


sub applied () {
    my ($id) = make_tickets($t, { state => 'in_progress', owner => 'ann',
        new => { subject => 'It {{date}} {{x', tags => ['old', 'keep'] } });
    my $macro = macro('ann', body => "{{requester.name}}:\n{{ticket.number}} "
        . "{{ticket.subject}} -- {{agent.name}}", priority => 'urgent',
        add_tags => ['done', 'keep'], remove_tags => ['old'],
        action => 'resolve')->is(201)->field('/id');
    my $ticket = $t->get('ann', "/v1/tickets/$id");

    my $a = $t->post('ann', "/v1/tickets/$id/apply", { macro => $macro },
        'If-Match' => $ticket->etag)->is(200, 'applied');
    is $a->field('/state'), 'resolved', 'the state';
    is $a->field('/priority'), 'urgent', 'the priority';
    is_deeply [sort @{ $a->json->{tags} }], ['done', 'keep'], 'the tags';
    is $a->etag, $t->get('ann', "/v1/tickets/$id")->etag, 'the version';

    my $messages = $t->get('alice', "/v1/tickets/$id/messages")->json->{data};
    is $messages->[-1]{body}, "Alice Example:\nT-$id It {{date}} {{x -- "
        . 'Ann Agent', 'values are data';
    is $messages->[-1]{kind}, 'solution', 'and the solution';
    my @done = map { $_->{action} }
        @{ $t->get('ann', "/v1/tickets/$id/timeline")->json->{data} };
    is_deeply [@done[0 .. 2]], ['resolve', 'edit', 'edit'],
        'each step is an event';
    is $t->get('ann', "/v1/tickets/$id/timeline")
        ->field('/data/0/actor/id'), $t->id('ann'), 'of the caller';

    my ($other) = make_tickets($t, { state => 'in_progress',
        owner => 'ann' });
    my $note = macro('ann', body => 'x', kind => 'note')->field('/id');
    $t->post('ann', "/v1/tickets/$other/apply",
        { macro => $note, body => 'my own {{text' })->is(200);
    is $t->get('ann', "/v1/tickets/$other/messages")
        ->json->{data}[-1]{body}, 'my own {{text', 'a text that is sent along';
    is scalar(grep { $_->{body} eq 'my own {{text' }
        @{ $t->get('alice', "/v1/tickets/$other/messages")->json->{data} }),
        0, 'a note is internal';
    $t->post('ann', "/v1/tickets/$other/apply", { macro => $macro },
        'If-Match' => '"t1.99"')->is_problem(412, 'version-mismatch');
    $t->post('alice', "/v1/tickets/$other/apply", { macro => $note })
        ->is_problem(403, 'forbidden');
}


sub undone () {
    my ($id) = make_tickets($t, { state => 'closed' });
    my $before = $t->get('ann', "/v1/tickets/$id")->json;
    my $macro = macro('ann', body => 'Bye', kind => 'note',
        add_tags => ['x'], action => 'start')->field('/id');
    my $a = $t->post('ann', "/v1/tickets/$id/apply", { macro => $macro });
    cmp_ok $a->code, '>=', 400, 'refused';
    ok $a->json->{step}, 'which step is said: ' . ($a->json->{step} // '-');
    is_deeply $t->get('ann', "/v1/tickets/$id")->json, $before,
        'nothing has changed';

    my ($open) = make_tickets($t, { state => 'open', owner => 'ann' });
    $before = $t->get('ann', "/v1/tickets/$open")->json;
    my $late = macro('ann', body => 'Hello', priority => 'low',
        action => 'resume')->field('/id');
    $a = $t->post('ann', "/v1/tickets/$open/apply", { macro => $late })
        ->is_problem(409, 'invalid-transition', 'the last step fails');
    is $a->json->{step}, 'ticket.resume', 'which is said';
    is_deeply $t->get('ann', "/v1/tickets/$open")->json, $before,
        'nothing has changed';
    is_deeply $t->get('ann', "/v1/tickets/$open/messages")->json->{data}, [],
        'no message';
}


sub keyed () {
    my ($id) = make_tickets($t, { state => 'open', owner => 'ann' });
    my $macro = macro('ann', body => 'Once')->field('/id');
    my @a = map { $t->post('ann', "/v1/tickets/$id/apply",
        { macro => $macro }, 'Idempotency-Key' => 'apply')->is(200) } 1, 2;
    is $a[1]->header('Idempotency-Replayed'), 'true', 'replayed';
    is scalar @{ $t->get('ann', "/v1/tickets/$id/messages")->json->{data} },
        1, 'done once';
}
