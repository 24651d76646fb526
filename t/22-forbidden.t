# What is not allowed: state by action by role.  `allowed_actions` is the whole
# truth: each action in it succeeds, on a ticket of its own, and each that is
# not in it is refused and leaves the ticket as it was.  What belongs to
# another is not found on any route.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);

# Everything that can be asked of a ticket.
my @ASKED = (@ROUTES, qw(reply message note edit));

# requester, owner, viewer, the viewer's role
my @CASES = (
    ['alice', 'ann', 'alice', 'user'],
    ['alice', 'ann', 'ann',   'agent'],
    ['alice', 'ann', 'andy',  'agent'],
    ['alice', 'ann', 'sue',   'supervisor'],
    ['alice', 'ann', 'root',  'admin'],
    ['alice', 'ann', 'robo',  'bot'],
    ['alice', 'ann', 'sys',   'system'],
    ['sue',   'ann', 'sue',   'supervisor'],
    ['ann',   'ann', 'ann',   'agent'],
    ['robo',  'ann', 'robo',  'bot'],
);

# Actions that a role has no right to, whatever the state: 403.
my @STAFF_ONLY = qw(reject claim start assess transfer escalate request-info
    hold resume resolve merge);
my %NEVER = (
    user       => [@STAFF_ONLY, qw(verify assign de-escalate timeout archive
                   reply note)],
    agent      => [qw(assign de-escalate timeout archive)],
    supervisor => [qw(timeout archive)],
    admin      => [qw(timeout)],
    bot        => [(grep { $_ ne 'verify' } @STAFF_ONLY), qw(assign
                   de-escalate timeout archive note reopen)],
    system     => [qw(claim start assess transfer de-escalate request-info
                   hold resolve merge reply note reopen)],
);
# The requester's own.
my @OWN = qw(confirm rating urge complain message);

my $into = $t->some_ticket->{id};
my %into = targets();

foreign();
other_tenant();
no_rights();
refusals();
allowed();
archived();
inputs();

$t->verify;
done_testing;


# A ticket of each requester to merge others into; it takes a few.
sub targets {
    return map { $_->[0] => $t->some_ticket(who => $_->[0])->{id} } @CASES;
}


# A body with which the action is as good as it can be.
sub best_body ($action, $requester) {
    return (assignee => $t->id('andy'), reason => 'Shift ends.')
        if $action eq 'assign';
    return (into => $into{$requester})  if $action eq 'merge';
    return ();
}


# --- 404 ----------------------------------------------------------------------

sub foreign {
    my ($id)    = make_tickets($t, { state => 'in_progress' });
    my $path    = "/v1/tickets/$id";
    my $before  = $t->get('root', $path)->json;
    my @answers = $t->parallel(
        map({ ['GET', 'bob', $_] } $path, "$path/messages", "$path/timeline",
            "/v1/tickets/T-$id", "$path?include=messages,timeline"),
        ['HEAD', 'bob', $path],
        map { [ act_request('bob', $id, $_, best_body($_, 'alice')) ] }
            @ASKED, 'courtesy');
    my $missing = $t->get('bob', '/v1/tickets/999999999');

    for my $answer (@answers) {
        if ($answer->body eq '') {
            is $answer->code, 404, 'HEAD of a foreign ticket';
            next;
        }
        $answer->is_problem(404, 'not-found', 'a foreign ticket');
        delete $answer->json->{request_id};
        is_deeply [ sort %{ $answer->json } ], [ sort grep { $_ ne
            'request_id' && $_ ne ($missing->field('/request_id') // '') }
            %{ $missing->json } ], '  looks as one that does not exist';
    }
    is_deeply $t->get('root', $path)->json, $before, 'nothing has changed';
    ok !(grep { $_->{id} == $id }
        @{ $t->get('bob', '/v1/tickets')->field('/data') }),
        'it is in no list of his';
    $t->get('bob', '/v1/tickets?requester=' . $t->id('alice'))
        ->is_problem(403, 'forbidden', 'he may not ask for hers');
    is $t->get('bob', '/v1/tickets?count=true')->field('/count'), 0,
        'and it is not counted';

    for my $answer ($t->parallel(map { [ act_request(undef, $id, $_,
        best_body($_, 'alice')) ] } @ASKED))
    {
        $answer->is_problem(401, 'unauthorized', 'nobody');
    }
}


# The people of another tenant, whatever their role, meet nothing of ours.
sub other_tenant {
    my $boss = $t->ticketctl('init', '--admin', 'boss', '--tenant', 'other');
    is $boss->{rc}, 0, 'another tenant' or diag $boss->{err};
    $t->set_token(boss => $boss->{json}{token});
    my @people = ('boss');
    for my $role (qw(user agent supervisor bot system)) {
        $t->ticketctl('user', 'add', '--tenant', 'other', '--login',
            "o-$role", '--role', $role);
        $t->set_token("o-$role" => $t->ticketctl('token', 'new', '--tenant',
            'other', '--login', "o-$role")->{json}{token});
        push @people, "o-$role";
    }
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $before = $t->get('root', "/v1/tickets/$id")->json;
    my $theirs = $t->some_ticket(who => 'o-user')->{id};

    for my $who (@people) {
        my @answers = $t->parallel(
            map({ ['GET', $who, $_] } "/v1/tickets/$id",
                "/v1/tickets/$id/messages", "/v1/tickets/$id/timeline"),
            map { [ act_request($who, $id, $_, best_body($_, 'alice')) ] }
                @ASKED);
        is scalar(grep { ($_->problem // '') ne 'not-found' } @answers), 0,
            "$who: not found on any route";
        my $all = $t->get($who, '/v1/tickets?count=true');
        is $all->field('/count'), 1, '  counted are their own';
        is join(' ', map { $_->{id} } @{ $all->field('/data') }), $theirs,
            '  and listed';
        is $t->get($who, '/v1/me')->field('/tenant'), 'other', '  at home';
    }
    is join(' ', sort map { $_->{login} } @{ $t->get('boss', '/v1/users')
        ->field('/data') }), join(' ', sort @people), 'people of theirs';
    $t->get('boss', '/v1/users/' . $t->id('alice'))
        ->is_problem(404, 'not-found', 'none of ours');
    $t->post('boss', '/v1/users/' . $t->id('alice') . '/tokens', {})
        ->is_problem(404, 'not-found', '  nor a token for one');
    $t->get('root', "/v1/tickets/$theirs")
        ->is_problem(404, 'not-found', 'nor do ours see theirs');

    # nobody of the one is named in tickets of the other
    $t->post('boss', "/v1/tickets/$theirs/assign",
        { assignee => $t->id('ann') })->is_problem(400, 'invalid-request',
        'no assignee from elsewhere');
    $t->post('boss', "/v1/tickets/$theirs/merge", { into => $id })
        ->is_problem(400, 'invalid-request', '  no merging');
    $t->post('boss', '/v1/tickets', { subject => 'S', description => 'D',
        on_behalf_of => $t->id('alice') })->is_problem(400,
        'invalid-request', '  no submitting');
    $t->post('boss', '/v1/tickets', { subject => 'S', description => 'D',
        follow_up_of => $id })->is_problem(400, 'invalid-request',
        '  no following up');
    is_deeply $t->get('root', "/v1/tickets/$id")->json, $before,
        'nothing has changed';
}


# --- 403 ----------------------------------------------------------------------

# Rights are asked before the state: the answer is the same in each.
sub no_rights {
    for my $case (grep { $_->[0] eq 'alice' } @CASES) {
        my ($requester, $owner, $who, $role) = @$case;
        my @no = @{ $NEVER{$role} };
        push @no, @OWN if $who ne 'alice';
        @no = grep { $_ ne 'message' && $_ ne 'reply' } @no;

        my @some = qw(new waiting_user resolved closed);
        my @ids  = make_tickets($t, map { { state => $_ } } @some);
        my @bad;
        for my $i (0 .. $#ids) {
            my @answers = $t->parallel(map { [ act_request($who, $ids[$i], $_,
                best_body($_, 'alice')), check => $i == 0 ] } @no);
            push @bad, map { "$some[$i] $no[$_]: " . $answers[$_]->code }
                grep { ($answers[$_]->problem // '') ne 'forbidden' } 0 .. $#no;
        }
        is_deeply \@bad, [], "$role $who: 403 in states to "
            . join ' ', @no;
    }
}


# --- 409 and what else is not in allowed_actions ------------------------------

sub refusals {
    my @specs = map { specs_in($_) } @STATES;
    my @ids = make_tickets($t, @specs);

    for my $i (0 .. $#specs) {
        my ($id, $who) = ($ids[$i], $specs[$i]{viewer});
        my $name   = "$specs[$i]{state} of $specs[$i]{requester} for $who";
        my $before = $t->get($who, "/v1/tickets/$id",
            -check => $i % 7 == 0)->json;
        my %may    = map { $_ => 1 } @{ $before->{allowed_actions} };
        my @no     = grep { !$may{$_} && !alias($before, $who, $_, \%may) }
            @ASKED;

        my @answers = $t->parallel(map { [ act_request($who, $id, $_,
            best_body($_, $specs[$i]{requester})), check => $i % 7 == 0 ] }
            @no);
        my @bad = map { "$no[$_]: " . $answers[$_]->code . ' '
            . ($answers[$_]->problem // '') } grep { !refused($answers[$_],
            $before) } 0 .. $#no;
        is_deeply \@bad, [], "$name: refused are @no";
        is_deeply $t->get($who, "/v1/tickets/$id", -check => 0)->json,
            $before, "$name: unchanged";
    }
}


sub specs_in ($state) {
    return map { {
        state => $state, requester => $_->[0], owner => $_->[1],
        viewer => $_->[2], way($_->[0], $_->[1], $state),
    } } grep { reachable($_->[0], $state) } @CASES;
}


# A bot does not wake its tickets.
sub reachable ($requester, $state) {
    return $requester ne 'robo' || $state ne 'follow_up';
}


# Whose own ticket is assigned to him answers it as an agent does.
sub way ($requester, $owner, $state) {
    return if $state ne 'follow_up' || $requester ne $owner;
    return (way => [[qw(O start)], [qw(O resolve)], [qw(R reopen)]]);
}


# reply and message are one request.
sub alias ($ticket, $who, $action, $may) {
    return $action =~ /^(?:reply|message)$/
        && ($may->{reply} || $may->{message});
}


sub refused ($answer, $ticket) {
    my $problem = $answer->problem // return 0;
    return 1 if $problem eq 'forbidden';
    return $problem eq 'invalid-transition'
        && $answer->field('/state') eq $ticket->{state}
        && eq_deeply($answer->field('/allowed_actions'),
            bag(@{ $ticket->{allowed_actions} }));
}


# --- each listed action succeeds ----------------------------------------------

sub allowed {
    for my $state (@STATES) {
        my @specs = specs_in($state);
        my @first = make_tickets($t, @specs);
        my @todo;
        for my $i (0 .. $#specs) {
            my $who = $specs[$i]{viewer};
            push @todo, map { { %{ $specs[$i] }, action => $_ } }
                @{ $t->get($who, "/v1/tickets/$first[$i]", -check => 0)
                    ->field('/allowed_actions') };
        }
        my @ids = make_tickets($t, @todo);
        %into = targets();
        my @bad;
        for my $i (0 .. $#todo) {
            my ($who, $action) = @{ $todo[$i] }{qw(viewer action)};
            my $answer = $t->request(act_request($who, $ids[$i], $action,
                best_body($action, $todo[$i]{requester})),
                check => $i % 20 == 0);
            push @bad, "$todo[$i]{requester}'s, $who, $action: "
                . $answer->code . ' ' . $answer->body
                if $answer->code !~ /^20[01]$/;
        }
        is_deeply \@bad, [], "$state: all " . @todo
            . ' that are allowed succeed';
        cmp_ok scalar(@todo), '>', 15, '  and they are many';
    }
}


# --- what an action must be told ----------------------------------------------

sub inputs {
    my @ids = make_tickets($t, {}, { state => 'open' },
        { state => 'in_progress' }, { state => 'resolved' },
        { state => 'closed' }, { state => 'confirmed' },
        { requester => 'bob' });
    my %id = map { $_ => shift @ids } qw(new open in_progress resolved closed
        confirmed bobs);
    my ($merged) = make_tickets($t, { then => [['ann', 'merge',
        into => $into]] });
    my $off = $t->post('root', '/v1/users', { login => 'off',
        role => 'agent', disabled => \1 })->field('/id');

    # who, state, action, sent, pointer
    my @bad = (
        ['ann', 'new', 'reject', {}, '/reason'],
        ['ann', 'new', 'reject', { reason => ' ' }, '/reason'],
        ['ann', 'new', 'reject', { reason => 'r' x 2001 }, '/reason'],
        ['ann', 'new', 'reject', { reason => 'r', close_reason =>
            'duplicate' }, '/close_reason'],
        ['sue', 'new', 'assign', {}, '/assignee'],
        (map { ['sue', 'new', 'assign', { assignee => $_ }, '/assignee'] }
            $t->id('alice'), $off, $t->id('robo'), 999_999, 0),
        ['ann', 'open', 'transfer', {}, '/reason'],
        ['ann', 'open', 'transfer', { reason => 'r', assignee =>
            $t->id('bob') }, '/assignee'],
        ['ann', 'open', 'escalate', {}, '/reason'],
        ['ann', 'open', 'assess', {}, '/complexity'],
        (map { ['ann', 'open', 'assess', { complexity => $_ },
            '/complexity'] } 0, 6, -1),
        ['ann', 'open', 'assess', { complexity => 1, plan => 'p' x 2001 },
            '/plan'],
        ['ann', 'open', 'assess', { complexity => 1, priority => 'x' },
            '/priority'],
        ['ann', 'open', 'request-info', {}, '/question'],
        ['ann', 'open', 'request-info', { question => '' }, '/question'],
        ['ann', 'open', 'request-info', { question => 'q' x 20_001 },
            '/question'],
        ['ann', 'open', 'hold', {}, '/reason'],
        ['ann', 'open', 'hold', { resume_at => '2001-01-01T00:00:00Z' },
            '/resume_at'],
        ['ann', 'open', 'resolve', {}, '/solution'],
        ['sue', 'open', 'close', {}, '/reason'],
        ['sue', 'open', 'close', { close_reason => 'spam' }, '/reason'],
        ['sue', 'open', 'close', { reason => 'r', close_reason =>
            'satisfied' }, '/close_reason'],
        ['alice', 'open', 'close', { close_reason => 'spam' },
            '/close_reason'],
        ['alice', 'open', 'close', { speed => 5, attitude => 5, result =>
            5 }, '/speed'],
        ['alice', 'resolved', 'close', { speed => 5 }, '/attitude'],
        ['alice', 'resolved', 'close', { comment => 'c' }, '/speed'],
        ['alice', 'confirmed', 'rating', {}, '/speed'],
        (map { my $n = $_; map { ['alice', 'confirmed', 'rating', { speed =>
            3, attitude => 3, result => 3, $_ => $n }, "/$_"] }
            qw(speed attitude result) } 0, 6),
        ['alice', 'confirmed', 'rating', { speed => 3, attitude => 3,
            result => 3, comment => 'c' x 2001 }, '/comment'],
        ['alice', 'closed', 'reopen', {}, '/reason'],
        ['alice', 'open', 'complain', {}, '/reason'],
        ['alice', 'open', 'urge', { body => 'x' }, '/body'],
        ['ann', 'open', 'merge', {}, '/into'],
        (map { ['ann', 'open', 'merge', { into => $_ }, '/into'] }
            $id{open}, $id{bobs}, $merged, 999_999),
    );
    my @before = read_tickets($t, 'root', values %id);
    for my $bad (@bad) {
        my ($who, $state, $action, $sent, $pointer) = @$bad;
        my $no = $t->post($who, "/v1/tickets/$id{$state}/$action", $sent)
            ->is_problem(400, 'invalid-request', "$action: "
            . join ' ', map { substr $_, 0, 20 } %$sent) or next;
        ok scalar(grep { $_->{pointer} eq $pointer }
            @{ $no->field('/errors') }), "  names $pointer";
    }
    is_deeply [ read_tickets($t, 'root', values %id) ], \@before,
        'none of it did anything';

    # and what they may be told besides
    for my $good (
        ['sue', 'bobs', 'merge', { into => $into }],
        ['ann', 'new', 'reject', { reason => 'r', close_reason => 'spam' }],
        ['ann', 'open', 'escalate', { reason => 'r', priority => 'urgent',
            assignee => $t->id('andy') }],
        ['ann', 'in_progress', 'transfer', { reason => 'r' x 2000 }],
        ['alice', 'resolved', 'close', { speed => 1, attitude => 1,
            result => 1, comment => '评' x 2000 }])
    {
        my ($who, $state, $action, $sent) = @$good;
        $t->post($who, "/v1/tickets/$id{$state}/$action", $sent)
            ->is(200, "$action by $who");
    }
    my $up = $t->get('root', "/v1/tickets/$id{open}")->json;
    is "$up->{priority} $up->{assignee}{id} $up->{tier}", 'urgent '
        . $t->id('andy') . ' 1', 'an escalation names owner and priority';
    is $t->get('root', "/v1/tickets/$id{in_progress}")->field('/assignee'),
        undef, 'a transfer without a target gives it back';
    $t->request('POST', 'ann', "/v1/tickets/$id{in_progress}/claim")
        ->is(200, 'an action that must be told nothing needs no body');
}


# --- the end of all -----------------------------------------------------------

sub archived {
    my ($id) = make_tickets($t, { state => 'closed',
        then => [['root', 'archive']] });
    for my $who (qw(alice ann sue root robo sys)) {
        my $ticket = $t->get($who, "/v1/tickets/$id")->is(200,
            "$who still sees what is archived")->json;
        is_deeply $ticket->{allowed_actions}, [], '  and may do nothing';
        my @bad = grep { $_->code != 409 && $_->code != 403 }
            $t->parallel(map { [ act_request($who, $id, $_,
                best_body($_, 'alice')) ] } @ASKED, 'courtesy');
        is scalar(@bad), 0, '  indeed nothing';
    }
}
