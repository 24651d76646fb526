# Merging by reference: what readers see, where posts go, the undo, over a
# kill and on several workers; and splits.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Life;

my $t;

for my $workers (1, 3) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers);

    by_reference();
    of_two_requesters();
    at_once();
    splits();

    $t->verify;
    $t->finish;
}
done_testing;


sub new_ticket ($who = 'alice') { $t->some_ticket(who => $who)->{id} }

sub writes ($who, $id, $body) {
    return $t->post($who, "/v1/tickets/$id/messages", { body => $body })
        ->is(201);
}

# What someone reads, by pages of one.
sub reads ($who, $id, $limit = 1) {
    my @bodies;
    my $next = '';
    do {
        my $page = $t->get($who,
            "/v1/tickets/$id/messages?limit=$limit$next")->is(200)->json;
        push @bodies, map { $_->{body} } @{ $page->{data} };
        $next = $page->{page}{has_more} ? "&cursor=$page->{page}{next}" : '';
    } while ($next);
    return "@bodies";
}


sub by_reference {
    my ($to, $from) = (new_ticket(), new_ticket());
    writes('alice', $to, 'a');
    writes('alice', $from, 'b');
    writes('alice', $to, 'c');
    $t->put('ann', "/v1/tickets/$from/watchers/" . $t->id('bob'))->is(200);
    my $counts = $t->get('alice', '/v1/me/tickets?count=true')->json->{counts};

    $t->post('ann', "/v1/tickets/$from/merge", { into => $to })->is(200);
    is reads('alice', $to), 'a b c', 'in order of time';
    is reads('alice', $to, 2), 'a b c', 'on longer pages';
    is reads('alice', $from), 'b', 'the merged one has its own';
    is reads('bob', $to), 'a b c', 'its watcher came along';
    my $in = $t->get('ann', "/v1/tickets/$to?include=messages")->json;
    is_deeply [map { $_->{ticket} } @{ $in->{messages}{data} }],
        [$to, $from, $to], 'each says where it is';

    my $posted = writes('alice', $from, 'd');
    is $posted->json->{ticket}, $to, 'posts go to the target';
    is $posted->header('Location'), "/helpdesk/v1/tickets/$to/messages",
        'which is where to look';
    is reads('alice', $to), 'a b c d', 'and are there';

    $t->restart('KILL');
    is reads('alice', $to), 'a b c d', 'after a kill, too';
    $t->verify('with a merged ticket');

    my $undone = $t->post('andy', "/v1/tickets/$from/unmerge",
        { reason => 'not the same' })->is(200)->json;
    is $undone->{state}, 'new', 'the state it had';
    is_deeply $undone->{links}, [], 'no link left';
    is reads('alice', $to), 'a c d', 'what was posted meanwhile stays';
    is reads('alice', $from), 'b', 'what it had it has';
    $t->get('bob', "/v1/tickets/$to")->is(404);
    $t->get('bob', "/v1/tickets/$from")->is(200);
    is_deeply $t->get('alice', '/v1/me/tickets?count=true')->json->{counts},
        $counts, 'and the counts are as they were';

    # both tell it

    my @from = map { $_->{action} }
        @{ $t->get('ann', "/v1/tickets/$from/timeline")->json->{data} };
    is "@from[0, 1]", 'unmerge merge', 'its timeline';
    my @to = grep { $_->{changes}{link_list} }
        @{ $t->get('ann', "/v1/tickets/$to/timeline")->json->{data} };
    is_deeply [map { $_->{changes}{link_list}{new} } @to],
        [[], ["merged_from:$from"]], 'and that of the target';
    $t->post('ann', "/v1/tickets/$from/unmerge", {})->is(409);
}


# A supervisor merges strangers: each keeps to his own part.
sub of_two_requesters {
    my ($to, $from) = (new_ticket('alice'), new_ticket('bob'));
    writes('alice', $to, 'a');
    writes('bob', $from, 'b');
    $t->post('ann', "/v1/tickets/$from/merge", { into => $to })->is(400);
    $t->post('sue', "/v1/tickets/$from/merge", { into => $to })->is(200);

    writes('bob', $from, 'c');
    writes('alice', $to, 'd');
    is reads('ann', $to), 'a b c d', 'agents read all';
    is reads('bob', $from), 'b c', 'he reads what is his';
    $t->get('bob', "/v1/tickets/$to")->is(404);
    is_deeply $t->get('bob', "/v1/tickets/$from")->json->{links}, [],
        'nor is there a link for him';
}


# One ticket is merged once, whoever tries.
sub at_once {
    my $from = new_ticket();
    my @into = map { new_ticket() } 1 .. 4;
    my @answers = $t->parallel(map { ['POST', 'ann',
        "/v1/tickets/$from/merge", json => { into => $_ }] } @into, @into);
    is scalar(grep { $_->code == 200 } @answers), 1, 'one wins';
    is scalar(grep { $_->code == 409 } @answers), 7, 'the others are told';

    @answers = $t->parallel(map { ['POST', 'ann',
        "/v1/tickets/$from/unmerge", json => {}] } 1 .. 6);
    is scalar(grep { $_->code == 200 } @answers), 1, 'and one undoes it';
    is_deeply [grep { @{ $t->get('ann', "/v1/tickets/$_")->json->{links} } }
        @into, $from], [], 'no link is left anywhere';
}


sub splits {
    my $id = new_ticket();
    writes('alice', $id, 'and the printer, too');
    my $key = { 'Idempotency-Key' => "split-$id" };
    my @made = map { $t->post('ann', "/v1/tickets/$id/split",
        { message => 1, subject => 'Printer' }, %$key)->is(201) } 1 .. 2;
    my $new = $made[0]->json;
    is $made[1]->json->{id}, $new->{id}, 'once, though asked twice';
    is $made[0]->header('Location'), "/helpdesk/v1/tickets/$new->{id}",
        'it says where';
    is $new->{description}, 'and the printer, too', 'the message';
    is $new->{requester}{id}, $t->id('alice'), 'is of the same requester';
    is_deeply [map { $_->{kind} } @{ $new->{links} }], ['split_from'],
        'and linked';
    is reads('alice', $id), 'and the printer, too', 'the message stays';
    $t->post('ann', "/v1/tickets/$id/split", { message => 2 })->is(400);
    $t->post('alice', "/v1/tickets/$id/split", { message => 1 })->is(403);
}
