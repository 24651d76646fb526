# What depends on how long ago something was: the windows to reopen and to
# rate, the pause between urges, how long answers are kept for replay and
# tokens live.  nginx is started with a clock that is ahead.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 2);

# Tickets of the first day; each is asked once.
my %id;
my @SPECS = map { my $state = $_; map { ["$state $_", { state => $state }] }
    1 .. 6 } qw(resolved confirmed rated closed);
push @SPECS, map { ["urged $_", { state => 'open',
    then => [['alice', 'urge']] }] } 1 .. 5;
push @SPECS, map { ["merged $_", { state => 'open',
    then => [['ann', 'merge', into => 1]] }] } 1 .. 2;
$t->some_ticket;                      # number 1, into which others merge
@id{ map { $_->[0] } @SPECS } = make_tickets($t, map { $_->[1] } @SPECS);

my %body = (subject => 'S', description => 'D');
my %kept = map { $_ => $t->post('alice', '/v1/tickets', \%body,
    'Idempotency-Key' => $_)->is(201) } qw(a b c d);
my $users = '/v1/users/' . $t->id('bob') . '/tokens';
$t->set_token("bob-$_", $t->post('root', $users, { ttl => $_ })
    ->field('/token')) for 3600, 86_400 * 20;

now();
after('+29m', sub {
    urge(1, 429, 60);
    replayed('a', 1);
    token(3600, 1);
});
after('+31m', sub {
    urge(2, 200);
    replayed('a', 1);
});
after('+23h', sub {
    replayed($_, 1) for qw(a b);
    token(3600, 0);
    token(86_400 * 20, 1);
});
after('+25h', sub {
    replayed($_, 0) for qw(c);
    $t->post('alice', '/v1/tickets', { %body, subject => 'Other' },
        'Idempotency-Key' => 'd')->is(201, 'the key is free for another');
    urge(3, 200);
});
after('+335h', sub {                  # 13 days and 23 hours
    reopen("$_ 1", 'alice', 200, 'follow_up')
        for qw(resolved confirmed rated closed);
    rate('confirmed 2', 200);
});
after('+15d', sub {
    for my $state (qw(resolved confirmed rated closed)) {
        expired("$state 3");
        reopen("$state 3", 'ann', 200, 'open');
    }
    $t->get('alice', "/v1/tickets/$id{'merged 1'}");
    act($t, 'alice', $id{'merged 1'}, 'reopen')
        ->is_problem(409, 'invalid-transition', 'what was merged');
    act($t, 'ann', $id{'merged 2'}, 'reopen')
        ->is_problem(409, 'invalid-transition', '  by staff, too');
    rate('closed 4', 200);
    rate('confirmed 4', 200);
    follow_up('closed 3');
});
after('+21d', sub { token(86_400 * 20, 0) });
after('+719h', sub { rate($_, 200) for 'confirmed 5', 'closed 5' });
after('+31d', sub {
    rate($_, 409) for 'confirmed 6', 'closed 6';
    expired('closed 6');
    reopen('closed 6', 'ann', 200, 'open');
});
backwards();

$t->verify;
done_testing;


sub after ($ahead, $code) {
    note "clock $ahead";
    $t->set_clock($ahead);
    $code->();
}


sub now {
    act($t, 'alice', $id{'urged 1'}, 'urge')
        ->is_problem(429, 'quota-exceeded', 'urged again at once');
    is $t->get('alice', "/v1/tickets/$id{'urged 1'}")->field('/urge_count'),
        1, '  is not counted';
    replayed('a', 1);
}


sub allowed ($name, $who = 'alice') {
    return { map { $_ => 1 } @{ $t->get($who, "/v1/tickets/$id{$name}")
        ->field('/allowed_actions') } };
}


# allowed_actions tells the same before.
sub told ($name, $who, $action, $yes) {
    is !!allowed($name, $who)->{$action}, !!$yes,
        '  as allowed_actions said';
}


sub urge ($n, $code, $seconds = undef) {
    my $may = allowed("urged $n")->{urge};
    my $answer = act($t, 'alice', $id{"urged $n"}, 'urge');
    $answer->is($code, "urging again is $code");
    is !!$may, $code == 200, '  as allowed_actions said';
    return if $code == 200;
    cmp_ok $answer->header('Retry-After'), '<=', $seconds, '  Retry-After';
    cmp_ok $answer->header('Retry-After'), '>', $seconds - 30, '  exactly';
}


sub reopen ($name, $who, $code, $to) {
    told($name, $who, 'reopen', 1);
    my $ticket = act($t, $who, $id{$name}, 'reopen')
        ->is($code, "$who reopens $name") or return;
    is $ticket->field('/state'), $to, "  it is $to";
    is $ticket->field('/reopen_count'), 1, '  counted';
}


sub expired ($name) {
    told($name, 'alice', 'reopen', 0);
    my $no = act($t, 'alice', $id{$name}, 'reopen')
        ->is_problem(409, 'reopen-window-expired', "too late for $name");
    is $no->field('/state'), $name =~ s/ .*//r, '  its state';
    ok !(grep { $_ eq 'reopen' } @{ $no->field('/allowed_actions') }),
        '  and what is allowed';
}


sub rate ($name, $code) {
    told($name, 'alice', 'rating', $code == 200);
    my $answer = act($t, 'alice', $id{$name}, 'rating');
    $answer->is($code, "rating $name is $code");
    is $answer->problem, 'invalid-transition', '  too late' if $code != 200;
}


sub follow_up ($name) {
    is $t->post('alice', '/v1/tickets', { %body,
        follow_up_of => $id{$name} })->field('/follow_up_of'), $id{$name},
        'a new one may follow up';
}


sub replayed ($key, $yes) {
    my $again = $t->post('alice', '/v1/tickets', \%body,
        'Idempotency-Key' => $key)->is(201, "the answer of $key") or return;
    is !!$again->header('Idempotency-Replayed'), !!$yes,
        $yes ? '  is replayed' : '  is a new one';
    is $again->field('/id') == $kept{$key}->field('/id'), !!$yes,
        '  by its ticket';
}


sub token ($ttl, $lives) {
    $t->get("bob-$ttl", '/v1/me')->is($lives ? 200 : 401,
        "a token of $ttl s");
}


# A clock that is set back stamps nothing before what was stamped.
sub backwards {
    my $last = $t->some_ticket->{created_at};
    after('+2d', sub {
        my $made = $t->some_ticket;
        cmp_ok $made->{created_at}, 'ge', $last, 'times do not go back';
        act($t, 'ann', $made->{id}, 'claim');
        cmp_ok $t->get('ann', "/v1/tickets/$made->{id}")
            ->field('/updated_at'), 'ge', $last, '  nor of changes';
        my @ids = map { $_->{id} } @{ $t->get('root',
            "/v1/tickets?created_after=$last")->field('/data') };
        is_deeply [ sort { $a <=> $b } @ids ],
            [ $made->{id} - 1, $made->{id} ], '  and lists by time agree';
    });
}
