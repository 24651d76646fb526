package TicketTest::H2;

# An HTTP/2 client of the smallest kind (RFC 9113), over TLS: sends frames one
# by one, so that streams can be reset and connections cut at any point.
# Header fields go out as literals; of those that come back only the status
# is decoded.

use v5.36;

use IO::Socket::SSL;
use Time::HiRes qw(time);

use constant {
    DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
    GOAWAY => 7, WINDOW_UPDATE => 8,
    END_STREAM => 0x1, ACK => 0x1, END_HEADERS => 0x4,
    CANCEL => 8,
};

# Index of the static table (RFC 7541, appendix A) => status.
my %STATUS = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404,
    14 => 500);


sub new ($class, $desk) {
    my $socket = IO::Socket::SSL->new(PeerAddr => '127.0.0.1',
        PeerPort => $desk->tls_port, SSL_verify_mode => SSL_VERIFY_NONE,
        SSL_alpn_protocols => ['h2'], Timeout => 5)
        // die "TLS: $SSL_ERROR\n";
    die "no HTTP/2\n" if ($socket->alpn_selected // '') ne 'h2';

    my $self = bless { desk => $desk, socket => $socket, next => 1,
        buffer => '', answers => {} }, $class;
    $self->write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    $self->frame(SETTINGS, 0, 0, pack 'nN', 4, 1 << 20);
    return $self;
}


sub write ($self, $bytes) {
    local $SIG{PIPE} = 'IGNORE';
    utf8::downgrade($bytes);        # a token from JSON has made it text
    return print { $self->{socket} } $bytes;
}


sub frame ($self, $type, $flags, $stream, $payload = '') {
    my $length = length $payload;
    return $self->write(pack('CnCCN', $length >> 16, $length & 0xffff, $type,
        $flags, $stream) . $payload);
}


# Lengths below 128 + 127 only need one more byte.
sub literal ($self, $name, $value) {
    my $out = "\0";
    for my $text ($name, $value) {
        my $length = length $text;
        $out .= $length < 127 ? chr $length
              : chr(127) . ($length - 127 < 128 ? chr($length - 127)
                  : chr(($length - 127) & 127 | 128)
                    . chr(($length - 127) >> 7));
        $out .= $text;
    }
    return $out;
}


# Begins a request; the number of its stream.  With `part` the stream stays
# open for data().
sub request ($self, $method, $who, $path, $body = undef, %opt) {
    my $stream = $self->{next};
    $self->{next} += 2;

    my %header = %{ $opt{headers} // {} };
    $header{authorization} //= 'Bearer ' . $self->{desk}->token($who)
        if defined $who;
    if (defined $body) {
        $header{'content-type'} //= 'application/json';
        $header{'content-length'} //= length $body if !$opt{part};
    }

    my $block = $self->literal(':method', $method)
        . $self->literal(':scheme', 'https')
        . $self->literal(':authority', 'localhost')
        . $self->literal(':path', $self->{desk}->base . $path)
        . join '', map { $self->literal(lc, $header{$_}) } sort keys %header;

    my $last = !defined $body && !$opt{part};
    $self->frame(HEADERS, END_HEADERS | ($last ? END_STREAM : 0), $stream,
        $block);
    $self->data($stream, $body, !$opt{part}) if defined $body;
    return $stream;
}


sub data ($self, $stream, $bytes, $end = 1) {
    return $self->frame(DATA, $end ? END_STREAM : 0, $stream, $bytes);
}


sub reset_stream ($self, $stream, $code = CANCEL) {
    return $self->frame(RST_STREAM, 0, $stream, pack 'N', $code);
}


sub goaway ($self) {
    return $self->frame(GOAWAY, 0, 0, pack 'NN', 0, 0);
}


# The connection goes away without a word.
sub cut ($self) {
    my $fd = $self->{socket};
    setsockopt $fd, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
        pack 'ii', 1, 0;
    $fd->close(SSL_no_shutdown => 1);
}

sub close ($self) { $self->{socket}->close }


# Waits for the answer on a stream: {code, body}, {reset}, or undef.
sub answer ($self, $stream, $seconds = 10) {
    my $end = time + $seconds;
    while (!$self->{answers}{$stream}{done}) {
        my $left = $end - time;
        return if $left <= 0 || !$self->read_frame($left);
    }
    return $self->{answers}{$stream};
}


sub read_frame ($self, $seconds) {
    while (1) {
        if (length $self->{buffer} >= 9) {
            my ($high, $low, $type, $flags, $stream) =
                unpack 'CnCCN', $self->{buffer};
            my $length = $high << 16 | $low;
            if (length $self->{buffer} >= 9 + $length) {
                my $frame = substr $self->{buffer}, 0, 9 + $length, '';
                $self->take($type, $flags, $stream & 0x7fffffff,
                    substr $frame, 9);
                return 1;
            }
        }
        if (!$self->{socket}->pending) {
            IO::Select->new($self->{socket})->can_read($seconds) or return;
        }
        my $n = sysread $self->{socket}, $self->{buffer}, 65536,
            length $self->{buffer};
        return if !$n;
    }
}


sub take ($self, $type, $flags, $stream, $payload) {
    my $answer = $self->{answers}{$stream} //= { body => '' };

    if ($type == HEADERS) {
        $answer->{code} = $self->status($payload);
    }
    elsif ($type == DATA) {
        $answer->{body} .= $payload;
        my $credit = pack 'N', length($payload) || 1;
        $self->frame(WINDOW_UPDATE, 0, 0, $credit);
    }
    elsif ($type == RST_STREAM) {
        $answer->{reset} = unpack 'N', $payload;
        $answer->{done}  = 1;
    }
    elsif ($type == SETTINGS && !($flags & ACK)) {
        $self->frame(SETTINGS, ACK, 0);
    }
    elsif ($type == PING && !($flags & ACK)) {
        $self->frame(PING, ACK, 0, $payload);
    }
    $answer->{done} = 1 if $type <= HEADERS && $flags & END_STREAM;
}


# nginx sends the status first, indexed or as three digits.
sub status ($self, $block) {
    $block =~ s/^[\x20-\x3f]//;                # a change of the table's size
    my $first = ord $block;
    return $STATUS{ $first & 0x7f } if $first & 0x80;
    return substr $block, 2, 3;
}


1;
