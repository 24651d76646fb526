package Bench::Wrk;

# wrk, always with one thread, and what it printed.

use v5.36;
use Exporter 'import';
use Cwd ();
use File::Basename qw(dirname);
use Bench::Proc qw(finish launch read_file);

our @EXPORT_OK = qw(wrk wrk_finish wrk_start);

use constant START_SLACK_SECONDS => 20;
use constant ERRORS_ALLOWED      => 0.001;

my $LUA = Cwd::abs_path(dirname(__FILE__) . '/../../wrk');


# wrk_start(dir, url, secs, conns, script, args, headers, refusals) -> handle
# refusals: answers that are errors are none.
sub wrk_start (%o) {
    local $ENV{BENCH_WRK} = $LUA;

    state $serial = 0;
    my $out = sprintf '%s/wrk.%d.out', $o{dir}, ++$serial;
    my @argv = ('wrk', '-t1', "-c$o{conns}", "-d$o{secs}s",
                '--timeout', '10s', '-s', "$LUA/$o{script}");

    push @argv, map { ('-H', $_) } @{ $o{headers} // [] };
    push @argv, $o{url}, '--', @{ $o{args} // [] };

    my $proc = launch(\@argv, out => $out);
    $proc->{secs} = $o{secs};
    $proc->{refusals} = $o{refusals};
    return $proc;
}


# -> { rate per second, done, p50_us, p99_us }; dies when answers failed.
sub wrk_finish ($proc) {
    my $status = finish($proc, $proc->{secs} + START_SLACK_SECONDS);
    my $text = read_file($proc->{out});
    my ($line) = $text =~ /^bench (.*)$/m;

    die "wrk: status $status\n$text" if $status || !$line;

    my %r = map { split /=/ } split ' ', $line;
    my $failed = $r{status} + $r{socket};

    die "wrk: $r{requests} requests, $r{status} refused answers, "
        . "$r{socket} socket errors\n"
        if !$r{requests}
           || $failed - ($proc->{refusals} ? $r{status} : 0)
              > $r{requests} * ERRORS_ALLOWED;

    $r{done} = $r{requests} - $r{status};
    $r{rate} = $r{done} / ($r{us} / 1e6);
    unlink $proc->{out};
    return \%r;
}


sub wrk (%o) {
    return wrk_finish(wrk_start(%o));
}


1;
