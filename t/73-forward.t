# Tickets that go up: from a customer's desk to its provider's, from there to
# the platform's, and what comes back.

use v5.36;
use utf8;

use Test::Deep;
use Time::HiRes qw(sleep);

use TicketTest;

my $t = TicketTest->new(workers => 2);
my %id = (main => 1);

# ann and sue are the platform's; pat and pam agents of acme, the provider, ugo
# its user; cas an agent of shop, acme's customer, and cleo the shop's user.
for my $tenant (['root', 'acme', {}], ['acme-admin', 'shop', {}],
    ['root', 'bolt', {}])
{
    my ($who, $name, $member) = @$tenant;
    my $made = $t->post($who, '/v1/tenants',
        { name => $name, admin => 'admin', %$member });
    $id{$name} = $made->field('/id');
    $t->set_token("$name-admin", $made->field('/admin_token'));
}
make_user(@$_) for [acme => 'pat', 'agent'], [acme => 'pam', 'agent'],
    [acme => 'ugo', 'user'], [shop => 'cas', 'agent'],
    [shop => 'cleo', 'user'], [bolt => 'bob2', 'agent'];

first();
refused();
chain();
confirming();
ending();
together();
killed();

$t->verify;
$t->restart;
$t->verify('and after a restart');
done_testing;


sub make_user ($tenant, $login, $role) {
    my $made = $t->post("$tenant-admin", '/v1/users',
        { login => $login, role => $role, name => "\u$login of $tenant" });
    my $id = $t->{id}{$login} = $made->field('/id');
    $t->set_token($login, $t->post("$tenant-admin", "/v1/users/$id/tokens",
        {})->field('/token'));
}


# A ticket of somebody, with words that are nobody else's.
sub ticket ($who) {
    my $made = $t->post($who, '/v1/tickets', {
        subject => 'SUBJECT-canary', description => 'DESCRIPTION-canary',
        account => 'ACCOUNT-canary', error_message => 'ERROR-canary',
        contact => { name => 'NAME-canary', email => 'canary@example.com',
            phone => '123-456' },
        custom => { key => 'CUSTOM-canary' }, frequency => 'OFTEN-canary',
    })->is(201, "a ticket of $who");
    return $made->field('/id');
}

sub do_ok ($who, $id, $action, $body = {}, $name = "$who: $action") {
    return $t->post($who, "/v1/tickets/$id/$action", $body)->is(200, $name);
}

# Forwards it; the id of the ticket above.
sub forward ($who, $id, $text, %member) {
    my $done = do_ok($who, $id, 'forward',
        { description => $text, %member }, "$who forwards $id");
    return $done->field('/forwarded_to');
}

sub write_to ($who, $id, $body, %member) {
    return $t->post($who, "/v1/tickets/$id/messages",
        { body => $body, %member })->is(201);
}

# All that somebody sees of a ticket, as text.
sub seen_by ($who, $id) {
    return join "\n", map { my $r = $t->get($who, "/v1/tickets/$id$_");
        $r->is(200); $r->body } '', '/messages?limit=200',
        '/timeline?limit=200';
}

sub state_is ($who, $id, $state) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is $t->get($who, "/v1/tickets/$id")->field('/state'), $state,
        "$id is $state";
}


# --- one step up --------------------------------------------------------------

sub first {
    my $below = ticket('ugo');
    $t->post('ugo', "/v1/tickets/$below/messages", { body => 'MORE-canary' });
    write_to('pat', $below, 'NOTE-canary', kind => 'note');
    my $version = $t->get('pat', "/v1/tickets/$below")->field('/version');

    my $done = do_ok('pat', $below, 'forward',
        { description => 'Please look at this.', reason => 'WHY-canary' });
    my $above = $done->field('/forwarded_to');
    ok $above > $below, 'linked upwards';
    is $done->field('/version'), $version + 1, '  a change';
    is $done->field('/subject'), 'SUBJECT-canary', '  of this ticket';
    is $t->get('pat', "/v1/tickets/$below")->etag, $done->etag,
        '  as it is stored';

    my $up = $t->get('ann', "/v1/tickets/$above")->is(200)->json;
    cmp_deeply $up, superhashof({ subject => 'SUBJECT-canary',
        description => 'Please look at this.', state => 'new',
        tenant => 'main', requester => superhashof({ name => 'acme' }),
        account => undef, error_message => undef, custom => {},
        frequency => undef, priority => 'normal', tags => [] }),
        'the ticket above: what was given, of the provider';
    ok !exists $up->{forwarded_from} && !exists $up->{forwarded_tenant},
        '  with no number of below';
    my $seen = seen_by('ann', $above);
    unlike $seen, qr/(?:DESCRIPTION|ACCOUNT|ERROR|NAME|CUSTOM|OFTEN|MORE|NOTE
        |WHY)-canary|canary\@|123-456|Ugo|Pat|shop/x, '  and nothing more';

    my $who = $t->get('root', '/v1/users/' . $up->{requester}{id})->json;
    cmp_deeply $who, superhashof({ login => 'tenant:acme', role => 'user',
        kind => 'organisation', origin => 'tenant', disabled => bool(0) }),
        'the requester stands for the tenant';
    my $token = $t->post('root', "/v1/users/$who->{id}/tokens", {});
    if ($token->code == 201) {
        $t->set_token('acme-itself', $token->field('/token'));
        $t->get('acme-itself', '/v1/me')
            ->is_problem(401, 'unauthorized', '  and nobody enters as it');
    }
    $t->post('root', '/v1/users', { login => 'tenant:bolt' })
        ->is_problem(400, 'invalid-request', '  or takes such a login');

    unlike seen_by('ugo', $below), qr/forward|look at this|WHY/,
        'the requester below is not told';
    like seen_by('pat', $below), qr/Please look at this/, 'staff below are';

    $t->get('pat', "/v1/tickets/$above")->is_problem(404, 'not-found',
        'the link opens nothing');
    $t->get('ann', "/v1/tickets/$below")->is_problem(404, 'not-found',
        '  in either direction');

    my $again = $t->post('pat', "/v1/tickets/$below/forward",
        { description => 'Once.' }, 'Idempotency-Key' => 'fwd-1');
    my $replay = $t->post('pat', "/v1/tickets/$below/forward",
        { description => 'Once.' }, 'Idempotency-Key' => 'fwd-1');
    is $replay->header('Idempotency-Replayed'), 'true', 'a key: done once';
    is scalar(grep { $_->{body} eq 'Once.' }
        @{ $t->get('ann', "/v1/tickets/$above/messages")->field('/data') }),
        1, '  above, too';
    $t->post('pat', "/v1/tickets/$below/forward", { description => 'x' },
        'If-Match' => $done->etag)->is_problem(412, 'version-mismatch');
}


sub refused {
    my $mine = ticket('ugo');
    my $top  = ticket('alice');
    my $fwd  = { description => 'Please.' };
    my $to   = sub ($id) { "/v1/tickets/$id/forward" };

    $t->post('ann', $to->($top), $fwd)->is_problem(409, 'conflict',
        'nobody is above the platform');
    $t->post('ugo', $to->($mine), $fwd)->is_problem(403, 'forbidden',
        'a user may not');
    $t->post('alice', $to->($top), $fwd)->is_problem(403, 'forbidden');
    $t->post('robo', $to->($top), $fwd)->is_problem(403, 'forbidden',
        'nor a bot');
    $t->post(undef, $to->($mine), $fwd)->is_problem(401, 'unauthorized');
    $t->post($_, $to->($mine), $fwd)->is_problem(404, 'not-found',
        "$_ does not see it") for qw(ann root cas bob2 shop-admin);
    $t->post('pat', $to->($_), $fwd)->is_problem(404, 'not-found')
        for $top, 9999, 'x';
    for my $bad ([{}, '/description'], [{ description => '' },
            '/description'], [{ %$fwd, subject => '' }, '/subject'],
        [{ %$fwd, tenant => 1 }, '/tenant'],
        [{ %$fwd, confidential => 'x' }, '/confidential'])
    {
        is $t->post('pat', $to->($mine), $bad->[0])
            ->is_problem(400, 'invalid-request')->field('/errors/0/pointer'),
            $bad->[1], "no $bad->[1]";
    }
    do_ok('pat', $mine, 'start');
    do_ok('pat', $mine, 'resolve', { solution => 's' });
    for my $step ([], [qw(ugo confirm)], [qw(ugo close)]) {
        do_ok($step->[0], $mine, $step->[1]) if @$step;
        $t->post('pat', $to->($mine), $fwd)
            ->is_problem(409, 'invalid-transition', 'not when it is done');
    }
    is $t->get('pat', "/v1/tickets/$mine")->field('/forwarded_to'), undef,
        'none of it left a trace';
}


# --- two steps ----------------------------------------------------------------

sub chain {
    my $shop = ticket('cleo');
    do_ok('cas', $shop, 'start');
    my $acme = forward('cas', $shop, 'The till is broken.',
        subject => 'Till');
    my $main = forward('pat', $acme, 'A till of a customer is broken.',
        subject => 'Tills');

    do_ok('ann', $main, 'start');
    like seen_by('pat', $acme), qr/above: state=in_progress/,
        'a state comes down';
    write_to('ann', $main, 'SECRET-note', kind => 'note');
    do_ok('ann', $main, 'assess', { complexity => 2, plan => 'PLAN-secret' });
    do_ok('ann', $main, 'request-info', { question => 'Which model?' });
    my $seen = seen_by('pat', $acme);
    like $seen, qr/Which model\?/, 'a question comes down';
    like $seen, qr/above: message=question state=waiting_user/, '  and why';
    unlike $seen, qr/SECRET|PLAN-secret|Ann|"ann"/, '  not from whom';
    unlike seen_by('cas', $shop), qr/Which model/,
        '  and not to the next desk, which was not told';
    my ($note) = grep { $_->{body} eq 'Which model?' }
        @{ $t->get('pat', "/v1/tickets/$acme/messages")->field('/data') };
    cmp_deeply $note, superhashof({ visibility => 'internal',
        kind => 'note', author => superhashof({ name => 'main' }) }),
        'as an internal note of the tenant above';

    forward('pat', $acme, 'Model 7.');
    state_is('ann', $main, 'in_progress');
    like seen_by('ann', $main), qr/Model 7\./, 'the answer goes up';

    write_to('pat', $acme, 'We are asking.');
    like seen_by('cas', $shop), qr/We are asking/, 'what acme says comes down';
    write_to('ann', $main, 'Please wait.');
    do_ok('ann', $main, 'hold', { reason => 'A part is missing.' });
    like seen_by('pat', $acme), qr/A part is missing/, 'a public reason, too';
    do_ok('ann', $main, 'resume');
    do_ok('ann', $main, 'resolve', { solution => 'Press reset.' });
    like seen_by('pat', $acme), qr/Press reset/, 'the solution comes down';

    do_ok('pam', $acme, 'start')
        if $t->get('pam', "/v1/tickets/$acme")->field('/state') eq 'new';
    my $owner = $t->get('pam', "/v1/tickets/$acme")->field('/assignee/id')
        == $t->id('pat') ? 'pat' : 'pam';
    do_ok($owner, $acme, 'resolve', { solution => 'Press the red one.' });
    do_ok('cas', $shop, 'resolve', { solution => 'Press red.' });
    my $for_cleo = seen_by('cleo', $shop);
    like $for_cleo, qr/Press red\./, 'the customer reads his own desk';
    unlike $for_cleo, qr/reset|red one|Which model|Model 7|till is broken
        |forward|acme|above/xi, '  and nothing that passed between desks';

    my $done = do_ok('cleo', $shop, 'confirm');
    is $done->field('/state'), 'confirmed', 'confirmed below';
    is $t->get('cleo', "/v1/tickets/$shop")->etag, $done->etag,
        '  and answered as it is stored';
    state_is('pat', $acme, 'confirmed');
    state_is('ann', $main, 'confirmed');

    # reopened below: more is forwarded, and that reopens above
    do_ok('cleo', $shop, 'reopen', { reason => 'Again.' });
    state_is('pat', $acme, 'confirmed');
    forward('cas', $shop, 'It happens again.');
    state_is('pat', $acme, 'follow_up');
    state_is('ann', $main, 'confirmed');
    $t->get($_->[0], "/v1/tickets/$_->[1]")->is_problem(404, 'not-found',
        "$_->[0] still does not see $_->[1]")
        for ['cas', $acme], ['cas', $main], ['pat', $shop], ['pat', $main],
            ['ann', $shop], ['ann', $acme], ['root', $shop],
            ['acme-admin', $main], ['acme-admin', $shop];
}


# --- ends ---------------------------------------------------------------------

sub confirming {
    for my $end (['confirm', {}, 'confirmed'], ['close', {}, 'closed'],
        ['close', { speed => 5, attitude => 5, result => 5 }, 'closed'])
    {
        my $below = ticket('ugo');
        do_ok('pat', $below, 'start');
        my $above = forward('pat', $below, 'Please.');
        do_ok('ann', $above, 'start');
        do_ok('ann', $above, 'resolve', { solution => 'Done.' });
        do_ok('pat', $below, 'resolve', { solution => 'Done.' });
        do_ok('ugo', $below, $end->[0], $end->[1]);
        state_is('pat', $below, $end->[2]);
        state_is('ann', $above, 'confirmed');
        is $t->get('ann', "/v1/tickets/$above")->field('/rating'), undef,
            '  and the rating stays below';
    }

    # not yet resolved above: the work there goes on
    my $below = ticket('ugo');
    do_ok('pat', $below, 'start');
    my $above = forward('pat', $below, 'Please.');
    do_ok('ann', $above, 'start');
    do_ok('pat', $below, 'resolve', { solution => 'Done.' });
    do_ok('ugo', $below, 'confirm');
    state_is('ann', $above, 'in_progress');
    do_ok('ann', $above, 'resolve', { solution => 'Done.' });
    like seen_by('pat', $below), qr/state=resolved/, '  and is still told of';
}


sub ending {
    for my $end (['ugo', 'close', {}], ['acme-admin', 'close',
            { reason => 'r', close_reason => 'spam' }],
        ['pat', 'reject', { reason => 'SPAM-reason' }])
    {
        my $below = ticket('ugo');
        my $above = forward('pat', $below, 'Please.');
        do_ok($end->[0], $below, $end->[1], $end->[2]);
        state_is('ann', $above, 'closed');
        is $t->get('ann', "/v1/tickets/$above")->field('/close_reason'),
            'withdrawn', '  withdrawn, whatever the reason below';
        unlike seen_by('ann', $above), qr/SPAM/, '  which stays there';
    }

    # merged: the other ticket goes on, and so does the one above
    my ($one, $two) = (ticket('ugo'), ticket('ugo'));
    my $above = forward('pat', $one, 'Please.');
    do_ok('pat', $one, 'merge', { into => $two });
    state_is('ann', $above, 'new');

    # ended above: more reopens it
    my $below = ticket('ugo');
    $above = forward('pat', $below, 'Please.');
    do_ok('ann', $above, 'reject', { reason => 'Not ours.' });
    state_is('pat', $below, 'new');
    like seen_by('pat', $below), qr/Not\ ours\..*state=closed
        \ close_reason=rejected/xs, 'why it was turned down';
    $t->post('pat', "/v1/tickets/$below/forward", { subject => 's',
        description => 'd' })->is_problem(400, 'invalid-request',
        'it has a subject');
    forward('pat', $below, 'It is yours.');
    state_is('ann', $above, 'follow_up');
    like seen_by('ann', $above), qr/It is yours/, '  with the words';
    do_ok('ann', $above, 'start');
    do_ok('ann', $above, 'resolve', { solution => 'Done.' });

    # past the window
    my $late = ticket('ugo');
    my $gone = forward('pat', $late, 'Please.');
    do_ok('ann', $gone, 'reject', { reason => 'no' });
    $t->set_clock('+15d');
    $t->post('pat', "/v1/tickets/$late/forward", { description => 'd' })
        ->is_problem(409, 'reopen-window-expired', 'too late to reopen');

    # a provider that the platform has had enough of
    my $who = $t->get('ann', "/v1/tickets/$gone")->field('/requester/id');
    $t->patch('root', "/v1/users/$who", { disabled => \1 })->is(200);
    my $new = ticket('ugo');
    $t->post('pat', "/v1/tickets/$_/forward", { description => 'd' })
        ->is_problem(409, 'conflict', 'takes nothing more') for $new, $below;
    $t->patch('root', "/v1/users/$who", { disabled => \0 })->is(200);
    forward('pat', $new, 'Again.');
}


# --- at once, and torn --------------------------------------------------------

sub together {
    my $below = ticket('ugo');
    my @r = $t->parallel(map { ['POST', $_ % 2 ? 'pat' : 'pam',
        "/v1/tickets/$below/forward", json => { description => "part $_" }] }
        1 .. 12);
    is scalar(grep { $_->code == 200 } @r), 12, 'twelve at once';
    my %above = map { $_->field('/forwarded_to') => 1 } @r;
    is keys %above, 1, '  one ticket above';
    my ($above) = keys %above;
    my $seen = seen_by('ann', $above);
    is scalar(grep { $seen =~ /part $_\b/ } 1 .. 12), 12, '  with all parts';
    my $messages = $t->get('ann', "/v1/tickets/$above/messages?limit=50");
    is @{ $messages->field('/data') }, 11, '  eleven after the first';

    @r = $t->parallel((map { ['POST', 'ann', "/v1/tickets/$above/messages",
            json => { body => "down $_" }] } 1 .. 6),
        map { ['POST', 'pat', "/v1/tickets/$below/forward",
            json => { description => "up $_" }] } 1 .. 6);
    is scalar(grep { $_->code =~ /^20[01]$/ } @r), 12, 'both ways at once';
    my ($b, $a) = (seen_by('pat', $below), seen_by('ann', $above));
    is scalar(grep { $b =~ /down $_\b/ && $a =~ /up $_\b/ } 1 .. 6), 6,
        '  each arrives';
}


sub killed {
    my @below = map { ticket('ugo') } 1 .. 20;
    $t->expect_log(qr/exited on signal 9/);
    my @told;
    for my $round (0 .. 3) {
        my @ids = @below[$round * 5 .. $round * 5 + 4];
        my $pid = fork // die;
        if ($pid == 0) {
            sleep 0.004 + rand 0.02;
            kill KILL => @{ $t->workers };
            POSIX::_exit(0);
        }
        my @r = $t->parallel(map { ['POST', 'pat',
            "/v1/tickets/$_/forward", json => { description => "told $_" },
            check => 0] } @ids);
        waitpid $pid, 0;
        wait_for(sub { @{ $t->workers } == 2 }, 'new workers');
        push @told, map { $r[$_]->code == 200 ? $ids[$_] : () } 0 .. $#ids;
        $t->verify("nothing half done after kill $round");
    }
    note scalar(@told) . ' of 20 were acknowledged';
    for my $id (@told) {
        my $above = $t->get('pat', "/v1/tickets/$id")->field('/forwarded_to');
        is $t->get('ann', "/v1/tickets/$above")->field('/description'),
            "told $id", "what was acknowledged for $id is there";
    }
    for my $id (@below) {
        my $at = $t->get('pat', "/v1/tickets/$id")->field('/forwarded_to')
            // forward('pat', $id, "told $id");
        $t->get('ann', "/v1/tickets/$at")->is(200);
    }
}
