# Idempotency-Key: what is sent again with its key is done once and answered
# as the first time, on every POST, by whichever worker, after a restart and
# after kill -9.

use v5.36;
use utf8;

use Test::Deep;
use Time::HiRes qw(sleep);

use TicketTest;
use TicketTest::Life;

my ($t, $strict);
my $number = 0;

for my $workers (1, 4) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers, server => <<'END');
        location /strict/ {
            ticket main;
            ticket_require_idempotency_key on;
        }
END
    $strict = 'http://127.0.0.1:' . $t->port . '/strict';

    every_post();
    other_request();
    other_principal();
    forms();
    refusals();
    secrets();
    over_restarts();
    many_at_once();
    required();

    $t->verify;
    $t->finish;
}
in_flight();
done_testing;


sub new_key { 'key-' . ++$number }

sub with_key ($key, @request) {
    return (@request, headers => { 'Idempotency-Key' => $key });
}


# A test that the second answer repeats the first.
sub same ($first, $again, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @first = map { $first->$_ } qw(code body etag);
    my @again = map { $again->$_ } qw(code body etag);
    my $ok = is_deeply(\@again, \@first, $name);
    is $again->header('Idempotency-Replayed'), 'true', '  is marked';
    is $first->header('Idempotency-Replayed'), undef, '  unlike the first';
    is $again->header($_), $first->header($_), "  its $_"
        for qw(Location Content-Type Vary Cache-Control);
    return $ok;
}


# --- every POST ---------------------------------------------------------------

sub every_post {
    my ($done, @ids) = make_tickets($t, {}, map { { state => $_ } }
        qw(new new new new new open open open in_progress in_progress on_hold
           in_progress resolved confirmed open closed open open open
           resolved closed open));
    my @actions = (['ann', 'verify'], ['ann', 'reject'], ['ann', 'claim'],
        ['sue', 'assign', assignee => $t->id('ann')], ['ann', 'start'],
        ['ann', 'assess'], ['ann', 'transfer'], ['ann', 'escalate'],
        ['ann', 'request-info'], ['ann', 'hold'], ['ann', 'resume'],
        ['ann', 'resolve'], ['alice', 'confirm'], ['alice', 'rating'],
        ['alice', 'close'], ['alice', 'reopen'], ['alice', 'urge'],
        ['alice', 'complain'], ['ann', 'merge', into => $done],
        ['sys', 'timeout'], ['root', 'archive'], ['ann', 'de-escalate']);
    my %seen = map { $_->[1] => 1 } @actions;
    is_deeply [ grep { !$seen{$_} } @ROUTES ], [], 'every action is tried';
    act($t, 'ann', $ids[-1], 'escalate');
    $actions[-1][0] = 'sue';

    my @posts = map { [ act_request($actions[$_][0], $ids[$_],
        @{ $actions[$_] }[1 .. $#{ $actions[$_] }]) ] } 0 .. $#actions;
    push @posts, ['POST', 'alice', '/v1/tickets', json =>
        { subject => 'Once', description => 'only 一次' }],
        ['POST', 'alice', '/v1/tickets', json =>
        { subject => 'Long', description => '长' x 20_000 }],
        [ act_request('alice', $done, 'message') ],
        [ act_request('ann', $done, 'note') ],
        ['POST', 'root', '/v1/users', json => { login => 'once' }];

    my $events = events();
    for my $post (@posts) {
        my $key   = new_key();
        my $first = $t->request(with_key($key, @$post));
        like $first->code, qr/^20[01]$/, "$post->[2]"
            or diag $first->body;
        my @again = ($t->request(with_key($key, @$post)),
            $t->parallel(([ with_key($key, @$post) ]) x 6));
        same($first, $_, '  again') for @again[0, 1];
        is scalar(grep { $_->body ne $first->body
            && ($_->problem // '') ne 'idempotency-in-flight' } @again), 0,
            '  on every worker';
    }

    # besides: the complaint, its link, and the link of whom another is merged
    # into

    is events() - $events - 1, @posts - 1 + 3,
        'each was done once; a principal has no event';
}


# Events so far, as the newest one counts them.
sub events {
    my ($id) = make_tickets($t, {});
    return $t->get('root', "/v1/tickets/$id/timeline", -check => 0)
        ->field('/data/0/id');
}


# --- another request with the key ---------------------------------------------

sub other_request {
    my $key  = new_key();
    my %body = (subject => 'S', description => 'D');
    my ($one, $two) = make_tickets($t, {}, {});

    $t->post('alice', '/v1/tickets', \%body, 'Idempotency-Key' => $key)
        ->is(201);
    $t->post('alice', '/v1/tickets', { %body, subject => 'T' },
        'Idempotency-Key' => $key)
        ->is_problem(422, 'idempotency-mismatch', 'another body');
    $t->request('POST', 'alice', '/v1/tickets', headers =>
        { 'Idempotency-Key' => $key, 'Content-Type' => 'application/json' },
        body => '{ "subject": "S", "description": "D" }')
        ->is_problem(422, 'idempotency-mismatch', 'the body in other bytes');
    $t->post('alice', "/v1/tickets/$one/urge", {}, 'Idempotency-Key' => $key)
        ->is_problem(422, 'idempotency-mismatch', 'another route');

    $key = new_key();
    $t->post('alice', "/v1/tickets/$one/urge", {}, 'Idempotency-Key' => $key)
        ->is(200);
    $t->post('alice', "/v1/tickets/$two/urge", {}, 'Idempotency-Key' => $key)
        ->is_problem(422, 'idempotency-mismatch', 'another ticket');
    is $t->get('alice', "/v1/tickets/$two")->field('/urge_count'), 0,
        '  was not urged';

    $key = new_key();
    my $tag = $t->get('alice', "/v1/tickets/$two")->etag;
    my %h = ('Idempotency-Key' => $key, 'If-Match' => $tag);
    my $first = $t->post('alice', "/v1/tickets/$two/urge", {}, %h)->is(200);
    same($first, $t->post('alice', "/v1/tickets/$two/urge", {}, %h),
        'with an If-Match that no longer holds');
}


sub other_principal {
    my $key  = new_key();
    my %body = (subject => 'S', description => 'D');
    my %id;
    for my $who (qw(alice bob ann root)) {
        my $made = $t->post($who, '/v1/tickets', \%body,
            'Idempotency-Key' => $key)->is(201, "the same key by $who");
        is $made->header('Idempotency-Replayed'), undef, '  is new';
        is $made->field('/requester/id'), $t->id($who), '  and theirs';
        $id{ $made->field('/id') }++;
    }
    is keys %id, 4, 'four tickets';

    # a second token of the same principal is the same principal
    $t->{token}{alice2} = $t->post('root',
        '/v1/users/' . $t->id('alice') . '/tokens', {})->field('/token');
    is $t->post('alice2', '/v1/tickets', \%body, 'Idempotency-Key' => $key)
        ->header('Idempotency-Replayed'), 'true', 'by another token of hers';
}


# --- how a key looks ----------------------------------------------------------

sub forms {
    my %body = (subject => 'S', description => 'D');
    my $ask  = sub ($key, %more) {
        $t->post('alice', '/v1/tickets', { %body, %more },
            'Idempotency-Key' => $key) };

    my $bare = $ask->('a-b_c.1')->is(201);
    same($bare, $ask->('"a-b_c.1"'), 'a quoted key is the bare one');
    my $case = $ask->('A-b_c.1')->is(201);
    isnt $case->field('/id'), $bare->field('/id'), 'case matters';

    for my $good ('x', 'k' x 255, '"' . 'q' x 255 . '"', '!#$%&\'()*+,-./',
        '8e03978e-40d5-43dd-bc93-6894a57f9324', 'a=b;c', '~')
    {
        my $first = $ask->($good)->is(201, "a key of " . length $good);
        same($first, $ask->($good), '  again');
    }
    for my $bad ('', '""', 'k' x 256, '"' . 'q' x 256 . '"', 'a b', '"a',
        'a"', 'a"b', '"a"b"', 'a\\b', "t\tb", "\xC3\xA9", "a\x7F")
    {
        my $no = $ask->($bad)->is_problem(400, 'invalid-request',
            'no key: ' . ($bad =~ s/[^ -~]/?/gr));
        is $no->field('/errors/0/header'), 'Idempotency-Key', '  named';
    }
    my $raw = $t->raw;
    $raw->send($t->raw_request('POST', 'alice', '/v1/tickets',
        '{"subject":"S","description":"D"}', 'Idempotency-Key: one',
        'Idempotency-Key: two'));
    $raw->answer(method => 'POST', path => '/v1/tickets')
        ->is_problem(400, 'invalid-request', 'two keys are none');
}


# --- what is not kept ---------------------------------------------------------

sub refusals {
    my $key  = new_key();
    my ($id) = make_tickets($t, { state => 'open' });
    my @ask  = ('POST', 'alice', "/v1/tickets/$id/confirm", json => {});

    $t->request(with_key($key, @ask))->is_problem(409, 'invalid-transition');
    act($t, 'ann', $id, 'resolve');
    my $done = $t->request(with_key($key, @ask))
        ->is(200, 'what was refused is decided anew');
    is $done->header('Idempotency-Replayed'), undef, '  and not replayed';
    same($done, $t->request(with_key($key, @ask)), 'from then on it is');

    $key = new_key();
    $t->post('alice', '/v1/tickets', { subject => '' },
        'Idempotency-Key' => $key)->is(400);
    $t->post('alice', '/v1/tickets', { subject => 'S', description => 'D' },
        'Idempotency-Key' => $key)->is(201, 'after a mistake, too');
    $t->get('alice', '/v1/me', 'Idempotency-Key' => "\x01")
        ->is(200, 'a GET does not look at it');
}


sub secrets {
    my $key   = new_key();
    my @ask   = ('POST', 'root', '/v1/users/' . $t->id('bob') . '/tokens',
        json => { label => 'once' });
    my $first = $t->request(with_key($key, @ask))->is(201, 'a token is made');
    my $again = $t->request(with_key($key, @ask))->is(201, '  again');
    my $token = $first->field('/token');

    ok length $token > 20, 'it is shown once';
    is $again->field('/token'), undef, '  and not again';
    unlike $again->body, qr/\Q$token\E/, '  in no place';
    is $again->header('Idempotency-Replayed'), 'true', '  being a replay';
    cmp_deeply $again->json, { %{ $first->json }, token => undef },
        '  otherwise as it was';
    is scalar(grep { ($_->{label} // '') eq 'once' } @{ $t->get('root',
        $ask[2])->field('/data') }), 1, 'there is one';
}


# --- for as long as it is kept ------------------------------------------------

sub over_restarts {
    my @keys = map { new_key() } 1 .. 4;
    my %body = (subject => 'S', description => '长' x 3000);
    my @first = map { $t->post('alice', '/v1/tickets', \%body,
        'Idempotency-Key' => $_)->is(201) } @keys;
    my @ways = (
        ['a reload', sub { $t->reload }],
        ['kill -9 of the workers', sub {
            $t->expect_log(qr/exited on signal 9/);
            $t->kill_workers('KILL') }],
        ['a restart', sub { $t->restart }],
        ['kill -9 of all', sub { $t->restart('KILL') }],
    );
    for my $n (0 .. 3) {
        $ways[$n][1]->();
        $t->new_connection;
        same($first[$n], $t->post('alice', '/v1/tickets', \%body,
            'Idempotency-Key' => $keys[$n]), "after $ways[$n][0]");
    }
}


sub many_at_once {
    my %body = (subject => 'Once', description => 'by many');
    my $key  = new_key();
    my $before = $t->get('alice', '/v1/me/tickets?count=true')
        ->field('/count');
    my @answers = $t->parallel(([ with_key($key, 'POST', 'alice',
        '/v1/tickets', json => \%body) ]) x 32);
    my %code;
    push @{ $code{ $_->code } }, $_ for @answers;

    is_deeply [ grep { !/^(?:201|409)$/ } keys %code ], [],
        '32 at once are made, repeated or told to wait';
    $_->is_problem(409, 'idempotency-in-flight') for @{ $code{409} // [] };
    is scalar(grep { !$_->header('Idempotency-Replayed') }
        @{ $code{201} }), 1, 'one was the first';
    is keys %{ { map { $_->body => 1 } @{ $code{201} } } }, 1,
        'all say the same';
    is $t->get('alice', '/v1/me/tickets?count=true')->field('/count'),
        $before + 1, 'one ticket was made';
}


# --- while the first is on its way --------------------------------------------

sub in_flight {
    # one worker, whose writer waits for the lock
    my $one = TicketTest->new(workers => 1);
    my $key  = new_key();
    my $lock = $one->hold_lock(2000);

    my %body = (subject => 'S', description => 'D');
    my $raw  = $one->raw;
    $raw->send($one->raw_request('POST', 'alice', '/v1/tickets',
        '{"subject":"S","description":"D"}', "Idempotency-Key: $key"));
    sleep 0.2;
    $one->post('alice', '/v1/tickets', \%body, 'Idempotency-Key' => $key)
        ->is_problem(409, 'idempotency-in-flight', 'a second one must wait');
    $one->post('alice', '/v1/tickets', { %body, subject => 'T' },
        'Idempotency-Key' => "\"$key\"")
        ->is_problem(409, 'idempotency-in-flight', 'whatever it is');

    my @others = $one->parallel(
        map { ['POST', $_, '/v1/tickets', json => \%body,
            headers => { 'Idempotency-Key' => $key }] } qw(bob ann));
    $_->is(201, "the same key of another waits for nobody") for @others;

    my $first = $raw->answer(method => 'POST', path => '/v1/tickets')
        ->is(201, 'the first is done');
    close $lock;
    my $again = $one->request('POST', 'alice', '/v1/tickets',
        body => '{"subject":"S","description":"D"}', headers => {
        'Idempotency-Key' => $key, 'Content-Type' => 'application/json' })
        ->is(201, 'then it is repeated');
    is $again->body, $first->body, '  as it was';
    is $again->header('Idempotency-Replayed'), 'true', '  and marked';
    $one->verify;
}


# --- ticket_require_idempotency_key -------------------------------------------

sub required {
    my ($id) = make_tickets($t, {});
    my %body = (subject => 'S', description => 'D');
    for my $case (['alice', '/v1/tickets', \%body],
        ['ann', "/v1/tickets/$id/claim", {}],
        ['ann', "/v1/tickets/$id/messages", { body => 'x' }],
        ['root', '/v1/users', { login => 'strict' }])
    {
        my ($who, $path, $json) = @$case;
        my $no = $t->request('POST', $who, "$strict$path", json => $json,
            check => 0)->is_problem(400, 'invalid-request',
            "$path without a key");
        is $no->field('/errors/0/header'), 'Idempotency-Key', '  named';
        my $yes = $t->request('POST', $who, "$strict$path", json => $json,
            check => 0, headers => { 'Idempotency-Key' => new_key() });
        like $yes->code, qr/^20[01]$/, '  with one';
    }
    $t->request('PATCH', 'ann', "$strict/v1/tickets/$id", check => 0,
        json => { subject => 'x' })->is(200, 'a PATCH needs none');
}
