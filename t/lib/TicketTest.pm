package TicketTest;

# One desk a test: its own directory, port, store and nginx, people with
# tokens, a client whose every answer is checked against the module's own
# OpenAPI document, and a look at the error log in the end.  See t/README.md.

use v5.36;
use utf8;

use Exporter 'import';
use Mojo::JSON  qw(encode_json decode_json);
use Mojo::Promise;
use Mojo::UserAgent;
use Mojo::Util  qw(decode);
use Test::More  ();
use Time::HiRes qw(sleep time);

use TicketTest::Answer;
use TicketTest::OpenAPI;
use TicketTest::Raw;
use TicketTest::Server;

# Test::More is handed on, with a done_testing that ends the servers first.
my @more = grep { /^\w+$/ && $_ ne 'done_testing' } @Test::More::EXPORT;

our @EXPORT = (qw(wait_for build_path done_testing note_json), @more);

{
    no strict 'refs';
    *{$_} = \&{"Test::More::$_"} for @more;
}

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

# login => [role, name]; every store gets those that `users` names.
our %PEOPLE = (
    alice => ['user',       'Alice Example'],
    bob   => ['user',       '鲍勃'],
    ann   => ['agent',      'Ann Agent'],
    andy  => ['agent',      '安迪'],
    sue   => ['supervisor', 'Sue Supervisor'],
    robo  => ['bot',        'Robo'],
    sys   => ['system',     'System'],
);

my @running;


# Options:
#   workers  1          users     all of %PEOPLE; root is always made
#   store    ''         arguments of ticket_store after path=
#   main, http, server, location   '' configuration inside these blocks;
#                       {dir} {port} {port2} {tls_port} {store} are replaced
#   tls      0          also listens with TLS and HTTP/2 on $t->tls_port
#   init     1          run `ticketctl init` and make the people
#   start    1          start nginx
#   check    1          validate every answer
#   faults   undef      1: nginx's writes to the store obey order(); a path as
#                       t/fault/io_shim.c takes it: those to these files
#   preload  []         shared objects of build/fault for nginx
#   env      {}         environment of nginx
#   conf     undef      the whole nginx.conf instead of the made one
#   module   undef      another ngx_ticket_module.so
#   asan     $ENV{TICKET_ASAN}    run under AddressSanitizer
sub new ($class, %opt) {
    my $self = bless {
        check   => 1,
        users   => [sort keys %PEOPLE],
        base    => '/helpdesk',
        token   => {},
        id      => {},
        init    => 1,
        start   => 1,
        expect  => [],
        %opt,
    }, $class;

    $self->{server} = TicketTest::Server->new(%opt);
    $self->{server}->take_orders($opt{faults}) if $opt{faults};
    push @running, $self;

    $self->init_store if $self->{init};
    $self->start      if $self->{start};

    return $self;
}


# --- the store and its people -------------------------------------------------

sub init_store ($self) {
    my $made = $self->ctl_ok('init', '--admin', 'root', '--tenant', 'main');
    $self->{token}{root} = $made->{token};
    $self->{id}{root}    = $made->{id};
    $self->add_user($_, @{ $PEOPLE{$_} }) for @{ $self->{users} };
}


# Makes a principal with a token; returns its id.
sub add_user ($self, $login, $role, $name = $login, @more) {
    my $user = $self->ctl_ok('user', 'add', '--login', $login,
        '--role', $role, '--name', $name, @more);
    my $token = $user->{token}
        // $self->ctl_ok('token', 'new', '--login', $login)->{token};

    $self->{token}{$login} = $token;
    return $self->{id}{$login} = $user->{id};
}


sub token ($self, $login)         { $self->{token}{$login} }
sub id    ($self, $login)         { $self->{id}{$login} }
sub set_token ($self, $who, $tok) { $self->{token}{$who} = $tok }


# Runs ticketctl on this store; {rc, out, err, json}.
sub ticketctl ($self, @args) {
    my @verb = ($args[0] // '')
        =~ /^(?:user|token|tenant|role|type|key|outbox)$/
        ? splice(@args, 0, 2) : splice(@args, 0, 1);
    my $r = $self->{server}->run($self->{server}->ticketctl_path, @verb,
        '--store', $self->store, @args, '--json');
    $r->{json} = eval { decode_json($r->{out}) };
    return $r;
}


sub ctl_ok ($self, @args) {
    my $r = $self->ticketctl(@args);
    return $r->{json} if $r->{rc} == 0 && $r->{json};
    die "ticketctl @args: exit $r->{rc}\n$r->{out}$r->{err}\n";
}


# A test: the store is consistent.
sub verify ($self, $name = 'ticketctl verify finds no fault') {
    my $r  = $self->ticketctl('verify');
    my $ok = Test::More::ok($r->{rc} == 0, $name);
    Test::More::diag($r->{out} . $r->{err}) if !$ok;
    return $ok;
}


# --- the server ---------------------------------------------------------------

for my $m (qw(dir port port2 tls_port store workers master log kill_workers
              conf_file conf_test children)) {
    no strict 'refs';
    *{$m} = sub ($self, @args) { $self->{server}->$m(@args) };
}


sub start ($self) {
    delete $self->{ua};
    $self->{server}->start;
    return $self if $self->{openapi} || !$self->{check};

    my $answer = $self->request(GET => undef, '/v1/openapi.json',
        check => 0);
    $self->{openapi} = $answer->code == 200 && $answer->json
        ? TicketTest::OpenAPI->new($answer->json, $self->{base}) : undef;
    Test::More::fail('the module serves its OpenAPI document')
        if !$self->{openapi};
    return $self;
}


# Ends nginx ($how is TERM, QUIT or KILL) and returns its exit code.
sub stop ($self, $how = 'QUIT') {
    delete $self->{ua};
    return $self->{server}->stop($how);
}


sub restart ($self, $how = 'QUIT') { $self->stop($how); $self->start }
sub reload  ($self)                { $self->{server}->reload }


# Lets the log hold lines that would fail the test; each pattern must occur.
sub expect_log ($self, @patterns) {
    push @{ $self->{expect} }, @patterns;
    return $self;
}


# Holds the store's write lock for so many milliseconds: whoever writes waits.
# Closing the handle waits for the end.
sub hold_lock ($self, $ms) {
    open my $out, '-|', build_path('fault/hold_lock'), $self->store, $ms
        or die "hold_lock: $!\n";
    die "hold_lock did not get the lock\n" if (readline $out // '') !~ /held/;
    return $out;
}


# The clock of nginx, and of nobody else, is so far ahead: '+15d', '+23h',
# '+31m'.  Restarts it.
sub set_clock ($self, $ahead) {
    my $server = $self->{server};
    my ($n, $unit) = $ahead =~ /^\+(\d+)([dhms])$/ or die "clock $ahead\n";

    $server->{preload} = [ 'clock_shim.so',
        grep { $_ ne 'clock_shim.so' } @{ $server->{preload} } ];
    $server->{env}{CLOCK_SHIM_S}
        = $n * { d => 86_400, h => 3600, m => 60, s => 1 }->{$unit};
    $self->restart;
    return $self;
}


# --- requests -----------------------------------------------------------------
#
# $who is a login, or undef for nobody.  Paths are below the mounted location.
# %h are headers; a name with a leading '-' is an option of request().

sub get     ($s, $who, $path, %h) { $s->_do('GET',     $who, $path, %h) }
sub head    ($s, $who, $path, %h) { $s->_do('HEAD',    $who, $path, %h) }
sub options ($s, $who, $path, %h) { $s->_do('OPTIONS', $who, $path, %h) }
sub delete  ($s, $who, $path, %h) { $s->_do('DELETE',  $who, $path, %h) }

sub post ($s, $who, $path, $json = undef, %h) {
    $s->_do('POST', $who, $path, %h, -json => $json);
}

sub put ($s, $who, $path, $json = undef, %h) {
    $s->_do('PUT', $who, $path, %h, -json => $json);
}

sub patch ($s, $who, $path, $json, %h) {
    $s->_do('PATCH', $who, $path, %h, -json => $json);
}

sub _do ($self, $method, $who, $path, %h) {
    my %opt = map { substr($_, 1) => delete $h{$_} } grep { /^-/ } keys %h;
    return $self->request($method, $who, $path, %opt, headers => \%h);
}


# Options: json (encoded, with its content type), body (bytes), headers,
# check (0: do not validate), timeout (seconds).
sub request ($self, $method, $who, $path, %opt) {
    my $tx = $self->_tx($method, $who, $path, %opt);
    $self->ua->inactivity_timeout($opt{timeout} // 20);
    return $self->_answer($self->ua->start($tx), $method, $path, %opt);
}


# Sends all at the same time, each on a connection of its own:
# ([method, who, path, %opt], ...); the answers in the same order.
sub parallel ($self, @requests) {
    my $ua = $self->_new_ua->max_connections(0);
    my @tx = map { $self->_tx(@$_) } @requests;
    Mojo::Promise->all_settled(map { $ua->start_p($_) } @tx)->wait;

    return map {
        my ($method, undef, $path, %opt) = @{ $requests[$_] };
        $self->_answer($tx[$_], $method, $path, %opt);
    } 0 .. $#tx;
}


sub _tx ($self, $method, $who, $path, %opt) {
    my %header = %{ $opt{headers} // {} };

    if (defined $who) {
        $header{Authorization} //= 'Bearer '
            . ($self->token($who) // die "no token for $who\n");
    }

    my $body = $opt{body} // '';
    if (defined $opt{json}) {
        $body = encode_json($opt{json});
        $header{'Content-Type'} //= $method eq 'PATCH'
            ? 'application/merge-patch+json' : 'application/json';
    }

    return $self->ua->build_tx($method => $self->url($path), \%header, $body);
}


sub _answer ($self, $tx, $method, $path, %opt) {
    my $res    = $tx->res;
    my $answer = TicketTest::Answer->new(
        code    => $res->code // 0,
        body    => $res->body,
        headers => $res->headers->to_hash(1),
        error   => ($tx->error // {})->{code} ? undef
                 : ($tx->error // {})->{message},
    );
    $self->check_answer($method, $path, $answer) if $opt{check} // 1;
    return $answer;
}


# Validates an answer against the OpenAPI document; a failed test if it is
# not what the document says, nothing otherwise.
sub check_answer ($self, $method, $path, $answer) {
    return if !$self->{check} || !$self->{openapi} || !$answer->code;
    my @faults = $self->{openapi}->faults($method, $path, $answer);
    return if !@faults;

    my $frame = 0;                        # the line of the test is to blame
    $frame++ while (caller $frame)[0] =~ /^TicketTest/;
    local $Test::Builder::Level = $frame + 2;
    Test::More::fail(sprintf '%s %s -> %d is what the document says',
        $method, $path, $answer->code);
    Test::More::diag("    $_") for @faults[0 .. ($#faults > 9 ? 9 : $#faults)];
    Test::More::diag('    ' . substr($answer->body, 0, 2000));
}


sub openapi ($self) { $self->{openapi} }

sub url ($self, $path) {
    return $path if $path =~ /^https?:/;
    return 'http://127.0.0.1:' . $self->port . $self->{base} . $path;
}

sub base ($self) { $self->{base} }

sub ua ($self) { $self->{ua} //= $self->_new_ua }

sub _new_ua ($self) {
    return Mojo::UserAgent->new(max_redirects => 0, request_timeout => 60)
        ->connect_timeout(5)->insecure(1);
}

# What befalls nginx's files from now on, as t/fault/io_shim.c reads it
# (`faults` was given); without a text nothing does any more.
sub order ($self, $text = undef) {
    my $file = $self->{server}->orders;
    return unlink $file if !defined $text;
    open my $out, '>', "$file.new" or die "$file.new: $!\n";
    print $out "$text\n";
    close $out;
    rename "$file.new", $file or die "$file: $!\n";
}

# The next request opens a connection (and may meet another worker).
sub new_connection ($self) { delete $self->{ua}; $self }


# A TicketTest::Raw: a plain connection for bytes no client would send.
sub raw ($self, $port = undef) {
    return TicketTest::Raw->new($port // $self->port, $self);
}


# Text of a whole request with Host, token and length; extra header lines may
# be given.  For raw().
sub raw_request ($self, $method, $who, $path, $body = undef, @lines) {
    push @lines, 'Authorization: Bearer ' . $self->token($who)
        if defined $who;
    push @lines, 'Content-Type: application/json',
        'Content-Length: ' . length $body if defined $body;
    return join "\r\n", "$method $self->{base}$path HTTP/1.1",
        'Host: localhost', @lines, '', $body // '';
}


# Runs curl with these arguments; {rc, out, err}.
sub curl ($self, @args) {
    return $self->{server}->run('curl', '-s', '-k', '--max-time', 20, @args);
}


# A ticket made by alice (or `who`), for tests that need just some ticket.
sub some_ticket ($self, %member) {
    my $who = delete $member{who} // 'alice';
    my $r = $self->post($who, '/v1/tickets', {
        subject     => 'Printer on floor 3 jams',
        description => "Every second page.\n打印机每隔一页就卡纸。",
        %member,
    });
    die 'no ticket: ' . $r->code . ' ' . $r->body . "\n" if $r->code != 201;
    return $r->json;
}


# --- the end ------------------------------------------------------------------

# Stops nginx and looks at what it left: alerts and sanitizer reports fail the
# test.  done_testing does this for every desk.
sub finish ($self) {
    return if $self->{finished}++;
    @running = grep { $_ != $self } @running;
    $self->stop('QUIT');

    my @missing = grep { my $p = $_; $self->log !~ $p } @{ $self->{expect} };
    my @bad     = $self->{server}->bad_lines(@{ $self->{expect} });
    return if !@bad && !@missing;

    Test::More::fail('nothing bad in the error log of ' . $self->dir);
    Test::More::diag("    $_")                  for @bad[0 .. min($#bad, 60)];
    Test::More::diag("    expected, absent: $_") for @missing;
}


# The opposite, for a module with a seeded bug: a test that what nginx left
# behind matches the pattern.
sub must_be_caught ($self, $pattern, $name = "caught: $pattern") {
    $self->{finished} = 1;
    @running = grep { $_ != $self } @running;
    $self->stop('QUIT');

    my $found = join "\n", $self->{server}->bad_lines;
    return Test::More::like($found, $pattern, $name);
}


sub min ($a, $b) { $a < $b ? $a : $b }


sub done_testing (@args) {
    my @desks = @running;                 # each takes itself out
    $_->finish for @desks;
    Test::More::done_testing(@args);
    TicketTest::Server->keep_directories
        if !Test::More->builder->is_passing || $ENV{TICKET_KEEP};
}


END {
    my $status = $?;
    for my $desk (splice @running) {      # the test died before done_testing
        $desk->stop('KILL');
        TicketTest::Server->keep_directories;
        $status ||= 1;
    }
    TicketTest::Server->remove_directories;
    $? = $status;
}


# --- functions ----------------------------------------------------------------

# Polls until the code returns true and returns that; after $seconds a failed
# test and false.
sub wait_for ($code, $what = 'the condition', $seconds = 15) {
    my $end   = time + $seconds;
    my $pause = 0.005;

    while (1) {
        my $value = $code->();
        return $value if $value;
        last          if time > $end;
        sleep $pause;
        $pause = $pause * 1.5 if $pause < 0.1;
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::fail("waited $seconds s for $what");
    return;
}


# The path of a file below build/.
sub build_path ($name) { TicketTest::Server::top() . "/build/$name" }


sub note_json ($value) {
    Test::More::note(decode('UTF-8', encode_json($value)));
}


1;
