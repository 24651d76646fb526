package Bench::Peer::Postgres;

# PostgreSQL 15: a cluster of its own, reached over a Unix socket by pgbench.
# Settings that differ from the defaults all help it: memory, and no
# checkpoint within the measure.  fsync, synchronous_commit and
# full_page_writes stay on.

use v5.36;
use utf8;
use Encode qw(encode_utf8);
use Bench::Proc qw(capture read_file run_or_die serve write_file);
use Bench::Text qw(description subject);

use constant CLIENTS         => 64;
use constant THREADS         => 2;
use constant CHARACTERS      => 400;
use constant INITDB_SECONDS  => 120;
use constant SLACK_SECONDS   => 30;

my $BIN = '/usr/lib/postgresql/15/bin';

my %SETTINGS = (
    listen_addresses   => '',
    max_connections    => 100,
    shared_buffers     => '1GB',
    max_wal_size       => '8GB',
    checkpoint_timeout => '30min',
    fsync              => 'on',
    synchronous_commit => 'on',
    full_page_writes   => 'on',
);


# new(dir => D, scripts => DIR, users => N).  PostgreSQL refuses to run as
# root, so then it runs as its package's user in a directory given to it.
sub new ($class, %o) {
    my $self = bless { %o, home => "$o{dir}/postgres" }, $class;
    my $home = $self->{home};

    mkdir $home or die "$home: $!\n";

    if (!$>) {
        my ($uid, $gid) = (getpwnam 'postgres')[2, 3];
        die "there is no user postgres\n" if !$uid;
        chown $uid, $gid, $home;
        $self->{as} = [user => 'postgres'];
    }

    my ($status) = capture(['test', '-w', $home], 10, dir => $o{dir},
                           @{ $self->{as} // [] });
    die "user postgres cannot reach $home: make its parents searchable\n"
        if $status;
    return $self;
}


sub start ($self) {
    my ($home, @as) = ($self->{home}, @{ $self->{as} // [] });
    my %in = (dir => $self->{dir}, cwd => $home, @as);

    run_or_die(["$BIN/initdb", '-D', "$home/data", '-E', 'UTF8',
                '--locale=C', '-A', 'trust', '-U', 'postgres'],
               INITDB_SECONDS, %in);

    my @set = map { ('-c', "$_=$SETTINGS{$_}") } sort keys %SETTINGS;

    $self->{proc} = serve(
        ["$BIN/postgres", '-D', "$home/data", '-k', $home, '-p', 5432, @set],
        out => "$self->{dir}/postgres.log", signal => 'INT', cwd => $home,
        @as, ready => sub { $self->answers });

    run_or_die(['psql', $self->login, '-q', '-v', 'ON_ERROR_STOP=1', '-f',
                "$self->{scripts}/schema.sql", 'postgres'], 60,
               dir => $self->{dir});
}


sub answers ($self) {
    my ($status) = capture(["$BIN/pg_isready", '-h', $self->{home}], 10,
                           dir => $self->{dir});
    return $status == 0;
}


sub login ($self) {
    return ('-h', $self->{home}, '-U', 'postgres');
}


# The bodies are parameters of a prepared statement, so they travel to the
# server with each transaction as they do in the other measures.
#
# what: transaction (create.sql) or statement (create-at-once.sql)
sub run ($self, $secs, $what = 'transaction') {
    my $script = $what eq 'statement' ? 'create-at-once' : 'create';
    my @files;

    for my $language (qw(en zh)) {
        my $file = "$self->{dir}/$script.$language.sql";
        my $sql = read_file("$self->{scripts}/$script.sql");
        $sql =~ s/:(subject|body)\b/:$1_$language/g;
        write_file($file, $sql);
        push @files, '-f', $file;
    }

    my @define = map { ('-D', $_) } "users=$self->{users}", map {
        my $text = $_;
        (encode_utf8("subject_$text=" . subject($text)),
         encode_utf8("body_$text=" . description($text, CHARACTERS)))
    } qw(en zh);

    my $text = run_or_die(
        ["$BIN/pgbench", $self->login, '-n', '-M', 'prepared',
         '-c', CLIENTS, '-j', THREADS, '-T', $secs, @files, @define,
         'postgres'], $secs + SLACK_SECONDS, dir => $self->{dir});

    my ($tps) = $text =~ /^tps = ([\d.]+)/m;
    die "pgbench:\n$text" if !$tps;
    return { rate => $tps };
}


sub stop ($self) {
    Bench::Proc::stop($self->{proc});
}


1;
