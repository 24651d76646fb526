package Bench::Setup;

# What the bench needs of the machine, and what there is to say about it.

use v5.36;
use utf8;
use Exporter 'import';
use Bench::Proc qw(capture read_file write_file);

our @EXPORT_OK = qw(facts install load_average);

use constant APT_LIMIT_SECONDS => 600;
use constant POLICY => '/usr/sbin/policy-rc.d';

# package, a file that shows it is there
my @PACKAGES = (
    ['nginx',                 '/usr/sbin/nginx'],
    ['wrk',                   '/usr/bin/wrk'],
    ['gcc',                   '/usr/bin/cc'],
    ['liblmdb-dev',           '/usr/include/lmdb.h'],
    ['postgresql',            '/usr/lib/postgresql/15/bin/pgbench'],
    ['redis-server',          '/usr/bin/redis-server'],
    ['libnginx-mod-http-lua', '/usr/lib/nginx/modules/ngx_http_lua_module.so'],
    ['lua-cjson',             '/usr/share/lua/5.1/cjson/util.lua'],
    ['openssl',               '/usr/bin/openssl'],
);


# Installs what is missing.  The peers run from build/bench with their own
# data and sockets, so the daemons these packages bring are kept from being
# started (policy-rc.d, Debian Policy 9.3.3); running ones are left alone.
sub install ($dir) {
    my @missing = map { $_->[0] } grep { !-e $_->[1] } @PACKAGES;

    return if !@missing;
    die "missing packages, install them as root: @missing\n" if $>;

    say "installing @missing";

    my $ours = !-e POLICY;
    if ($ours) {
        write_file(POLICY, "#!/bin/sh\nexit 101\n");
        chmod 0755, POLICY;
    }

    my $failed = eval { apt($dir, @missing); 0 } // $@;
    unlink POLICY if $ours;
    die $failed if $failed;
}


sub apt ($dir, @packages) {
    local $ENV{DEBIAN_FRONTEND} = 'noninteractive';

    for my $try (1, 2) {
        my ($status, $text) = capture(
            ['apt-get', 'install', '-y', '--no-install-recommends',
             @packages], APT_LIMIT_SECONDS, dir => $dir);
        return if $status == 0;
        die "apt-get install @packages:\n$text" if $try == 2;
        capture(['apt-get', 'update'], APT_LIMIT_SECONDS, dir => $dir);
    }
}


# -> list of [name, value] for the head of the report
sub facts ($dir) {
    my ($model) = read_file('/proc/cpuinfo') =~ /^model name\s*:\s*(.*)$/m;
    my $cores = () = read_file('/proc/cpuinfo') =~ /^processor\s*:/mg;
    my ($kb) = read_file('/proc/meminfo') =~ /^MemTotal:\s*(\d+)/m;
    my $fs = (split /\n/, (capture(
        ['df', '--output=fstype', $dir], 10, dir => $dir))[1])[-1];

    return (
        ['processor', "$cores cores, " . ($model // 'unknown')],
        ['memory', sprintf('%.0f GiB', $kb / 1048576)],
        ['kernel', version($dir, ['uname', '-sr'], qr/(.+)/)],
        ['file system', $fs],
        ['one 4 KiB write made durable', sync_cost($dir)],
        ['nginx', version($dir, ['nginx', '-v'], qr{nginx/(\S+)})],
        ['PostgreSQL', version($dir, ['psql', '-V'], qr/(\d+\.\d+)/)],
        ['Redis', version($dir, ['redis-server', '-v'], qr/v=(\S+)/)],
        ['wrk', version($dir, ['wrk', '-v'], qr{wrk (?:debian/)?(\S+)})],
    );
}


sub version ($dir, $argv, $pattern) {
    my (undef, $text) = capture($argv, 10, dir => $dir);
    return $text =~ $pattern ? $1 : 'unknown';
}


# The device decides what a durable write can cost at best, so it is told.
sub sync_cost ($dir) {
    my $file = "$dir/sync.probe";
    my (undef, $text) = capture(
        ['dd', 'if=/dev/zero', "of=$file", 'bs=4k', 'count=400',
         'oflag=dsync'], 60, dir => $dir);

    unlink $file;
    return $text =~ /, ([\d.]+) s,/ ? sprintf('%.0f µs', $1 / 400 * 1e6)
                                    : 'unknown';
}


sub load_average () {
    return (split ' ', read_file('/proc/loadavg'))[0];
}


1;
