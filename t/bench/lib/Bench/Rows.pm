package Bench::Rows;

# What is measured.  Three tables: what has to run (resources), what is
# loaded in turn (groups of sides), and what is told (rows).  A new measure
# is a new row, and a new side if nothing measured so far can tell it.

use v5.36;
use utf8;
use Exporter 'import';
use Bench::Desk;
use Bench::Files qw(file_locations upload_kib);
use Bench::Peer::Lmdb;
use Bench::Peer::Plain qw(plain_locations);
use Bench::Peer::Postgres;
use Bench::Peer::Redis;
use Bench::Crew qw(crew_create crew_fact crew_set_up);
use Bench::Ways qw(way_locations);

our @EXPORT_OK = qw(groups resource rows);

use constant TEAMS => 100;

# A resource is made by its sub and stopped after the last group that names
# it.  $bench is the bench: dir, here, options and the resources made so far.
my %RESOURCES = (
    small => sub ($bench) {
        desk($bench, 'small', tickets => $bench->{few},
             locations => sub ($desk) {
                 plain_locations($desk->{dir}, ticket => $desk->{ticket},
                                 list => $desk->list)
             });
    },
    work => sub ($bench) { desk($bench, 'work', tickets => $bench->{few}) },
    crew => sub ($bench) {
        my $desk = desk($bench, 'crew', tickets => 0);
        crew_set_up($desk) if $desk->{module};
        return $desk;
    },
    pair => sub ($bench) {
        desk($bench, 'pair', tickets => $bench->{few}, workers => 2,
             locations => sub ($desk) { $desk->login_location })
    },
    ways => sub ($bench) {
        desk($bench, 'ways', tickets => $bench->{few},
             locations => \&way_locations)
    },
    queue_small => sub ($bench) {
        desk($bench, 'queue_small', tickets => $bench->{few}, teams => TEAMS)
    },
    queue_big => sub ($bench) {
        desk($bench, 'queue_big', tickets => $bench->{tickets},
             teams => TEAMS)
    },
    files => sub ($bench) {
        desk($bench, 'files', tickets => 100, locations => \&file_locations)
    },
    postgres => sub ($bench) {
        started(Bench::Peer::Postgres->new(
            dir => $bench->{dir}, scripts => "$bench->{here}/peers",
            users => $bench->{users}));
    },
    redis => sub ($bench) {
        my $people = Bench::Desk->stranger($bench->{dir}, $bench->{users});
        started(Bench::Peer::Redis->new(
            dir => $bench->{dir}, scripts => "$bench->{here}/peers",
            tokens => $people->{user_tokens},
            requests => sub ($path) { $people->create_file($path) }));
    },
    lmdb => sub ($bench) {
        started(Bench::Peer::Lmdb->new(
            dir => $bench->{dir}, source => "$bench->{here}/lmdb_loop.c",
            users => $bench->{users}));
    },
);

# Sides of a group run in this order within each round, each given the bench
# and the seconds to run.  slices: what a round is divided into, so that two
# sides are compared over a second and not over a minute.  alone: the sides
# that can run without the module.
my @GROUPS = (
    { name => 'get', uses => ['small'], slices => 4,
      alone => 'file return', sides => [
        ours => sub ($of, $s) { $of->{small}->get($s) },
        return => sub ($of, $s) { $of->{small}->get($s, '/plain/ticket') },
        file => sub ($of, $s) { $of->{small}->get($s, '/file/ticket') },
        random => sub ($of, $s) { $of->{small}->get_random($s) },
    ] },
    { name => 'conditional', uses => ['small'], slices => 4,
      alone => 'file return', sides => [
        ours => sub ($of, $s) { $of->{small}->get_conditional($s) },
        return => sub ($of, $s) {
            $of->{small}->get_conditional($s, '/plain/empty')
        },
    ] },
    { name => 'list', uses => ['small'], slices => 4,
      alone => 'file return', sides => [
        ours => sub ($of, $s) { $of->{small}->get_list($s) },
        return => sub ($of, $s) { $of->{small}->get_list($s, '/plain/list') },
        file => sub ($of, $s) { $of->{small}->get_list($s, '/file/list') },
        fresh => sub ($of, $s) { $of->{small}->list_fresh($s) },
    ] },
    { name => 'create', uses => ['work', 'postgres', 'redis'],
      alone => 'transaction statement redis bare', sides => [
        transaction => sub ($of, $s) {
            $of->{postgres}->run($s, 'transaction')
        },
        statement => sub ($of, $s) { $of->{postgres}->run($s, 'statement') },
        ours => sub ($of, $s) { $of->{work}->create($s, 64) },
        redis => sub ($of, $s) { $of->{redis}->run($s, 'create') },
        bare => sub ($of, $s) { $of->{redis}->run($s, 'bare') },
    ] },
    { name => 'loop', uses => ['work', 'lmdb'], alone => 'lmdb', sides => [
        ours => sub ($of, $s) { $of->{work}->create($s, 256) },
        lmdb => sub ($of, $s) { $of->{lmdb}->run($s) },
    ] },
    { name => 'change', uses => ['work'], sides => [
        ours => sub ($of, $s) { $of->{work}->move($s) },
        create => sub ($of, $s) { $of->{work}->create($s, 64) },
    ] },
    { name => 'batch', uses => ['work'], sides => [
        ours => sub ($of, $s) { $of->{work}->batch($s, 500) },
        single => sub ($of, $s) { $of->{work}->create($s, 1) },
        many => sub ($of, $s) { $of->{work}->create($s, 64) },
    ] },
    { name => 'route', uses => ['work', 'crew'], sides => [
        ours => sub ($of, $s) { crew_create($of->{crew}, $s, 64) },
        bare => sub ($of, $s) { $of->{work}->create($s, 64) },
    ] },
    { name => 'ways', uses => ['ways'], slices => 4,
      sides => [map { way_sides($_) } qw(jwt eddsa identity quota)] },
    { name => 'latency', uses => ['pair'], sides => [
        busy => sub ($of, $s) { $of->{pair}->read_latency($s, 1) },
        idle => sub ($of, $s) { $of->{pair}->read_latency($s, 0) },
    ] },
    { name => 'logins', uses => ['pair'], sides => [
        busy => sub ($of, $s) { $of->{pair}->login_latency($s) },
        idle => sub ($of, $s) { $of->{pair}->read_latency($s, 0) },
    ] },
    { name => 'size', uses => ['queue_small', 'queue_big'], slices => 4,
      sides => [
        get_big => sub ($of, $s) { $of->{queue_big}->get_random($s) },
        get_small => sub ($of, $s) { $of->{queue_small}->get_random($s) },
    ] },
    { name => 'queue', uses => ['queue_small', 'queue_big'], slices => 4,
      sides => [
        all_big => sub ($of, $s) { $of->{queue_big}->list_fresh($s) },
        all_small => sub ($of, $s) { $of->{queue_small}->list_fresh($s) },
        team_big => sub ($of, $s) { $of->{queue_big}->team_fresh($s) },
        team_small => sub ($of, $s) { $of->{queue_small}->team_fresh($s) },
        views_big => sub ($of, $s) { $of->{queue_big}->views_fresh($s) },
        views_small => sub ($of, $s) { $of->{queue_small}->views_fresh($s) },
    ] },
    { name => 'files', uses => ['files'], sides => [
        map {
            my $size = $_;
            ("ours_$size" => sub ($of, $s) {
                 $of->{files}->get($s, $of->{files}{file}{$size})
             },
             "file_$size" => sub ($of, $s) {
                 $of->{files}->get($s, "/static/$size")
             })
        } qw(100k 10m)
    ] },
    { name => 'upload', uses => ['files'], once => 1, sides => [
        kib => sub ($of, $s) { { kib => upload_kib($of->{files}) } },
    ] },
    { name => 'disk', uses => ['work'], once => 1, sides => [
        bytes => sub ($of, $s) { { bytes => $of->{work}->disk_bytes } },
    ] },
);

# ours, peer: sides of the group; take: what of a side is told; ratio is
# ours / peer, or peer / ours (inverse); less: the smaller ratio is better.
# must and goal are ratios, or values where there is no peer.  A row without
# them has no target and is there to judge the others by.
my @ROWS = (
    { name => 'get', group => 'get', ours => 'ours', peer => 'return',
      must => 0.80, goal => 0.90,
      text => 'GET one ticket of {answer_bytes} bytes, vs `return 200` of the '
            . 'same bytes' },
    { name => 'get-file', group => 'get', ours => 'ours', peer => 'file',
      must => 1.00, goal => 1.00,
      text => 'the same, vs the same bytes as a file with open_file_cache' },
    { name => 'get-fresh', group => 'get', ours => 'random',
      peer => 'return',
      text => 'GET of tickets at random, none asked for before, vs the same' },
    { name => 'conditional', group => 'conditional', ours => 'ours',
      peer => 'return', must => 0.85, goal => 0.95,
      text => 'conditional GET to 304, vs `return 204`' },
    { name => 'list', group => 'list', ours => 'ours', peer => 'return',
      must => 0.35, goal => 0.60,
      text => 'list of 50 in queue order ({list_bytes} bytes), vs '
            . '`return 200` of the same bytes' },
    { name => 'list-file', group => 'list', ours => 'ours', peer => 'file',
      text => 'the same, vs the same bytes as a file with sendfile' },
    { name => 'list-fresh', group => 'list', ours => 'fresh',
      peer => 'return',
      text => 'the list, not asked for before in this snapshot, vs '
            . '`return 200`' },
    { name => 'create-postgres', group => 'create', ours => 'ours',
      peer => 'transaction', must => 2.5, goal => 5,
      text => 'durable create, 64 connections, vs PostgreSQL, one '
            . 'transaction' },
    { name => 'create-postgres-statement', group => 'create',
      ours => 'ours', peer => 'statement',
      text => 'the same, vs PostgreSQL, all in one statement' },
    { name => 'create-redis', group => 'create', ours => 'ours',
      peer => 'redis', must => 1.5, goal => 3,
      text => 'the same, vs nginx + Lua + Redis, appendfsync always' },
    { name => 'create-redis-bare', group => 'create', ours => 'ours',
      peer => 'bare',
      text => 'the same, vs nginx + Lua + Redis that only stores the body' },
    { name => 'create-lmdb', group => 'loop', ours => 'ours',
      peer => 'lmdb', must => 0.35, goal => 0.60,
      text => 'durable create, 256 connections, vs the LMDB writes in a '
            . 'bare C loop, batch 256' },
    { name => 'change', group => 'change', ours => 'ours',
      peer => 'create', must => 0.7, goal => 1.0,
      text => 'state change (claim, start), 64 connections, vs creates' },
    { name => 'batch', group => 'batch', ours => 'ours', peer => 'single',
      must => 5.0, goal => 10.0,
      text => 'creates in batches of 500 operations, one connection, vs one '
            . 'request each, one after the other' },
    { name => 'batch-many', group => 'batch', ours => 'ours', peer => 'many',
      text => 'the same, vs one request each over 64 connections' },
    { name => 'route', group => 'route', ours => 'ours', peer => 'bare',
      must => 0.6, goal => 0.8,
      text => 'create with a form of five fields, given to one of '
            . crew_fact() . ', vs a bare create, 64 connections' },
    (map {
        my ($mount, $must, $text) = @$_;
        ({ name => "way-$mount", group => 'ways', ours => $mount,
           peer => "opaque-$mount", must => $must, goal => 1.0,
           text => "GET one ticket $text" },
         { name => "way-$mount-fresh", group => 'ways',
           ours => "$mount-fresh", peer => "opaque-$mount-fresh",
           must => $must, goal => 1.0,
           text => 'the same, tickets at random, none asked for before' })
    } ['jwt', 0.9, 'by JWT HS256, vs by opaque token'],
      ['eddsa', 0.9, 'by JWT EdDSA, vs by opaque token'],
      ['identity', 0.9, 'by `ticket_identity`, vs by opaque token'],
      ['quota', 0.95, 'with quotas, vs without']),
    { name => 'latency', group => 'latency', ours => 'busy', peer => 'idle',
      take => 'p99_us', unit => 'µs', less => 1, must => 3, goal => 1.5,
      text => 'p99 of GET while creates saturate, 2 workers, vs idle' },
    { name => 'logins', group => 'logins', ours => 'busy', peer => 'idle',
      take => 'p99_us', unit => 'µs', less => 1, must => 2, goal => 1.5,
      text => 'p99 of GET while 200 clients log in by password, 2 workers, '
            . 'vs idle' },
    { name => 'size-get', group => 'size', ours => 'get_big',
      peer => 'get_small', inverse => 1, less => 1, must => 1.3,
      goal => 1.1,
      text => 'time of GET at {tickets} tickets, vs at {few}' },
    (map {
        my ($name, $side, $text) = @$_;
        { name => "queue-$name", group => 'queue', ours => "${side}_big",
          peer => "${side}_small", inverse => 1, less => 1, must => 1.3,
          goal => 1.1,
          text => "time of $text at {tickets} open tickets in 100 teams, vs "
                . 'at {few}' }
    } ['list', 'all', 'the list, the queue of all teams,'],
      ['team', 'team', "one team's queue"],
      ['views', 'views', 'ten views with their counts']),
    { name => 'files-small', group => 'files', ours => 'ours_100k',
      peer => 'file_100k', must => 0.9, goal => 1.0,
      text => 'download of 100 KiB, vs the same bytes as a file of nginx' },
    { name => 'files-large', group => 'files', ours => 'ours_10m',
      peer => 'file_10m', must => 0.9, goal => 1.0,
      text => 'download of 10 MiB, vs the same bytes as a file of nginx' },
    { name => 'upload-memory', group => 'upload', ours => 'kib',
      take => 'kib', unit => 'KiB', less => 1, must => 8192, goal => 4096,
      text => 'growth of a worker by an upload of 100 MiB' },
    { name => 'disk', group => 'disk', ours => 'bytes', take => 'bytes',
      unit => 'bytes', less => 1, must => 3072, goal => 2048,
      text => 'bytes on disk a ticket with 400 characters of text, all '
            . 'included, after the creates' },
);


sub desk ($bench, $name, %o) {
    my $make = $bench->{peers} ? 'imitation' : 'new';
    my $desk = Bench::Desk->$make(
        dir       => "$bench->{dir}/$name",
        module    => $bench->{module},
        ticketctl => $bench->{ticketctl},
        users     => $bench->{users},
        workers   => 1,
        %o,
        $bench->{peers} ? (module => undef) : ());

    $bench->{answer_bytes} //= length $desk->{ticket};
    $bench->{list_bytes} //= length $desk->list if $name eq 'small';
    return $desk;
}


# A way in, and beside it what it is compared with: the opaque token.
sub way_sides ($way) {
    my @sides;

    for ([$way => 'get_way'], ["$way-fresh" => 'get_way_fresh']) {
        my ($name, $get) = @$_;

        push @sides,
            "opaque-$name" => sub ($of, $s) {
                $of->{ways}->$get($s, 'helpdesk')
            },
            $name => sub ($of, $s) { $of->{ways}->$get($s, $way) };
    }
    return @sides;
}


sub started ($peer) {
    $peer->start;
    return $peer;
}


sub resource ($bench, $name) {
    return $RESOURCES{$name}->($bench);
}


sub groups () { return @GROUPS }


sub rows () { return @ROWS }


1;
