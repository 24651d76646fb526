# Lists: every filter alone and with others, the sorts, the counts, paging
# while tickets change, cursors and what is wrong with them.  The oracle is
# the tickets themselves, read one by one.

use v5.36;
use utf8;

use Mojo::Util qw(url_escape);
use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);
my (@all, %by_id);                    # as root sees them, oldest first

my %BUCKET = (
    new => 'submitted', open => 'submitted', closed => 'closed',
    confirmed => 'completed', rated => 'completed',
    map { $_ => 'pending' } qw(in_progress waiting_user on_hold follow_up
        resolved),
);
my %URGENCY = (urgent => 0, high => 1, normal => 2, low => 3);
my @BIG     = qw(description error_message custom plan);

srand(20);
fill();
filters();
combinations();
sorts();
counts();
own();
elements();
bad_parameters();
cursors();
changing();
after_traffic();
many_steps();

$t->verify;
done_testing;


sub pick (@of) { $of[ int rand @of ] }


# --- tickets ------------------------------------------------------------------

sub fill {
    my @specs = map { {
        state     => $_,
        requester => pick(qw(alice bob sue)),
        owner     => pick(qw(ann andy)),
        new       => {
            priority => pick(qw(low normal normal high urgent)),
            type     => pick('account', 'transfer', 'fault'),
            feature  => pick('login', 'limit', 'a.b-c_1'),
            channel  => pick(qw(web email phone)),
            tags     => [ grep { rand() < .4 } 'vip', '转账', 'two words',
                'vi', 'ip' ],
        },
        then => [ $_ eq 'open' && rand() < .5 ? ['O', 'escalate'] : () ],
    } } (@STATES) x 9;
    make_tickets($t, @specs);
    look();
    $t->post('root', "/v1/tickets/$_->{id}/assess",
        { complexity => 1 + $_->{id} % 5 })->is(200)
        for grep { $_->{state} eq 'in_progress' } @all;
    look();
}


sub look {
    my $last = $t->get('root', '/v1/tickets?limit=1&fields=id')
        ->field('/data/0/id');
    @all = read_tickets($t, 'root', 1 .. $last);
    delete @$_{qw(messages timeline)} for @all;
    %by_id = map { $_->{id} => $_ } @all;
}


# The ids that a list gives, over all its pages.  A long list takes long to
# hold against the document: some do.
sub ids_of ($who, $path, $limit = 200) {
    state $calls = 0;
    my $check = $calls++ % 25 == 0;
    my @ids;
    my $glue = $path =~ /\?/ ? '&' : '?';
    my $next = "$path${glue}limit=$limit";
    while (defined $next) {
        my $page = $t->get($who, $next, -check => $check && @ids == 0);
        return 'answer ' . $page->code if $page->code != 200;
        push @ids, map { $_->{id} } @{ $page->field('/data') };
        my $cursor = $page->field('/page/next');
        $next = defined $cursor
            ? "$path${glue}limit=$limit&cursor=$cursor" : undef;
    }
    return "@ids";
}


sub newest (@tickets) {
    return join ' ', sort { $b <=> $a } map { $_->{id} } @tickets;
}


# --- filters ------------------------------------------------------------------

# parameter and value, who passes
sub single_filters {
    my @filters;
    push @filters, map { my $v = $_; ["state=$v",
        sub ($x) { $x->{state} eq $v }] } @STATES;
    push @filters, map { my $v = $_; ["bucket=$v",
        sub ($x) { $BUCKET{ $x->{state} } eq $v }] }
        qw(submitted pending completed closed);
    push @filters, map { my $v = $_; ["priority=$v",
        sub ($x) { $x->{priority} eq $v }] } sort keys %URGENCY;
    for my $field (qw(type feature channel)) {
        push @filters, map { my $v = $_; ["$field=$v",
            sub ($x) { ($x->{$field} // '') eq $v }] }
            sort keys %{ { map { $_->{$field} => 1 }
            grep { defined $_->{$field} } @all } };
    }
    push @filters, map { my $v = $_; ['tag=' . url_escape($v),
        sub ($x) { scalar grep { $_ eq $v } @{ $x->{tags} } }] }
        'vip', 'vi', 'ip', 'two words', 'nobody has this';
    push @filters, ['tag=' . url_escape(Mojo::Util::encode('UTF-8', '转账')),
        sub ($x) { scalar grep { $_ eq '转账' } @{ $x->{tags} } }];
    push @filters, map { my $v = $_; ["tier=$v",
        sub ($x) { $x->{tier} == $v }] } 0 .. 3;
    push @filters, map { my $v = $_; ["complexity=$v",
        sub ($x) { ($x->{complexity} // 0) == $v }] } 1 .. 5;
    push @filters, map { my $v = $t->id($_); ["assignee=$v",
        sub ($x) { ($x->{assignee} // { id => 0 })->{id} == $v }] }
        qw(ann andy sue);
    push @filters, ['assignee=none', sub ($x) { !$x->{assignee} }];
    push @filters, ['assignee=me', sub ($x) {
        ($x->{assignee} // { id => 0 })->{id} == $t->id('root') }];
    push @filters, map { my $v = $t->id($_); ["requester=$v",
        sub ($x) { $x->{requester}{id} == $v }] } qw(alice bob sue ann);
    push @filters, ['requester=me', sub ($x) {
        $x->{requester}{id} == $t->id('root') }];
    for my $at ($all[0]{created_at}, $all[30]{created_at},
        $all[-1]{created_at}, '2001-01-01T00:00:00Z',
        '2091-01-01T00:00:00Z')
    {
        push @filters, ["created_after=$at",
            sub ($x) { $x->{created_at} ge $at }],
            ["created_before=$at", sub ($x) { $x->{created_at} lt $at }];
    }
    return @filters;
}


sub filters {
    for my $filter (single_filters()) {
        my ($query, $passes) = @$filter;
        is ids_of('root', "/v1/tickets?$query"),
            newest(grep { $passes->($_) } @all), $query;
    }

    is ids_of('root', '/v1/tickets'), newest(@all), 'no filter';
    is ids_of('root', '/v1/tickets?state=new,closed,rated'),
        newest(grep { $_->{state} =~ /^(?:new|closed|rated)$/ } @all),
        'several states';
    is ids_of('root', '/v1/tickets?bucket=closed,submitted'),
        newest(grep { $BUCKET{ $_->{state} } =~ /^(?:clos|sub)/ } @all),
        'several buckets';
    is ids_of('root', '/v1/tickets?priority=urgent,low'),
        newest(grep { $_->{priority} =~ /^(?:urgent|low)$/ } @all),
        'several priorities';
    is ids_of('ann', '/v1/tickets?assignee=me'), newest(grep {
        ($_->{assignee} // { id => 0 })->{id} == $t->id('ann') } @all),
        'assigned to me';
    is ids_of('sue', '/v1/tickets?requester=me'), newest(grep {
        $_->{requester}{id} == $t->id('sue') } @all), 'asked by me';
    is ids_of('root', '/v1/tickets?bucket=closed&state=new'), '',
        'a bucket without the state';
}


# Random ones of different parameters together, in each sort.
sub combinations {
    my @filters = single_filters();
    my @sorts   = ('', 'sort=created_at', 'sort=-created_at', 'sort=queue');

    for (1 .. 120) {
        my %used;
        my @some = grep { !$used{ $_->[0] =~ s/=.*//sr }++ }
            map { pick(@filters) } 1 .. 2 + int rand 3;
        my $sort  = pick(@sorts);
        my $query = join '&', map({ $_->[0] } @some), $sort || ();
        my @want  = grep { my $x = $_; !grep { !$_->[1]->($x) } @some } @all;

        if ($sort eq 'sort=queue' && $used{requester}) {
            $t->get('root', "/v1/tickets?$query")
                ->is_problem(400, 'unknown-parameter', $query);
            next;
        }
        @want = grep { $_->{state} =~
            /^(?:new|open|in_progress|waiting_user|on_hold|follow_up)$/ }
            @want if $sort eq 'sort=queue' && !$used{state}
            && !$used{bucket};
        is ids_of('root', "/v1/tickets?$query", pick(2, 7, 50)),
            join(' ', map { $_->{id} } ordered($sort, @want)), $query;
    }
}


sub ordered ($sort, @tickets) {
    return sort { $a->{id} <=> $b->{id} } @tickets
        if $sort eq 'sort=created_at';
    return sort { $URGENCY{ $a->{priority} } <=> $URGENCY{ $b->{priority} }
        || $a->{id} <=> $b->{id} } @tickets if $sort eq 'sort=queue';
    return sort { $b->{id} <=> $a->{id} } @tickets;
}


sub sorts {
    for my $sort ('', 'sort=created_at', 'sort=-created_at', 'sort=queue') {
        my @want = ordered($sort, grep { $sort ne 'sort=queue'
            || $_->{state} !~ /^(?:resolved|confirmed|rated|closed)$/ } @all);
        for my $limit (1, 2, 49, scalar(@want), 200) {
            is ids_of('root', "/v1/tickets?$sort", $limit),
                join(' ', map { $_->{id} } @want),
                ($sort || 'unsorted') . " by $limit";
        }
    }
    my $page = $t->get('root', '/v1/tickets')->json;
    is scalar(@{ $page->{data} }), 50, '50 is the default';
    is $page->{page}{has_more}, Mojo::JSON->true, '  and there are more';
}


# --- counts -------------------------------------------------------------------

sub count_is ($who, $path, $want, $name = $path) {
    my $glue = $path =~ /\?/ ? '&' : '?';
    my $page = $t->get($who, "$path${glue}count=true&limit=1",
        -check => 0);
    is $page->field('/count'), $want, "count of $name";
}


sub counts {
    for my $filter (single_filters()) {
        my ($query, $passes) = @$filter;
        if ($query =~ /^(?:state|bucket|priority|assignee|requester)=/) {
            count_is('root', "/v1/tickets?$query",
                scalar grep { $passes->($_) } @all);
        } else {
            my $no = $t->get('root', "/v1/tickets?$query&count=true")
                ->is_problem(400, 'unknown-parameter', "no count of $query");
            is $no->field('/errors/0/parameter'), 'count', '  is said';
        }
    }
    my $ann = $t->id('ann');
    count_is('root', '/v1/tickets', scalar @all);
    count_is('root', '/v1/tickets?state=new,open&priority=high,urgent',
        scalar grep { $_->{state} =~ /^(?:new|open)$/
            && $_->{priority} =~ /^(?:high|urgent)$/ } @all);
    count_is('root', '/v1/tickets?assignee=none&bucket=submitted',
        scalar grep { !$_->{assignee} && $BUCKET{ $_->{state} }
            eq 'submitted' } @all);
    count_is('root', "/v1/tickets?assignee=$ann&state=resolved",
        scalar grep { $_->{state} eq 'resolved'
            && $_->{assignee}{id} == $ann } @all);
    count_is('root', '/v1/tickets?state=new&bucket=closed', 0);

    is $t->get('root', '/v1/tickets?count=false')->field('/count'), undef,
        'count=false';
    for my $bad ('yes', '1', '', 'TRUE') {
        $t->get('root', "/v1/tickets?count=$bad")
            ->is_problem(400, 'unknown-parameter', "not count=$bad");
    }
    $t->get('root', "/v1/tickets?count=true&assignee=$ann&priority=low")
        ->is_problem(400, 'unknown-parameter', 'nor of a pair without counter');
}


# --- one's own ----------------------------------------------------------------

sub own {
    my @hers = grep { $_->{requester}{id} == $t->id('alice') } @all;
    for my $path ('/v1/me/tickets', '/v1/tickets') {
        is ids_of('alice', $path), newest(@hers), "$path has hers alone";
        is ids_of('alice', "$path?bucket=pending", 2), newest(grep {
            $BUCKET{ $_->{state} } eq 'pending' } @hers), '  by bucket';
        is ids_of('alice', "$path?sort=created_at&state=closed,new", 3),
            join(' ', map { $_->{id} } grep { $_->{state} =~
                /^(?:closed|new)$/ } @hers), '  by state, oldest first';
        count_is('alice', $path, scalar @hers);
        count_is('alice', "$path?bucket=completed", scalar grep {
            $BUCKET{ $_->{state} } eq 'completed' } @hers);
        $t->get('alice', "$path?sort=queue")
            ->is_problem(400, 'unknown-parameter', '  no queue of hers');
        $t->get(undef, $path)->is_problem(401, 'unauthorized');
    }
    is ids_of('alice', '/v1/tickets?assignee=' . $t->id('ann')),
        newest(grep { ($_->{assignee} // { id => 0 })->{id}
            == $t->id('ann') } @hers), 'a filter narrows to hers';
    is ids_of('ann', '/v1/me/tickets'), '', 'an agent has none of her own';
    is ids_of('sue', '/v1/me/tickets'), newest(grep {
        $_->{requester}{id} == $t->id('sue') } @all), 'a supervisor has';

    buckets('alice', @hers);
    buckets('ann');
    is $t->get('alice', '/v1/me/tickets')->field('/counts'), undef,
        'no counts unless asked for';
    is $t->get('alice', '/v1/tickets?count=true')->field('/counts'), undef,
        'nor elsewhere';
    $t->get('alice', "/v1/me/tickets?$_")
        ->is_problem(400, 'unknown-parameter', "no $_ of one's own")
        for 'priority=low', 'requester=me', 'assignee=none', 'tag=x';
}


sub buckets ($who, @tickets) {
    my %count = map { $_ => 0 } values %BUCKET;
    $count{ $BUCKET{ $_->{state} } }++ for @tickets;
    is_deeply $t->get($who, '/v1/me/tickets?count=true')->field('/counts'),
        \%count, "the buckets of $who";
}


# --- what an element is -------------------------------------------------------

sub elements {
    for my $element (@{ $t->get('root', '/v1/tickets?limit=200')
        ->field('/data') }[0 .. 20])
    {
        my %want = %{ $by_id{ $element->{id} } };
        delete @want{@BIG};
        $want{rating} = { %{ $want{rating} } } if $want{rating};
        delete $want{rating}{comment} if $want{rating};
        is_deeply $element, \%want, "$element->{number} without long texts";
    }
    my $page = $t->get('root', '/v1/tickets?fields=id,state,description,tags'
        . '&limit=5')->field('/data');
    is_deeply $page, [ map { my %want;
        @want{qw(id state description tags)}
            = @{ $by_id{ $_->{id} } }{qw(id state description tags)};
        \%want } @$page ], 'those fields that are asked for';
    is_deeply [ sort keys %{ $t->get('alice', '/v1/me/tickets?fields=id')
        ->field('/data/0') } ], ['id'], 'of the own as well';

    my $en = $t->get('root', '/v1/tickets?fields=state_label&state=new',
        'Accept-Language' => 'zh-CN')->field('/data/0/state_label');
    is $en, '新建', 'labels in Chinese';
    is_deeply $t->get('alice', '/v1/me/tickets?limit=1&state=new')
        ->field('/data/0/allowed_actions'),
        [qw(close urge complain message edit)],
        'what the caller may do';
}


# --- parameters ---------------------------------------------------------------

sub bad_parameters {
    my @bad = ('limit=0', 'limit=201', 'limit=-1', 'limit=1.5', 'limit=',
        'limit=x', 'limit=99999999999999999999', 'limit=01',
        'state=', 'state=old', 'state=,new', 'state=new,old', 'state=NEW',
        'bucket=x', 'priority=x', 'priority=normal%00', 'channel=pigeon',
        'channel=', 'tier=4', 'tier=-1', 'tier=x', 'complexity=0',
        'complexity=6', 'complexity=', 'assignee=', 'assignee=0',
        'assignee=ann', 'assignee=none,me', 'requester=0', 'requester=x',
        'created_after=yesterday', 'created_before=2031-13-01T00:00:00Z',
        'sort=id', 'sort=', 'sort=created_at,queue', 'type=', 'tag=',
        'tag=a%22b', 'cursor=', 'cursor=!', 'fields=nothing', 'q=x',
        'unknown=1', 'limit=5&limit=5', 'state=new&state=open', '=x',
        'state=%ff', 'state=%zz', 'page=2');
    for my $bad (@bad) {
        my $no = $t->get('root', "/v1/tickets?$bad")
            ->is_problem(400, 'unknown-parameter', "not $bad") or next;
        my ($name) = $bad =~ /([^=]*)=/;
        is $no->field('/errors/0/parameter'), $name, '  names it'
            if $name ne '';
    }
    my $two = $t->get('root', '/v1/tickets?limt=5&statee=new')
        ->is_problem(400, 'unknown-parameter', 'two that are unknown');
    is_deeply [ sort map { $_->{parameter} } @{ $two->field('/errors') } ],
        [qw(limt statee)], '  are both named';
    $t->get('root', '/v1/tickets?limit=200&&&state=new&')
        ->is(200, 'empty pieces are nothing');
    is scalar(@{ $t->get('root', "/v1/tickets?limit=$_")->field('/data') }),
        $_, "limit=$_" for 1, scalar @all;
}


sub cursors {
    my $page   = $t->get('root', '/v1/tickets?state=new,open&limit=3');
    my $cursor = $page->field('/page/next');
    my $next   = "limit=3&cursor=$cursor";
    is $page->header('Link'), '</helpdesk/v1/tickets?state=new,open&'
        . "$next>; rel=\"next\"", 'Link';
    $t->get('root', "/v1/tickets?state=new,open&$next")->is(200, 'next');
    $t->get('root', "/v1/tickets?state=open,new&$next")
        ->is(200, 'the same filter in other words');
    is scalar(@{ $t->get('root', "/v1/tickets?state=new,open&limit=7&"
        . "cursor=$cursor")->field('/data') }), 7, 'another limit';

    for my $other ('', 'state=new', 'state=new,open,closed',
        'state=new,open&sort=queue', 'state=new,open&sort=created_at',
        'state=new,open&priority=low', 'state=new,open&tag=vip',
        'state=new,open&assignee=none', 'state=new,open&type=fault')
    {
        my $no = $t->get('root', "/v1/tickets?$other&cursor=$cursor")
            ->is_problem(400, 'unknown-parameter', "not with '$other'");
        is $no->field('/errors/0/parameter'), 'cursor', '  named';
    }
    $t->get($_, "/v1/tickets?state=new,open&cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', "nor by $_")
        for qw(ann alice);
    $t->get('root', "/v1/me/tickets?state=new,open&cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'nor on another list');

    my $broken = 0;
    for my $i (0 .. length($cursor) - 1) {
        my $bad = $cursor;
        substr $bad, $i, 1, substr($bad, $i, 1) eq 'A' ? 'B' : 'A';
        $broken++ if ($t->get('root', "/v1/tickets?state=new,open&cursor=$bad",
            -check => 0)->problem // '') ne 'unknown-parameter';
    }
    is $broken, 0, 'a cursor with any character changed is refused';
    for my $bad (substr($cursor, 0, -1), "${cursor}A", "$cursor=", 'A' x 300,
        substr($cursor, 1), '%00', 'AAAAAAAA')
    {
        $t->get('root', "/v1/tickets?state=new,open&cursor=$bad")
            ->is_problem(400, 'unknown-parameter', "nor $bad");
    }
    my $last = $t->get('root', '/v1/tickets?limit=200');
    is $last->header('Link'), undef, 'no Link on the last page';
    is_deeply $last->field('/page'), { next => undef,
        has_more => Mojo::JSON->false }, '  and nothing next';
}


# --- while tickets change -----------------------------------------------------

sub changing {
    for my $sort ('-created_at', 'created_at', 'queue') {
        my %before = map { $_->{id} => 1 } grep { $sort ne 'queue'
            || $_->{state} =~ /^(?:new|open)$/ } @all;
        my $path = "/v1/tickets?sort=$sort&limit=5"
            . ($sort eq 'queue' ? '&state=new,open' : '');
        my (%seen, %moved);
        my $next = $path;

        while (defined $next) {
            my $page = $t->get('root', $next, -check => 0);
            $seen{ $_->{id} }++ for @{ $page->field('/data') };
            my $cursor = $page->field('/page/next');
            $next = defined $cursor ? "$path&cursor=$cursor" : undef;

            # a new one, another priority, another state, between the pages
            $t->some_ticket(priority => 'urgent') if rand() < .3;
            my @ids = sort { $a <=> $b } keys %before;
            my ($one, $two) = (pick(@ids), pick(@ids));
            $moved{$_} = 1 for $one, $two;
            $t->patch('ann', "/v1/tickets/$one",
                { priority => pick(qw(low urgent)) }, -check => 0);
            $t->post('root', "/v1/tickets/$two/escalate",
                { reason => 'x' }, -check => 0);
        }
        delete @before{ keys %moved } if $sort eq 'queue';
        is scalar(grep { ($seen{$_} // 0) != 1 } keys %before), 0,
            "$sort: what was there all the time is listed once";
        is scalar(grep { $_ > 1 } values %seen), 0, '  and nothing twice'
            if $sort ne 'queue';
    }
}


# Random actions by all at once; then counters and indexes are still right.
sub after_traffic {
    my @actions = qw(claim start assess escalate request-info hold resume
        resolve confirm rating close reopen urge note message reply);
    my @todo = map { [ act_request(pick(qw(alice bob sue ann andy root)),
        1 + int rand @all, pick(@actions)), check => 0 ] } 1 .. 600;
    my %code;
    while (my @now = splice @todo, 0, 60) {
        $code{ $_->code }++ for $t->parallel(@now);
    }
    note join ', ', map { "$_: $code{$_}" } sort keys %code;
    cmp_ok $code{200} // 0, '>', 50, 'many actions were done';
    is $code{500} // 0, 0, '  none failed';

    look();
    for my $filter (single_filters()) {
        my ($query, $passes) = @$filter;
        my @want = grep { $passes->($_) } @all;
        is ids_of('root', "/v1/tickets?$query", 120), newest(@want),
            "afterwards $query";
        count_is('root', "/v1/tickets?$query", scalar @want)
            if $query =~ /^(?:state|bucket|priority|assignee|requester)=/;
    }
    buckets('alice', grep { $_->{requester}{id} == $t->id('alice') } @all);

    $t->restart;
    count_is('root', '/v1/tickets', scalar @all, 'all after a restart');
    is ids_of('root', '/v1/tickets'), newest(@all), '  and they are listed';
}


# --- a needle in a haystack ---------------------------------------------------

# A filter without an index looks at a bounded number of tickets a request;
# the pages are short then, but lead on.
sub many_steps {
    my $needle = $t->some_ticket(tags => ['needle'])->{id};
    my $body   = '{"subject":"hay","description":"hay"}';
    my @raw    = map { $t->raw } 1 .. 8;
    my $hay    = 2100;
    my $lines  = $t->raw_request('POST', 'bob', '/v1/tickets', $body);
    $raw[ $_ % 8 ]->send($lines) for 1 .. $hay;
    my $made = grep { $_ && $_->code == 201 }
        map { $raw[ $_ % 8 ]->answer } 1 .. $hay;
    is $made, $hay, "$hay more tickets";

    my $page = $t->get('root', '/v1/tickets?tag=needle&limit=1')
        ->is(200, 'a request does not look at all of them');
    is_deeply $page->field('/data'), [], '  it found none yet';
    isnt $page->field('/page/next'), undef, '  but there are more';
    is ids_of('root', '/v1/tickets?tag=needle'), $needle,
        '  where the needle is';
    is ids_of('root', '/v1/tickets?tag=needle&sort=created_at'), $needle,
        '  from the other end as well';
    count_is('bob', '/v1/me/tickets?state=new', $hay + grep {
        $_->{state} eq 'new' && $_->{requester}{name} eq '鲍勃' } @all);
}
