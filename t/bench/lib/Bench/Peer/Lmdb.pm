package Bench::Peer::Lmdb;

# The LMDB writes of a create in a bare loop: see lmdb_loop.c.

use v5.36;
use Bench::Proc qw(run_or_die);

use constant BATCH         => 256;
use constant RECORD_BYTES  => 900;
use constant SLACK_SECONDS => 30;
use constant BUILD_SECONDS => 60;


# new(dir => D, source => FILE, users => N)
sub new ($class, %o) {
    return bless { %o, home => "$o{dir}/lmdb" }, $class;
}


sub start ($self) {
    mkdir $self->{home} or die "$self->{home}: $!\n";
    run_or_die(['cc', '-std=gnu11', '-O2', '-o', "$self->{dir}/lmdb_loop",
                $self->{source}, '-llmdb'], BUILD_SECONDS,
               dir => $self->{dir});
}


sub run ($self, $secs) {
    my $text = run_or_die(
        ["$self->{dir}/lmdb_loop", $self->{home}, $secs, BATCH,
         $self->{users}, RECORD_BYTES], $secs + SLACK_SECONDS,
        dir => $self->{dir});

    my ($rate) = $text =~ /\brate=(\d+)/;
    die "lmdb_loop:\n$text" if !$rate;
    return { rate => $rate };
}


sub stop ($self) {
}


1;
