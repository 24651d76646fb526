# Who has a ticket open: seen by all workers, forgotten by itself, never
# written; kept over reloads.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);
my ($id, $other) = make_tickets($t, { state => 'open' }, { state => 'open' });
my $path = "/v1/tickets/$id/viewers";

nobody();
seen();
crowd();
refused();
many();
reloaded();
forgotten();
$t->verify;
done_testing;


# [login, typing] of each, as $who sees them.
sub viewers ($who, $where = $path) {
    my %login = map { $t->id($_) => $_ } qw(ann andy sue root);
    return [ sort { $a->[0] cmp $b->[0] } map {
        [$login{ $_->{id} } // $_->{id}, $_->{typing} ? 1 : 0] }
        @{ $t->get($who, $where)->is(200)->json->{data} } ];
}


sub nobody () {
    is_deeply viewers('ann'), [], 'nobody yet';
}


sub seen () {
    my $before = $t->ticketctl('stat')->{json};
    $t->put('ann', $path)->is(200, 'ann has it open');
    $t->put('andy', "$path?typing=true")->is(200, 'andy writes');
    for my $i (1 .. 8) {
        $t->new_connection;
        is_deeply viewers('sue'), [['andy', 1], ['ann', 0]],
            "by whichever worker ($i)";
    }
    is_deeply viewers('ann'), [['andy', 1]], 'ann sees the other';
    is_deeply viewers('sue', "/v1/tickets/$other/viewers"), [],
        'of this ticket only';

    is_deeply [sort map { $_->{name} }
        @{ $t->get('sue', $path)->json->{data} }], ['Ann Agent', '安迪'],
        'with their names';
    my $etag = $t->get('sue', $path)->header('ETag');
    is $etag, undef, 'no entity tag, so nothing is not modified';

    $t->put('andy', "$path?typing=false")->is(200);
    is_deeply viewers('ann'), [['andy', 0]], 'he stops';
    $t->request(PUT => 'andy', $path, body => '{"typing":true}')->is(200);
    $t->delete('andy', $path)->is(200, 'he closes it');
    is_deeply viewers('ann'), [], 'and is not seen any more';
    is_deeply $t->ticketctl('stat')->{json}{entries}, $before->{entries},
        'nothing was written';
}


# More than are told: those who were seen last.
sub crowd () {
    my $there = "/v1/tickets/$other/viewers";
    my @crowd = map { $t->add_user("v$_", 'agent') } 1 .. 20;
    for my $n (1 .. 20) {
        $t->put("v$n", $there)->is(200);
        select undef, undef, undef, 0.005;
    }
    my $seen = sub ($who) {
        [map { $_->{id} } @{ $t->get($who, $there)->json->{data} }]
    };
    is_deeply $seen->('sue'), [@crowd[4 .. 19]], 'the newest sixteen';
    is_deeply $seen->('v20'), [@crowd[3 .. 18]], 'besides oneself';
    $t->put('v1', $there)->is(200);
    is_deeply $seen->('sue'), [@crowd[0, 5 .. 19]], 'one comes back';
    $t->delete("v$_", $there) for 1 .. 20;
    is_deeply $seen->('sue'), [], 'all have gone';
}


sub refused () {
    $t->get(undef, $path)->is_problem(401, 'unauthorized');
    $t->get('alice', $path)->is_problem(403, 'forbidden');
    $t->put('ann', '/v1/tickets/9999/viewers')->is_problem(404, 'not-found');
    $t->put('ann', "$path?typing=maybe")->is_problem(400,
        'unknown-parameter');
    $t->get('ann', "$path?typing=true")->is_problem(400,
        'unknown-parameter');
    $t->post('ann', $path, {})->is_problem(405, 'method-not-allowed');
}


# Many tickets in a table that has not room for all.
sub many () {
    my @tickets = make_tickets($t, map { { state => 'open' } } 1 .. 60);
    $t->put('ann', "/v1/tickets/$_/viewers")->is(200) for @tickets[0 .. 3];
    is_deeply viewers('sue', "/v1/tickets/$_/viewers"), [['ann', 0]],
        "ticket $_" for @tickets[0 .. 3];
}


sub reloaded () {
    $t->put('andy', "$path?typing=true")->is(200);
    $t->reload;
    is_deeply [grep { $_->[0] eq 'andy' } @{ viewers('sue') }],
        [['andy', 1]], 'kept over a reload';
}


sub forgotten () {
    $t->put('andy', $path)->is(200);
    sleep 31;
    is_deeply viewers('sue'), [], 'forgotten after half a minute';
    $t->restart;
    is_deeply viewers('sue'), [], 'and by a restart';
}
