package Bench::Nginx;

# An nginx of the bench's own: one configuration, one directory, one port.

use v5.36;
use Exporter 'import';
use POSIX ();
use Bench::Proc qw(free_port read_file serve stop wait_for write_file);

our @EXPORT_OK = qw(constant_body nginx_start nginx_stop worker_seconds);

# nginx reads its configuration through a buffer of 4096 bytes, so no word
# of it may be longer (NGX_CONF_BUFFER, src/core/ngx_conf_file.c).
use constant WORD_BYTES => 3900;


# nginx_start(dir => D, main => text, http => text, server => text,
#             workers => 1) -> { port, dir, proc }
sub nginx_start (%o) {
    my $port = free_port();
    my $dir = $o{dir};

    mkdir $dir;
    mkdir "$dir/tmp";
    write_file("$dir/nginx.conf", conf(%o, port => $port));

    my $proc = serve(['nginx', '-p', "$dir/", '-c', "$dir/nginx.conf",
                      '-e', "$dir/error.log"],
                     out => "$dir/nginx.out", signal => 'QUIT',
                     ready => wait_for($port));

    return { port => $port, dir => $dir, proc => $proc };
}


sub nginx_stop ($nginx) {
    stop($nginx->{proc}) if $nginx;
}


# Processor seconds its workers have used, threads included.  wrk may be the
# slower of the two; this tells what a request costs the worker even then.
sub worker_seconds ($nginx) {
    my $master = $nginx->{proc}{pid};
    my $ticks = 0;

    for my $pid (split ' ', read_file("/proc/$master/task/$master/children"))
    {
        my ($rest) = read_file("/proc/$pid/stat") =~ /\) (.*)/;
        my @field = split ' ', $rest;
        $ticks += $field[11] + $field[12];      # utime, stime: proc(5)
    }
    return $ticks / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}


# As root the workers stay root, so that the directory they work in needs no
# path open to others.  keepalive_requests: wrk shall never reconnect.
sub conf (%o) {
    my $workers = $o{workers} // 1;
    my $user = $> ? '' : 'user root;';
    my $reuse = $workers > 1 ? ' reuseport' : '';
    my $temp = join "\n    ", map { "${_}_temp_path tmp/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);
    my ($main, $http, $server) = map { $o{$_} // '' } qw(main http server);

    return <<~"CONF";
        daemon off;
        worker_processes $workers;
        worker_rlimit_nofile 8192;
        $user
        pid nginx.pid;
        error_log error.log warn;
        $main

        events {
            worker_connections 4096;
        }

        http {
            access_log off;
            default_type application/json;
            keepalive_requests 1000000000;
            keepalive_timeout 300s;
            geo \$bench_dollar { default "\$"; }
            client_max_body_size 1m;
            client_body_buffer_size 1m;
            sendfile on;
            tcp_nopush on;
            $temp
        $http

            server {
                listen 127.0.0.1:$o{port} backlog=1024$reuse;
        $server
            }
        }
        CONF
}


# constant_body(bytes) -> the inside of a location that answers them
#
# A body that does not fit a word of the configuration is cut into constant
# variables, which `set` points at without a copy, and joined by `return` in
# one allocation and one copy.  Of the ways nginx has to send 45 KB from
# memory (variables of `map` or of `set`, Lua) this one was the fastest.
sub constant_body ($bytes) {
    my @parts = ('');

    for my $char (split //, $bytes) {
        my $next = quote($char);
        push @parts, '' if length($parts[-1]) + length($next) > WORD_BYTES;
        $parts[-1] .= $next;
    }

    return "return 200 '$parts[0]';" if @parts == 1;

    my $sets = join "\n", map { "set \$part$_ '$parts[$_]';" } 0 .. $#parts;
    return "$sets\nreturn 200 \"" . join('', map { "\${part$_}" } 0 .. $#parts)
           . '";';
}


sub quote ($char) {
    return $char =~ /['\\]/ ? "\\$char"
         : $char eq '$'     ? '${bench_dollar}'
                            : $char;
}


1;
