package Bench::Peer::Redis;

# nginx (one worker) with Lua before Redis, both of their own, everything
# written through: appendonly yes, appendfsync always.  See redis.lua.

use v5.36;
use Bench::Nginx qw(nginx_start nginx_stop);
use Bench::Proc qw(run_or_die serve wait_for);
use Bench::Wrk qw(wrk);

use constant CONNECTIONS    => 64;
use constant TOKENS_AT_ONCE => 500;

my $MODULES = '/usr/lib/nginx/modules';

my %SETTINGS = (
    port                        => 0,
    save                        => '',
    daemonize                   => 'no',
    appendonly                  => 'yes',
    appendfsync                 => 'always',
    'auto-aof-rewrite-percentage' => 0,
);


# new(dir => D, scripts => DIR, tokens => [..],
#     requests => sub ((path) -> FILE of requests with these tokens))
sub new ($class, %o) {
    return bless { %o, home => "$o{dir}/redis" }, $class;
}


sub start ($self) {
    my $home = $self->{home};
    my $socket = "$home/redis.sock";

    mkdir $home or die "$home: $!\n";

    $self->{proc} = serve(
        ['redis-server', '--dir', $home, '--unixsocket', $socket,
         map { ("--$_", $SETTINGS{$_}) } sort keys %SETTINGS],
        out => "$home/redis.log", ready => wait_for($socket));

    $self->{nginx} = nginx_start(
        dir    => "$self->{dir}/redis-nginx",
        main   => "load_module $MODULES/ndk_http_module.so;\n"
                . "load_module $MODULES/ngx_http_lua_module.so;",
        http   => "    lua_package_path '$self->{scripts}/?.lua;;';",
        server => location('create', $socket) . location('bare', $socket));

    $self->load_tokens($socket);
    $self->{file}{$_} = $self->{requests}->("/$_/v1/tickets")
        for qw(create bare);
}


sub location ($name, $socket) {
    return <<~"CONF";
        location /$name/ {
            content_by_lua_block { require('redis').$name('$socket') }
        }
        CONF
}


sub load_tokens ($self, $socket) {
    my @tokens = @{ $self->{tokens} };
    my $user = 0;

    while (my @some = splice @tokens, 0, TOKENS_AT_ONCE) {
        run_or_die(['redis-cli', '-s', $socket, 'MSET',
                    map { ("token:$_", ++$user) } @some], 30,
                   dir => $self->{dir});
    }
}


# what: create or bare
sub run ($self, $secs, $what = 'create') {
    return wrk(dir => $self->{dir}, secs => $secs, conns => CONNECTIONS,
               url => "http://127.0.0.1:$self->{nginx}{port}/",
               script => 'replay.lua', args => [$self->{file}{$what}]);
}


sub stop ($self) {
    nginx_stop($self->{nginx});
    Bench::Proc::stop($self->{proc});
}


1;
