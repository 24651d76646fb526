# Slots of dead readers are given back, many are possible, and neither they
# nor slow clients make the file grow.

use v5.36;
use utf8;

use IO::Socket::INET;
use Socket      qw(SOL_SOCKET SO_RCVBUF);
use Time::HiRes qw(sleep time);

use TicketTest;

# Slots in use, and by whom: pid => number.
sub slots ($t) {
    my $r = $t->{server}->run('mdb_stat', '-r', $t->store);
    my %slots;
    $slots{$1}++ while $r->{out} =~ /^\s*(\d+)\s+[0-9a-f]+\s/mg;
    return \%slots;
}

sub dead_slots ($t) { return grep { !kill 0, $_ } keys %{ slots($t) } }


# --- workers that are killed while they read ----------------------------------

{
    my $t = TicketTest->new(workers => 4);
    $t->some_ticket for 1 .. 20;

    my $r = $t->{server}->run('mdb_stat', '-e', $t->store);
    like $r->{out}, qr/Max readers: 4096/, 'room for 4,096 readers';

    my $load = fork // die "fork: $!\n";
    if ($load == 0) {                     # reads and writes without pause
        my $end = time + 4;
        while (time < $end) {
            my @raw = map { eval { $t->raw } } 1 .. 4;
            for my $raw (grep { defined } @raw) {
                $raw->send($t->raw_request('GET', 'ann',
                    '/v1/tickets?limit=200') x 4);
                $raw->send($t->raw_request('POST', 'alice', '/v1/tickets',
                    '{"subject":"s","description":"d"}'));
            }
            $_->fill(0.05) for grep { defined } @raw;
        }
        POSIX::_exit(0);
    }
    $t->expect_log(qr/exited on signal 9/);
    my $killed = 0;
    for (1 .. 8) {
        sleep 0.25;
        $killed += @{ $t->kill_workers('KILL') };
    }
    waitpid $load, 0;
    my $start = time;
    ok wait_for(sub { !dead_slots($t) }, 'the dead to give their slots back',
        15), "$killed workers were killed, no slot is left of them";
    note sprintf '%.1f s after the last', time - $start;
    cmp_ok scalar(keys %{ slots($t) }), '<=', 4, 'the living have theirs';
    $t->verify;
}


# --- many workers that open and close at once ---------------------------------

{
    my $t = TicketTest->new(workers => 16);
    $t->expect_log(qr/exited on signal 9/);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};

    for my $round (1 .. 4) {
        $round % 2 ? $t->kill_workers('KILL') : $t->reload;
        my @answers;
        wait_for(sub {
            @answers = $t->parallel(map { [GET => 'alice', $path,
                check => 0] } 1 .. 64);
            !grep { $_->code != 200 } @answers;
        }, "all workers to serve after round $round", 10);
    }
    $t->some_ticket;
    $t->verify;
}


# --- a reader that died with an open snapshot ---------------------------------

{
    my $t = TicketTest->new(workers => 1);
    $t->some_ticket;

    # The program holds a read transaction when it is killed.
    my $reader = fork // die "fork: $!\n";
    if ($reader == 0) {
        open STDOUT, '>', $t->dir . '/reader';
        my @user = $> == 0 ? ('setpriv', '--reuid=www-data',
            '--regid=www-data', '--clear-groups') : ();
        exec @user, build_path('fault/hold_lock'), $t->store, 60_000, 'read';
    }
    wait_for(sub { -s $t->dir . '/reader' }, 'the reader');
    ok slots($t)->{$reader}, 'a foreign reader has a slot';
    kill KILL => $reader;
    waitpid $reader, 0;
    ok wait_for(sub { !slots($t)->{$reader} }, 'its slot to be free', 15),
        'a reader that was killed loses its slot';
    like $t->log, qr/freed \d+ reader slots of dead/, 'which is logged';
}


# --- slow clients and updates -------------------------------------------------

{
    my $t = TicketTest->new(workers => 1);
    $t->some_ticket(description => 'x' x 3000) for 1 .. 60;
    my @ids = map { $_->{id} }
        @{ $t->get('ann', '/v1/tickets?limit=50')->json->{data} };

    # clients that ask for much and read nearly nothing
    my @slow = map {
        my $raw = $t->raw;
        setsockopt $raw->socket, SOL_SOCKET, SO_RCVBUF, 2048;
        $raw->send($t->raw_request('GET', 'ann', '/v1/tickets?limit=200')
            x 100);
        $raw;
    } 1 .. 40;

    # every update changes one byte and leaves the number of pages as it was
    my $update = sub ($rounds) {
        for my $round (1 .. $rounds) {
            my @r = $t->parallel(map { [PATCH => 'ann', "/v1/tickets/$_",
                json => { account => "account $round" }] }
                @ids[map { ($round * 16 + $_) % @ids } 0 .. 15]);
            my ($bad) = grep { $_->code != 200 } @r;
            $bad->is(200) if $bad;
            sysread $_->socket, my $byte, 1 for @slow;
        }
    };

    $update->(10);
    my $first = -s $t->store . '/data.mdb';
    $update->(50);
    my $second = -s $t->store . '/data.mdb';

    # events are kept for ever: about 300 bytes an update
    my $grown  = $second - $first;
    my $events = 50 * 16 * 600;
    note "$first bytes, then $second: $grown more for 800 updates";
    cmp_ok $grown, '<', $events + 512 * 1024,
        'slow clients do not keep old pages from being used again';
    $_->close for @slow;
    $t->verify;
}

done_testing;
