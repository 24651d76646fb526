# What a commit is, seen from the kernel: pages, fdatasync, then the meta page
# through the synchronous descriptor, all of it before any client is told; and
# writes that come together share one.

use v5.36;
use utf8;

use Time::HiRes qw(sleep time);

use TicketTest;

my $t = TicketTest->new(workers => 1, asan => 0, module => undef);
my $path = '/v1/tickets/' . $t->some_ticket->{id};

my $trace = $t->dir . '/trace';
my @calls = qw(openat pwrite64 pwritev pwritev2 writev write fdatasync fsync
    sync_file_range msync sendto sendmsg ftruncate fallocate mmap);


# Runs the code while strace watches the worker; the lines.
sub traced ($code) {
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>', "$trace.err";
        exec 'strace', '-f', '-y', '-qq', '-s', 64, '-e',
            'trace=' . join(',', @calls), '-e', 'signal=none', '-o', $trace,
            map { ('-p', $_) } @{ $t->workers } or die;
    }
    my ($worker) = @{ $t->workers };
    wait_for(sub {
        TicketTest::Server::slurp("/proc/$worker/status")
            =~ /TracerPid:\s+[1-9]/
        && !grep { TicketTest::Server::slurp($_) =~ /TracerPid:\s+0/ }
            glob "/proc/$worker/task/*/status";
    }, 'strace to be attached') or die TicketTest::Server::slurp("$trace.err");
    $code->();
    sleep 0.1;
    kill INT => $pid;
    waitpid $pid, 0;
    return split /\n/, TicketTest::Server::slurp($trace);
}

# The events of a trace: pages, sync, meta, told, or another line as it is.
# A call that was interrupted by another thread's counts where it ended.
sub events_of (@lines) {
    my (@events, %begun);
    for my $line (@lines) {
        my ($tid, $text) = $line =~ /^(\d+)\s+(.*)/ or next;
        if ($text =~ s/ <unfinished \.\.\.>$//) {
            $begun{$tid} = $text;
            # a write to a client is told from its beginning
            push @events, 'told' if told($text);
            next;
        }
        if ($text =~ s/^<\.\.\. \w+ resumed>//) {
            $text = delete($begun{$tid}) . $text;
            next if told($text);
        }
        push @events, told($text) ? 'told' : kind($text);
    }
    return grep { $_ ne '' } @events;
}

sub told ($text) {
    return $text =~ /^(?:writev|write|sendto|sendmsg)\(\d+<(?:TCP|socket)[^>]*>
        .*HTTP\/1\.1\ 2/x;
}

sub kind ($text) {
    return '' if $text !~ m{/data\.mdb>};
    return 'pages' if $text =~ /^(?:pwritev?(?:64)?|writev)\(/
        && ($text =~ / = (\d+)/ ? $1 : 0) >= 4096;
    return 'sync'  if $text =~ /^fdatasync\(\d+<[^>]*>\)\s+= 0/;
    return "meta $1" if $text =~ /^pwrite64\((\d+)<.* = 120$/;
    return $text;
}


# --- one commit ---------------------------------------------------------------

my $flags;
my @events = events_of(traced(sub {
    $flags = descriptor_flags();
    $t->post('alice', '/v1/tickets', { subject => 's', description => 'd' })
        ->is(201);
}));

my ($meta) = map { /^meta (\d+)/ ? $1 : () } @events;
my $order = join ' ', map { s/^meta \d+$/meta/r } @events;
like $order, qr/^(?:pages )+sync meta told$/,
    'pages, fdatasync, meta, and only then the answer' or diag $order;
ok defined $meta && $flags->{$meta} & 010000, 'meta goes through O_DSYNC'
    or diag explain $flags;
is scalar(grep { $_ & 010000 } values %$flags), 1, 'and nothing else does';
is scalar(keys %$flags), 2, 'the worker has two descriptors of the file';

# fd => flags (octal) of the worker's descriptors of data.mdb.
sub descriptor_flags () {
    my ($worker) = @{ $t->workers };
    my %flags;
    for my $link (glob "/proc/$worker/fd/*") {
        next if (readlink($link) // '') !~ m{/data\.mdb$};
        my ($fd) = $link =~ /(\d+)$/;
        my ($octal) = TicketTest::Server::slurp("/proc/$worker/fdinfo/$fd")
            =~ /^flags:\s+(\d+)/m;
        $flags{$fd} = oct $octal;
    }
    return \%flags;
}


# --- every kind of write, in its order ----------------------------------------

@events = events_of(traced(sub {
    $t->post('ann', "$path/claim", {})->is(200);
    $t->post('ann', "$path/start", {})->is(200);
    $t->post('alice', "$path/messages", { body => 'x' x 15_000 })->is(201);
    $t->patch('ann', $path, { account => 'a' })->is(200);
    $t->post('root', '/v1/users', { login => 'new', role => 'user',
        name => 'New' }, 'Idempotency-Key' => 'u1')->is(201);
    $t->post('bob', "$path/claim", {});                        # refused
    $t->post('ann', "$path/claim", {});                        # refused
}));
$order = join ' ', map { s/^meta \d+$/meta/r } @events;

# the timer that keeps when tokens were last used answers nobody
$order =~ s/(?:pages )+sync meta(?= pages|$)//g;

like $order, qr/^(?: ?(?:pages )+sync meta told ?){5}$/,
    'five writes, five whole commits; refusals write nothing'
    or diag $order;


# --- reads --------------------------------------------------------------------

# The timer that keeps when tokens were last used may fall into one of these.
my @lines;

for (1 .. 3) {
    @lines = grep { m{/data\.mdb|/lock\.mdb} } traced(sub {
        $t->get('alice', $path)->is(200);
        $t->get('ann', '/v1/tickets?count=true')->is(200);
        $t->get('alice', '/v1/nothing');
    });
    last if !@lines;
}

is_deeply \@lines, [], 'a read writes nothing';


# --- together -----------------------------------------------------------------

my @raw = map { $t->raw } 1 .. 64;
@lines = traced(sub {
    my $made = 0;
    for my $round (1 .. 4) {
        my @bytes = map { $t->raw_request('POST', 'alice', '/v1/tickets',
            qq({"subject":"$round $_","description":"d"})) } 1 .. 64;
        $raw[$_]->send($bytes[$_]) for 0 .. 63;
        $made += grep { $_->answer->code == 201 } @raw;
    }
    is $made, 256, '256 creates';
});
@events = events_of(@lines);
my $syncs = grep { $_ eq 'sync' } @events;
cmp_ok $syncs, '<', 128, "64 at a time share commits: $syncs for 256 creates";
cmp_ok $syncs, '>=', 4, 'at least one a round';

my ($committed, $early) = (0, 0);
for my $event (@events) {
    $committed ||= $event =~ /^meta/;
    $early++ if $event eq 'told' && !$committed;
}
is $early, 0, 'no answer before the first commit';
is_deeply [ grep { !/^(?:pages|sync|told|meta \d+)$/ } @events ], [],
    'and no other call on the file';


# --- the master ---------------------------------------------------------------

my $master = $t->master;
is_deeply [ grep { (readlink($_) // '') =~ /\.mdb$/ }
    glob "/proc/$master/fd/*" ], [], 'the master has none of the files open';
unlike TicketTest::Server::slurp("/proc/$master/maps"), qr/\.mdb/,
    'nor mapped';

$t->verify;
done_testing;
