# Uploads and downloads in the worst company: requests that end at every
# step, nginx's other directives around them, directories that go away.

use v5.36;
use utf8;

use IO::Socket::INET;
use Mojo::JSON 'decode_json';
use Mojo::Util 'gunzip';
use Time::HiRes 'sleep';

use TicketTest;
use TicketTest::H2;

my $KIB = 1024;
my $MIB = 1024 * $KIB;
my $t;

error_pages();
asks_first();
pipelined();
windows();
read_before();
syncing();
ends();
descriptors();
directories();
served();
included();
places();
configured();
killed();
locked();
soak();
done_testing;


# --- helpers ------------------------------------------------------------------

sub head_of ($where, @more) {
    return join "\r\n", "POST /helpdesk$where HTTP/1.1", 'Host: localhost',
        'Authorization: Bearer ' . $t->token('alice'), @more, '', '';
}

sub put_file ($bytes, %opt) {
    return $t->request(POST => $opt{who} // 'alice',
        '/v1/attachments?name=' . ($opt{name} // 'f'), body => $bytes,
        headers => $opt{headers} // {});
}

sub get_of ($file, @more) {
    return join "\r\n", 'GET /helpdesk' . path_of($file) . ' HTTP/1.1',
        'Host: localhost', 'Authorization: Bearer ' . $t->token('alice'),
        @more, '', '';
}

sub chunk ($bytes) { sprintf "%x\r\n%s\r\n", length $bytes, $bytes }

sub path_of ($file) { "/v1/attachments/$file->{token}" }

sub stored_files { scalar grep { -f } glob $t->store . '/files/*/*' }

sub files_become ($n, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    for (1 .. 60) {
        last if stored_files() == $n;
        sleep 0.1;
    }
    is stored_files(), $n, $name;
}

sub alive ($name = 'the worker goes on') {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $t->new_connection->get('alice', '/v1/me')->is(200, $name);
}

# A desk whose file system calls can be told what to do.
sub faulty (%opt) {
    $t = TicketTest->new(faults => '*/store/files', %opt);
}


# --- the body -----------------------------------------------------------------

# The request goes on in another location while the client still sends.
sub error_pages {
    my $silent = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
        or die "listen: $!\n";
    my $slow = $silent->sockport;
    $t = TicketTest->new(workers => 1, check => 0,
        location => 'error_page 400 413 =200 /slow;'
            . 'ticket_attachment_max_size 2m;',
        server => 'location = /slow { client_max_body_size 0;'
            . ' proxy_ignore_client_abort on;'
            . " proxy_read_timeout 1s; proxy_pass http://127.0.0.1:$slow; }");
    $t->expect_log(qr/upstream timed out/);
    my ($pid) = @{ $t->workers };

    my @case = (
        ['/v1/attachments?name=x', chunk('hello') . "no chunk\r\n"],
        ['/v1/tickets', 'Content-Type: application/json',
            chunk('{"a":1') . "no chunk\r\n"],
        ['/v1/tickets', 'Content-Type: application/json',
            chunk('x' x 700_000) . chunk('x' x 700_000)],
    );
    for my $case (@case) {
        my $body = pop @$case;
        my $raw  = $t->raw;
        $raw->send(head_of(@$case, 'Transfer-Encoding: chunked'));
        sleep 0.1;
        $raw->send($body);
        sleep 0.2;
        $raw->send('more of it') && sleep 0.1 for 1 .. 3;
        is $raw->answer->code, 504, "$case->[0]: answered by the page";
        is_deeply $t->workers, [$pid], 'by the same worker';
    }
    files_become(0, 'nothing is left');
    $t->finish;
}


# Who asks is told before he sends; who does not, keeps the connection.
sub asks_first {
    $t = TicketTest->new(workers => 1);
    for my $case (['/v1/attachments?name=', 400], ['/v1/attachments', 400]) {
        my $raw = $t->raw;
        $raw->send(head_of($case->[0], 'Content-Length: 50000000',
            'Expect: 100-continue'));
        my $no = $raw->answer;
        is $no->code, $case->[1], "$case->[0]: no 100";
        is $no->header('Connection'), 'close', 'and the end of it';
    }

    my $raw = $t->raw;
    $raw->send("POST /helpdesk/v1/attachments?name=a HTTP/1.1\r\n"
        . "Host: localhost\r\nContent-Length: 50000000\r\n"
        . "Expect: 100-continue\r\n\r\n");
    is $raw->answer->code, 401, 'nobody is not asked for 50 MB';
    files_become(0, 'nothing is left');
    $t->finish;
}


# What follows a refused upload is a request of its own, or is not read.
sub pipelined {
    $t = TicketTest->new(workers => 1,
        location => 'ticket_attachment_max_size 64k;');
    my $me = $t->raw_request('GET', 'alice', '/v1/me');

    my $raw = $t->raw;
    $raw->send(head_of('/v1/attachments', 'Content-Length: 5') . 'hello'
        . head_of('/v1/attachments?name=a', 'Content-Length: 5') . 'hello'
        . head_of('/v1/attachments?name=b', 'Transfer-Encoding: chunked')
        . chunk('hello') . "0\r\nX-Trailer: y\r\n\r\n" . $me);
    is $raw->answer->code, $_, "pipelined: $_" for 400, 201, 201, 200;

    # too much, found while it comes: the rest is no request
    $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=a',
        'Transfer-Encoding: chunked') . chunk('x' x (40 * $KIB)));
    sleep 0.1;
    $raw->send(chunk('x' x (40 * $KIB)));
    sleep 0.1;
    $raw->send($me);
    my $no = $raw->answer;
    is $no->code, 413, 'too large';
    is $no->header('Connection'), 'close', 'which ends the connection';
    is $raw->answer(timeout => 1), undef, 'and nothing more is answered';

    # nor what hides in a body
    $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=a', 'Content-Length: 70000')
        . $me x 20);
    is $raw->answer->code, 413, 'too large, by its length';
    is $raw->answer(timeout => 1), undef, 'its body is no request';

    files_become(1, 'nothing but the file is left');   # the same bytes
    $t->verify;
    $t->finish;
}


# An HTTP/2 client that takes no answer and goes on sending.
sub windows {
    $t = TicketTest->new(workers => 1, tls => 1,
        location => 'ticket_attachment_max_size 4k; client_body_timeout 1s;');
    for my $end (qw(reset cut late)) {
        for my $path ('/v1/attachments?name=a', '/v1/attachments') {
            my $h2 = TicketTest::H2->new($t);
            $h2->frame(TicketTest::H2::SETTINGS(), 0, 0, pack 'nN', 4, 0);
            my $s = $h2->request(POST => 'alice', $path, undef, part => 1);
            for (1 .. 20) {
                $h2->data($s, 'x' x 1000, 0);
                sleep 0.005;
            }
            $h2->data($s, 'x', 1) if $end eq 'late';
            sleep($end eq 'late' ? 1.5 : 0.1);
            $h2->reset_stream($s) if $end eq 'reset';
            $end eq 'cut' ? $h2->cut : $h2->close;
        }
    }
    my $h2 = TicketTest::H2->new($t);
    my $s = $h2->request(POST => 'alice', '/v1/attachments?name=a', undef,
        part => 1);
    $h2->data($s, 'x' x 2000, 0);
    my $no = $h2->answer($s, 5);
    ok !$no || $no->{reset} || $no->{code} >= 400, 'slow over HTTP/2: ended';
    files_become(0, 'nothing is left');
    alive();
    $t->finish;
}


# Another module has read the body, into memory or a file of nginx's.
sub read_before {
    $t = TicketTest->new(workers => 1, check => 0,
        location => 'mirror /mirror; ticket_attachment_max_size 3m;',
        server => 'location = /mirror { internal; return 204; }');
    for my $size (1, 5000, 300_000, 2_500_000) {
        my $bytes = join '', map { chr 65 + $_ * 7 % 58 } 1 .. $size;
        my $raw = $t->raw;
        $raw->send(head_of('/v1/attachments?name=m', 'Content-Length: '
            . $size) . $bytes . $t->raw_request('GET', 'alice', '/v1/me'));
        my $made = $raw->answer;
        is $made->code, 201, "$size bytes";
        is $raw->answer->code, 200, 'and the next request';
        ok $t->get('alice', path_of($made->json))->body eq $bytes,
            'the same bytes';
    }
    $t->request(POST => 'alice', '/v1/tickets', body => 'x' x 2_000_000,
        headers => { 'Content-Type' => 'application/json' })->is(413);
    put_file('x' x 3_200_000)->is(413);
    put_file('x' x 2_000_000, name => '')->is(400);
    files_become(4, 'a file each');
    is_deeply [grep { -f } glob $t->dir . '/tmp/*/*'], [], "none of nginx's";
    $t->verify;
    $t->finish;
}


# --- ends ---------------------------------------------------------------------

# The client or the stream goes while a thread has the file.
sub syncing {
    faulty(workers => 1, tls => 1);
    my $kept = put_file('first')->is(201)->json;
    $t->order('fdatasync sleep 400');

    my $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=a', 'Content-Length: 5')
        . 'hello');
    sleep 0.2;
    $raw->reset;

    my $h2 = TicketTest::H2->new($t);
    my $s = $h2->request(POST => 'alice', '/v1/attachments?name=h2', 'world');
    sleep 0.2;
    $h2->reset_stream($s);
    $s = $h2->request(POST => 'alice', '/v1/attachments?name=h2', 'there');
    sleep 0.2;
    $h2->cut;
    $t->order;
    alive();
    wait_for(sub { $t->ticketctl('verify')->{json}{orphans} == 0 },
        'files to have a record or to go', 10);

    # it may have become an attachment that nobody knows the token of
    my $n = stored_files();
    cmp_ok $n, '<=', 4, 'no file twice';
    $t->verify;
    $t->finish;
}


# A worker is told to leave, in every manner, while there are uploads.
sub ends {
    faulty(workers => 1, main => 'worker_shutdown_timeout 1s;');
    for my $how (qw(QUIT HUP)) {
        put_file("before $how")->is(201);
        $t->order('fdatasync sleep 300');
        my $sync = $t->raw;
        $sync->send(head_of('/v1/attachments?name=a', 'Content-Length: 5')
            . 'hello');
        my $part = $t->raw;
        $part->send(head_of('/v1/attachments?name=a', 'Content-Length: 9')
            . 'hello');
        sleep 0.2;
        $how eq 'HUP' ? $t->reload : $t->stop('QUIT');
        my $made = $sync->answer;
        is $made && $made->code, 201, "$how: what is complete is answered"
            if $how eq 'HUP';
        ok $part->closed(8), "$how: what is not is ended";
        $t->order;
        $t->start if $how eq 'QUIT';
        is scalar(glob($t->store . '/files/tmp/*')) // 'none', 'none',
            "$how: nothing half is left";
    }
    $t->verify;

    my $part = $t->raw;
    $part->send(head_of('/v1/attachments?name=a', 'Content-Length: 9')
        . 'hello');
    sleep 0.2;
    $t->stop('TERM');
    $t->start;
    is $t->ticketctl('verify')->{rc}, 0, 'TERM: what is left is no fault';
    put_file('after')->is(201);
    $t->finish;
}


sub descriptors {
    $t = TicketTest->new(workers => 1, tls => 1,
        location => 'client_body_timeout 1s; ticket_attachment_max_size 1m;');
    my ($pid) = @{ $t->workers };
    my $open = sub { scalar(my @fd = glob "/proc/$pid/fd/*") };
    put_file('first')->is(201);
    alive();
    my $before = $open->();

    my @late;
    for (1 .. 10) {
        my $raw = $t->raw;
        $raw->send(head_of('/v1/attachments?name=a', 'Content-Length: 9')
            . 'hello');
        sleep 0.02;
        $raw->reset;

        $raw = $t->raw;
        $raw->send(head_of('/v1/attachments?name=a',
            'Transfer-Encoding: chunked') . chunk("hello") . "no\r\n");
        my $bad = $raw->answer;
        is $bad && $bad->code, 400, 'a bad chunk';

        push @late, $t->raw;
        $late[-1]->send(head_of('/v1/attachments?name=a',
            'Content-Length: 9') . 'hello');

        my $h2 = TicketTest::H2->new($t);
        my $s = $h2->request(POST => 'alice', '/v1/attachments?name=a', undef,
            part => 1);
        $h2->data($s, 'x' x 9000, 0);
        $h2->cut;
        put_file('')->is(400);
        put_file('x' x 5000, name => '')->is(400);
    }
    ok $_->closed(5), 'slow: ended' for @late;
    files_become(1, 'nothing is left');
    alive();
    TicketTest::wait_for(sub { $open->() <= $before + 1 },
        "descriptors ($before)", 10);
    cmp_ok $open->(), '<=', $before + 1, 'no descriptor is left';
    $t->verify;
    $t->finish;
}


# --- the store's directories --------------------------------------------------

sub directories {
    $t = TicketTest->new(workers => 1);
    $t->expect_log(qr/failed for an upload/);
    my $files = $t->store . '/files';
    put_file('first')->is(201);
    my @owner = (stat $files)[4, 5];

    # away: they are made again
    rename $files, "$files.away";
    put_file('second')->is(201);
    is sprintf('%o', (stat $files)[2] & 07777), '700', 'made again, with 700';
    is((stat $files)[4], $owner[0], 'and the same owner');

    # read-only
  SKIP: {
        skip 'needs workers of another user', 3 if $> != 0;
        chmod 0500, "$files/tmp";
        put_file('third')->is_problem(500, 'internal-error');
        alive();
        chmod 0700, "$files/tmp";
        put_file('third')->is(201);
    }

    # something else has the name
    rename "$files/tmp", "$files/tmp.away";
    symlink '/nonexistent/there', "$files/tmp";
    put_file('fourth')->is_problem(500, 'internal-error');
    unlink "$files/tmp";
    rename "$files/tmp.away", "$files/tmp";
    put_file('fourth')->is(201);
    is stored_files(), 3, 'as many files as were stored';
    $t->finish;
}


# --- downloads, among nginx's directives --------------------------------------

sub served {
    my $text  = join '', map { sprintf "line %06d\n", $_ } 1 .. 20_000;
    my $noise = pack 'N*', 0xfffefdfc, map { $_ * 2654435761 % 2**32 }
        1 .. 50_000;
    my @with = (
        'sendfile off;', 'sendfile on; sendfile_max_chunk 8k;',
        'aio threads;', 'directio 4k; output_buffers 2 8k;',
        'aio threads; directio 4k;', 'open_file_cache max=10;',
        'limit_rate 2m;', 'gzip on; gzip_types *; gzip_min_length 1;',
    );
    for my $with (@with) {
        $t = TicketTest->new(workers => 1, location => $with);
        for my $bytes ($text, $noise) {
            my $file = put_file($bytes)->is(201)->json;
            for (1 .. 2) {
                ok $t->get('alice', path_of($file))->is(200)->body eq $bytes,
                    "$with the bytes";
            }
            my $raw = $t->raw;
            $raw->send(get_of($file) =~ s/^GET/HEAD/r
                . $t->raw_request('GET', 'alice', '/v1/me'));
            is $raw->answer(method => 'HEAD')->code, 200, "$with HEAD";
            is $raw->answer->code, 200, "$with and no body after it";

            $raw->send(get_of($file, 'Range: bytes=0-4,100-109,-7'));
            my $parts = $raw->answer;
            is $parts->code, 206, 'several ranges';
            like $parts->header('Content-Type'), qr{^multipart/byteranges},
                'are parts';
            my @part = $parts->body =~ m{\r\n\r\n(.*?)\r\n--}sg;
            ok join('|', @part) eq join('|', substr($bytes, 0, 5),
                substr($bytes, 100, 10), substr($bytes, -7)),
                "$with the bytes of each";

            next if $with !~ /gzip/;
            $raw->send(get_of($file, 'Accept-Encoding: gzip'));
            my $zip = $raw->answer;
            is $zip->header('Content-Encoding'), 'gzip', 'compressed';
            ok gunzip($zip->body) eq $bytes, 'and the same bytes';
            like $zip->header('ETag'), qr{^W/}, 'with a weak tag';
        }

        # a client that goes away in the middle
        my $file = put_file($noise)->is(201)->json;
        my $raw = $t->raw;
        $raw->send($t->raw_request('GET', 'alice', path_of($file)));
        $raw->fill(5);
        $raw->reset;
        alive($with);
        $t->finish;
    }
}


sub included {
    $t = TicketTest->new(workers => 1, check => 0, server => <<~'EOF');
        location /page { ssi on; ssi_types *; default_type text/html;
            alias {dir}/html/; }
        location /via { proxy_set_header Host $host;
            proxy_pass http://127.0.0.1:{port2}; }
        EOF
    my $bytes = join '', map { "<$_>" } 1 .. 9000;
    my $file  = put_file($bytes)->is(201)->json;
    my $dir   = $t->dir . '/html';
    mkdir $dir;
    open my $out, '>', "$dir/page.html" or die "page: $!\n";
    print {$out} '[<!--# include virtual="/helpdesk' . path_of($file)
        . '" -->][<!--# include virtual="/helpdesk' . path_of($file)
        . '" -->]';
    close $out;
    chmod 0755, $dir;
    my $url = 'http://127.0.0.1:' . $t->port . '/page/page.html';
    ok $t->get('alice', $url)->body eq "[$bytes][$bytes]",
        'in a page, for who may see it';
    unlike $t->get('bob', $url)->body, qr/<77>/, 'and not for others';
    ok $t->get('alice', path_of($file))->body eq $bytes, 'as it is';
    $t->finish;
}


# Regular expressions, names, `if`: the same limits hold.
sub places {
    $t = TicketTest->new(workers => 1, check => 0, server => <<~'EOF');
        location ~ ^/re(/v1/.*)$ { ticket main;
            ticket_attachment_max_size 2k; }
        location /try { try_files /none @named; }
        location @named { ticket main; ticket_attachment_max_size 2k; }
        location /if { if ($arg_y = 'z') { set $x 1; } ticket main;
            client_max_body_size 1k; client_body_buffer_size 1k;
            ticket_attachment_max_size 2k; }
        location /small { client_max_body_size 1k; ticket main; }
        EOF
    my $base = 'http://127.0.0.1:' . $t->port;
    for my $place ('/re', '/try', '/if') {
        my $post = sub ($what, $bytes, $type = 'text/plain') {
            return $t->request(POST => 'alice', "$base$place/v1/$what",
                body => $bytes, headers => { 'Content-Type' => $type });
        };
        my $made = $post->('attachments?name=a', "$place " . 'x' x 1500);
        is $made->code, 201, "$place: an upload";
        is $t->get('alice', "$base$place" . path_of($made->json))->body,
            "$place " . 'x' x 1500, 'and a download';
        $post->('attachments?name=a', 'x' x 2100)->is(413);
    }
    my $json = '{"subject":"x","description":"' . 'x' x 1000 . '"}';
    my %json = (body => $json,
        headers => { 'Content-Type' => 'application/json' });
    for my $place ('/small', '/if', '/if?y=z') {
        my ($path, $query) = split /\?/, $place;
        $t->request(POST => 'alice', "$base$path/v1/tickets"
            . ($query ? "?$query" : ''), %json)->is(413,
            "$place: the limit of other bodies");
    }
    is $t->request(POST => 'alice', "$base/small/v1/attachments?name=a",
        body => 'x' x 5000)->code, 201, 'and uploads have their own';
    $t->finish;
}


# --- configuration ------------------------------------------------------------

sub configured {
    my @case = (
        ['client_max_body_size 0;', qr/client_max_body_size.* in \S+:\d+/],
        ['client_max_body_size 65m; client_body_buffer_size 65m;',
            qr/client_max_body_size.* in \S+:\d+/],
        ['client_max_body_size 2m; client_body_buffer_size 1m;',
            qr/client_body_buffer_size.* in \S+:\d+/],
        ['ticket_attachment_max_size 0;', qr/is "0".* in \S+:\d+/],
        ['ticket_attachment_max_size 1t;', qr/is "1t".* in \S+:\d+/],
        ['ticket_attachment_max_size -1;', qr/is "-1".* in \S+:\d+/],
        ['ticket_attachment_max_size 1m; ticket_attachment_max_size 2m;',
            qr/is duplicate in \S+:\d+/],
    );
    for my $case (@case) {
        my ($text, $like) = @$case;
        my $bad = TicketTest->new(init => 0, start => 0, location => $text)
            ->conf_test;
        isnt $bad->{rc}, 0, "$text is refused";
        like $bad->{err}, $like, 'by file and line';
    }

    # values of a server hold for its locations
    $t = TicketTest->new(workers => 1, check => 0,
        server => 'client_max_body_size 2k; client_body_buffer_size 2k;'
            . 'ticket_attachment_max_size 3k;'
            . 'location /other { proxy_pass http://127.0.0.1:1; }');
    put_file('x' x 2500)->is(201);
    put_file('x' x 3100)->is(413);
    $t->request(POST => 'alice', '/v1/tickets', body => 'x' x 2100,
        headers => { 'Content-Type' => 'application/json' })->is(413);
    $t->request(POST => 'alice', 'http://127.0.0.1:' . $t->port . '/other',
        body => 'x' x 2100)->is(413, 'and no other location has got more');
    $t->finish;
}


# --- many ---------------------------------------------------------------------

# Workers die at any moment, also with a lock of the shared memory.
sub killed {
    $t = TicketTest->new(workers => 2, check => 0);
    $t->expect_log(qr/exited on signal 9/);
    my $id = $t->some_ticket->{id};
    my $put = $t->raw_request('PUT', 'ann', "/v1/tickets/$id/viewers",
        '{}', 'Content-Type: application/json');
    $t->put('ann', "/v1/tickets/$id/viewers", {})->is(200);
    my $end = time + 4;
    my $sent = 0;
    while (time < $end) {
        my @raw = map { $t->raw } 1 .. 4;
        $_->send($put x 200) for @raw;
        sleep 0.01 * rand;
        kill KILL => $t->workers->[rand 2] // next;
        $_->close for @raw;
        $sent++;
        sleep 0.1;
    }
    cmp_ok $sent, '>', 5, "workers were killed ($sent)";
    wait_for(sub { @{ $t->workers } == 2 }, 'two workers', 10);
    for (1 .. 8) {
        my $begun = Time::HiRes::time();
        $t->new_connection->get('ann', "/v1/tickets/$id/viewers")->is(200);
        cmp_ok Time::HiRes::time() - $begun, '<', 2, 'at once';
    }
    $t->verify;
    $t->finish;
}


# Every lock of the table of viewers is a process's that has died with it, or
# that lives and does not give it back.
sub locked {
    return note 'needs to write to memory of workers' if $> != 0;
    $t = TicketTest->new(workers => 1);
    my $path = '/v1/tickets/' . $t->some_ticket->{id} . '/viewers';
    my $dead = 0 + `sh -c 'echo \$\$'`;

    for my $holder ($dead, $$, 1) {
        $t->put('ann', $path, {})->is(200);
        cmp_ok lock_all($t->workers->[0], $holder), '>', 400, 'all locked';
        my $begun = Time::HiRes::time();
        is scalar @{ $t->get('sue', $path)->is(200)->json->{data} }, 1,
            'who has it open is known';
        $t->delete('ann', $path)->is(200);
        cmp_ok Time::HiRes::time() - $begun, '<', 5, 'soon';
    }
    $t->finish;
}


# A page of nginx's, then buckets of 1024 bytes behind 64 of their own.
sub lock_all ($pid, $holder) {
    no warnings 'portable';               # addresses have 64 bits
    open my $maps, '<', "/proc/$pid/maps" or die "maps: $!\n";
    my ($from) = map { /^(\w+)-(\w+) rw-s / && hex($2) - hex($1) == 512 * $KIB
        ? hex $1 : () } <$maps>;
    open my $mem, '+<:raw', "/proc/$pid/mem" or die "mem: $!\n";
    my $n = 0;
    for (my $at = 4096 + 64; $at < 512 * $KIB - 1024; $at += 1024) {
        sysseek $mem, $from + $at, 0;
        sysread $mem, my $lock, 8;
        return 0 if unpack('Q', $lock) > 1 << 22;     # it is no lock
        sysseek $mem, $from + $at, 0;
        $n += (syswrite($mem, pack 'Q', $holder) // 0) == 8;
    }
    return $n;
}


sub soak {
    $t = TicketTest->new(workers => 1, check => 0);
    my ($pid) = @{ $t->workers };
    my $rss = sub {
        open my $in, '<', "/proc/$pid/status" or die;
        my ($kb) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$in>;
        return $kb;
    };
    my $round = sub ($n) {
        for my $i (1 .. $n) {
            my $made = put_file("content $i " . 'x' x 40_000);
            return fail('upload ' . $made->code) if $made->code != 201;
            $t->get('alice', path_of($made->json))->code == 200
                or return fail('download');
            $t->delete('alice', path_of($made->json))->code == 204
                or return fail('delete');
        }
    };
    $round->(300);
    my $before = $rss->();
    $round->(1000);
    my $grown = $rss->() - $before;

    # AddressSanitizer keeps what was freed
    cmp_ok $grown, '<', $ENV{TICKET_ASAN} ? 400_000 : 2_000,
        "1,000 uploads: memory stays ($grown KiB)";
    files_become(0, 'and nothing is left');
    is_deeply $t->workers, [$pid], 'the same worker';
    $t->verify;
    $t->finish;
}
