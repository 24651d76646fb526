# The same API over TLS and HTTP/2; streams and connections that end while
# their write is in flight.

use v5.36;
use utf8;

use Mojo::JSON  qw(decode_json);
use Time::HiRes qw(sleep);

use TicketTest;
use TicketTest::H2;

my $t = TicketTest->new(workers => 2, tls => 1, faults => 1);

my $https = 'https://127.0.0.1:' . $t->tls_port . $t->base;

sub slow ($ms) { $t->order($ms ? "fdatasync sleep $ms" : undef) }

sub auth ($who) { return ('-H', 'Authorization: Bearer ' . $t->token($who)) }

# How many tickets have subjects that begin so; each must be there once.
sub stored ($prefix) {
    my (%times, $n);
    my $path = '/v1/tickets?limit=200';
    while (defined $path) {
        my $page = $t->get('ann', $path, -check => 0)->json;
        $times{ $_->{subject} }++ for @{ $page->{data} };
        my $next = $page->{page}{next};
        $path = defined $next ? "/v1/tickets?limit=200&cursor=$next" : undef;
    }
    my @mine = grep { /^\Q$prefix\E / } keys %times;
    is_deeply [ grep { $times{$_} > 1 } @mine ], [], "$prefix: none twice";
    return scalar @mine;
}


# --- curl ---------------------------------------------------------------------

for my $version ('--http1.1', '--http2') {
    my $made = $t->curl($version, '-w', "\n%{http_code} %{http_version}",
        auth('alice'), '--json', '{"subject":"tls","description":"加密"}',
        "$https/v1/tickets");
    my ($json, $code, $http) = $made->{out} =~ /^(.*)\n(\d+) (\S+)$/s;
    is $code, 201, "a ticket over TLS with $version" or diag $made->{out};
    is $http, $version =~ s/--http//r, 'in that version';
    my $ticket = decode_json($json);
    is $ticket->{description}, '加密', 'as it was sent';

    my $read = $t->curl($version, auth('alice'), '-D', '-',
        "$https/v1/tickets/$ticket->{id}");
    my ($head, $body) = split /\r\n\r\n/, $read->{out}, 2;
    is_deeply decode_json($body), $ticket, 'and read again';
    my ($etag) = $head =~ /^etag: (\S+)/im;
    is $etag, qq("t$ticket->{id}.$ticket->{version}"), 'with its ETag';

    my $same = $t->curl($version, '-w', '%{http_code}', auth('alice'), '-H',
        "If-None-Match: $etag", "$https/v1/tickets/$ticket->{id}");
    is $same->{out}, 304, 'which is known from then on';
    my $head_only = $t->curl($version, '-I', auth('alice'),
        "$https/v1/tickets/$ticket->{id}");
    like $head_only->{out}, qr/^content-length: [1-9]/im, 'HEAD';
    my $none = $t->curl($version, '-w', '%{http_code}', '-X', 'BREW',
        '-o', '/dev/null', "$https/v1/me");
    is $none->{out}, 405, 'an unknown method';
    my $large = $t->curl($version, '-w', "\n%{http_code}", auth('alice'),
        '--json', '@' . big_file(), "$https/v1/tickets");
    like $large->{out}, qr{/problems/too-large.*\n413$}s, 'a body too large';
}

sub big_file () {
    my $file = $t->dir . '/big';
    open my $out, '>', $file or die "$file: $!\n";
    print $out ' ' x (1024 * 1024 + 1);
    close $out;
    return $file;
}


# --- h2load -------------------------------------------------------------------

{
    my $path = '/v1/tickets/' . $t->some_ticket->{id};
    my $r = $t->{server}->run('h2load', '-n', 2000, '-c', 8, '-m', 16,
        auth('alice'), "$https$path");
    like $r->{out}, qr/2000 total, .* 2000 succeeded, 0 failed, 0 errored/,
        '2,000 reads over HTTP/2' or diag $r->{out}, $r->{err};
    like $r->{out}, qr/status codes: 2000 2xx/, 'all of them 200';

    my $body = $t->dir . '/create.json';
    open my $out, '>', $body or die "$body: $!\n";
    print $out '{"subject":"load","description":"d"}';
    close $out;
    $r = $t->{server}->run('h2load', '-n', 400, '-c', 4, '-m', 20,
        auth('alice'), '-H', 'content-type: application/json', '-d', $body,
        "$https/v1/tickets");
    like $r->{out}, qr/status codes: 400 2xx/, '400 creates over HTTP/2'
        or diag $r->{out}, $r->{err};
    is $t->get('bob', '/v1/me/tickets')->field('/data/0'), undef,
        'none of them for somebody else';
}


# --- streams that are reset ---------------------------------------------------

sub create ($h2, $subject, %opt) {
    return $h2->request('POST', 'alice', '/v1/tickets',
        qq({"subject":"$subject","description":"d"}), %opt);
}

slow(60);

{
    my $h2 = TicketTest::H2->new($t);
    my @stream = map { create($h2, "reset $_") } 1 .. 30;
    $h2->answer($h2->request('GET', 'alice', '/v1/me'));
    $h2->reset_stream($stream[$_]) for grep { $_ % 2 } 0 .. 29;
    my @answers = map { $h2->answer($stream[$_]) } grep { $_ % 2 == 0 } 0 .. 29;
    is scalar(grep { $_ && ($_->{code} // 0) == 201 } @answers), 15,
        'streams beside those that were reset get their answers';
    my $me = $h2->request('GET', 'alice', '/v1/me');
    is $h2->answer($me)->{code}, 200, 'the connection goes on';
    wait_for(sub { stored('reset') == 30 }, 'the writes of reset streams');

    for my $n (1 .. 40) {
        my $stream = create($h2, "at once $n");
        $h2->reset_stream($stream);
        sleep 0.001 * ($n % 5);
    }
    is $h2->answer($h2->request('GET', 'alice', '/v1/me'))->{code}, 200,
        'forty resets at once are survived';

    # cut off in the middle of the body
    for my $n (1 .. 10) {
        my $stream = create($h2, "half $n", part => 1);
        $h2->data($stream, ' ', 0) if $n % 2;
        $h2->reset_stream($stream);
    }
    is $h2->answer($h2->request('GET', 'alice', '/v1/me'))->{code}, 200,
        'so are resets in mid-body';
    my $split = $h2->request('POST', 'alice', '/v1/tickets', undef,
        part => 1, headers => { 'content-type' => 'application/json' });
    $h2->data($split, $_, 0) for split //, '{"subject":"split 1",';
    $h2->data($split, '"description":"d"}');
    is $h2->answer($split)->{code}, 201, 'a body in frames of one byte';
    is stored('half'), 0, 'half a body is not stored';
    is stored('split'), 1, 'a whole one is';

    # resets of requests that have been answered, or never were
    $h2->reset_stream($split);
    $h2->answer($h2->request('GET', 'alice', '/v1/me'));
    $h2->close;
}


# --- connections that are lost ------------------------------------------------

for my $how (qw(cut close goaway)) {
    for my $round (1 .. 4) {
        my $h2 = TicketTest::H2->new($t);
        create($h2, "$how $round.$_") for 1 .. 10;
        # once this is answered the writes before it are with the writer
        $h2->answer($h2->request('GET', 'alice', '/v1/me'));
        $h2->request('GET', 'alice', '/v1/tickets?limit=200');
        sleep 0.01 * ($round - 1);
        $h2->$how;
        $h2->close if $how eq 'goaway';
    }
}

# while a body is awaited, and in the middle of a large answer
for my $round (1 .. 4) {
    my $h2 = TicketTest::H2->new($t);
    $h2->request('POST', 'alice', '/v1/tickets', undef, part => 1);
    $h2->request('GET', 'ann', '/v1/tickets?limit=200') for 1 .. 4;
    sleep 0.01;
    $h2->cut;
}

slow(0);
$t->get('alice', '/v1/me')->is(200, 'the workers live');
wait_for(sub {
    my $n = stored('cut') + stored('close') + stored('goaway');
    $n == 120;
}, 'the writes of connections that were lost', 6);


# --- a reload with streams in flight ------------------------------------------

{
    slow(300);
    my $h2 = TicketTest::H2->new($t);
    my @stream = map { create($h2, "reload $_") } 1 .. 20;
    $h2->answer($h2->request('GET', 'alice', '/v1/me'));
    $t->reload;
    my @answers = map { $h2->answer($_) } @stream;
    is scalar(grep { $_ && ($_->{code} // 0) == 201 } @answers), 20,
        'a reload answers the streams in flight';
    slow(0);
    wait_for(sub { 2 == grep { /^nginx: worker/ } values %{ $t->children } },
        'the old workers to leave', 15);
    is stored('reload'), 20, 'each write is there once';
}

$t->verify;
done_testing;
