# Tickets: created, read, changed; every field at its limits; who may write
# which; and all of it still there after a restart.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t;
my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
my %least = (subject => 'S', description => 'D');
my %kept;                                   # path => ticket, read again later

for my $workers (1, 4) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers);
    $t->add_user(off => 'user', 'Off');
    $t->patch('root', '/v1/users/' . $t->id('off'), { disabled => \1 })
        ->is(200);
    %kept = ();

    everything();
    least();
    limits();
    bad_values();
    on_behalf_of();
    follow_up_of();
    by_number();
    kinds();
    patches();
    patch_rights();
    counters_and_times();
    fields_and_include();

    $t->restart;
    is_deeply $t->get('root', $_)->json, $kept{$_}, "a restart keeps $_"
        for sort keys %kept;
    $t->verify;
    $t->finish;
}
done_testing;


# --- create -------------------------------------------------------------------

sub everything {
    my %all = (
        subject => '转账失败 Transfer failed', description => "一\n\t二\n三 🙂",
        type => 'transfer', feature => 'transfer.out', priority => 'urgent',
        channel => 'web', account => '6222 0000 1234', error_message =>
        "E42: \"no route\"\n  at \\server", wanted_by =>
        '2031-01-02T03:04:05.678Z', frequency => '每天两次',
        contact => { name => '王小明', email => 'ming@example.com',
            phone => '+86 (10) 1234-5678', site_url =>
            'https://例子.example/路径?q=1' },
        custom => { amount => '100.00', nested => { list => [1, 'b', undef,
            \1, { 键 => '值' }] } },
        tags => ['vip', '转账', 'two words'],
    );
    my $made = $t->post('alice', '/v1/tickets', \%all)->is(201, 'all fields');
    my $ticket = $made->json;

    my %same = map { $_ => $ticket->{$_} } keys %all;
    cmp_deeply \%same, { %all, custom => { %{ $all{custom} },
        nested => { list => [1, 'b', undef, bool(1), { 键 => '值' }] } } },
        'are as they were sent';
    cmp_deeply $ticket, superhashof({
        number => "T-$ticket->{id}", tenant => 'main', state => 'new',
        state_label => 'New', requester => { id => $t->id('alice'),
            name => 'Alice Example' },
        assignee => undef, team => undef, tier => 0, version => 1,
        complexity => undef, plan => undef, eta => undef, verified => bool(0),
        has_confidential => bool(0), created_at => $TIME,
        updated_at => $ticket->{created_at}, close_reason => undef,
        reopen_count => 0, follow_up_count => 0, urge_count => 0,
        rating => undef, links => [], watchers => [], follow_up_of => undef,
        merged_into => undef, complaint_open => bool(0), archived => bool(0),
        next => undef,
        map { $_ => undef } map { "${_}_at" } qw(assigned first_viewed
            first_response resolved confirmed rated closed resume),
    }), 'and the rest is as for a new ticket';
    cmp_bag $ticket->{allowed_actions},
        [qw(message edit urge complain close)], 'what she may do';
    is $made->header('Location'), "/helpdesk/v1/tickets/$ticket->{id}",
        'Location';
    is $made->etag, qq("t$ticket->{id}.1"), 'ETag';
    keep($ticket);
}


sub least {
    my $ticket = made(\%least);
    cmp_deeply $ticket, superhashof({ %least, priority => 'normal',
        channel => 'api', type => undef, feature => undef, account => undef,
        error_message => undef, wanted_by => undef, frequency => undef,
        custom => {}, tags => [], contact => { name => undef, email => undef,
            phone => undef, site_url => undef } }),
        'what is absent is null, lists and custom are empty';
    keep($ticket);

    my $null = made({ %least, account => undef, contact => undef,
        tags => [], custom => {}, contact => {} });
    is $null->{account}, undef, 'null at creation is absence';

    my $long = made({ %least, description => '长' x 20_000 });
    is $long->{description}, '长' x 20_000, 'a text of 20,000 characters';
    keep($long);

    for my $who (qw(ann sue root robo sys)) {
        my $own = $t->post($who, '/v1/tickets', \%least)->is(201,
            "$who submits");
        is $own->field('/requester/id'), $t->id($who), '  a ticket of theirs';
    }
    $t->post(undef, '/v1/tickets', \%least)
        ->is_problem(401, 'unauthorized');
}


# Each field takes max code points and refuses one more.  The characters are
# of one to four bytes in UTF-8.
sub limits {
    my %max = (subject => 200, account => 200, frequency => 200,
        error_message => 4000, description => 20_000);
    for my $field (sort keys %max) {
        for my $char ('a', 'é', '工', '𝔘') {
            my $max  = $max{$field};
            my $text = $char x $max;
            my $ticket = made({ %least, $field => $text });
            ok $ticket->{$field} eq $text,
                sprintf '%d times U+%04X as %s', $max, ord $char, $field;
            refused({ %least, $field => "$text$char" }, "/$field", 'too-long',
                '  and no more');
        }
        keep(made({ %least, $field => '工' x $max{$field} }));
    }

    my %slug = (type => 64, feature => 64);
    for my $field (sort keys %slug) {
        is made({ %least, $field => 'a' x 64 })->{$field}, 'a' x 64,
            "$field of 64";
        refused({ %least, $field => 'a' x 65 }, "/$field", 'too-long');
    }

    my $mail = 'l' x 64 . '@' . join '.', map { 'd' x $_ } 63, 63, 61;
    my %contact = (name => '名' x 200, phone => '1' x 32,
        site_url => 'https://e/' . 'p' x 490, email => $mail);
    is length $mail, 254, 'the longest address';
    for my $field (sort keys %contact) {
        my $ticket = made({ %least, contact => {
            $field => $contact{$field} } });
        is $ticket->{contact}{$field}, $contact{$field},
            "the longest contact.$field";
        refused({ %least, contact => { $field => "$contact{$field}1" } },
            "/contact/$field", undef, '  and no longer');
    }

    my @tags = map { "tag-$_" } 1 .. 32;
    is_deeply made({ %least, tags => \@tags })->{tags}, \@tags, '32 tags';
    refused({ %least, tags => [@tags, 'more'] }, qr{^/tags}, undef,
        '33 tags');
    is_deeply made({ %least, tags => ['签' x 64] })->{tags}, ['签' x 64],
        'a tag of 64';
    refused({ %least, tags => ['签' x 65] }, qr{^/tags}, 'too-long');
    refused({ %least, tags => ['a', 'b', 'a'] }, qr{^/tags}, 'duplicate');

    my $custom = { text => 'x' x (8192 - length '{"text":""}') };
    is_deeply made({ %least, custom => $custom })->{custom}, $custom,
        'custom of 8192 bytes';
    $custom->{text} .= 'x';
    refused({ %least, custom => $custom }, qr{^/custom}, undef, '  and 8193');
}


sub bad_values {
    my @bad = (
        ['subject absent', { description => 'D' }, '/subject', 'required'],
        ['description absent', { subject => 'S' }, '/description',
            'required'],
        ['subject null', { %least, subject => undef }, '/subject', undef],
        ['subject empty', { %least, subject => '' }, '/subject', 'too-short'],
        ['subject blank', { %least, subject => " \x{3000}" }, '/subject',
            'too-short'],
        ['description blank', { %least, description => "\n\t " },
            '/description', 'too-short'],
        ['subject of two lines', { %least, subject => "a\nb" }, '/subject',
            'control'],
        ['a bell', { %least, description => "a\x07b" }, '/description',
            'control'],
        ['a number as subject', { %least, subject => 7 }, '/subject', 'type'],
        ['no priority', { %least, priority => 'higher' }, '/priority',
            'choice'],
        ['no channel', { %least, channel => 'pigeon' }, '/channel', 'choice'],
        ['a type with a space', { %least, type => 'a b' }, '/type', 'format'],
        ['an upper case type', { %least, type => 'Abc' }, '/type', 'format'],
        ['no address', { %least, contact => { email => 'a@b@c' } },
            '/contact/email', 'format'],
        ['no phone', { %least, contact => { phone => 'call me' } },
            '/contact/phone', 'format'],
        ['no mobile', { %least, phone_kind => 'mobile',
            contact => { phone => '010-12345678 x1' } }, '/contact/phone',
            'format'],
        ['no area code', { %least, phone_kind => 'landline',
            contact => { phone => '12345678' } }, '/contact/phone', 'format'],
        ['the kind of no number', { %least, phone_kind => 'mobile' },
            '/contact/phone', 'required'],
        ['no kind', { %least, phone_kind => 'fax',
            contact => { phone => '12345678' } }, '/phone_kind', 'choice'],
        ['no URL', { %least, contact => { site_url => 'ftp://x' } },
            '/contact/site_url', 'format'],
        ['no time', { %least, wanted_by => 'tomorrow' }, '/wanted_by',
            'format'],
        ['no such day', { %least, wanted_by => '2031-02-30T00:00:00Z' },
            '/wanted_by', 'format'],
        ['a tag with a comma', { %least, tags => ['a,b'] }, qr{^/tags},
            'format'],
        ['tags no list', { %least, tags => 'a' }, '/tags', 'type'],
        ['custom no object', { %least, custom => [1] }, '/custom', 'type'],
        ['contact no object', { %least, contact => 'x' }, '/contact', 'type'],
        ['an unknown member', { %least, subjet => 'x' }, '/subjet',
            'unknown'],
        ['an unknown member inside', { %least, contact => { fax => '1' } },
            '/contact/fax', 'unknown'],
        ['a state', { %least, state => 'closed' }, '/state', undef],
        ['a version', { %least, version => 7 }, '/version', undef],
        ['an id', { %least, id => 7 }, '/id', undef],
        ['a requester', { %least, requester => { id => 1 } }, '/requester',
            undef],
    );
    my $count = $t->get('root', '/v1/tickets?count=true')->field('/count');
    refused(@$_[1 .. 3], "refused: $_->[0]") for @bad;

    my $many = $t->post('alice', '/v1/tickets', { subject => '', x => 1,
        priority => 'no' })->is_problem(400, 'invalid-request',
        'several faults');
    cmp_bag [ map { $_->{pointer} } @{ $many->field('/errors') } ],
        [qw(/subject /x /priority /description)], '  are all named';
    is $t->get('root', '/v1/tickets?count=true')->field('/count'), $count,
        'none of them made a ticket';

    for my $given (['2031-01-02T11:04:05+08:00', '2031-01-02T03:04:05.000Z'],
        ['2031-01-02t03:04:05z', '2031-01-02T03:04:05.000Z'],
        ['2031-01-02T03:04:05.1239Z', '2031-01-02T03:04:05.123Z'])
    {
        my $ticket = made({ %least, wanted_by => $given->[0] });
        is $ticket->{wanted_by}, $given->[1], "$given->[0] in UTC";
    }
}


sub on_behalf_of {
    my %for = (%least, on_behalf_of => $t->id('alice'));
    for my $who (qw(ann sue root robo sys)) {
        my $ticket = $t->post($who, '/v1/tickets', \%for)->is(201,
            "$who submits for alice")->json;
        is $ticket->{requester}{id}, $t->id('alice'), '  it is hers';
        $t->get('alice', "/v1/tickets/$ticket->{id}")->is(200, '  she sees');
        keep($ticket) if $who eq 'ann';
    }

    my $no = $t->post('bob', '/v1/tickets', \%for)
        ->is_problem(403, 'forbidden', 'a user may not');
    is $no->field('/errors/0/pointer'), '/on_behalf_of', '  says why';

    refused({ %least, on_behalf_of => $_ }, '/on_behalf_of', undef,
        "on behalf of $_", 'ann') for $t->id('off'), 999_999, 0, 'alice';
}


sub follow_up_of {
    my ($old, $foreign) = make_tickets($t, { state => 'closed' },
        { state => 'closed', requester => 'bob' });
    is made({ %least, follow_up_of => $old })->{follow_up_of}, $old,
        'a ticket follows up another';
    refused({ %least, follow_up_of => $foreign }, '/follow_up_of', 'choice',
        'not one of somebody else');
    refused({ %least, follow_up_of => 999_999 }, '/follow_up_of', 'choice',
        'nor one that is not');
    is $t->post('ann', '/v1/tickets', { %least, follow_up_of => $foreign })
        ->code, 201, 'staff may name any';
}


sub by_number {
    my $id   = made(\%least)->{id};
    my $json = $t->get('alice', "/v1/tickets/$id")->json;
    for my $name ("T-$id", "t-$id") {
        is_deeply $t->get('alice', "/v1/tickets/$name")->json, $json,
            "by number $name";
        $t->patch('alice', "/v1/tickets/$name", {})->is(200, '  patched');
        $t->get('alice', "/v1/tickets/$name/messages")->is(200, '  messages');
    }
    for my $name ("T-0$id", "0$id", 'T-', 'T', '0', '-1', "$id.0",
        'X-1', '9' x 19, '9' x 40, "+$id", "%20$id", '%E5%B7%A5', 'T-T-1')
    {
        $t->get('alice', "/v1/tickets/$name")
            ->is_problem(404, 'not-found', "no ticket $name");
    }
    $t->get('bob', "/v1/tickets/$id")->is_problem(404, 'not-found');
    $t->get('ann', "/v1/tickets/$id")->is(200, 'staff sees it');
}


# --- kinds of numbers ---------------------------------------------------------

sub kinds {
    my $made = made({ %least, phone_kind => 'landline',
        contact => { phone => '(010) 1234-5678' } });
    is $made->{phone_kind}, 'landline', 'a landline number';
    my $path = "/v1/tickets/$made->{id}";
    is $t->get('alice', '/v1/me/tickets?limit=1')->field('/data/0/phone_kind'),
        'landline', '  in lists, with the number';

    $t->patch('alice', $path, { phone_kind => 'mobile' })
        ->is(200, '  called a mobile one');
    $t->patch('alice', $path, { phone_kind => 'mobile',
        contact => { phone => '110' } })
        ->is_problem(400, 'invalid-request', '  which others are not');
    is $t->patch('alice', $path, { account => 'b' })->is(200)
        ->field('/phone_kind'), 'mobile', '  it stays with the number';
    my ($event) = @{ $t->get('alice', "$path/timeline")
        ->field('/data') }[1];
    is_deeply $event->{changes}{phone_kind}, { old => 'landline',
        new => 'mobile' }, '  and its change is told';

    is $t->patch('alice', $path, { contact => { phone => '110' } })->is(200)
        ->field('/phone_kind'), undef, 'another number has none';
    $t->patch('alice', $path, { phone_kind => 'mobile' })
        ->is_problem(400, 'invalid-request', '  until it is said');
    is $t->patch('alice', $path, { contact => { phone => '+8613812345678' },
        phone_kind => 'mobile' })->is(200)->field('/phone_kind'), 'mobile',
        '  at once with it';
    is $t->patch('alice', $path, { contact => undef })->is(200)
        ->field('/phone_kind'), undef, '  and goes with it';
}


# --- PATCH --------------------------------------------------------------------

sub patches {
    my $path = '/v1/tickets/' . made({ %least, account => 'a', frequency =>
        'f', tags => ['x', 'y'], type => 'one', priority => 'high',
        wanted_by => '2031-01-01T00:00:00Z', error_message => 'e',
        contact => { name => 'N', phone => '123' },
        custom => { a => 1, b => { c => 2, d => 3 }, e => [1, 2] } })->{id};

    # patch, members afterwards
    my @patches = (
        [{ subject => '新' }, { subject => '新', description => 'D' }],
        [{ account => undef }, { account => undef, frequency => 'f' }],
        [{ contact => { email => 'a@b.c' } }, { contact => { name => 'N',
            phone => '123', email => 'a@b.c', site_url => undef } }],
        [{ contact => { phone => undef } }, { contact => { name => 'N',
            phone => undef, email => 'a@b.c', site_url => undef } }],
        [{ contact => undef }, { contact => { name => undef,
            phone => undef, email => undef, site_url => undef } }],
        [{ tags => ['z'] }, { tags => ['z'] }],
        [{ tags => undef }, { tags => [] }],
        [{ custom => { f => 4 } }, { custom => { a => 1,
            b => { c => 2, d => 3 }, e => [1, 2], f => 4 } }],
        [{ custom => { a => undef, b => { c => 9 }, e => [3] } },
            { custom => { b => { c => 9, d => 3 }, e => [3], f => 4 } }],
        [{ custom => undef }, { custom => {} }],
        [{ type => undef, priority => undef },
            { type => undef, priority => 'normal' }],
        [{ wanted_by => undef, error_message => undef },
            { wanted_by => undef, error_message => undef }],
        [{ description => '长' x 20_000 }, { description => '长' x 20_000 }],
        [{ description => 'short again', priority => 'low' },
            { description => 'short again', priority => 'low' }],
    );
    for my $n (0 .. $#patches) {
        my ($patch, $want) = @{ $patches[$n] };
        my $before = $t->get('ann', $path)->json;
        my $after = $t->patch('ann', $path, $patch)->is(200, "patch $n")
            or next;
        cmp_deeply $after->json, { %$before, %$want, version =>
            $before->{version} + 1, updated_at => $TIME }, '  and its result';
        is_deeply $t->get('ann', $path)->json, $after->json, '  is stored';
        is $after->etag, qq("t$before->{id}.) . ($before->{version} + 1) . '"',
            '  its ETag';
        my $again = $t->patch('ann', $path, $patch)->is(200, '  once more');
        is_deeply $again->json, $after->json, '  changes nothing';
    }
    $t->patch('ann', $path, {})->is(200, 'an empty patch');
    is $t->get('ann', $path)->field('/version'), @patches + 1,
        'a version for each patch';
    is @{ $t->get('ann', "$path/timeline?limit=200")->field('/data') },
        @patches + 1, 'and an event';

    for my $bad ({ subject => undef }, { description => undef },
        { subject => '' }, { on_behalf_of => 1 }, { state => 'closed' },
        { assignee => 1 }, { channel => 'web' }, { follow_up_of => 1 })
    {
        my ($name) = %$bad;
        my $no = $t->patch('ann', $path, $bad)
            ->is_problem(400, 'invalid-request', "no patch of $name");
        is $no->field('/errors/0/pointer'), "/$name", '  names it';
    }
    keep($t->get('root', $path)->json);
}


sub patch_rights {
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $path = "/v1/tickets/$id";
    my %all = (subject => 'a', description => 'b', account => 'c',
        contact => { name => 'd' }, error_message => 'e', frequency => 'f',
        wanted_by => '2031-01-01T00:00:00Z', custom => { g => 1 });
    my %desk = (type => 't', feature => 'f', priority => 'low',
        tags => ['x']);

    $t->patch('alice', $path, { $_ => $all{$_} })->is(200,
        "the requester patches $_") for sort keys %all;
    for my $field (sort keys %desk) {
        my $no = $t->patch('alice', $path, { subject => 'zz',
            $field => $desk{$field} })
            ->is_problem(403, 'forbidden', "but not $field");
        is_deeply [ map { $_->{pointer} } @{ $no->field('/errors') } ],
            ["/$field"], '  which is named';
    }
    isnt $t->get('alice', $path)->field('/subject'), 'zz',
        'such a patch changes nothing at all';

    $t->patch($_, $path, { %all, %desk, subject => "by $_" })->is(200,
        "$_ patches all") for qw(ann andy sue root);
    $t->patch($_, $path, { subject => 'x' })
        ->is_problem(403, 'forbidden', "$_ patches nothing of others")
        for qw(robo sys);
    $t->patch('bob', $path, { subject => 'x' })
        ->is_problem(404, 'not-found', 'bob does not see it');

    act($t, 'ann', $id, 'resolve');
    my $late = $t->patch('alice', $path, { subject => 'x' })
        ->is_problem(409, 'invalid-transition', 'late for the requester');
    is $late->field('/state'), 'resolved', '  names the state';
    ok !(grep { $_ eq 'edit' } @{ $late->field('/allowed_actions') }),
        '  and what is allowed';
    $t->patch('ann', $path, { subject => 'x' })->is(200, 'not for staff');
}


# --- a life -------------------------------------------------------------------

sub counters_and_times {
    my $id = made(\%least)->{id};
    my %count;
    # who, action, counter that grows, times set by it, times cleared
    my @steps = (
        ['alice', 'urge', 'urge_count'],
        ['ann', 'start', undef, 'first_viewed_at assigned_at'],
        ['ann', 'reply', undef, 'first_response_at'],
        ['ann', 'resolve', undef, 'resolved_at'],
        ['alice', 'message', 'follow_up_count', '', 'resolved_at'],
        ['ann', 'resolve', undef, 'resolved_at'],
        ['alice', 'message', 'follow_up_count', '', 'resolved_at'],
        ['ann', 'resolve', undef, 'resolved_at'],
        ['alice', 'confirm', undef, 'confirmed_at'],
        ['alice', 'rating', undef, 'rated_at'],
        ['alice', 'reopen', 'reopen_count', '', 'resolved_at confirmed_at'],
        ['ann', 'resolve', undef, 'resolved_at'],
        ['alice', 'close', undef, 'confirmed_at closed_at'],
        ['ann', 'reopen', 'reopen_count', '',
            'resolved_at confirmed_at closed_at'],
    );
    my $path = "/v1/tickets/$id";
    my $is   = $t->get('root', $path)->json;

    for my $step (@steps) {
        my ($who, $action, $counter, $set, $cleared) = @$step;
        my %want = %$is;
        act($t, $who, $id, $action);
        $is = $t->get('root', $path)->json;
        $want{$counter}++ if $counter;
        $want{$_} = $is->{updated_at} for split ' ', $set // '';
        $want{$_} = undef for split ' ', $cleared // '';
        my @names = grep { /_(?:at|count)$/ && $_ ne 'updated_at' } keys %want;
        is_deeply { map { $_ => $is->{$_} } @names },
            { map { $_ => $want{$_} } @names }, "times after $who $action";
        cmp_ok $is->{updated_at}, 'ge', $want{updated_at}, '  time goes on';
    }
    keep($is);
}


# --- fields and include -------------------------------------------------------

sub fields_and_include {
    my ($id) = make_tickets($t, { state => 'waiting_user' });
    act($t, 'ann', $id, 'note');
    my $path = "/v1/tickets/$id";
    my $full = $t->get('alice', $path)->json;

    for my $names ('id', 'id,subject', 'description', 'requester,contact',
        'custom,tags,allowed_actions', 'state_label,number,next')
    {
        my $some = $t->get('alice', "$path?fields=$names")->is(200,
            "fields=$names");
        is_deeply $some->json, { map { $_ => $full->{$_} } split /,/, $names },
            '  those and no other';
        is $some->etag, $t->get('alice', $path)->etag, '  with the ETag';
    }
    for my $bad ('fields=nothing', 'fields=id,nothing', 'fields=long_text',
        'fields=tenant_id', 'fields=', 'include=everything',
        'include=messages,x', 'limit=3', 'fields=id&fields=subject')
    {
        my $no = $t->get('alice', "$path?$bad")
            ->is_problem(400, 'unknown-parameter', "not $bad");
        is $no->field('/errors/0/parameter'), $bad =~ s/=.*//r, '  names it';
    }

    for my $who (qw(alice ann)) {
        my $with = $t->get($who, "$path?include=messages,timeline")->json;
        for my $part (qw(messages timeline)) {
            is_deeply delete $with->{$part},
                $t->get($who, "$path/$part")->json, "$part for $who";
        }
        is_deeply $with, $t->get($who, $path)->json, '  beside the ticket';
        my $one = $t->get($who, "$path?fields=id&include=messages")->json;
        is_deeply [ sort keys %$one ], [qw(id messages)], '  or a part of it';
    }

    is $t->get('alice', "$path?include=messages")->field('/next'), 'answer',
        'next: she is asked for an answer';
    is $t->get('ann', $path)->field('/next'), undef, '  and nobody else';
}


# --- functions ----------------------------------------------------------------

sub made ($body) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $answer = $t->post('alice', '/v1/tickets', $body);
    return $answer->json if $answer->code == 201;
    fail 'the ticket is made';
    diag substr $answer->body, 0, 600;
    return {};
}


# To be read again after the restart.
sub keep ($ticket) {
    my $path = "/v1/tickets/$ticket->{id}";
    $kept{$path} = $t->get('root', $path)->json;
}


sub refused ($body, $pointer, $code = undef, $name = "no such $pointer",
    $who = 'alice')
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $no = $t->post($who, '/v1/tickets', $body);
    $no->is_problem(400, 'invalid-request', $name) or return;
    cmp_deeply $no->field('/errors'), [ superhashof({
        pointer => ref $pointer ? re($pointer) : $pointer,
        $code ? (code => $code) : (), detail => re(qr/\w/) }) ],
        "  because of $pointer";
}
