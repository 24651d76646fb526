# Disks that are full, fail, or hold something else: what clients are told,
# what is kept, and that service comes back by itself.

use v5.36;
use utf8;

use Time::HiRes qw(sleep);

use TicketTest;


# A desk whose nginx obeys orders.
sub desk (%opt) { return TicketTest->new(faults => 1, %opt) }

sub ticket ($subject) { return { subject => $subject, description => 'd' } }

# How often a ticket with this subject is there.
sub times_stored ($t, $subject) {
    my $list = $t->get('ann', '/v1/tickets?limit=200')->json->{data};
    return scalar grep { $_->{subject} eq $subject } @$list;
}


sub warnings_of ($t) { return scalar(() = $t->log =~ /of the map of the/g) }


# --- no space -----------------------------------------------------------------

{
    my $t = desk(workers => 2);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    my @pids = @{ $t->workers };
    my $full = 0;

    for my $call (qw(writev pwrite)) {
        $t->order("$call errno 28");
        my $r = $t->post('alice', '/v1/tickets', ticket("full $call"),
            'Idempotency-Key' => "full-$call");
        if ($r->code == 201) {
            note "no $call in this commit";
        }
        else {
            $r->is_problem(507, 'storage-full', "no space for $call");
            $full++;
            is times_stored($t, "full $call"), 0, 'nothing was stored';
        }
        $t->get('alice', $path)->is(200, 'reads go on');
        $t->order;
        $t->post('alice', '/v1/tickets', ticket("full $call"),
            'Idempotency-Key' => "full-$call")->is(201, 'space is back');
        is times_stored($t, "full $call"), 1, 'stored once';
    }
    is_deeply $t->workers, \@pids, 'full is no reason to leave';
    my $told = () = $t->log =~ /ticket\.create failed: the store is full/g;
    ok $told >= 1 && $told <= @pids, "told, but not $full times";
    $t->verify;
}

{
    my $t = TicketTest->new(workers => 1, start => 0,
        preload => ['statfs_shim.so']);
    my $file = $t->dir . '/free';
    $t->{server}{env}{STATFS_SHIM_FREE} = $file;
    $t->start;
    my $path = '/v1/tickets/' . $t->some_ticket->{id};

    spew($file, '100');
    wait_for(sub {
        $t->post('alice', '/v1/tickets', ticket('low'))->code == 507
    }, 'the reserve to be noticed', 5);
    $t->post('alice', '/v1/tickets', ticket('low'))
        ->is_problem(507, 'storage-full', 'too little space in reserve');
    $t->get('alice', $path)->is(200, 'reads go on');
    $t->get(undef, '/v1/readyz')->is(503, 'not ready to write');
    $t->get(undef, '/v1/healthz')->is(200, 'but alive');

    unlink $file;
    wait_for(sub {
        $t->post('alice', '/v1/tickets', ticket('enough'))->code == 201
    }, 'writes to come back', 5);
    $t->get(undef, '/v1/readyz')->is(200, 'ready again');
    $t->verify;
}


# --- a limit on the size of files ---------------------------------------------

# nginx begins with such a limit, which this process has for a moment.
sub start_limited ($t, $bytes) {
    my $limit = sub ($most) {
        system('prlimit', "--fsize=$most:", '--pid', $$) == 0
            or die "prlimit --fsize=$most failed\n";
    };
    $limit->($bytes);
    my $started = eval { $t->start };
    my $why = $@;
    $limit->('unlimited');
    die $why if !$started;
}

{
    my $t = TicketTest->new(workers => 1, start => 0);
    start_limited($t, 20 * 1024 * 1024);
    my @pids = @{ $t->workers };

    # of a length that is not known before, so that writing finds the limit
    my $upload = sub ($bytes) {
        spew($t->dir . '/body', 'x' x $bytes);
        return $t->curl('-o', '/dev/null', '-w', '%{http_code}',
            '-H', 'Authorization: Bearer ' . $t->token('alice'),
            '-H', 'Transfer-Encoding: chunked', '--data-binary',
            '@' . $t->dir . '/body', $t->url('/v1/attachments?name=f')
            )->{out};
    };
    is $upload->(1000), 201, 'a file within the limit';
    is $upload->(22 * 1024 * 1024), 507, 'one beyond it';
    wait_for(sub { !(() = glob $t->store . '/files/tmp/*') },
        'nothing of it to be left', 5);

    my ($stored, $last) = (0, undef);
    for (1 .. 30) {
        my @answers = $t->parallel(map { [POST => 'alice', '/v1/tickets',
            json => { subject => 'fill', description => 'x' x 19_000 }] }
            1 .. 16);
        $stored += grep { $_->code == 201 } @answers;
        ($last) = grep { $_->code != 201 } @answers;
        last if $last;
    }
    ok $last, "it stops before the file's limit" or diag $stored;
    $last->is_problem(507, 'storage-full') if $last;
    is $t->get('ann', '/v1/tickets?count=true&limit=1')->field('/count'),
        $stored, 'what was acknowledged is counted';
    is_deeply $t->workers, \@pids, 'no worker was ended for it';
    $t->verify;
}


# --- a disk that really fills up ----------------------------------------------

{
    my $t = TicketTest->new(workers => 2, init => 0, start => 0);
    my $owner = $> == 0 ? (getpwnam 'www-data')[2] : $>;
    my $mounted = $> == 0 && system('mount', '-t', 'tmpfs', '-o',
        "size=40m,mode=0700,uid=$owner", 'tmpfs', $t->store) == 0;

    if ($mounted) {
        $main::mounted = $t->store;
        $t->init_store;
        $t->start;
        my $path = '/v1/tickets/' . $t->some_ticket->{id};

        my ($stored, $last) = (1, undef);
        my $long = 'x' x 19_000;
        for (1 .. 120) {
            my @answers = $t->parallel(map { [POST => 'alice', '/v1/tickets',
                json => { subject => 'fill', description => $long }] }
                1 .. 32);
            $stored += grep { $_->code == 201 } @answers;
            ($last) = grep { $_->code != 201 } @answers;
            last if $last;
        }
        ok $last, 'a disk of 40 MB is full at last' or diag $stored;
        $last->is_problem(507, 'storage-full') if $last;
        $t->get('alice', $path)->is(200, 'reads go on');
        is $t->get('ann', '/v1/tickets?count=true&limit=1')->field('/count'),
            $stored, 'what was acknowledged is counted';
        $t->verify;

        system 'mount', '-o', 'remount,size=120m', $t->store;
        wait_for(sub {
            $t->post('alice', '/v1/tickets', ticket('more'))->code == 201
        }, 'writes after the disk was enlarged', 5);
        $t->verify;
        $t->stop;
        is system('umount', $t->store), 0, 'the store was closed';
        undef $main::mounted;
    }
    else {
        note 'no right to mount: the shims above have to do';
    }
}

END { system 'umount', '-l', $main::mounted if $main::mounted }


# --- a commit of unknown outcome ----------------------------------------------

for my $call (qw(fdatasync meta)) {
    my $t = desk(workers => 2);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    my %old = map { $_ => 1 } @{ $t->workers };

    # both workers may try: each process counts for itself
    $t->order("$call errno 5 0 1");
    my $key = "unknown-$call";
    my $r = $t->post('alice', '/v1/tickets', ticket($key),
        'Idempotency-Key' => $key);
    $r->is_problem(500, 'outcome-unknown', "$call fails: nobody knows");
    $t->order;

    wait_for(sub { 2 == @{ $t->workers }
        && grep { !$old{$_} } @{ $t->workers } }, 'a new worker', 10);
    wait_for(sub { $t->log =~ /worker process \d+ exited with code 1/ },
        'the old one to exit with code 1', 10);
    unlike $t->log, qr/cannot be respawned/, 'and that another came';
    is scalar(grep { $old{$_} } @{ $t->workers }), 1, 'the other one stayed';

    $t->new_connection;
    $t->get('alice', $path)->is(200, 'reads go on');
    my $again = $t->post('alice', '/v1/tickets', ticket($key),
        'Idempotency-Key' => $key);
    $again->is(201, 'the same key settles it');
    is times_stored($t, $key), 1, 'once and for all';
    is $t->post('alice', '/v1/tickets', ticket($key),
        'Idempotency-Key' => $key)->field('/id'), $again->field('/id'),
        'and it stays the same ticket';

    # a whole batch of them, on one worker
    $t->order("$call errno 5 0 1");
    my @many = $t->parallel(map { [POST => 'alice', '/v1/tickets',
        json => ticket("$call $_"), headers =>
            { 'Idempotency-Key' => "$call-$_" }] } 1 .. 40);
    $t->order;
    my %codes;
    $codes{ $_->code . ' ' . ($_->problem // $_->error // '') }++ for @many;
    note join ', ', map { "$codes{$_} x $_" } sort keys %codes;
    is_deeply [ grep { !/^(?:201 |500 outcome-unknown|503 busy)$/ }
        sort keys %codes ], [], 'no other answer than these';
    ok $codes{'500 outcome-unknown'}, 'some are unknown';

    wait_for(sub { 2 == @{ $t->workers } }, 'the workers', 10);
    sleep 0.3;
    $t->new_connection;
    for my $n (1 .. 40) {
        my $r;
        wait_for(sub {
            $r = $t->post('alice', '/v1/tickets', ticket("$call $n"),
                'Idempotency-Key' => "$call-$n");
            $r->code == 201;
        }, "the ticket $n", 5) or diag $r->code . $r->body;
        is $r->field('/id'), $many[$n - 1]->field('/id'), 'the same one'
            if $many[$n - 1]->code == 201;
    }
    is times_stored($t, "$call $_"), 1, "$call $_ is there once" for 1 .. 40;
    $t->verify;
}

{
    my $t = desk();
    for my $call (qw(pwrite writev)) {
        $t->order("$call errno 5 0 1");
        my $r = $t->post('alice', '/v1/tickets', ticket("eio $call"),
            'Idempotency-Key' => "eio-$call");
        $t->order;
        ok $r->code == 201 || ($r->problem // '') eq 'outcome-unknown',
            "EIO of $call" or diag $r->code . $r->body;
        wait_for(sub { $t->new_connection->get(undef, '/v1/readyz')->code
            == 200 }, 'the service', 10);
        $t->post('alice', '/v1/tickets', ticket("eio $call"),
            'Idempotency-Key' => "eio-$call")->is(201);
        is times_stored($t, "eio $call"), 1, 'once';

        $t->order("$call short 512 0 1");
        $r = $t->post('alice', '/v1/tickets', ticket("short $call"),
            'Idempotency-Key' => "short-$call");
        $t->order;
        ok $r->code == 201 || ($r->problem // '') eq 'outcome-unknown',
            "a short $call" or diag $r->code . $r->body;
        wait_for(sub { $t->new_connection->get(undef, '/v1/readyz')->code
            == 200 }, 'the service', 10);
        $t->post('alice', '/v1/tickets', ticket("short $call"),
            'Idempotency-Key' => "short-$call")->is(201);
        is times_stored($t, "short $call"), 1, 'once';
    }
    $t->verify;
}


# --- a device that fails every commit -----------------------------------------

{
    my $t = desk(workers => 2);
    $t->order('fdatasync errno 5');
    my $end = time + 4;
    while (time < $end) {
        $t->new_connection;
        my $r = $t->post('alice', '/v1/tickets', ticket('in vain'));
        ok $r->code == 503 || ($r->problem // '') eq 'outcome-unknown'
            || !$r->code, 'no promise' or diag $r->code . $r->body;
        sleep 0.05;
    }
    my $left = () = $t->log =~ /exited with code 1/g;
    ok $left >= 2 && $left <= 12, 'workers leave, but not in a storm'
        or diag $left;
    $t->order;
    wait_for(sub { $t->new_connection->post('alice', '/v1/tickets',
        ticket('at last'))->code == 201 }, 'the service', 10);
    $t->verify;
}


# --- the map is full ----------------------------------------------------------

{
    my $t = TicketTest->new(workers => 2, init => 0, start => 0, check => 0,
        store => 'map_size=2m');
    $t->start;
    wait_for(sub { $t->get(undef, '/v1/readyz')->code == 200 }, 'the store');
    $t->stop;
    $t->init_store;
    $t->{check} = 1;
    $t->start;
    my $path = '/v1/tickets/' . $t->some_ticket->{id};

    my ($stored, $r, $warned) = (1);
    for (1 .. 400) {
        $r = $t->post('alice', '/v1/tickets',
            { subject => 'map', description => 'x' x 4000 });
        last if $r->code != 201;
        $stored++;
        next if $warned || $t->get(undef, '/v1/readyz')
            ->field('/used_percent') < 80;
        is warnings_of($t), 0, "no warning before" if !$warned;
        $warned = wait_for(sub { warnings_of($t) }, 'a warning at 80 %', 5);
        like $t->log, qr/\[error\].* 8\d% of the map of the store "\Q@{[
            $t->store ]}\E" is used, at 90% .*map_size=/, '  it says all';
    }
    ok $warned, 'changes went on after it';
    $r->is_problem(507, 'storage-full', "the map is full after $stored");
    $t->get('alice', $path)->is(200, 'reads go on');
    $t->post('ann', "$path/claim", {})
        ->is_problem(507, 'storage-full', 'other writes are refused, too');
    $t->get(undef, '/v1/readyz')->is(503, 'not ready');
    sleep 2.5;
    is warnings_of($t), 1, 'the warning was given once';

    # alone, and among writes that are refused
    my $tokens = '/v1/users/' . $t->id('bob') . '/tokens';
    $t->get('bob', '/v1/me')->is(200);
    my @mixed = $t->parallel((map { [POST => 'alice', '/v1/tickets',
        json => ticket('no room')] } 1 .. 8),
        [DELETE => 'root', "$tokens/1"],
        (map { [POST => 'alice', '/v1/tickets', json => ticket('no room')] }
            1 .. 8));
    is scalar(grep { $_->code == 507 } @mixed), 16, 'writes are refused';
    $mixed[8]->is(204, 'a token can be revoked all the same');
    $t->get('bob', '/v1/me')->is_problem(401, 'unauthorized');
    is $t->get('ann', '/v1/tickets?count=true&limit=1')->field('/count'),
        $stored, 'the acknowledged ones are there';
    $t->verify;

    $t->restart;
    wait_for(sub { warnings_of($t) == 2 }, 'once more after a start', 5);
    $t->{server}{store} = 'map_size=16m';
    $t->restart;
    sleep 1.5;
    is warnings_of($t), 2, 'none when there is room';
    $t->post('ann', "$path/claim", {})->is(200, 'a larger map_size helps');
    $t->verify;
}


# --- something else in place of the store -------------------------------------

{
    my $t = TicketTest->new(workers => 1);
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    $t->some_ticket(description => 'x' x 9000) for 1 .. 40;
    $t->stop;

    my $data = $t->store . '/data.mdb';
    my $good = TicketTest::Server::slurp($data);
    my $half = int(length($good) / 2) & ~4095;

    for my $case (
        ['an empty file', '', qr/0 bytes and cannot be a store/],
        ['one byte', 'x', qr/1 bytes and cannot be a store/],
        ['one page', substr($good, 0, 4096), qr/4096 bytes and cannot/],
        ['two pages', substr($good, 0, 8192), qr/cut short|shorter/],
        ['half of it', substr($good, 0, $half), qr/cut short|shorter/],
        ['a little less', substr($good, 0, length($good) - 4096 * 8),
            qr/cut short|shorter/],
        ['something else', 'SQLite format 3' . "\0" x 100_000, qr/LMDB|other/],
        ['zeros', "\0" x length $good, qr/LMDB|not a file of this/])
    {
        my ($name, $bytes, $says) = @$case;
        spew($data, $bytes);
        unlink $t->store . '/lock.mdb';

        my $from = length $t->log;
        $t->{check} = 0;
        $t->start;
        $t->get('alice', $path)->is_problem(503, 'busy', "$name: 503");
        $t->post('alice', '/v1/tickets', ticket('x'))
            ->is_problem(503, 'busy', 'writes too');
        $t->get(undef, '/v1/healthz')->is(503, 'unhealthy');
        like substr($t->log, $from), qr/answers 503, trying on: .*$says/,
            'and the log says why';
        my $r = $t->ticketctl('verify');
        ok $r->{rc} != 0 && $r->{rc} < 128, 'ticketctl refuses it, too'
            or diag "$r->{rc} $r->{out} $r->{err}";
        $t->stop;
        ok TicketTest::Server::slurp($data) eq $bytes, 'it is left as it was';
    }

    spew($data, $good);
    $t->{check} = 1;
    $t->start;
    $t->get('alice', $path)->is(200, 'the right file again');
    $t->verify;
}

{
    my $t = TicketTest->new(workers => 1, start => 0, check => 0,
        preload => ['statfs_shim.so']);
    $t->start;
    $t->get('alice', '/v1/me')->is_problem(503, 'busy', 'on NFS: 503');
    like $t->log, qr/is on NFS, where the store would be damaged/,
        'and the log says why';
}

done_testing;


sub spew ($file, $bytes) {
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out $bytes;
    close $out;
}
