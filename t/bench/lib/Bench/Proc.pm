package Bench::Proc;

# Every process the bench starts: commands it waits for, servers it stops.
# Nothing is ever ended by name; what is ended is a pid from this table.  A
# server also gets TERM from the kernel should the bench itself be killed.

use v5.36;
use Exporter 'import';
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(capture finish free_port launch read_file run_or_die
    serve stop stop_all wait_for write_file);

use constant STOP_GRACE_SECONDS  => 15;
use constant START_LIMIT_SECONDS => 20;

my %running;


# launch([argv], out => FILE, user => NAME) -> handle
#
# Starts a command with its output in a file.  The caller ends it with
# finish() or stop().
sub launch ($argv, %o) {
    my @wrap = ('setpriv', '--pdeathsig', 'TERM');
    push @wrap, "--reuid=$o{user}", "--regid=$o{user}", '--init-groups'
        if $o{user};

    my $pid = fork // die "fork: $!\n";

    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP ALRM);
        chdir $o{cwd} if $o{cwd};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $o{out} or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT;
        exec @wrap, @$argv or POSIX::_exit(127);
    }

    my $proc = { pid => $pid, out => $o{out}, name => $argv->[0],
                 signal => $o{signal} // 'TERM' };
    $running{$pid} = $proc;
    return $proc;
}


# finish(handle, seconds) -> exit status; dies when the time is over.
sub finish ($proc, $seconds) {
    my $until = time + $seconds;

    while (!reap($proc)) {
        if (time > $until) {
            stop($proc);
            die "$proc->{name}: no end after $seconds s, see $proc->{out}\n";
        }
        sleep 0.01;
    }
    return $proc->{status};
}


# capture([argv], seconds, option...) -> (status, text)
sub capture ($argv, $seconds, %o) {
    my $out = $o{out} // "$o{dir}/command.out";

    unlink $out;
    if ($o{user}) {
        write_file($out, '');
        chmod 0666, $out;
    }

    my $status = finish(launch($argv, %o, out => $out), $seconds);
    return ($status, read_file($out));
}


# As capture(), returns the text alone and dies on a failed command.
sub run_or_die ($argv, $seconds, %o) {
    my ($status, $text) = capture($argv, $seconds, %o);

    die "@$argv[0 .. ($#$argv > 3 ? 3 : $#$argv)]: status $status\n$text"
        if $status;
    return $text;
}


# serve([argv], ready => sub, ...) -> handle of a server that answers.
sub serve ($argv, %o) {
    my $proc = launch($argv, %o);
    my $until = time + START_LIMIT_SECONDS;

    until ($o{ready}->()) {
        if (reap($proc)) {
            die "$proc->{name} did not start:\n" . tail($o{out});
        }
        if (time > $until) {
            stop($proc);
            die "$proc->{name} is not ready in time:\n" . tail($o{out});
        }
        sleep 0.05;
    }
    return $proc;
}


sub stop ($proc) {
    return if !$proc || reap($proc);

    kill $proc->{signal}, $proc->{pid};
    my $until = time + STOP_GRACE_SECONDS;

    while (!reap($proc)) {
        if (time > $until) {
            kill 'KILL', $proc->{pid};
            waitpid $proc->{pid}, 0;
            delete $running{$proc->{pid}};
            return;
        }
        sleep 0.02;
    }
}


sub stop_all () {
    stop($_) for sort { $b->{pid} <=> $a->{pid} } values %running;
}


sub reap ($proc) {
    return 1 if defined $proc->{status};
    return 0 if waitpid($proc->{pid}, POSIX::WNOHANG) != $proc->{pid};

    $proc->{status} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    delete $running{$proc->{pid}};
    return 1;
}


# A condition for serve(): something accepts at "PORT" or at "/a/socket".
sub wait_for ($where) {
    return sub {
        return $where =~ m{^/}
            ? IO::Socket::UNIX->new(Peer => $where)
            : IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                    PeerPort => $where);
    };
}


sub free_port () {
    my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1',
                                  LocalPort => 0) or die "no port: $!\n";
    return $s->sockport;
}


sub read_file ($path) {
    open my $f, '<:raw', $path or die "$path: $!\n";
    local $/;
    return <$f> // '';
}


sub write_file ($path, $text) {
    open my $f, '>:raw', $path or die "$path: $!\n";
    print $f $text;
    close $f or die "$path: $!\n";
}


sub tail ($path) {
    my @lines = split /^/, read_file($path);
    splice @lines, 0, @lines - 15 if @lines > 15;
    return join '', @lines;
}


1;
