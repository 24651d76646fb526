package Bench::Client;

# What is asked of a server before anything is measured, over several
# connections at once.  A request is written in one piece: one whose body
# follows in a second segment waits some 40 ms for the server's delayed
# acknowledgement of the first (RFC 896, RFC 1122 section 4.2.3.2).

use v5.36;
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

our @EXPORT_OK = qw(ask_all);

use constant TIMEOUT_SECONDS => 60;
use constant READ_BYTES      => 1024 * 1024;


# ask_all(port, connections, requests, take)
#
# requests->() gives the next request, ready for the wire, until it gives
# undef; take->(n, { status, headers, content }) gets the answer to the nth,
# from 0, in the order in which they come.  Dies if the server does not
# answer or closes a connection.
sub ask_all ($port, $connections, $requests, $take) {
    my $reading = IO::Select->new;
    my $writing = IO::Select->new;
    my %of;
    my $number = 0;

    my $next = sub ($c) {
        my $request = $requests->();

        $reading->remove($c->{socket});
        return if !defined $request;
        @$c{qw(number out in)} = ($number++, $request, '');
        $writing->add($c->{socket});
    };

    for (1 .. $connections) {
        my $c = { socket => connected($port) };
        $of{ fileno $c->{socket} } = $c;
        $next->($c);
        last if !$writing->exists($c->{socket});
    }

    while ($reading->count || $writing->count) {
        my ($readable, $writable) =
            IO::Select->select($reading, $writing, undef, TIMEOUT_SECONDS);
        die "no answer in " . TIMEOUT_SECONDS . " s\n" if !$readable;

        for my $c (map { $of{fileno $_} } @$writable) {
            next if !written($c);
            $writing->remove($c->{socket});
            $reading->add($c->{socket});
        }
        for my $c (map { $of{fileno $_} } @$readable) {
            my $answer = answered($c) // next;
            $take->($c->{number}, $answer);
            $next->($c);
        }
    }
}


sub connected ($port) {
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "port $port: $@\n";

    $socket->blocking(0);
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    return $socket;
}


# -> true when all of the request is on its way
sub written ($c) {
    my $n = syswrite $c->{socket}, $c->{out};

    if (!defined $n) {
        return 0 if $!{EAGAIN} || $!{EINTR};
        die "write to the server: $!\n";
    }
    substr $c->{out}, 0, $n, '';
    return $c->{out} eq '';
}


# -> the answer, when all of it is there
sub answered ($c) {
    my $n = sysread $c->{socket}, $c->{in}, READ_BYTES, length $c->{in};

    if (!defined $n) {
        return undef if $!{EAGAIN} || $!{EINTR};
        die "read from the server: $!\n";
    }
    die "the server closed a connection\n" if !$n;

    my $head = index $c->{in}, "\r\n\r\n";
    return undef if $head < 0;

    my ($line, @fields) = split /\r\n/, substr $c->{in}, 0, $head;
    my %headers = map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @fields;
    my $length = $headers{'content-length'} // 0;

    die "an answer in chunks\n" if $headers{'transfer-encoding'};
    return undef if length($c->{in}) < $head + 4 + $length;

    return {
        status  => (split ' ', $line)[1],
        headers => \%headers,
        content => substr($c->{in}, $head + 4, $length),
    };
}


1;
