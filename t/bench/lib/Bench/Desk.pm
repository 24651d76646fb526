package Bench::Desk;

# A desk under measure: a store, an nginx with the module, its people, its
# tickets, and the loads put on them.

use v5.36;
use utf8;
use Encode qw(encode_utf8);
use File::Find ();
use JSON::PP ();
use Time::HiRes qw(sleep);
use Bench::Build qw(each_at_once fill people teams);
use Bench::Client qw(ask_all);
use Bench::Nginx qw(nginx_start nginx_stop worker_seconds);
use Bench::Proc qw(run_or_die write_file);
use Bench::Text qw(http_request ticket_json);
use Bench::Ways qw(way_headers);
use Bench::Wrk qw(wrk wrk_finish wrk_start);

use constant LOGINS               => 200;
use constant LOGIN_USERS          => 20;
use constant PASSWORD             => 'correct horse 7 battery';
use constant CREATE_CHARACTERS    => 400;
use constant ANSWER_BYTES         => 900;
use constant LEAST_CHARACTERS     => 60;
use constant MOVE_LAG             => 1024;
use constant FIRST_MOVE_RATE      => 40000;
use constant CTL_SECONDS          => 30;

my $BASE = '/helpdesk/v1';


# new(dir => D, module => SO, ticketctl => FILE, users => N, tickets => N,
#     workers => N, teams => N, locations => sub ((desk) -> text))
#
# Returns a desk that runs and has its people and at least that many tickets,
# shared out among its teams if it has any.
sub new ($class, %o) {
    my $self = bless { %o, created => 0, store => "$o{dir}/store" }, $class;

    mkdir $o{dir} or die "$o{dir}: $!\n";
    $self->{root} = $self->init_store;
    $self->start('');
    people($self);
    $self->sample;
    teams($self, $o{teams}) if $o{teams};
    fill($self, $o{tickets});

    if ($o{locations}) {
        my $text = $o{locations}->($self);
        nginx_stop($self->{nginx});
        $self->start($text);
    }
    return $self;
}


# Only the people of a desk, with tokens that mean nothing: for peers.
sub stranger ($class, $dir, $users) {
    return bless {
        dir         => $dir,
        user_tokens => [map { sprintf 'stranger%036d', $_ } 1 .. $users],
    }, $class;
}


# The nginx of a desk without the module, to try the peers by themselves: a
# ticket of the usual size made up, and a list of fifty.
sub imitation ($class, %o) {
    my $self = $class->stranger($o{dir}, 1);

    mkdir $o{dir} or die "$o{dir}: $!\n";
    $self->{agent_tokens} = $self->{user_tokens};
    $self->{etag} = '"t1.1"';
    $self->{ticket} = ticket_json('en', ANSWER_BYTES
                                  - length ticket_json('en', 0));
    $self->start($o{locations}->($self));
    return $self;
}


sub start ($self, $locations) {
    $self->{nginx} = nginx_start(
        dir     => $self->{dir},
        workers => $self->{workers},
        $self->{module} ? (
            main => "load_module $self->{module};",
            http => "    ticket_store main path=$self->{store};",
        ) : (),
        server => ($self->{module}
                   ? "location /helpdesk/ { ticket main; }\n" : '')
                . $locations);

    $self->{origin} = "http://127.0.0.1:$self->{nginx}{port}";
}


sub stop ($self) {
    nginx_stop($self->{nginx});
}


sub init_store ($self) {
    my $text = run_or_die(
        [$self->{ticketctl}, 'init', '--store', $self->{store}, '--admin',
         'root', '--json', $> == 0 ? ('--owner', 'root') : ()],
        CTL_SECONDS, dir => $self->{dir});

    return JSON::PP::decode_json($text)->{token};
}


# -> content, headers; dies unless the status is the one expected
sub call ($self, $method, $path, $token, $expect, $body = undef) {
    my @requests = http_request($method, $path, $token, $body);
    my $answer;

    ask_all($self->{nginx}{port}, 1, sub { shift @requests },
            sub ($, $got) { $answer = $got });
    die "$method $path: $answer->{status} $answer->{content}\n"
        if $answer->{status} != $expect;
    return @$answer{qw(content headers)};
}


# One ticket whose answer has ANSWER_BYTES, or as near above as the members
# of a ticket allow; keeps its path, its answer and its ETag.
sub sample ($self) {
    my $token = $self->{user_tokens}[0];
    my $size = length $self->sample_of(LEAST_CHARACTERS, $token);
    my $room = ANSWER_BYTES - $size;

    $self->{characters} = LEAST_CHARACTERS + ($room > 0 ? $room : 0);
    $self->{ticket} = $self->sample_of($self->{characters}, $token);
}


sub sample_of ($self, $characters, $token) {
    my ($text) = $self->call('POST', "$BASE/tickets", $token, 201,
                             ticket_json('en', $characters));
    my $id = JSON::PP::decode_json($text)->{id};
    my ($answer, $headers) =
        $self->call('GET', "$BASE/tickets/$id", $token, 200);

    $self->{path} = "$BASE/tickets/$id";
    $self->{etag} = $headers->{etag};
    $self->{last} = $id;
    $self->{next_move} = $id + 1;
    return $answer;
}


# -> the bytes of a list of 50 as an agent gets them
sub list ($self) {
    return join ',', ($self->{ticket}) x 50 if !$self->{module};

    my ($text) = $self->call('GET', "$BASE/tickets?sort=queue&limit=50",
                             $self->{agent_tokens}[0], 200);
    return $text;
}


# -> a file of requests that create, one in each language a user
sub create_requests ($self, $path, $en, $zh) {
    state $serial = 0;
    my $file = sprintf '%s/create.%d', $self->{dir}, ++$serial;
    my $text = '';

    for my $token (@{ $self->{user_tokens} }) {
        for (['en', $en], ['zh', $zh]) {
            my $r = http_request('POST', $path, $token, ticket_json(@$_));
            $text .= length($r) . "\n$r";
        }
    }

    write_file($file, $text);
    return $file;
}


# wrk on this desk's nginx; adds the worker's processor time a request and
# the share of the time it was busy.
sub load ($self, $secs, %o) {
    my $before = worker_seconds($self->{nginx});
    my $r = wrk(dir => $self->{dir}, secs => $secs, script => 'report.lua',
                url => $self->{origin} . (delete $o{path} // '/'), %o);
    my $used = worker_seconds($self->{nginx}) - $before;

    $r->{cpu_us} = $used * 1e6 / $r->{requests};
    $r->{busy} = $used * 1e6 / $r->{us};
    return $r;
}


sub bearer ($token) {
    return "Authorization: Bearer $token";
}


# The sample ticket, or anything else asked for in the same words.
sub get ($self, $secs, $path = $self->{path}) {
    return $self->load($secs, conns => 64, path => $path,
                       headers => [bearer($self->{user_tokens}[0])]);
}


sub get_conditional ($self, $secs, $path = $self->{path}) {
    return $self->load($secs, conns => 64, path => $path,
                       headers => [bearer($self->{user_tokens}[0]),
                                   "If-None-Match: $self->{etag}"]);
}


sub get_list ($self, $secs, $path = "$BASE/tickets?sort=queue&limit=50") {
    return $self->load($secs, conns => 64, path => $path,
                       headers => [bearer($self->{agent_tokens}[0])]);
}


# A request that is never the same twice, so that nothing kept answers it:
# what is measured is the way to the store and back.
sub fresh ($self, $secs, $name, $path) {
    return $self->load($secs, conns => 64, script => 'random.lua',
                       args => $self->fresh_args($name, $path));
}


sub fresh_args ($self, $name, $path, $credentials = undef) {
    my $file    = "$self->{dir}/$name.request";
    my $request = http_request('GET', $path, $self->{agent_tokens}[0]);

    $request =~ s/^Authorization: .*?\r$/$credentials\r/m if $credentials;
    $request =~ s/\r\n\r\n$/\r\nAccept-Language: en, x-\@N\@\r\n\r\n/;
    write_file($file, $request);
    return [$file, $self->{created}];
}


# GET of tickets at random among the first so many, by an agent
sub random_args ($self) {
    return $self->fresh_args('random', "$BASE/tickets/\@ID\@");
}


sub get_random ($self, $secs) {
    return $self->fresh($secs, 'random', "$BASE/tickets/\@ID\@");
}


# The sample ticket and tickets at random, by an agent, at one of the mounts
# of Bench::Ways.
sub get_way ($self, $secs, $mount) {
    return $self->load($secs, conns => 64,
                       path => $self->{path} =~ s{^/helpdesk}{/$mount}r,
                       headers => $self->way($mount));
}


sub get_way_fresh ($self, $secs, $mount) {
    return $self->load(
        $secs, conns => 64, script => 'random.lua',
        args => $self->fresh_args("random-$mount",
                                  "/$mount/v1/tickets/\@ID\@",
                                  $self->way($mount)->[0]));
}


sub way ($self, $mount) {
    return $self->{way}{$mount} //=
        way_headers($self, $mount, 'agent1', $self->{agent_tokens}[0]);
}


# Where one logs in, with passwords for some to do so.
sub login_location ($self) {
    each_at_once($self, map {
        http_request('PUT', "$BASE/me/password", $_,
                     '{"new_password":"' . PASSWORD . '"}')
    } @{ $self->{user_tokens} }[0 .. LOGIN_USERS - 1]);

    return 'location /login/ { ticket main; ticket_password_login on; }';
}


# What readers notice of 200 clients that log in, each again a second after
# it was answered: those that find the queue full come back as they are told.
sub login_latency ($self, $secs) {
    my $file = "$self->{dir}/login.requests";
    my $all  = '';

    for my $n (1 .. LOGIN_USERS) {
        my $request = http_request('POST', '/login/v1/session', 'none',
            qq({"login":"user$n","password":")
            . PASSWORD . '"}');
        $request =~ s/^Authorization: .*\n//m;
        $all .= length($request) . "\n$request";
    }
    write_file($file, $all);

    my $logins = wrk_start(
        dir => $self->{dir}, secs => $secs + 2, conns => LOGINS,
        url => $self->{origin} . '/', script => 'slow.lua', args => [$file],
        refusals => 1);
    sleep 1;

    my $r = $self->load($secs, conns => 8, script => 'random.lua',
                        args => $self->random_args);
    $r->{logins} = wrk_finish($logins)->{rate};
    return $r;
}


sub list_fresh ($self, $secs) {
    return $self->fresh($secs, 'list', "$BASE/tickets?sort=queue&limit=50");
}


# The first page of one team's queue, and of all teams together.
sub team_fresh ($self, $secs) {
    return $self->fresh($secs, 'team', "$BASE/tickets?sort=queue&limit=50"
        . "&assignee=none&team=$self->{team_ids}[0]");
}


sub views_fresh ($self, $secs) {
    return $self->fresh($secs, 'views', "$BASE/views?count=true");
}


sub create ($self, $secs, $conns) {
    my $r = $self->load($secs, conns => $conns, script => 'replay.lua',
                        args => [$self->create_file]);
    $self->{created} += $r->{done};
    return $r;
}


sub create_file ($self, $path = "$BASE/tickets") {
    return $self->{create_file}{$path} //= $self->create_requests(
        $path, CREATE_CHARACTERS, CREATE_CHARACTERS);
}


# Creates in batches of so many operations, over one connection; the rate is
# that of operations.
sub batch ($self, $secs, $size) {
    my $r = $self->load($secs, conns => 1, script => 'replay.lua',
                        args => [$self->batch_file($size)]);
    $r->{$_} *= $size for qw(rate done);
    $self->{created} += $r->{done};
    return $r;
}


sub batch_file ($self, $size) {
    my $file = "$self->{dir}/batch.requests";
    my @token = @{ $self->{user_tokens} };
    my $n = CREATE_CHARACTERS;
    my $text = '';

    for my $token (@token[0 .. ($#token < 7 ? $#token : 7)]) {
        my @pair = map { '{"method":"POST","path":"/v1/tickets","body":'
            . ticket_json($_ => $n) . '}' } qw(en zh);
        my $r = http_request('POST', "$BASE/batch", $token,
            '{"return":"minimal","operations":['
            . join(',', (@pair) x ($size / 2)) . ']}');
        $text .= length($r) . "\n$r";
    }

    write_file($file, $text);
    return $file;
}


# Claims and starts tickets not touched before, creating some when there may
# not be enough: twice as many as the rate says, as a ticket takes two.
sub move ($self, $secs) {
    my $rate = $self->{move_rate} // FIRST_MOVE_RATE;
    my $need = int($rate * $secs) + 2 * MOVE_LAG;
    my $free = $self->{last} + $self->{created} - $self->{next_move};

    fill($self, $need - $free) if $free < $need;

    my $r = $self->load($secs, conns => 64, script => 'move.lua',
                        args => [$self->move_file, $self->{next_move},
                                 MOVE_LAG]);

    $self->{next_move} += int($r->{requests} / 2) + 2 * MOVE_LAG;
    $self->{move_rate} = $r->{rate};
    return $r;
}


sub move_file ($self) {
    my $file = "$self->{dir}/move.requests";
    my $text = '';

    for my $token (@{ $self->{agent_tokens} }) {
        for my $action (qw(claim start)) {
            my $r = http_request('POST', "$BASE/tickets/\@ID\@/$action",
                                 $token, '{}');
            $text .= length($r) . "\n$r";
        }
    }

    write_file($file, $text);
    return $file;
}


# A few readers, alone or while creates fill the writers.
sub read_latency ($self, $secs, $creates) {
    my %read = (conns => 8, script => 'random.lua',
                args => $self->random_args);

    return $self->load($secs, %read) if !$creates;

    my $writer = wrk_start(
        dir => $self->{dir}, secs => $secs + 2, conns => 64,
        url => $self->{origin} . '/', script => 'replay.lua',
        args => [$self->create_file]);
    sleep 1;

    my $r = $self->load($secs, %read);
    my $w = wrk_finish($writer);
    $self->{created} += $w->{done};
    $r->{creates} = $w->{rate};
    return $r;
}


# Blocks allocated below the store's directory, a ticket.
sub disk_bytes ($self) {
    my $blocks = 0;

    File::Find::find(sub { $blocks += (lstat)[12] // 0 }, $self->{store});
    return $blocks * 512 / $self->{created};
}


1;
