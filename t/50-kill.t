# Sixteen clients work while workers are killed, reloaded and the master is
# restarted.  Afterwards the store is consistent, what was acknowledged is
# there once, and every ticket's history follows the state machine.
#
#   TICKET_KILL_SECONDS   how long (20)
#   TICKET_KILL_SEED      which storm (by the clock)

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Storm;

my $seconds = $ENV{TICKET_KILL_SECONDS} // 20;
my $seed    = $ENV{TICKET_KILL_SEED} // time % 100_000;
diag "kill test: $seconds s, seed $seed";

my $t = TicketTest->new(workers => 3);
$t->expect_log(qr/exited on signal 9/);

my $storm  = TicketTest::Storm->new($t, seconds => $seconds, seed => $seed);
my @faults = $storm->run;

my (%outcome, %code);
for my $r ($storm->records) {
    $outcome{ $r->{outcome} }++;
    $code{$_} += $r->{codes}{$_} for keys %{ $r->{codes} // {} };
}
my $strikes = $storm->strikes;
note 'struck: ' . join ', ', map { "$strikes->{$_} x $_" } sort keys %$strikes;
my $again = grep { $_->{tries} > 1 } $storm->records;
my $replayed = grep { $_->{replayed} } $storm->records;
note "sent again: $again, of which done before: $replayed";
note 'outcomes: ' . join ', ', map { "$outcome{$_} $_" } sort keys %outcome;
note 'answers: ' . join ', ', map { "$code{$_} x $_" } sort keys %code;

is scalar(@faults), 0, 'what clients were told is what is there';
diag "    $_" for @faults[0 .. ($#faults > 20 ? 20 : $#faults)];

cmp_ok $outcome{ok} // 0, '>', 20 * $seconds, 'the clients got work done';
cmp_ok $again, '>', $seconds, 'in spite of what struck them';
cmp_ok $outcome{refused} // 0, '<', ($outcome{ok} // 0) / 2,
    'and few refusals';
is $outcome{unknown} // 0, 0, 'all outcomes are known in the end';

ok wait_for(sub {
    my $out = $t->{server}->run('mdb_stat', '-r', $t->store)->{out};
    my @pids = $out =~ /^\s*(\d+)\s+[0-9a-f]+\s/mg;
    !grep { !kill 0, $_ } @pids;
}, 'dead readers to be cleared', 15), 'no reader slot of a dead worker';

$t->verify;
$t->restart;
$t->verify('and after a restart');
done_testing;
