package TicketTest::Server;

# The process side of a desk: directory, ports, nginx.conf, nginx and its
# signals, the error log.

use v5.36;

use Cwd            qw(abs_path);
use File::Basename qw(dirname);
use File::Copy     qw(copy);
use File::Path     qw(make_path remove_tree);
use File::Temp     qw(tempdir);
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX          qw(:sys_wait_h _exit);
use Socket         qw(SOCK_DGRAM);
use Time::HiRes    qw(sleep time);

use constant { PORT_MIN => 20000, PORT_MAX => 31999, START_SECONDS => 30 };

my $top = abs_path(dirname(__FILE__) . '/../../..');
my @locks;              # of ports, held until the test ends
my @directories;
my $keep;

sub top { $top }


sub new ($class, %opt) {
    my $self = bless {
        workers  => 1,
        store    => '',
        main     => '',
        http     => '',
        server   => '',
        location => '',
        tls      => 0,
        preload  => [],
        env      => {},
        asan     => $ENV{TICKET_ASAN} ? 1 : 0,
        %opt,
    }, $class;

    $self->{dir} = make_directory();
    $self->{port}     = free_port();
    $self->{port2}    = free_port();
    $self->{tls_port} = free_port() if $self->{tls};
    $self->make_places;

    return $self;
}


# From its next start nginx obeys the file of orders.
sub take_orders ($self, $files) {
    $self->{preload} = [@{ $self->{preload} }, 'io_shim.so'];
    $self->{env} = { %{ $self->{env} }, IO_SHIM => $self->orders,
        $files =~ /[*\/]/ ? (IO_SHIM_PATH => $files) : () };
}

sub orders   ($self) { "$self->{dir}/orders" }
sub dir      ($self) { $self->{dir} }
sub port     ($self) { $self->{port} }
sub port2    ($self) { $self->{port2} }
sub tls_port ($self) { $self->{tls_port} }
sub store    ($self) { "$self->{dir}/store" }
sub master   ($self) { $self->{pid} }
sub conf_file ($self) { "$self->{dir}/nginx.conf" }


# --- directory and ports ------------------------------------------------------

# build/t, unless the workers' user could not reach it there.
sub make_directory () {
    my $home = "$top/build/t";
    make_path($home);

    if ($> == 0) {
        my $part = '';
        for my $name (split m{/}, $home) {
            $part .= "$name/";
            my $mode = (stat $part)[2];
            $home = undef, last if !($mode & 0001);
        }
    }

    my $name = ($0 =~ m{([^/]+?)(?:\.t)?$}) ? $1 : 'test';
    my $dir = tempdir("$name-XXXXXX", $home ? (DIR => $home) : (TMPDIR => 1));
    chmod 0755, $dir;
    push @directories, $dir;
    return $dir;
}


sub keep_directories ($class)   { $keep = 1 }

sub remove_directories ($class) {
    return if $keep;
    remove_tree(@directories, { error => \my $ignored });
}


# A port below the range that the kernel hands out, kept from the other tests
# of this machine by a name that the kernel forgets with its holder.
sub free_port () {
    for (1 .. 1000) {
        my $port = PORT_MIN + int rand(PORT_MAX - PORT_MIN);
        my $lock = IO::Socket::UNIX->new(Type => SOCK_DGRAM,
            Local => "\0ngx_ticket_module.port.$port") or next;
        my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
            LocalPort => $port, Proto => 'tcp', Listen => 1) or next;
        close $socket;
        push @locks, $lock;
        return $port;
    }
    die "no free port\n";
}


sub make_places ($self) {
    my $dir = $self->{dir};
    make_path("$dir/logs", "$dir/tmp", "$dir/html");
    make_path("$dir/asan");
    chmod 01777, "$dir/asan", "$dir/tmp";
    mkdir "$dir/store", 0700;

    if ($> == 0) {
        my ($uid, $gid) = (getpwnam 'www-data')[2, 3];
        chown $uid, $gid, "$dir/store", "$dir/logs";
    }

    if ($self->{tls}) {
        my $r = $self->run(qw(openssl req -x509 -nodes -newkey ec
            -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=localhost
            -keyout), "$dir/key.pem", '-out', "$dir/cert.pem");
        die "openssl: $r->{err}\n" if $r->{rc};
    }

    $self->write_conf;
}


# --- nginx.conf ---------------------------------------------------------------

sub module_path ($self) {
    return $self->{module} // $ENV{TICKET_MODULE}
        // "$top/build/" . ($self->{asan} ? 'asan/' : '')
            . 'ngx_ticket_module.so';
}


sub ticketctl_path ($self) {
    my $asan = "$top/build/asan/ticketctl";
    return $self->{asan} && -x $asan ? $asan : "$top/build/ticketctl";
}


sub write_conf ($self) {
    my $text = $self->{conf} // $self->make_conf;
    my %value = map { $_ => $self->{$_} // '' } qw(dir port port2 tls_port);
    $value{store} = $self->store;
    $value{module} = $self->module_path;
    $text =~ s/\{(dir|port|port2|tls_port|store|module)\}/$value{$1}/g;

    open my $file, '>:utf8', $self->conf_file or die "nginx.conf: $!\n";
    print $file $text;
    close $file;
}


sub make_conf ($self) {
    my $user  = $> == 0 ? "user www-data;\n" : '';
    my $level = $ENV{TICKET_DEBUG} ? 'debug' : 'info';
    my $tls   = $self->{tls} ? <<'END' : '';
        listen 127.0.0.1:{tls_port} ssl http2;
        ssl_certificate     {dir}/cert.pem;
        ssl_certificate_key {dir}/key.pem;
END
    my $temp = join "\n", map { "    ${_}_temp_path {dir}/tmp/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);
    $temp =~ s{tmp/client_body}{tmp/body};
    my $env = join "\n", map { "env $_;" }
        qw(LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS),
        sort keys %{ $self->{env} };

    return <<"END";
${user}daemon off;
worker_processes $self->{workers};
pid {dir}/nginx.pid;
error_log {dir}/logs/error.log $level;
load_module {module};
$env
$self->{main}

events {
    worker_connections 1024;
}

http {
    access_log {dir}/logs/access.log;
    default_type application/octet-stream;
    keepalive_requests 1000000;
    lingering_timeout 1s;
    client_body_buffer_size 1m;
    client_max_body_size 1m;
$temp

    ticket_store main path={store} $self->{store};
    $self->{http}

    server {
        listen 127.0.0.1:{port};
$tls
        root {dir}/html;
        $self->{server}

        location /helpdesk/ {
            ticket main;
            $self->{location}
        }
    }
}
END
}


# --- processes ----------------------------------------------------------------

# Runs a program to its end; {rc, out, err}, rc 128 + n after signal n.
sub run ($self, @command) {
    my ($out, $err) = map { File::Temp->new } 1 .. 2;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>&', $out;
        open STDERR, '>&', $err;
        exec @command or _exit(127);
    }
    waitpid $pid, 0;

    my $rc = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    return { rc => $rc, out => slurp("$out"), err => slurp("$err") };
}


sub slurp ($path) {
    open my $file, '<:raw', $path or return '';
    local $/;
    return readline($file) // '';
}


# What nginx -t says: {rc, out, err}.
sub conf_test ($self) {
    $self->write_conf;
    local %ENV = (%ENV, $self->nginx_env);
    # a test that failed leaves nginx's own memory to exit()
    $ENV{ASAN_OPTIONS} .= ':detect_leaks=0' if $self->{asan};
    return $self->run('/usr/sbin/nginx', '-t', '-p', $self->{dir},
        '-c', $self->conf_file, '-e', 'stderr');
}


sub nginx_env ($self) {
    my @preload = map { m{/} ? $_ : "$top/build/fault/$_" }
        @{ $self->{preload} };
    my %env = %{ $self->{env} };

    if ($self->{asan}) {
        state $asan = do { my $p = qx(gcc -print-file-name=libasan.so);
                           chomp $p; abs_path($p) };
        unshift @preload, $asan;
        my $log = "log_path=$self->{dir}/asan/report";
        $env{ASAN_OPTIONS} = "$log:abort_on_error=1:detect_leaks=1"
            . ':detect_odr_violation=0:allocator_may_return_null=1';
        $env{UBSAN_OPTIONS} = "$log:abort_on_error=1:print_stacktrace=1";

        # workers read it themselves, and may not be able to enter $top
        my $supp = "$self->{dir}/lsan.supp";
        copy("$top/t/lib/lsan.supp", $supp) or die "$supp: $!\n"
            if !-e $supp;
        $env{LSAN_OPTIONS}  = "suppressions=$supp"
            . ':print_suppressions=0';
    }
    $env{LD_PRELOAD} = join ' ', @preload if @preload;
    return %env;
}


sub start ($self) {
    $self->write_conf;
    my $parent = $$;
    my $pid    = fork // die "fork: $!\n";

    if ($pid == 0) {
        # A test that is killed takes its nginx along.
        my $prctl = { x86_64 => 157, aarch64 => 167 }->{(POSIX::uname())[4]};
        syscall $prctl, 1, POSIX::SIGTERM() if $prctl;
        _exit(1) if getppid != $parent;

        %ENV = (%ENV, $self->nginx_env);
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/logs/stderr.log";
        open STDERR, '>&', \*STDOUT;
        exec '/usr/sbin/nginx', '-p', $self->{dir}, '-c', $self->conf_file,
            '-e', "$self->{dir}/logs/stderr.log" or _exit(127);
    }

    $self->{pid} = $pid;
    my $end = time + START_SECONDS;
    while (time < $end) {
        return $self if @{ $self->workers } == $self->{workers}
            && $self->answers;
        if (waitpid($pid, WNOHANG) == $pid) {
            delete $self->{pid};
            last;
        }
        sleep 0.01;
    }
    die "nginx did not start:\n" . slurp("$self->{dir}/logs/stderr.log")
        . $self->log . "\n";
}


sub answers ($self) {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 1) ? 1 : 0;
}


# pid => title of the master's children.
sub children ($self) {
    my $pid = $self->{pid} // return {};
    my %title;
    for my $child (split ' ', slurp("/proc/$pid/task/$pid/children")) {
        my $line = slurp("/proc/$child/cmdline") =~ s/\0.*//sr;
        $title{$child} = $line if $line ne '';
    }
    return \%title;
}


# The pids of the workers that take connections.
sub workers ($self) {
    my $children = $self->children;
    return [ sort { $a <=> $b } grep {
        $children->{$_} =~ /^nginx: worker process$/ } keys %$children ];
}


# New configuration and workers; returns when the new ones run.
sub reload ($self) {
    $self->write_conf;
    my %old = map { $_ => 1 } @{ $self->workers };
    kill HUP => $self->{pid};

    my $end = time + START_SECONDS;
    while (time < $end) {
        my @new = grep { !$old{$_} } @{ $self->workers };
        return \@new if @new == $self->{workers};
        sleep 0.01;
    }
    die "no new workers after a reload:\n" . $self->log . "\n";
}


# Sends the signal to every worker and waits for as many new ones.
sub kill_workers ($self, $signal = 'KILL') {
    my @old = @{ $self->workers };
    kill $signal => @old;

    my $end = time + START_SECONDS;
    while (time < $end) {
        my %now = map { $_ => 1 } @{ $self->workers };
        return \@old if keys %now == $self->{workers}
            && !grep { $now{$_} } @old;
        sleep 0.01;
    }
    die "no new workers after SIG$signal:\n" . $self->log . "\n";
}


# Ends nginx; the wait status of the master, or undef if it did not run.
sub stop ($self, $how) {
    my @children = keys %{ $self->children };
    my $pid      = delete $self->{pid} // return;
    kill $how => $pid;
    kill KILL => @children if $how eq 'KILL';

    my $end = time + START_SECONDS;
    while (waitpid($pid, WNOHANG) != $pid) {
        if (time > $end) {
            kill KILL => @children, $pid;
            waitpid $pid, 0;
            push @{ $self->{late} }, "nginx did not end after SIG$how in "
                . START_SECONDS . ' s';
            return $?;
        }
        sleep 0.005;
    }
    return $?;
}


# --- what it left -------------------------------------------------------------

sub log ($self) {
    return slurp("$self->{dir}/logs/error.log");
}


# The lines that no test may leave, but for those that match a pattern.
sub bad_lines ($self, @allowed) {
    my $bad = qr/\[(?:alert|emerg)\]
               |exited\ on\ signal
               |exited\ with\ fatal\ code
               |Sanitizer
               |runtime\ error:/x;
    my @lines = (split(/\n/, $self->log),
        split(/\n/, slurp("$self->{dir}/logs/stderr.log")));
    my @found = @{ $self->{late} // [] };

    for my $line (grep { $_ =~ $bad } @lines) {
        push @found, $line if !grep { $line =~ $_ } @allowed;
    }
    for my $file (sort glob "$self->{dir}/asan/report*") {
        push @found, "$file:", split /\n/, slurp($file);
    }
    return @found;
}


1;
