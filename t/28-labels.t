# Words: the label of every state in every profile and language, the language
# that Accept-Language asks for, titles of problems, and GET /v1/workflow,
# which tells them all.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Test::Deep;

use TicketTest;
use TicketTest::Life;

# state, then English and Chinese of canonical, s000, s001, s002
my @LABELS = (
    [qw(new New 新建 Submitted 已提交 Accepted 已受理 New 新的信息)],
    [qw(open Open 待处理 Submitted 已提交 Accepted 已受理 Open 打开)],
    ['in_progress', 'In progress', qw(处理中 Pending 待处理 Processing 处理中
        Open 打开)],
    ['waiting_user', 'Waiting for requester', qw(待用户回复 Pending 待处理
        Processing 处理中 Open 打开)],
    ['on_hold', 'On hold', qw(已挂起 Pending 待处理 Processing 处理中 Open
        打开)],
    [qw(follow_up Follow-up 追问中 Pending 待处理 Processing 处理中 Follow-up
        追问)],
    [qw(resolved Resolved 已解决 Pending 待处理 Processed 已处理 Resolved
        解决)],
    [qw(confirmed Confirmed 已确认 Completed 完成 Confirmed 已确认 Closed
        关闭)],
    [qw(rated Rated 已评价 Completed 完成 Rated 已评价 Closed 关闭)],
    [qw(closed Closed 已关闭 Closed 关闭 Closed 已关闭 Closed 关闭)],
);
my @PROFILES = qw(canonical s000 s001 s002);

# Accept-Language, the language that is meant
my @ACCEPT = (
    [undef, 'en'], ['', 'en'], ['en', 'en'], ['zh-CN', 'zh'], ['zh', 'zh'],
    ['ZH-cn', 'zh'], ['zh-Hans-CN', 'zh'], ['zh-TW', 'zh'], ['en-GB', 'en'],
    ['fr', 'en'], ['fr, zh', 'zh'], ['fr;q=0.9, zh;q=0.1', 'zh'],
    ['en, zh', 'en'], ['zh, en', 'zh'], ['en;q=0.5, zh;q=0.6', 'zh'],
    ['en;q=0.6, zh;q=0.5', 'en'], ['zh;q=0.001', 'zh'],
    ['zh;q=0', 'en'], ['zh;q=0, en;q=0.1', 'en'], ['*', 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'], ['en-US,en;q=0.9,zh;q=0.8', 'en'],
    ['zh ; q=0.5 , en ; q=0.4', 'zh'], ['zho', 'en'], ['z', 'en'],
    ['en;q=0, *', 'zh'], [';;;,,,', 'en'], ['zh;q=x', 'en'],
    ['x' x 2000 . ', zh', 'zh'],
);

my $t = TicketTest->new(workers => 2);
my @ids = make_tickets($t, map { { state => $_ } } @STATES);

profiles();
languages();
problems();
workflow();

$t->verify;
done_testing;


sub labels ($language, $who = 'root') {
    return { map { $_->{state} => $_->{state_label} } @{ $t->get($who,
        '/v1/tickets?fields=state,state_label',
        'Accept-Language' => $language)->field('/data') } };
}


sub profiles {
    for my $p (0 .. $#PROFILES) {
        my $r = $t->ticketctl('tenant', 'set', '--profile', $PROFILES[$p]);
        is $r->{rc}, 0, "the profile becomes $PROFILES[$p]" or diag $r->{err};

        for my $lang (['en', 1], ['zh-CN', 2]) {
            my %want = map { $_->[0] => $_->[2 * $p + $lang->[1]] } @LABELS;
            is_deeply labels($lang->[0]), \%want, "labels in $lang->[0]";
            is_deeply labels($lang->[0], 'alice'), \%want, '  for users, too';
            for my $i (0, 5) {
                my $one = $t->get('alice', "/v1/tickets/$ids[$i]",
                    'Accept-Language' => $lang->[0])->json;
                is $one->{state_label}, $want{ $one->{state} },
                    "  of one ticket";
                is $one->{state}, $STATES[$i], '  whose state is the same';
            }
        }
        my $made = $t->post('alice', '/v1/tickets', { subject => 'S',
            description => 'D' }, 'Accept-Language' => 'zh');
        is $made->field('/state_label'), $LABELS[0][2 * $p + 2],
            'of a new ticket';
        is $made->header('Vary'), 'Accept-Language', '  with Vary';
        act($t, 'alice', $made->field('/id'), 'close');
    }
    $t->restart;
    is labels('en')->{resolved}, 'Resolved', 'a restart keeps the profile';
    is labels('zh')->{resolved}, '解决', '  indeed';
    is $t->ticketctl('tenant', 'set', '--profile', 'canonical')->{rc}, 0;
}


sub languages {
    my %want = (en => 'New', zh => '新建');
    for my $case (@ACCEPT) {
        my ($accept, $lang) = @$case;
        my $answer = $t->get('alice', "/v1/tickets/$ids[0]",
            defined $accept ? ('Accept-Language' => $accept) : ());
        is $answer->field('/state_label'), $want{$lang},
            substr(($accept // 'absent'), 0, 40) . " means $lang";
        is $answer->header('Vary'), 'Accept-Language', '  with Vary';
    }
}


sub problems {
    my %title = (en => 'There is no such resource', zh => '资源不存在');
    for my $case (@ACCEPT[0 .. 15]) {
        my ($accept, $lang) = @$case;
        my @header = defined $accept ? ('Accept-Language' => $accept) : ();
        my $no = $t->get('alice', '/v1/tickets/99999', @header);
        is $no->field('/title'), $title{$lang}, 'a title in ' . $lang;
        is $no->problem, 'not-found', '  the type is the same';
        like $no->header('Vary'), qr/Accept-Language/, '  with Vary';
        is $t->get(undef, '/v1/problems/not-found', @header)
            ->field('/title'), $title{$lang}, '  and its page';
    }
    is $t->post('alice', '/v1/tickets', {}, 'Accept-Language' => 'zh')
        ->field('/title'), '请求中有无效的字段', 'of commands as well';
    is $t->get(undef, '/v1/me', 'Accept-Language' => 'zh')
        ->field('/title'), '需要身份认证', 'before anybody is known';
    is $t->get('alice', '/v1/nothing', 'Accept-Language' => 'zh')
        ->field('/title'), '资源不存在', 'and where nothing is';
}


# The document of the state machine.
sub workflow {
    my $doc = $t->get(undef, '/v1/workflow')->is(200, 'for anybody')->json;
    my %bucket = (new => 'submitted', open => 'submitted', closed =>
        'closed', confirmed => 'completed', rated => 'completed');

    is_deeply $doc->{states}, [ map { { name => $_,
        bucket => $bucket{$_} // 'pending' } } @STATES ], 'states';
    my %labels;
    for my $row (@LABELS) {
        $labels{ $PROFILES[$_] }{ $row->[0] } = { en => $row->[2 * $_ + 1],
            'zh-CN' => $row->[2 * $_ + 2] } for 0 .. $#PROFILES;
    }
    is_deeply $doc->{profiles}, \%labels, 'labels of the profiles';

    my %action = map { $_->{name} => $_ } @{ $doc->{actions} };
    is_deeply [ sort grep { $action{$_}{route} } keys %action ],
        [ sort @ROUTES, 'unmerge' ], 'actions with a route';
    is_deeply [ sort grep { !$action{$_}{route} } keys %action ],
        [qw(courtesy edit forward message note reply reveal shred submit)],
        '  and without';
    is_deeply $action{urge}{label}, { en => 'Urge', 'zh-CN' => '催单' },
        'labels of actions';
    is scalar(grep { !length $_->{label}{en} || !length $_->{label}{'zh-CN'} }
        values %action), 0, '  all have one';

    my %names = map { $_->{name} => 1 } @{ $doc->{states} };
    for my $row (@{ $doc->{transitions} }) {
        ok $action{ $row->{action} }
            && !grep({ !$names{$_} } @{ $row->{from} },
                grep { $_ ne 'before' } $row->{to} // ())
            && @{ $row->{actors} },
            "row $row->{row} $row->{action} is of known names";
    }
    cmp_deeply [ map { $_->{row} } @{ $doc->{transitions} } ],
        superbagof(grep { $_ != 27 } 1 .. 33), 'all rows';
    is $t->get(undef, '/v1/workflow')->header('Cache-Control'),
        'public, max-age=300', 'it may be cached';
}
