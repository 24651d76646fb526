# The largest of everything, and the careless or hostile use of it: nothing a
# client sends is answered 500, and no answer grows without bound.

use v5.36;
use utf8;

use Encode       qw(encode_utf8);
use Math::BigInt;
use MIME::Base64 qw(encode_base64url decode_base64url);
use TicketTest;

my $t = TicketTest->new(workers => 1, timeout => 60);

largest_record();
crafted_cursors();
bounds_in_time();
pages_in_bytes();
role_of_a_replay();
reasons_among_staff();
system_tokens();

$t->verify;
done_testing;


sub create ($who, %more) {
    return $t->post($who, '/v1/tickets',
        { subject => 's', description => 'd', %more })->is(201)->json;
}


# Every text at its limit, in characters of four bytes.
sub largest_record {
    my $x    = "\x{1F642}";
    my @tags = map { $x x 15 . $_ } 10 .. 35;

    my $made = $t->post('ann', '/v1/tickets', {
        subject => $x x 200, description => $x x 20_000, account => $x x 200,
        frequency => $x x 200, error_message => $x x 4000, tags => \@tags,
        type => 'a' x 64, feature => 'b' x 64, custom => { k => $x x 2000 },
        contact => { name => $x x 200, phone => '1' x 32,
                     email => 'a' x 60 . '@' . 'b' x 60 . '.example',
                     site_url => 'http://' . 'c' x 490 },
        on_behalf_of => $t->id('alice'),
    })->is(201, 'the largest ticket')->json;

    my $path = "/v1/tickets/$made->{id}";
    $t->post('andy', "$path/assess", { complexity => 5, plan => $x x 2000 })
        ->is(409, 'not yet');
    $t->post('andy', "$path/start", { reason => $x x 2000 })->is(200);
    $t->post('andy', "$path/assess", { complexity => 5, plan => $x x 2000,
        reason => $x x 2000 })->is(200);
    $t->post('andy', "$path/resolve", { solution => $x x 20_000,
        reason => $x x 2000 })->is(200);
    $t->post('alice', "$path/confirm", { reason => $x x 2000 })->is(200);
    my $rated = $t->post('alice', "$path/rating", { speed => 5,
        attitude => 5, result => 5, comment => $x x 2000,
        reason => $x x 2000 })->is(200, 'lives to its rating')->json;

    $t->restart;
    my $read = $t->get('alice', $path)->is(200)->json;
    is $read->{rating}{comment}, $x x 2000, 'the comment is kept';
    is $read->{plan}, $x x 2000, 'and the plan';
    is_deeply $read->{tags}, \@tags, 'and the tags';
    is $read->{version}, $rated->{version}, 'at the same version';

    $t->post('ann', '/v1/tickets', { subject => 's', description => 'd',
        tags => [ map { $x x 60 . $_ } 10 .. 40 ] })
        ->is_problem(400, 'invalid-request', 'too many bytes of tags')
        ->field('/errors/0/pointer') eq '/tags'
        or fail 'the tags are named';
}


# Anybody can compute a cursor: it is FNV-1a over filter and position.
sub crafted_cursors {
    my $mine  = create('alice');
    my $other = create('bob');
    $t->post('alice', "/v1/tickets/$mine->{id}/messages", { body => "m$_" })
        for 1 .. 3;

    for my $part (qw(messages timeline)) {
        my $path = "/v1/tickets/$mine->{id}/$part";
        my $next = $t->get('alice', "$path?limit=1")->field('/page/next');
        my $raw  = decode_base64url($next);
        my $text = join ' ', $part, 1, $t->id('alice'), $mine->{id};

        is substr($raw, 1, 4), check_of($text, substr $raw, 5),
            "$part: the check can be computed";

        for my $position (0, 4294967295, 4294967296, '99999999999999999999',
            'x', '-1', ' 1', $part eq 'timeline' ? 1 : 77)
        {
            my $forged = encode_base64url(substr($raw, 0, 1)
                . check_of($text, $position) . $position);
            $t->get('alice', "$path?cursor=$forged")
                ->is_problem(400, 'unknown-parameter',
                    "$part: position $position");
        }
    }
}


# As codec/tkt_cursor.c makes it.
sub check_of ($filter, $position) {
    my $mask = Math::BigInt->from_hex('ffffffffffffffff');
    my $h    = Math::BigInt->from_hex('cbf29ce484222325');
    my $mul  = sub ($by) { $h->bmul(Math::BigInt->from_hex($by))->band($mask) };
    my $mix  = sub { $h->bxor($h->copy->brsft(33)) };

    for my $byte (unpack 'C*', pack('Q<', length $filter) . $filter
        . $position)
    {
        $h->bxor($byte);
        $mul->('100000001b3');
    }
    $mix->();
    $mul->('ff51afd7ed558ccd');
    $mix->();
    $mul->('c4ceb9fe1a85ec53');
    $mix->();

    return pack 'N', $h->band(0xffffffff)->numify;
}


# The far bound ends the list: no empty pages through the rest.
sub bounds_in_time {
    my @ids = map { create('alice')->{id} } 1 .. 3;
    select undef, undef, undef, 0.01;
    my @new = map { create('alice') } 1 .. 3;
    my $at  = $new[0]{created_at};

    my $list = $t->get('ann', "/v1/tickets?created_after=$at&limit=3");
    is_deeply [ map { $_->{id} } @{ $list->field('/data') } ],
        [ reverse map { $_->{id} } @new ], 'newest first, down to the bound';
    ok !$list->field('/page/has_more'), 'where the list ends';

    $list = $t->get('ann', "/v1/tickets?sort=created_at&created_before=$at"
        . '&limit=200');
    ok !(grep { $_->{id} >= $new[0]{id} } @{ $list->field('/data') }),
        'oldest first, up to the bound';
    ok !$list->field('/page/has_more'), 'where the list ends, too';
}


# Long entries make shorter pages, and paging finds all.
sub pages_in_bytes {
    my $id   = create('alice')->{id};
    my $path = "/v1/tickets/$id";

    for my $i (1 .. 20) {
        $t->request('PATCH', 'alice', $path, check => 0,
            json => { description => chr(0x4e00 + $i) x 20_000 });
        $t->request('POST', 'alice', "$path/messages", check => 0,
            json => { body => chr(0x5e00 + $i) x 20_000 });
    }

    for my $part (qw(messages timeline)) {
        my ($n, $largest, $query) = (0, 0, 'limit=200');
        for (1 .. 50) {
            my $page = $t->request('GET', 'alice', "$path/$part?$query",
                check => 0);
            $n += @{ $page->field('/data') };
            my $size = length $page->body;
            $largest = $size if $size > $largest;
            my $next = $page->field('/page/next') // last;
            $query = "limit=200&cursor=$next";
        }
        is $n, $part eq 'messages' ? 20 : 41, "$part: all are found";
        cmp_ok $largest, '<', 1_400_000, '  in pages of bounded size';
    }
}


# What an agent was answered is not replayed to the user he has become.
sub role_of_a_replay {
    my $id = create('alice')->{id};
    my $note = ['bob', "/v1/tickets/$id/messages",
        { body => 'between us', visibility => 'internal' },
        'Idempotency-Key' => 'role-1'];

    $t->patch('root', '/v1/users/' . $t->id('bob'), { role => 'agent' })
        ->is(200);
    $t->post(@$note)->is(201);
    $t->post(@$note)->is(201, 'a replay to the agent');
    $t->patch('root', '/v1/users/' . $t->id('bob'), { role => 'user' })
        ->is(200);
    my $again = $t->post(@$note);
    unlike $again->body, qr/between us/, 'no replay to the user';
    is $again->code, 422, '  but a mismatch';
}


sub reasons_among_staff {
    my $id   = create('alice')->{id};
    my $path = "/v1/tickets/$id";

    $t->post('ann', "$path/claim", {})->is(200);
    $t->post('ann', "$path/transfer", { assignee => $t->id('andy'),
        reason => 'the customer is rude' })->is(200);
    $t->post('andy', "$path/hold", { reason => 'parts are ordered' })
        ->is(200);

    my $seen = $t->get('alice', "$path/timeline")->body;
    unlike $seen, qr/rude/, 'what staff tell each other stays with them';
    like $seen, qr/parts are ordered/, 'what is for the requester is seen';
    like $t->get('ann', "$path/timeline")->body, qr/rude/, 'staff see both';
    unlike $t->get('alice', "$path?include=timeline")->body, qr/rude/,
        'inside the ticket, too';
}


sub system_tokens {
    $t->post('root', '/v1/users/' . $t->id('sys') . '/tokens', {})
        ->is_problem(403, 'forbidden', 'nobody enters as the desk itself');
}
