# Timers: last uses of tokens are written together, seldom, by each worker.

use v5.36;
use utf8;
use TicketTest;

use Time::HiRes qw(sleep);

my $t = TicketTest->new(workers => 2);

sub used ($login) {
    my $r = $t->get('root', '/v1/users/' . $t->id($login) . '/tokens');
    return $r->field('/data/0/last_used_at');
}

sub transactions () {
    return $t->get(undef, '/v1/readyz')->is(200)->field('/transactions');
}

is used('alice'), undef, 'a token that was never used';

$t->parallel(map { [GET => (qw(alice bob root))[ $_ % 3 ], '/v1/me'] } 1 .. 60);

wait_for(sub { used('alice') && used('bob') }, 'both uses to be written', 35);
like used('alice'), qr/^20\d\d-\d\d-\d\dT/, 'with the time';

# within the hour nothing is written again, however much is asked

my $when = used('alice');
wait_for(sub {                     # the look at it was a use of root's, too
    my $before = transactions();
    sleep 2.2;
    transactions() == $before;
}, 'the store to be quiet', 70);

my $before = transactions();
$t->parallel(map { [GET => 'alice', '/v1/me'] } 1 .. 40);
sleep 2.2;
is transactions(), $before, 'a use that is known is not written again';
is used('alice'), $when, 'nor told otherwise';

# a worker that leaves writes what it knows

$t->get('ann', '/v1/me')->is(200);
$t->reload;
wait_for(sub { used('ann') }, 'it to be written by the worker that leaves', 5);

$t->get('andy', '/v1/me')->is(200);
$t->stop('QUIT');
$t->start;
like used('andy'), qr/^20/, 'likewise when all of them leave';

$t->verify;
done_testing;
