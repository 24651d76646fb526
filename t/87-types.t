# Types and features: the ready-made set, lists in order and in the caller's
# language, what is retired, who may change them, what belongs to which type
# and tenant; what a ticket gets from its type, and keywords that find one.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Test::Deep;

use Mojo::Util qw(encode url_escape);
use TicketTest;

my $t = TicketTest->new(workers => 2);
my %id;                               # of types, by name

without_types();
ready_made();
lists();
rights();
changes();
parents();
tickets();
keywords();
approval();
operator();

$t->verify;
done_testing;


sub names ($who, $path, %h) {
    return [ map { $_->{name} } @{ $t->get($who, $path, %h)
        ->is(200, "$path of $who")->field('/data') } ];
}


# A tenant that has no types takes any word, as it always did.
sub without_types {
    is_deeply names('alice', '/v1/types'), [], 'no types at first';
    my $one = $t->post('alice', '/v1/tickets', { subject => 's',
        description => 'd', type => 'printer', feature => 'x',
        custom => { a => [1, { b => undef }] } })->is(201, 'any type');
    is $one->field('/type'), 'printer', '  is kept';
    $id{old_ticket} = $one->field('/id');
}


sub ready_made {
    $t->post('ann', '/v1/types/ready-made')
        ->is_problem(403, 'forbidden', 'not by agents');
    my $made = $t->post('root', '/v1/types/ready-made')->is(201, 'made');
    my @types = @{ $made->field('/data') };
    my @want  = qw(login transfer fault account-security how-to bug
        suggestion requirement consultation access-request);
    is_deeply [ map { $_->{name} } @types ], \@want, 'the ready-made types';
    %id = (%id, map { $_->{name} => $_->{id} } @types);
    ok !(grep { !$_->{titles}{en} || !$_->{titles}{'zh-CN'} || !$_->{prompt}
        || !$_->{prompt_zh} || !@{ $_->{keywords} } } @types),
        '  each with titles, prompts and keywords in both languages';
    is_deeply $t->post('root', '/v1/types/ready-made')->is(201, 'again')
        ->field('/data'), [], '  makes nothing';

    my $fields = $t->get('root', "/v1/types/$id{transfer}/fields")
        ->field('/data');
    cmp_deeply [ map { [ @$_{qw(name kind)} ] } @$fields ], superbagof(
        ['amount', 'money'], ['time', 'datetime'], ['account', 'account']),
        'transfer has its form';
    is $t->get('root', "/v1/types/$id{'account-security'}")
        ->field('/priority'), 'high', 'account security is never low';
    $t->get('alice', "/v1/types/$id{$_}/form")->is(200, "form of $_")
        for @want;
    is $t->get('alice', "/v1/types/$id{login}/form", 'Accept-Language' => 'zh')
        ->field('/properties/custom/properties/problem/oneOf/0/title'),
        '密码错误', 'and what can be chosen, in Chinese';
}


sub lists {
    is $t->get('alice', '/v1/types')->field('/data/0/title'), 'Login',
        'titles in English';
    my $zh = $t->get('alice', '/v1/types', 'Accept-Language' => 'zh-CN');
    is $zh->field('/data/0/title'), '登录问题', '  and in Chinese';
    is $zh->header('Vary'), 'Accept-Language', '  which is said';

    my $first = $t->get('alice', '/v1/types?limit=4')->is(200, 'a page');
    my $rest  = $first->field('/page/next');
    is scalar @{ $t->get('alice', "/v1/types?limit=200&cursor=$rest")
        ->field('/data') }, 6, '  and the rest';
    $t->get('alice', "/v1/types/$id{login}/features?cursor=$rest")
        ->is_problem(400, 'unknown-parameter', 'a cursor of another list');
    is_deeply names('alice', "/v1/types/$id{login}/features"),
        ['website', 'app'], 'features in order';
}


sub rights {
    for my $who ('alice', 'ann', 'sue') {
        $t->post($who, '/v1/types', { name => 'x' })
            ->is_problem(403, 'forbidden', "$who makes none");
        $t->patch($who, "/v1/types/$id{bug}", { position => 1 })
            ->is_problem(403, 'forbidden', '  changes none');
        $t->delete($who, "/v1/types/$id{bug}")
            ->is_problem(403, 'forbidden', '  deletes none');
    }
    $t->get(undef, '/v1/types')->is_problem(401, 'unauthorized', 'nobody');

    my $internal = $t->post('root', '/v1/types', { name => 'internal',
        internal => true })->is(201, 'a type for staff')->field('/id');
    ok +(grep { $_ eq 'internal' } @{ names('ann', '/v1/types') }),
        '  whom it is shown to';
    ok !(grep { $_ eq 'internal' } @{ names('alice', '/v1/types') }),
        '  and nobody else';
    $t->get('alice', "/v1/types/$internal")
        ->is_problem(404, 'not-found', '  nor by its number');
    my %body = (subject => 's', description => 'd', type => 'internal');
    $t->post('alice', '/v1/tickets', \%body)
        ->is_problem(400, 'invalid-request', '  or name');
    $t->post('ann', '/v1/tickets', \%body)->is(201, 'staff submits it');
}


sub changes {
    my $path = "/v1/types/$id{bug}";
    my $tag  = $t->get('root', $path)->header('ETag');
    $t->patch('root', $path, { titles => { en => 'Defect' } },
        'If-Match' => '"y1.99"')->is_problem(412, 'version-mismatch', 'late');
    my $new = $t->patch('root', $path, { titles => { en => 'Defect' } },
        'If-Match' => $tag)->is(200, 'renamed');
    is $new->field('/titles/zh-CN'), '缺陷', '  in one language';
    isnt $new->header('ETag'), $tag, '  with a new tag';
    $t->get('alice', $path, 'If-None-Match' => $new->header('ETag'))
        ->is(304, '  by which it is told');
    $t->patch('root', $path, { titles => { en => 'Defect' } })->is(200);
    is $t->get('root', $path)->header('ETag'), $new->header('ETag'),
        'the same again is no change';
    $t->patch('root', $path, { team => 999 })
        ->is_problem(400, 'invalid-request', 'a team that is not there');

    my $log = $t->get('root', '/v1/audit?object=type&limit=1')->field('/data');
    is $log->[0]{act}, 'change', 'the audit log has it';
    is_deeply $log->[0]{changes}, {
        'titles.en' => { old => 'Bug', new => 'Defect' } },
        '  old and new' or diag explain $log->[0]{changes};

    $t->post('root', '/v1/types', { name => 'bug' })
        ->is_problem(409, 'conflict', 'a name is taken once');
    $t->patch('root', $path, { name => 'x' })
        ->is_problem(400, 'invalid-request', 'and never changes');
    my @twice = map { $t->post('root', '/v1/types', { name => 'once' },
        'Idempotency-Key' => 'k1') } 1, 2;
    is $twice[1]->header('Idempotency-Replayed'), 'true', 'a replay';
    is $twice[1]->body, $twice[0]->body, '  answers the same';
}


sub parents {
    $t->delete('root', "/v1/types/$id{login}")
        ->is_problem(409, 'conflict', 'not while it has features');
    my $feature = $t->get('root', "/v1/types/$id{login}/features")
        ->field('/data/0/id');
    $t->get('root', "/v1/types/$id{bug}/features/$feature")
        ->is_problem(404, 'not-found', "another type's feature");
    $t->get('root', "/v1/types/$id{login}/fields/$feature")
        ->is_problem(404, 'not-found', '  or no field');

    $t->ctl_ok('tenant', 'add', '--tenant', 'far', '--admin', 'boss');
    $t->set_token(boss => $t->ctl_ok('token', 'new', '--login', 'boss',
        '--tenant', 'far')->{token});
    is_deeply names('boss', '/v1/types'), [], 'another tenant has its own';
    $t->get('boss', "/v1/types/$id{login}")
        ->is_problem(404, 'not-found', '  and sees no other');
    $t->patch('boss', "/v1/types/$id{login}/features/$feature",
        { position => 5 })->is_problem(404, 'not-found', '  nor changes it');
    $t->post('boss', "/v1/types/$id{login}/features", { name => 'x' })
        ->is_problem(404, 'not-found', '  nor adds to it');
    $t->post('boss', '/v1/types', { name => 'login' })
        ->is(201, '  but may use the same names');
}


sub tickets {
    my $team = $t->post('root', '/v1/teams', { name => 'security' })
        ->is(201, 'a team')->field('/id');
    $t->patch('root', "/v1/types/$id{'account-security'}",
        { team => $team })->is(200, 'for a type');
    my %body = (subject => 's', description => 'd',
        type => 'account-security', contact => { phone => '123' },
        custom => { happened => ['money missing'], evidence => ['x'] });
    my $one = $t->post('alice', '/v1/tickets', { %body, priority => 'low' })
        ->is(201, 'of that type');
    is $one->field('/priority'), 'high', 'the type lifts the priority';
    is $one->field('/team/id'), $team, '  and names the team';
    is $t->post('alice', '/v1/tickets', { %body, priority => 'urgent' })
        ->field('/priority'), 'urgent', '  but lowers nothing';

    # tickets of before go on as they are

    $t->patch('alice', "/v1/tickets/$id{old_ticket}",
        { custom => { a => 2 } })->is(200, 'a ticket of before');
    $t->patch('ann', "/v1/tickets/$id{old_ticket}", { type => 'nothing' })
        ->is_problem(400, 'invalid-request', 'a type that is none');
    $t->patch('ann', "/v1/tickets/$id{old_ticket}",
        { type => 'how-to', feature => undef })->is(200, 'one that is');
    $t->patch('ann', "/v1/tickets/$id{old_ticket}", { type => 'login' })
        ->is_problem(400, 'invalid-request', 'one whose form is not met');
}


sub keywords {
    for my $row (
        ['I forgot my PASSWORD', 'login', undef],
        ['cannot login in the app', 'login', 'app'],
        ['手机登录不了', 'login', 'app'],
        ['转账还没有到账', 'transfer', undef],
        ['请问价格', 'consultation', undef],
        ['ＬＯＧＩＮ 不了', 'login', undef],
        ['passwords of others', undef, undef],
        ['nothing in particular', undef, undef],
    ) {
        my ($subject, $type, $feature) = @$row;
        my $one = $t->post('alice', '/v1/tickets', { subject => $subject,
            description => 'x' })->is(201, $subject);
        is $one->field('/type'), $type, '  ' . ($type // 'no type');
        is $one->field('/feature'), $feature, '  feature';
    }

    # custom that the form does not take leaves the ticket without a type

    is $t->post('alice', '/v1/tickets', { subject => 'my password',
        description => 'x', custom => { any => 1 } })->is(201, 'with others')
        ->field('/type'), undef, '  no type';
}


sub approval {
    my $one = $t->post('alice', '/v1/tickets', { subject => 's',
        description => 'd', type => 'access-request', custom => {
            system => 'payroll', rights => ['read'] } })
        ->is(201, 'something to approve');
    is $one->field('/approval'), 'pending', '  is pending';
    my @steps = ('check the requester', 'grant the access',
        'tell the requester');
    is_deeply $one->field('/steps'), \@steps, '  with its steps';
    is_deeply $one->field('/step_labels'), \@steps, '  which are labels too';
    is_deeply $t->get('alice', '/v1/me/tickets?fields=step_labels&limit=1',
        'Accept-Language' => 'zh-CN')->field('/data/0/step_labels'),
        ['核实申请人', '开通权限', '通知申请人'], '  in Chinese';

    # from the request to its end

    my $path = '/v1/tickets/' . $one->field('/id');
    $t->patch('root', '/v1/users/' . $t->id('alice'), { kind => 'employee' })
        ->is(200);
    is $t->get('ann', $path)->field('/requester/kind'), 'employee',
        'staff sees who asks';
    $t->post('ann', "$path/claim", {})->is(200);
    $t->post('ann', "$path/resolve", { solution => '已开通' })
        ->is_problem(409, 'conflict', '  not before it is approved');
    $t->put('sue', "$path/approval", { approved => \1, reason => '同意' })
        ->is(200);
    for my $step (@{ $one->field('/steps') }) {
        $t->post('ann', "$path/resolve", { solution => '已开通' })
            ->is_problem(409, 'conflict', '  nor before each step is done');
        $t->put('ann', "$path/steps/" . url_escape(encode('UTF-8', $step)))
            ->is(200);
    }
    $t->post('ann', "$path/resolve", { solution => '已开通' })
        ->is(200, '  then it is done');
}


sub operator {
    my $made = $t->ctl_ok('type', 'seed', '--tenant', 'far');
    is scalar @{ $made->{data} }, 9, 'ticketctl makes what is not there';
    is scalar @{ names('boss', '/v1/types') }, 10, '  for the tenant';
}
