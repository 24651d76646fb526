# Messages: kinds, who sees them, what they move, long ones, paging; and the
# timeline beside them.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t;

for my $workers (1, 4) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers);
    $t->add_user(gone => 'agent', 'Gone Agent');

    kinds();
    refused_kinds();
    bodies();
    moves();
    reopening();
    hidden();
    paging();
    timeline();

    $t->verify;
    $t->finish;
}
done_testing;


sub say_to ($who, $id, %member) {
    return $t->post($who, "/v1/tickets/$id/messages", \%member);
}


sub state_of ($id) {
    return $t->get('root', "/v1/tickets/$id", -check => 0)->field('/state');
}


# --- what can be said ---------------------------------------------------------

sub kinds {
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $path = "/v1/tickets/$id/messages";

    # who, sent, kind, visibility
    my @said = (
        ['ann',   {}, 'reply', 'public'],
        ['ann',   { kind => 'reply' }, 'reply', 'public'],
        ['ann',   { kind => 'question' }, 'question', 'public'],
        ['sue',   { kind => 'solution' }, 'solution', 'public'],
        ['root',  { kind => 'next_step' }, 'next_step', 'public'],
        ['ann',   { kind => 'courtesy' }, 'courtesy', 'public'],
        ['ann',   { kind => 'note' }, 'note', 'internal'],
        ['ann',   { visibility => 'internal' }, 'note', 'internal'],
        ['ann',   { kind => 'note', visibility => 'internal' }, 'note',
            'internal'],
        ['ann',   { kind => 'solution', visibility => 'internal' },
            'solution', 'internal'],
        ['robo',  {}, 'reply', 'public'],
        ['alice', {}, 'reply', 'public'],
        ['alice', { kind => 'courtesy' }, 'courtesy', 'public'],
        ['alice', { kind => 'reply', visibility => 'public', reopen => \0 },
            'reply', 'public'],
    );
    my @want;

    for my $n (0 .. $#said) {
        my ($who, $sent, $kind, $visibility) = @{ $said[$n] };
        my $body = "No. $n\n第 $n 条 🙂";
        my $made = $t->post($who, $path, { body => $body, %$sent })
            ->is(201, "$who says a $kind");
        my $me = $t->get($who, '/v1/me')->json;

        cmp_deeply $made->json, {
            id => $n + 1, ticket => $id, kind => $kind,
            visibility => $visibility, body => $body,
            created_at => re(qr/^20.*Z$/),
            author => { id => $me->{id}, role => $me->{role},
                name => $me->{name} // $me->{login} },
            attachments => [],
        }, '  which is told';
        is $made->header('Location'), "/helpdesk$path", '  Location';
        push @want, $made->json;
    }

    is_deeply $t->get('ann', $path)->field('/data'), \@want,
        'staff reads them all in order';
    is_deeply $t->get('alice', $path)->field('/data'),
        [ grep { $_->{visibility} eq 'public' } @want ],
        'the requester reads the public ones';
    is state_of($id), 'in_progress', 'none of them moved the ticket';

    $t->restart;
    is_deeply $t->get('ann', $path)->field('/data'), \@want,
        'a restart keeps them';
}


sub refused_kinds {
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $before = $t->get('root', "/v1/tickets/$id?include=messages")->json;

    # who, sent, status, problem, pointer
    my @no = (
        ['alice', { kind => 'note' }, 403, 'forbidden', '/visibility'],
        ['alice', { visibility => 'internal' }, 403, 'forbidden',
            '/visibility'],
        ['alice', { kind => 'solution' }, 403, 'forbidden', '/kind'],
        ['alice', { kind => 'question' }, 403, 'forbidden', '/kind'],
        ['alice', { kind => 'next_step' }, 403, 'forbidden', '/kind'],
        ['ann', { kind => 'note', visibility => 'public' }, 400,
            'invalid-request', '/visibility'],
        ['ann', { kind => 'shout' }, 400, 'invalid-request', '/kind'],
        ['ann', { visibility => 'secret' }, 400, 'invalid-request',
            '/visibility'],
        ['ann', { author => 1 }, 400, 'invalid-request', '/author'],
        ['ann', { body => '' }, 400, 'invalid-request', '/body'],
        ['ann', { body => " \n\x{3000}" }, 400, 'invalid-request', '/body'],
        ['ann', { body => undef }, 400, 'invalid-request', '/body'],
        ['ann', { body => 7 }, 400, 'invalid-request', '/body'],
        ['ann', { reopen => 'yes' }, 400, 'invalid-request', '/reopen'],
        ['sys', { kind => 'reply' }, 403, 'forbidden'],
        ['robo', { kind => 'note' }, 403, 'forbidden'],
    );
    for my $no (@no) {
        my ($who, $sent, $status, $problem, $pointer) = @$no;
        my $answer = say_to($who, $id, body => 'x', %$sent);
        $answer->is_problem($status, $problem, "$who: "
            . join ' ', map { $_ // 'null' } %$sent) or next;
        is $answer->field('/errors/0/pointer'), $pointer,
            '  and what was wrong' if $pointer;
    }
    $t->post('ann', "/v1/tickets/$id/messages", {})
        ->is_problem(400, 'invalid-request', 'no body');
    $t->request('POST', 'ann', "/v1/tickets/$id/messages")
        ->is_problem(400, 'invalid-json', 'nothing at all');

    is_deeply $t->get('root', "/v1/tickets/$id?include=messages")->json,
        $before, 'nothing of it was stored';
}


sub bodies {
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $path = "/v1/tickets/$id/messages";
    my @bodies = ('x', "tab\there\nand there", '"quoted" \\ / </script>',
        "\x{FEFF}bom", 'e' . "\x{301}", "x\x{2028}\x{2029}",
        (map { 'b' x $_ } 1700 .. 1702, 1899 .. 1903, 3799 .. 3803, 20_000),
        '长' x 20_000, '🙂' x 20_000);

    for my $body (@bodies) {
        my $made = $t->post('ann', $path, { body => $body })
            ->is(201, 'a body of ' . length $body);
        ok $made && $made->field('/body') eq $body, '  is told back';
    }
    for my $char ('b', '长', '🙂') {
        $t->post('ann', $path, { body => $char x 20_001 })
            ->is_problem(400, 'invalid-request', 'but not of 20,001');
    }
    $t->restart;
    my @read = map { $_->{body} } @{ $t->get('ann', $path)->field('/data') };
    is scalar(@read), scalar(@bodies), 'all are read';
    is scalar(grep { $read[$_] ne $bodies[$_] } 0 .. $#bodies), 0,
        'as they were written';
}


# --- what a message moves -----------------------------------------------------

sub moves {
    # state, who, to, event's action, message; gone: the owner is disabled
    my @rows = (
        (map { [$_, 'alice', $_, 'message'] }
            qw(new open in_progress on_hold follow_up)),
        ['waiting_user', 'alice', 'in_progress', 'message'],
        ['resolved', 'alice', 'follow_up', 'message'],
        ['confirmed', 'alice', 'confirmed', 'courtesy'],
        ['rated', 'alice', 'rated', 'courtesy'],
        (map { [$_, 'ann', 'in_progress', 'reply'] }
            qw(new open in_progress follow_up)),
        (map { [$_, 'ann', $_, 'reply'] } qw(waiting_user on_hold)),
        (map { [$_, 'robo', $_, 'reply'] } @STATES[0 .. 5]),
        (map { [$_, 'alice', $_, 'courtesy', kind => 'courtesy'] }
            @STATES[0 .. 8]),
        (map { [$_, 'ann', $_, 'courtesy', kind => 'courtesy'] } @STATES),
        (map { [$_, 'ann', $_, 'note', kind => 'note'] } @STATES),
    );
    my @ids = make_tickets($t, map { { state => $_->[0] } } @rows);

    for my $n (0 .. $#rows) {
        my ($from, $who, $to, $action, %more) = @{ $rows[$n] };
        my $made = say_to($who, $ids[$n], body => 'x', %more)
            ->is(201, "$from, $who: $action to $to");
        is state_of($ids[$n]), $to, '  the state';
        my $event = $t->get('ann', "/v1/tickets/$ids[$n]/timeline",
            -check => 0)->field('/data/0');
        is "$event->{action} $event->{message}",
            "$action " . $made->field('/id'), '  the event names it';
        is $made->field('/kind'), $action =~ /^(?:courtesy|note)$/
            ? $action : 'reply', '  the kind';
    }

    # nothing is said on an ended ticket but courtesies and notes
    my ($resolved, $closed) = make_tickets($t, { state => 'resolved' },
        { state => 'closed' });
    for my $no (['ann', $resolved, 'resolved'], ['ann', $closed, 'closed'],
        ['alice', $closed, 'closed'], ['robo', $resolved, 'resolved'])
    {
        my $answer = say_to($no->[0], $no->[1], body => 'x')
            ->is_problem(409, 'invalid-transition', "$no->[0] on $no->[2]");
        is $answer->field('/state'), $no->[2], '  says the state';
        ok scalar(grep { $_ eq 'reopen' }
            @{ $answer->field('/allowed_actions') }), '  and to reopen'
            if $no->[0] ne 'robo';
    }
    say_to('alice', $closed, body => 'x', kind => 'courtesy')
        ->is_problem(409, 'invalid-transition', 'thanks come too late');

    my ($waiting, $done) = make_tickets($t, { state => 'waiting_user',
        owner => 'gone' }, { state => 'resolved', owner => 'gone' });
    $t->patch('root', '/v1/users/' . $t->id('gone'), { disabled => \1 });
    for my $id ($waiting, $done) {
        say_to('alice', $id, body => 'x')->is(201, 'the owner has gone');
        is state_of($id), 'open', '  so it goes back to the queue';
    }
}


sub reopening {
    # state, who, to
    my @rows = (
        (map { [$_, 'alice', 'follow_up'] } qw(resolved confirmed rated)),
        (map { [$_, 'ann', 'open'] } qw(resolved confirmed rated)),
    );
    my @ids = make_tickets($t, map { { state => $_->[0] } } @rows);
    for my $n (0 .. $#rows) {
        my ($from, $who, $to) = @{ $rows[$n] };
        say_to($who, $ids[$n], body => 'Again!', reopen => \1)
            ->is(201, "$who reopens what is $from by a message");
        my $ticket = $t->get('root',
            "/v1/tickets/$ids[$n]?include=messages,timeline")->json;
        is $ticket->{state}, $to, "  it is $to";
        is $ticket->{reopen_count}, 1, '  and counted';
        is $ticket->{messages}{data}[-1]{body}, 'Again!', '  with the text';
        is $ticket->{timeline}{data}[0]{action}, 'reopen', '  one event';
    }

    my ($closed, $resolved, $robos) = make_tickets($t, { state => 'closed' },
        { state => 'resolved' }, { state => 'resolved',
            requester => 'robo' });
    say_to('alice', $closed, body => 'x', reopen => \1)
        ->is_problem(409, 'invalid-transition', 'closed: not by a message');
    say_to('robo', $resolved, body => 'x', reopen => \1)
        ->is_problem(403, 'forbidden', 'not by a bot');
    say_to('robo', $robos, body => 'x', reopen => \1)
        ->is_problem(403, 'forbidden', 'not even its own');
    is state_of($_), 'resolved', '  it stays' for $resolved, $robos;
}


# --- what users do not see ----------------------------------------------------

sub hidden {
    my ($id) = make_tickets($t, { state => 'in_progress', then => [
        ['ann', 'note', body => 'SECRET one'],
        ['ann', 'reply', body => 'public one'],
        ['ann', 'note', body => 'SECRET two'],
        ['alice', 'message', body => 'public two'],
        ['ann', 'note', body => 'SECRET three'],
    ] });

    for my $path ("/v1/tickets/$id/messages", "/v1/tickets/$id/timeline",
        "/v1/tickets/$id?include=messages,timeline", "/v1/tickets/$id",
        "/v1/me/tickets", "/v1/tickets", "/v1/tickets/$id/messages?limit=1",
        "/v1/tickets/$id/timeline?limit=1")
    {
        my $body = $t->get('alice', $path)->body;
        unlike $body, qr/SECRET|internal|"note"/, "nothing shows on $path";
    }
    is_deeply [ map { $_->{body} } pages('alice',
        "/v1/tickets/$id/messages", 1) ], ['public one', 'public two'],
        'page by page as well';
    is_deeply [ map { $_->{action} } pages('alice',
        "/v1/tickets/$id/timeline", 1) ], [qw(message reply start submit)],
        'nor in the timeline';

    # that something is hidden does not show either
    my $last = $t->get('alice', "/v1/tickets/$id/messages?limit=2");
    is $last->field('/page/next'), undef, 'no further page of hidden messages';
    my ($noted) = make_tickets($t, { then => [['ann', 'note']] });
    my $first = $t->get('alice', "/v1/tickets/$noted/timeline?limit=1");
    is_deeply $first->field('/page'), { next => undef,
        has_more => Mojo::JSON->false }, 'nor of hidden events';
    is_deeply $t->get('alice', "/v1/tickets/$noted/messages?limit=1")->json,
        { data => [], page => { next => undef,
            has_more => Mojo::JSON->false } }, 'an empty list';
    like $t->get('ann', "/v1/tickets/$id/timeline")->body, qr/"note"/,
        'staff sees the events';
}


# --- paging -------------------------------------------------------------------

# All entries of a list, page by page; the tests are that each page is as long
# as was asked for, and that Link leads on.
sub pages ($who, $path, $limit) {
    my @all;
    my $next = "$path?limit=$limit";
    while (defined $next) {
        my $page = $t->get($who, $next);
        my @data = @{ $page->field('/data') // [] };
        push @all, @data;
        my $cursor = $page->field('/page/next');
        last if !defined $cursor;
        my $link = $page->header('Link') // '';
        return fail("Link is <$link>") if $link ne "</helpdesk$path"
            . "?limit=$limit&cursor=$cursor>; rel=\"next\"";
        return fail('a page is not full') if @data != $limit;
        $next = "$path?limit=$limit&cursor=$cursor";
    }
    return @all;
}


sub paging {
    my @more = map { ['ann', 'reply', body => $_ % 5 ? "m$_" : "m$_" . 'x'
        x 4000] } 1 .. 23;
    my ($id, $other) = make_tickets($t, { then => \@more }, {});
    my $path = "/v1/tickets/$id/messages";
    my $all  = $t->get('ann', "$path?limit=200")->field('/data');
    is scalar(@$all), 23, '23 messages';

    for my $limit (1, 2, 5, 22, 23, 24, 200) {
        is_deeply [ pages('alice', $path, $limit) ], $all,
            "in pages of $limit";
        is scalar(pages('alice', "/v1/tickets/$id/timeline", $limit)), 24,
            '  and their events';
    }
    is scalar(@{ $t->get('ann', $path)->field('/data') }), 23,
        '50 is the default';

    # what comes later is on later pages
    my $cursor = $t->get('ann', "$path?limit=20")->field('/page/next');
    say_to('alice', $id, body => 'late');
    is $t->get('ann', "$path?limit=20&cursor=$cursor")->field('/data/3/body'),
        'late', 'a message that came in between';

    for my $bad ("limit=0", 'limit=201', 'limit=x', 'limit=-1', 'limit=',
        'cursor=', 'cursor=abc', "cursor=${cursor}A", "cursor=x$cursor",
        'sort=id', 'count=true')
    {
        $t->get('ann', "$path?$bad")->is_problem(400, 'unknown-parameter',
            "not $bad");
    }
    $t->get('ann', "/v1/tickets/$other/messages?cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'nor a cursor of another list');
    $t->get('ann', "/v1/tickets/$id/timeline?cursor=$cursor")
        ->is_problem(400, 'unknown-parameter', 'nor of the messages');
}


# --- timeline -----------------------------------------------------------------

sub timeline {
    my ($id) = make_tickets($t, { state => 'rated', then => [
        ['alice', 'reopen', reason => 'Noch einmal — 再来'],
        ['ann', 'edit', subject => 'Neu'], ['ann', 'resolve'],
        ['alice', 'close'] ] });
    my @events = reverse @{ $t->get('alice', "/v1/tickets/$id/timeline")
        ->field('/data') };

    is join(' ', map { $_->{action} } @events),
        'submit start resolve confirm rating reopen edit resolve close',
        'all that happened';
    is_deeply [ map { $_->{version} } @events ], [1 .. 9],
        'a version an event';
    my ($state, $seq, $at) = (undef, 0, '');
    for my $event (@events) {
        is $event->{from}, $state, "$event->{action} goes on from there";
        cmp_ok $event->{id}, '>', $seq, '  with a later number';
        cmp_ok $event->{at}, 'ge', $at, '  not earlier';
        ($state, $seq, $at) = @$event{qw(to id at)};
    }
    is $events[5]{reason}, 'Noch einmal — 再来', 'a reason';
    is_deeply $events[6]{changes}, { subject => { old => 'A ticket',
        new => 'Neu' } }, 'old and new value';
    is_deeply $events[0]{changes}, {}, 'none at submission';
}
