package TicketTest::Load;

# Clients in processes of their own that write for some time, whatever happens
# to the server, and keep a log of what they sent and what they were told.
#
#   my $load = TicketTest::Load->new($t, clients => 8, seconds => 6,
#       script => sub ($c) { $c->post('alice', '/v1/tickets', {...}) });
#   $load->start;
#   ...
#   my @records = $load->finish;
#
# The script is called again and again.  A write is sent with a key of its own
# and, while its outcome is not known, sent again with the same key.

use v5.36;

use Mojo::JSON  qw(decode_json encode_json);
use POSIX       qw(_exit);
use Time::HiRes qw(sleep time);

use TicketTest::Raw;

use constant {
    GRACE_SECONDS  => 15,    # to settle the last write
    ANSWER_SECONDS => 10,
    PAUSE_SECONDS  => 0.02,
};


# Options: clients, seconds, script, seed, grace (seconds).
sub new ($class, $desk, %opt) {
    return bless { desk => $desk, clients => 8, seconds => 5, seed => 1,
        grace => GRACE_SECONDS, %opt, pids => {} }, $class;
}


sub start ($self) {
    for my $number (1 .. $self->{clients}) {
        my $pid = fork // die "fork: $!\n";
        if ($pid == 0) {
            my $fine = eval { $self->client($number); 1 };
            print STDERR "# client $number: $@" if !$fine;
            _exit($fine ? 0 : 1);
        }
        $self->{pids}{$pid} = $number;
    }
    return $self;
}


sub log_file ($self, $number) {
    return $self->{desk}->dir . "/load-$number.log";
}


# Waits for the clients; the records of all, as hashes, in each client's
# order.  Dies if a client did.
sub finish ($self) {
    my @records;
    for my $pid (sort { $a <=> $b } keys %{ $self->{pids} }) {
        waitpid $pid, 0;
        die "client $self->{pids}{$pid} failed\n" if $?;
    }
    for my $number (1 .. $self->{clients}) {
        open my $in, '<', $self->log_file($number) or next;
        my %last;
        my @keys;
        while (my $line = <$in>) {
            my $record = decode_json($line);
            push @keys, $record->{key} if !$last{ $record->{key} };
            $last{ $record->{key} } = $record;
        }
        push @records, map { $last{$_} } @keys;
    }
    return @records;
}


# --- one client ---------------------------------------------------------------

sub client ($self, $number) {
    srand $self->{seed} * 1000 + $number;
    open my $log, '>', $self->log_file($number) or die "log: $!\n";
    $log->autoflush(1);

    my $client = bless {
        desk   => $self->{desk},
        number => $number,
        log    => $log,
        count  => 0,
        until  => time + $self->{seconds},
        grace  => $self->{grace},
        mine   => {},
    }, 'TicketTest::Load::Client';

    while (time < $client->{until}) {
        $self->{script}->($client);
    }
}


package TicketTest::Load::Client;

use Mojo::JSON  qw(encode_json);
use Time::HiRes qw(sleep time);

sub number ($self) { $self->{number} }

# A place for the script's own things.
sub mine ($self) { $self->{mine} }

# A text that no other write has.
sub marker ($self) {
    return sprintf 'c%d-%d', $self->{number}, $self->{count} + 1;
}


# Sends until the outcome is known or the time is up; the record, with
# outcome: ok, refused or unknown.  %note goes into the record.
sub post ($self, $who, $path, $data, %note) {
    my $key = sprintf 'load-%d-%d', $self->{number}, ++$self->{count};
    my $record = { %note, key => $key, who => $who, path => $path,
        outcome => 'unknown', tries => 0, broken => 0, sent => time };
    my $bytes = $self->{desk}->raw_request('POST', $who, $path,
        encode_json($data), "Idempotency-Key: $key");

    $self->write_log($record);
    my $end = $self->{until} + $self->{grace};
    while ($record->{outcome} eq 'unknown' && time < $end) {
        Time::HiRes::sleep(TicketTest::Load::PAUSE_SECONDS)
            if $record->{tries}++;
        $self->try($bytes, $record);
    }
    $record->{done} = time;
    $self->write_log($record);
    return $record;
}


sub write_log ($self, $record) {
    print { $self->{log} } encode_json($record), "\n";
}


# One try.  A connection that was used before may be closed by a worker that
# leaves before it takes our request; one that is new may not.
sub try ($self, $bytes, $record) {
    my $used = defined $self->{raw};
    my $raw  = $self->{raw} //= eval { $self->{desk}->raw };
    my $answer;

    if ($raw) {
        $raw->send($bytes);
        $answer = $raw->answer(timeout => TicketTest::Load::ANSWER_SECONDS);
    }
    if (!$answer) {
        $record->{broken}++ if !$used;
        delete $self->{raw};
        return;
    }

    delete $self->{raw}
        if ($answer->header('Connection') // '') eq 'close';
    my $code    = $answer->code;
    my $problem = $answer->problem // '';
    $record->{codes}{"$code $problem"}++;

    if ($code < 300) {
        my $json = $answer->json;
        $record->{outcome}  = 'ok';
        $record->{code}     = $code;
        $record->{id}       = $json->{id};
        $record->{version}  = $json->{version};
        $record->{state}    = $json->{state};
        $record->{replayed} = 1 if $answer->header('Idempotency-Replayed');
    }
    elsif ($code < 500 && $problem ne 'idempotency-in-flight') {
        $record->{outcome} = 'refused';
        $record->{code}    = $code;
        $record->{problem} = $problem;
    }
}


1;
