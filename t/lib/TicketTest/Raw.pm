package TicketTest::Raw;

# A TCP connection on which anything can be sent, and HTTP/1.1 answers read
# one by one.

use v5.36;

use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

use TicketTest::Answer;


sub new ($class, $port, $desk = undef) {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Proto => 'tcp', Timeout => 5)
        // die "connect 127.0.0.1:$port: $!\n";
    binmode $socket;
    return bless { socket => $socket, buffer => '', desk => $desk }, $class;
}


sub socket ($self) { $self->{socket} }


# Sends all bytes; false if the peer has gone.
sub send ($self, $bytes) {
    local $SIG{PIPE} = 'IGNORE';
    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        return 0 if !defined $n;
        substr $bytes, 0, $n, '';
    }
    return 1;
}


sub shutdown_write ($self) { shutdown $self->{socket}, 1 }
sub close ($self)          { CORE::close $self->{socket} }


# Reset instead of an orderly end.
sub reset ($self) {
    setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    CORE::close $self->{socket};
}


# Reads more into the buffer; bytes read, 0 at the end, undef after $seconds.
sub fill ($self, $seconds) {
    return if !IO::Select->new($self->{socket})->can_read($seconds);
    my $n = sysread $self->{socket}, $self->{buffer}, 65536,
        length $self->{buffer};
    return $n // 0;
}


# True if the peer closes within $seconds; what it sent stays readable.
sub closed ($self, $seconds = 5) {
    my $end = time + $seconds;
    while ((my $left = $end - time) > 0) {
        my $n = $self->fill($left) // return 0;
        return 1 if $n == 0;
    }
    return 0;
}


# Bytes until the peer closes or $seconds pass.
sub rest ($self, $seconds = 5) {
    $self->closed($seconds);
    return delete($self->{buffer}) . ($self->{buffer} = '');
}


# One answer, or undef when none came.  Options: timeout (10 s), method (HEAD
# has no body), path (with method: the answer is checked against the
# document).
sub answer ($self, %opt) {
    my $end = time + ($opt{timeout} // 10);
    my $more = sub {
        my $left = $end - time;
        return $left > 0 && $self->fill($left);
    };

    while ($self->{buffer} !~ /\r\n\r\n/) {
        $more->() or return;
    }
    $self->{buffer} =~ s/^(.*?)\r\n\r\n//s;
    my ($status, @lines) = split /\r\n/, $1;
    my ($code) = $status =~ m{^HTTP/1\.[01] (\d\d\d)} or return;

    my %header;
    for (@lines) {
        my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
        push @{ $header{ lc $name } }, $value;
    }

    my $body = $self->body(\%header, $more,
        scalar(($opt{method} // '') eq 'HEAD' || $code =~ /^(?:1..|204|304)$/))
        // return;
    my $answer = TicketTest::Answer->new(code => $code, body => $body,
        headers => \%header);
    $self->{desk}->check_answer($opt{method}, $opt{path}, $answer)
        if $self->{desk} && defined $opt{path};
    return $answer;
}


sub body ($self, $header, $more, $none) {
    return '' if $none;

    if (defined(my $length = ($header->{'content-length'} // [])->[0])) {
        while (length $self->{buffer} < $length) {
            $more->() or return;
        }
        return substr $self->{buffer}, 0, $length, '';
    }

    if (($header->{'transfer-encoding'} // [''])->[0] =~ /chunked/i) {
        my $body = '';
        while (1) {
            while ($self->{buffer} !~ /\r\n/) {
                $more->() or return;
            }
            $self->{buffer} =~ s/^([0-9a-fA-F]+)[^\r]*\r\n// or return;
            my $length = hex $1;
            while (length $self->{buffer} < $length + 2) {
                $more->() or return;
            }
            $body .= substr $self->{buffer}, 0, $length, '';
            substr $self->{buffer}, 0, 2, '';
            return $body if $length == 0;
        }
    }

    1 while $more->();
    return delete($self->{buffer}) . ($self->{buffer} = '');
}


1;
