# Attachments: what is uploaded is bound, seen by those who may and served as
# any file; whatever comes to nothing leaves nothing.

use v5.36;
use utf8;

use Digest::SHA 'sha256_hex';
use Mojo::File;
use Mojo::JSON 'decode_json';
use Mojo::Util 'url_escape', 'encode';

use TicketTest;
use TicketTest::H2;

my $MIB = 1024 * 1024;
my $t;

for my $workers (1, 2) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers, tls => 1,
        location => 'ticket_attachment_max_size 101m; sendfile on;'
            . ' add_header X-Once always always;');

    upload();
    kinds();
    names();
    refused();
    bind_to_ticket();
    bind_to_message();
    rights();
    tenants();
    conditional();
    past_the_end();
    shared_content();
    deleted();
    replayed();
    limits();
    transport();
    http2();
    broken();
    clean();

    $t->verify;
    $t->finish;
}

large();
reload();
collected();
quota();
full_disk();
erased();
done_testing;


# --- helpers ------------------------------------------------------------------

sub put_file ($who, $name, $bytes, %opt) {
    my $path = '/v1/attachments?name=' . url_escape(encode 'UTF-8', $name);
    return $t->request(POST => $who, $path, %opt, body => $bytes);
}

sub some_file ($who = 'alice', $bytes = "hello\n" . rand, $name = 'a.txt') {
    return put_file($who, $name, $bytes)->is(201)->json;
}

sub path_of ($file) { "/v1/attachments/$file->{token}" }

sub stored_files {
    my @file = sort grep { -f } glob($t->store . '/files/*/*');
    return @file;
}

# Files go a moment after their records.
sub files_become ($n, $name) {
    my $seen = -1;
    for (1 .. 60) {
        $seen = () = stored_files();
        last if $seen == $n;
        select undef, undef, undef, 0.1;
    }
    is $seen, $n, $name;
}

# How many there are, once nothing is under way.
sub settled {
    my ($n, $same) = (-1, 0);
    while ($same < 14) {
        my $now = () = stored_files();
        $same = $now == $n ? $same + 1 : 0;
        $n = $now;
        select undef, undef, undef, 0.1;
    }
    return $n;
}

sub comment ($who, $id, %member) {
    return $t->post($who, "/v1/tickets/$id/messages",
        { body => 'See the file.', %member });
}


# --- one file -----------------------------------------------------------------

sub upload {
    my $bytes = "The log says:\n" . ('x' x 5000) . "\n";
    my $made  = put_file('alice', 'server.log', $bytes)->is(201);
    my $file  = $made->json;

    is $file->{name}, 'server.log', 'name';
    is $file->{size}, length $bytes, 'size';
    is $file->{type}, 'text/plain; charset=utf-8', 'type';
    like $file->{digest}, qr/^[0-9a-f]{64}$/, 'digest';
    like $file->{token}, qr/^[\w-]{43}$/, 'token';
    ok defined $file->{expires_at}, 'expires unless it is bound';
    ok !defined $file->{ticket} && !defined $file->{message}, 'not bound';
    is $made->header('Location'), '/helpdesk' . path_of($file), 'Location';

    my $got = $t->get('alice', path_of($file))->is(200);
    is $got->body, $bytes, 'the same bytes';
    is $got->header('ETag'), qq{"$file->{digest}"}, 'tag is the digest';
    is $got->header('Accept-Ranges'), 'bytes', 'ranges';
    is $got->header('X-Content-Type-Options'), 'nosniff', 'nosniff';
    like $got->header('Content-Security-Policy'), qr/sandbox/, 'sandbox';
    like $got->header('Cache-Control'), qr/private/, 'private';
    is $got->header('Content-Disposition'),
        q{inline; filename="server.log"; filename*=UTF-8''server.log},
        'disposition';
    ok $got->header('Last-Modified'), 'Last-Modified';
    is $got->header_count('Content-Type'), 1, 'one type';

    my $mode = (stat $t->store . '/files')[2] & 07777;
    is sprintf('%o', $mode), '700', 'the directory is the worker\'s alone';
    is sprintf('%o', (stat((stored_files())[0]))[2] & 07777), '600',
        'so are files';
}


# The client's word does not matter.
sub kinds {
    my @kind = (
        ["\x89PNG\r\n\x1a\n....", 'image/png', 'inline'],
        ["\xff\xd8\xff\xe0JFIF", 'image/jpeg', 'inline'],
        ["GIF89a....", 'image/gif', 'inline'],
        ["RIFF\0\0\0\0WEBPVP8 ", 'image/webp', 'inline'],
        ["%PDF-1.7\n", 'application/pdf', 'attachment'],
        ["PK\3\4...", 'application/zip', 'attachment'],
        ["\0\0\0\x18ftypmp42", 'video/mp4', 'attachment'],
        ["<html><script>alert(1)</script>", 'text/plain', 'inline'],
        ["<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            'text/plain', 'inline'],
        ["\x7fELF\2\1\1\0", 'application/octet-stream', 'attachment'],
        ["text\0", 'application/octet-stream', 'attachment'],
    );
    for my $kind (@kind) {
        my ($bytes, $type, $how) = @$kind;
        my $file = put_file('alice', 'x.html', $bytes,
            headers => { 'Content-Type' => 'text/html' })->is(201)->json;
        my $got = $t->get('alice', path_of($file))->is(200);
        is $got->header('Content-Type') =~ s/;.*//r, $type, "type $type";
        like $got->header('Content-Disposition'), qr/^$how; /, $how;
        $t->delete('alice', path_of($file))->is(204);
    }
}


sub names {
    my @name = (
        ['../../etc/passwd', 'passwd', 'passwd', 'passwd'],
        ['C:\\fakepath\\bild.png', 'bild.png', 'bild.png', 'bild.png'],
        ["evil\x{202e}gpj.exe", 'evilgpj.exe', 'evilgpj.exe', 'evilgpj.exe'],
        ['a"b\\"; filename=c', '"; filename=c', '_; filename=c',
            '%22%3B%20filename%3Dc'],
        ['发票 1.pdf', '发票 1.pdf', '__ 1.pdf',
            '%E5%8F%91%E7%A5%A8%201.pdf'],
        ['...', 'file', 'file', 'file'],
        ['100%.txt', '100%.txt', '100_.txt', '100%25.txt'],
        ['x' x 300, 'x' x 255, 'x' x 255, 'x' x 255],
    );
    for my $name (@name) {
        my ($sent, $kept, $plain, $full) = @$name;
        my $file = some_file('alice', 'bytes', $sent);
        is $file->{name}, $kept, 'kept name';
        is $t->get('alice', path_of($file))->header('Content-Disposition'),
            qq{inline; filename="$plain"; filename*=UTF-8''$full}, 'sent name';
        $t->delete('alice', path_of($file))->is(204);
    }
}


sub refused {
    $t->request(POST => 'alice', '/v1/attachments', body => 'x')
        ->is_problem(400, 'unknown-parameter');
    $t->request(POST => 'alice', '/v1/attachments?name=', body => 'x')
        ->is_problem(400, 'unknown-parameter');
    $t->request(POST => 'alice', '/v1/attachments?name=a%0d%0ab', body => 'x')
        ->is_problem(400, 'unknown-parameter');
    $t->request(POST => 'alice', '/v1/attachments?name=a&kind=b', body => 'x')
        ->is_problem(400, 'unknown-parameter');
    $t->request(POST => 'alice', '/v1/attachments?name=a', body => '')
        ->is_problem(400, 'invalid-request');
    $t->request(POST => undef, '/v1/attachments?name=a', body => 'x')
        ->is_problem(401, 'unauthorized');
    $t->get('alice', '/v1/attachments/' . 'A' x 43)
        ->is_problem(404, 'not-found');
    $t->get('alice', '/v1/attachments/x')->is_problem(404, 'not-found');
    $t->get('alice', '/v1/attachments')->is(405);
}


# --- binding ------------------------------------------------------------------

sub bind_to_ticket {
    my @file = map { some_file() } 1 .. 3;
    my $made = $t->post('alice', '/v1/tickets', {
        subject => 'With files', description => 'See them.',
        attachments => [map { $_->{token} } @file[0, 1]],
    })->is(201);
    my $id = $made->field('/id');

    is $made->field('/attachment_count'), 2, 'counted';
    my $list = $t->get('alice', "/v1/tickets/$id/attachments")->is(200)->json;
    is_deeply [map { $_->{token} } @{ $list->{data} }],
        [map { $_->{token} } @file[0, 1]], 'listed in order';
    is $list->{data}[0]{ticket}, $id, 'of the ticket';
    is $list->{data}[0]{expires_at}, undef, 'does not expire';

    my $page = $t->get('ann', "/v1/tickets/$id/attachments?limit=1")
        ->is(200)->json;
    is @{ $page->{data} }, 1, 'a page';
    my $next = $t->get('ann', "/v1/tickets/$id/attachments?limit=1&cursor="
        . $page->{page}{next})->is(200)->json;
    is $next->{data}[0]{token}, $file[1]{token}, 'and the next';

    # a token is good once, and only for who has it
    my @bad = (
        [$file[0]{token}, 'bound already'], ['A' x 43, 'unknown'],
        [some_file('bob')->{token}, "another's"],
    );
    for my $bad (@bad) {
        my $no = $t->post('alice', '/v1/tickets', { subject => 'x',
            description => 'x', attachments => [$file[2]{token}, $bad->[0]] })
            ->is_problem(400, 'invalid-request', $bad->[1]);
        is $no->field('/errors/0/pointer'), '/attachments/1', 'pointer';
    }
    $t->get('alice', path_of($file[2]))->is(200);    # still free
    $t->delete('alice', path_of($file[2]))->is(204);
    $t->delete('alice', path_of($file[0]))->is_problem(409, 'conflict');
    $t->delete('bob', path_of($file[0]))->is_problem(404, 'not-found');
}


sub bind_to_message {
    my $id = $t->some_ticket->{id};
    my $file = some_file();
    my $said = comment('alice', $id, attachments => [$file->{token}])->is(201);
    is $said->field('/attachments/0/token'), $file->{token}, 'in the answer';
    is $said->field('/attachments/0/message'), 1, 'of the message';

    my $list = $t->get('ann', "/v1/tickets/$id/messages")->is(200)->json;
    is $list->{data}[0]{attachments}[0]{name}, 'a.txt', 'in the list';
    is $t->get('ann', "/v1/tickets/$id")->field('/attachment_count'), 1,
        'counted';

    $t->post('ann', "/v1/tickets/$id/claim", {})->is(200);
    $t->post('ann', "/v1/tickets/$id/start", {})->is(200);
    my $ask = some_file('ann');
    $t->post('ann', "/v1/tickets/$id/request-info", { question => 'This?',
        attachments => [$ask->{token}] })->is(200);
    comment('alice', $id)->is(201);
    my $how = some_file('ann');
    $t->post('ann', "/v1/tickets/$id/resolve", { solution => 'So.',
        attachments => [$how->{token}] })->is(200);
    $list = $t->get('alice', "/v1/tickets/$id/messages")->is(200)->json;
    is_deeply [map { scalar @{ $_->{attachments} } } @{ $list->{data} }],
        [1, 1, 0, 1], 'each with its own';
    is $t->get('alice', path_of($how))->is(200)->body,
        $t->get('ann', path_of($how))->body, 'both may read it';
}


sub rights {
    my $file = some_file();
    $t->get('bob', path_of($file))->is_problem(404, 'not-found');
    $t->get('ann', path_of($file))->is_problem(404, 'not-found');
    $t->delete('ann', path_of($file))->is_problem(404, 'not-found');

    my $id = $t->some_ticket(attachments => [$file->{token}])->{id};
    $t->get('alice', path_of($file))->is(200);
    $t->get('ann', path_of($file))->is(200);
    $t->get('bob', path_of($file))->is_problem(404, 'not-found');
    $t->get(undef, path_of($file))->is_problem(401, 'unauthorized');

    my $note = some_file('ann', 'between us');
    comment('ann', $id, kind => 'note', attachments => [$note->{token}])
        ->is(201);
    $t->get('andy', path_of($note))->is(200);
    $t->get('alice', path_of($note))->is_problem(404, 'not-found');
    my $list = $t->get('alice', "/v1/tickets/$id/attachments")->is(200)->json;
    is @{ $list->{data} }, 1, 'users do not see internal files';
    $list = $t->get('ann', "/v1/tickets/$id/attachments")->is(200)->json;
    is @{ $list->{data} }, 2, 'staff does';
    is $t->get($_->[0], "/v1/tickets/$id")->field('/attachment_count'),
        $_->[1], "$_->[0] counts those there are for him"
        for ['alice', 1], ['ann', 2];
    $t->get('bob', "/v1/tickets/$id/attachments")
        ->is_problem(404, 'not-found');
}


sub tenants {
    my $made = $t->post('root', '/v1/tenants', { name => 'other',
        admin => 'boss' })->is(201)->json;
    $t->set_token(boss => $made->{admin_token});
    my $id   = $t->some_ticket(attachments => [some_file()->{token}])->{id};
    my $mine = $t->get('alice', "/v1/tickets/$id/attachments")->json->{data}[0];
    $t->get('boss', path_of($mine))->is_problem(404, 'not-found');
    $t->post('boss', '/v1/tickets', { subject => 'x', description => 'x',
        attachments => [some_file()->{token}] })
        ->is_problem(400, 'invalid-request');
}


# --- as any file --------------------------------------------------------------

sub conditional {
    my $bytes = join '', map { sprintf "%04d\n", $_ } 0 .. 999;
    my $file  = some_file('alice', $bytes);
    my $path  = path_of($file);
    my $tag   = qq{"$file->{digest}"};

    my $head = $t->head('alice', $path)->is(200);
    is $head->header('Content-Length'), length $bytes, 'HEAD: length';
    is $head->body, '', 'HEAD: no body';

    $t->get('alice', $path, 'If-None-Match' => $tag)->is(304);
    $t->get('alice', $path, 'If-None-Match' => '"x"')->is(200);
    my $since = $t->get('alice', $path)->header('Last-Modified');
    $t->get('alice', $path, 'If-Modified-Since' => $since)->is(304);
    $t->get('alice', $path, 'If-Match' => $tag)->is(200);
    $t->get('alice', $path, 'If-Match' => '"x"')
        ->is_problem(412, 'version-mismatch');
    $t->get('alice', $path, 'If-Unmodified-Since' =>
        'Thu, 01 Jan 1998 00:00:00 GMT')->is_problem(412, 'version-mismatch');

    my $part = $t->get('alice', $path, Range => 'bytes=5-9')->is(206);
    is $part->body, "0001\n", 'a range';
    is $part->header('Content-Range'), 'bytes 5-9/5000', 'Content-Range';
    is $t->get('alice', $path, Range => 'bytes=-5')->is(206)->body, "0999\n",
        'the end';
    is length $t->get('alice', $path, Range => 'bytes=0-4',
        'If-Range' => '"x"')->is(200)->body, 5000, 'If-Range: another';
    $t->get('alice', $path, Range => 'bytes=0-4', 'If-Range' => $tag)->is(206);

    # rights come before conditions
    $t->get('bob', $path, 'If-None-Match' => $tag)
        ->is_problem(404, 'not-found');

    # and the kept answer is no other
    for (1 .. 3) {
        is $t->get('alice', $path)->is(200)->body, $bytes, 'again';
        $t->get('alice', $path, 'If-None-Match' => $tag)->is(304);
        is $t->get('alice', $path, Range => 'bytes=0-3')->is(206)->body,
            '0000', 'a range of it';
    }
    $t->delete('alice', $path)->is(204);
    $t->get('alice', $path)->is_problem(404, 'not-found');
}


# A range that the file has not is a problem like any other, with its size.
sub past_the_end {
    my $bytes = join '', map { sprintf "%04d\n", $_ } 0 .. 999;
    my $file  = some_file('alice', $bytes);
    my $path  = path_of($file);
    my $tag   = qq{"$file->{digest}"};

    for my $range ('5000-', '9999-', '5000-5001', '5000-5001,7000-', '9-5',
        '9223372036854775807-', '9223372036854775808-', '9' x 100 . '-',
        '-0', 'x', '1', '5-x', '0-4,', '-99999999999999999999')
    {
        my $no = $t->get('alice', $path, Range => "bytes=$range",
            'X-Request-Id' => 'past');
        $no->is_problem(416, 'range-not-satisfiable', "of $range");
        is $no->header('Content-Range'), 'bytes */5000', '  how long it is';
        is $no->header('Content-Length'), length $no->body, '  length';
        is $no->header_count($_), 1, "  one $_" for qw(Content-Type X-Once
            Cache-Control X-Content-Type-Options X-Request-Id Content-Range);
        is $no->header_count($_), 0, "  no $_" for qw(ETag Last-Modified
            Accept-Ranges Content-Disposition Content-Security-Policy);
        is $no->field('/request_id'), 'past', '  the request is named';
    }

    is length $t->get('alice', $path, Range => $_)->is(200)->body, 5000,
        "$_: all of it" for 'lines=9999-', 'bytes', 'bytes=0-,0-';
    is $t->get('alice', $path, Range => "bytes=$_")->is(206)->body, $bytes,
        "$_: all of it, as a part" for '-5000', '-9999', '0-9999',
        '0-9223372036854775807', '0-,7000-';
    my $parts = $t->curl('-is', '-H', 'Range: bytes=0-3,5-8', '-H',
        'Authorization: Bearer ' . $t->token('alice'), $t->url($path));
    like $parts->{out}, qr{^HTTP/1.1 206 .*multipart/byteranges}s,
        'two of them';
    like $parts->{out}, qr{bytes 0-3/5000.*\n0000\r\n.*bytes 5-8/5000}si,
        '  each';
    is $t->get('alice', $path, Range => 'bytes=7000-,-5')->is(206)->body,
        "0999\n", 'of two the one that is there';

    my @far = (Range => 'bytes=5000-');
    my $since = $t->get('alice', $path)->header('Last-Modified');
    $t->get('alice', $path, @far, 'If-Range' => $tag)->is(416);
    $t->get('alice', $path, @far, 'If-Range' => $since)->is(416);
    is length $t->get('alice', $path, @far, 'If-Range' => $_)->is(200)->body,
        5000, 'If-Range: another' for '"x"', "W/$tag",
        'Thu, 01 Jan 1998 00:00:00 GMT';
    $t->get('alice', $path, @far, 'If-None-Match' => $tag)->is(304);
    $t->get('bob', $path, @far)->is_problem(404, 'not-found');

    my $head = $t->head('alice', $path, @far)->is(416);
    is $head->header('Content-Range'), 'bytes */5000', 'HEAD: how long it is';
    is $head->body, '', '  no body';

    # the connection goes on
    my $raw = $t->raw;
    $raw->send($t->raw_request($_, 'alice', $path, undef,
        'Range: bytes=5000-')) for qw(GET HEAD GET);
    for my $method (qw(GET HEAD GET)) {
        my $no = $raw->answer(method => $method, path => $path)->is(416);
        is $no->header('Connection'), 'keep-alive', "$method, and the next";
    }

    # the kept answer is the file's
    is $t->get('alice', $path)->is(200)->body, $bytes, 'again';
    $t->delete('alice', $path)->is(204);
}


sub shared_content {
    my $n     = settled();
    my $bytes = 'the same' . rand;
    my @file  = map { some_file($_, $bytes, "$_.txt") } qw(alice bob alice);
    files_become($n + 1, 'one file for the same bytes');
    is $file[0]{digest}, $file[1]{digest}, 'one digest';
    isnt $file[0]{token}, $file[2]{token}, 'a token each';
    $t->delete('alice', path_of($file[0]))->is(204);
    is $t->get('bob', path_of($file[1]))->is(200)->body, $bytes, 'it stays';
    $t->delete('bob', path_of($file[1]))->is(204);
    $t->delete('alice', path_of($file[2]))->is(204);
    files_become($n, 'until the last is gone');
    my $again = some_file('alice', $bytes);
    is $t->get('alice', path_of($again))->is(200)->body, $bytes, 'anew';
    $t->delete('alice', path_of($again))->is(204);
    files_become($n, 'and gone again');
}


sub deleted {
    my $file = some_file();
    $t->delete('alice', path_of($file))->is(204);
    $t->delete('alice', path_of($file))->is_problem(404, 'not-found');
}


sub replayed {
    my %key   = (headers => { 'Idempotency-Key' => "k" . rand });
    my $first = put_file('alice', 'a.txt', 'once', %key)->is(201);
    my $n     = settled();
    my $again = put_file('alice', 'a.txt', 'once', %key)->is(201);
    is $again->header('Idempotency-Replayed'), 'true', 'replayed';
    is $again->field('/token'), $first->field('/token'), 'the same token';
    put_file('alice', 'a.txt', 'other', %key)
        ->is_problem(422, 'idempotency-mismatch');
    put_file('alice', 'b.txt', 'once', %key)
        ->is_problem(422, 'idempotency-mismatch');
    files_become($n, 'nothing is left of the others');
    $t->delete('alice', path_of($first->json))->is(204);
}


sub limits {
    my @mine;
    while (@mine < 70) {
        my $made = put_file('bob', 'a', 'x' . @mine);
        if ($made->code != 201) {
            $made->is_problem(409, 'conflict');
            last;
        }
        push @mine, $made->json;
    }
    cmp_ok @mine, '<=', 64, 'no more than 64 that are bound to nothing';
    $t->delete('bob', path_of($_))->is(204) for @mine;
    put_file('alice', 'a', 'x' . rand)->is(201);

    # other bodies keep their own limit
    $t->request(POST => 'alice', '/v1/tickets', body => 'x' x (2 * $MIB),
        headers => { 'Content-Type' => 'application/json' })
        ->is_problem(413, 'too-large');
    $t->request(POST => 'alice', '/v1/attachments?name=a', body => 'x',
        headers => { 'Content-Length' => 200 * $MIB })
        ->is_problem(413, 'too-large');
}


# --- ways in ------------------------------------------------------------------

sub head_of ($path, @lines) {
    return join "\r\n", "POST /helpdesk$path HTTP/1.1", 'Host: localhost',
        'Authorization: Bearer ' . $t->token('alice'), @lines, '', '';
}

sub transport {
    # chunks of one byte, and of all
    for my $size (1, 7, 5000) {
        my $bytes = join '', map { chr(65 + $_ % 26) } 1 .. 5000;
        my $raw = $t->raw;
        $raw->send(head_of('/v1/attachments?name=c', 'Connection: close',
            'Transfer-Encoding: chunked'));
        my $body = join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
            unpack "(a$size)*", $bytes;
        $raw->send($_) for unpack '(a4000)*', "${body}0\r\n\r\n";
        my $answer = $raw->answer;
        is $answer->code, 201, "chunks of $size";
        is $t->get('alice', path_of($answer->json))->body, $bytes,
            'the same bytes';
        $t->delete('alice', path_of($answer->json))->is(204);
    }

    # a client that asks before it sends
    my $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=e', 'Content-Length: 5',
        'Expect: 100-continue'));
    is $raw->answer->code, 100, '100 Continue';
    $raw->send('hello');
    my $made = $raw->answer;
    is $made->code, 201, 'then 201';

    # and one more request on the same connection
    $raw->send(head_of('/v1/attachments?name=e', 'Content-Length: 5')
        . 'again');
    is $raw->answer->code, 201, 'the connection goes on';

    $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=e',
        'Content-Length: 999999999', 'Expect: 100-continue'));
    is $raw->answer->code, 413, 'told before it sends too much';

    # chunked and too large for JSON
    $raw = $t->raw;
    $raw->send(head_of('/v1/tickets', 'Content-Type: application/json',
        'Transfer-Encoding: chunked')
        . sprintf("%x\r\n", 2 * $MIB) . ('x' x (2 * $MIB)));
    is $raw->answer->code, 413, 'chunked JSON has the limit of JSON';
}


sub http2 {
    my $h2    = TicketTest::H2->new($t);
    my $bytes = join '', map { chr 32 + $_ % 90 } 1 .. 40_000;
    my $s     = $h2->request(POST => 'alice', '/v1/attachments?name=h2',
        undef, part => 1);
    my @part = unpack '(a8000)*', $bytes;
    $h2->data($s, $part[$_], $_ == $#part) for 0 .. $#part;
    my $made = $h2->answer($s);
    is $made->{code}, 201, 'over HTTP/2';
    my $file = decode_json($made->{body});
    is $t->get('alice', path_of($file))->body, $bytes, 'the same bytes';
    $t->delete('alice', path_of($file))->is(204);

    # taken back in the middle
    my $n = settled();
    $s = $h2->request(POST => 'alice', '/v1/attachments?name=h2', undef,
        part => 1);
    $h2->data($s, $part[0], 0);
    select undef, undef, undef, 0.2;
    $h2->reset_stream($s);
    files_become($n, 'a stream that is reset leaves nothing');
    $h2->close;

    my $out = $t->curl('--http2', '-H', 'Authorization: Bearer '
        . $t->token('alice'), '--data-binary', '@' . $t->dir . '/nginx.conf',
        'https://127.0.0.1:' . $t->tls_port
        . '/helpdesk/v1/attachments?name=conf');
    like $out->{out}, qr/"token"/, 'curl over HTTP/2 and TLS';
}


sub broken {
    my $n = settled();
    for my $how (qw(close half)) {
        my $raw = $t->raw;
        $raw->send(head_of('/v1/attachments?name=b', 'Content-Length: 9000')
            . 'x' x 5000);
        select undef, undef, undef, 0.2;
        if ($how eq 'close') { close $raw->socket }
        else                 { $raw->shutdown_write; $raw->answer }
        files_become($n, "a body that ends early leaves nothing: $how");
    }
}


sub clean {
    my @left = glob $t->store . '/files/tmp/*';
    is "@left", '', 'nothing is being written any more';
}


# --- large ones ---------------------------------------------------------------

sub rss ($pid, $what) {
    my ($kb) = Mojo::File->new("/proc/$pid/status")->slurp
        =~ /^$what:\s+(\d+)/m;
    return $kb;
}

sub large {
    $t = TicketTest->new(workers => 1);
    some_file();
    my ($pid) = @{ $t->workers };
    my $file = $t->dir . '/large';
    open my $out, '>:raw', $file or die;
    print {$out} pack('N', $_) x ($MIB / 4) for 1 .. 100;
    close $out;

    my $before = rss($pid, 'VmHWM');
    my $got = $t->curl('-H', 'Authorization: Bearer ' . $t->token('alice'),
        '-H', 'Expect:', '-T', $file, '-X', 'POST',
        'http://127.0.0.1:' . $t->port . '/helpdesk/v1/attachments?name=big');
    my $grown = rss($pid, 'VmHWM') - $before;
    like $got->{out}, qr/"size":104857600/, '100 MiB are stored';
    cmp_ok $grown, '<', 8 * 1024, "memory stays flat ($grown KiB)";

    my ($token) = $got->{out} =~ /"token":"([^"]+)"/;
    $before = rss($pid, 'VmHWM');
    my $back = $t->dir . '/back';
    $t->curl('-H', 'Authorization: Bearer ' . $t->token('alice'),
        '-o', $back, 'http://127.0.0.1:' . $t->port
        . "/helpdesk/v1/attachments/$token");
    is sha256_hex(Mojo::File->new($back)->slurp),
        sha256_hex(Mojo::File->new($file)->slurp), 'and come back';
    $grown = rss($pid, 'VmHWM') - $before;
    cmp_ok $grown, '<', 8 * 1024, "memory stays flat ($grown KiB)";

    # one byte more than may be, not told before
    my $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=b',
        'Transfer-Encoding: chunked'));
    my $sent = 0;
    my $chunk = sprintf("%x\r\n", $MIB) . ('y' x $MIB) . "\r\n";
    local $SIG{PIPE} = 'IGNORE';
    while ($sent++ < 110) {
        last if !defined eval { $raw->send($chunk); 1 };
    }
    is $raw->answer->code, 413, 'too large while it comes';
    files_become(2, 'leaves nothing');
    unlink $file, $back;
    $t->finish;
}


# A worker that is to leave ends what it has begun.
sub reload {
    $t = TicketTest->new(workers => 2);
    my $raw = $t->raw;
    $raw->send(head_of('/v1/attachments?name=r', 'Content-Length: 10')
        . 'hello');
    select undef, undef, undef, 0.2;
    $t->reload;
    select undef, undef, undef, 0.3;
    $raw->send('world');
    my $made = $raw->answer;
    is $made->code, 201, 'an upload lives through a reload';
    is $t->get('alice', path_of($made->json))->body, 'helloworld', 'whole';
    $t->verify;
    $t->finish;
}


sub collected {
    $t = TicketTest->new(workers => 2);
    my $lost  = some_file();
    my $bound = some_file();
    $t->some_ticket(attachments => [$bound->{token}]);
    files_become(2, 'two files');
    my $orphan = $t->store . '/files/ab/' . 'ab' x 32 . '.0123456789abcdef';
    mkdir $t->store . '/files/ab', 0700;
    spew($orphan, 'nobody\'s');
    spew($t->store . '/files/tmp/left', 'half');
    my @owner = (stat $t->store . '/files')[4, 5];
    chown @owner, $t->store . '/files/ab', $orphan,
        $t->store . '/files/tmp/left';
    my $warned = $t->ticketctl('verify');
    is $warned->{rc}, 0, 'an orphan is no fault';
    like $warned->{out} . $warned->{err}, qr/orphan/, 'and is told of';

    $t->set_clock('+25h');
    TicketTest::wait_for(sub {
        $t->get('alice', path_of($lost), -check => 0)->code == 404
            && stored_files() == 1;
    }, 'files to be collected and orphans swept', 60);
    $t->get('alice', path_of($bound))->is(200);
    $t->get('alice', path_of($lost))->is_problem(404, 'not-found');
    is scalar(stored_files()), 1, 'the bound one is left alone';
    $t->verify;

    # a record without its file is a fault
    my ($file) = stored_files();
    rename $file, "$file.away";
    my $fault = $t->ticketctl('verify');
    is $fault->{rc}, 1, 'a missing file is a fault';
    $t->expect_log(qr/of an attachment cannot be opened/);
    $t->get('ann', path_of($bound))->is_problem(500, 'internal-error');
    rename "$file.away", $file;
    $t->verify;
    $t->finish;
}


sub quota {
    $t = TicketTest->new(workers => 1);
    my ($tenant) = grep { $_->{name} eq 'main' }
        @{ $t->get('root', '/v1/tenants')->is(200)->json->{data} };
    $t->patch('root', "/v1/tenants/$tenant->{id}",
        { limits => { attachment_bytes => 1000 } })->is(200);
    my $file = some_file('alice', 'x' x 600);
    put_file('alice', 'b', 'y' x 401)->is_problem(429, 'quota-exceeded');
    put_file('alice', 'b', 'y' x 400)->is(201);
    $t->delete('alice', path_of($file))->is(204);
    put_file('alice', 'b', 'z' x 600)->is(201);
    $t->verify;
    $t->finish;
}


# Whatever fails on the way to a durable file: told, nothing left, and the
# next one goes.
sub full_disk {
    $t = TicketTest->new(workers => 1, faults => '*/store/files');
    some_file();

    # call, errno, code
    my @fault = (
        ['write errno 28 0 1', 507, 'storage-full'],
        ['write errno 5 0 1', 500, 'internal-error'],
        ['write errno 122 0 1', 507, 'storage-full'],
        ['fdatasync errno 28 0 1', 507, 'storage-full'],
        map { ["fdatasync errno 5 $_ 1", 500, 'internal-error'] } 0 .. 2,
    );
    for my $fault (@fault) {
        my ($order, $code, $problem) = @$fault;
        $t->order($order);
        put_file('alice', 'f', 'x' x 3000)->is_problem($code, $problem,
            "$order: $code");
        $t->order;
        files_become(1, 'nothing is left');
        $t->delete('alice', path_of(some_file()))->is(204);
    }
    $t->order('write short 100');
    is $t->get('alice', path_of(some_file('alice', 'y' x 3000)))->body,
        'y' x 3000, 'short writes are gone on with';
    $t->order;
    $t->verify;
    $t->finish;

    # the directory of the store, the last that is synchronized
    $t = TicketTest->new(workers => 1, faults => '/store');
    some_file();
    $t->order('fdatasync errno 5 0 1');
    put_file('alice', 'f', 'x' x 3000)->is_problem(500, 'internal-error');
    $t->order;
    files_become(1, 'nothing is left');
    $t->finish;

    # the reserve
    $t = TicketTest->new(workers => 1, start => 0,
        preload => ['statfs_shim.so']);
    my $free = $t->{server}{env}{STATFS_SHIM_FREE} = $t->dir . '/free';
    $t->start;
    some_file();
    spew($free, '100');
    put_file('alice', 'f', 'x')->is_problem(507, 'storage-full');
    unlink $free;
    put_file('alice', 'f', 'x')->is(201);
    files_become(2, 'nothing is left');
    $t->finish;
}


sub erased {
    $t = TicketTest->new(workers => 1);
    my $free = some_file();
    my $file = some_file();
    my $note = some_file('ann');
    my $id   = $t->some_ticket(attachments => [$file->{token}])->{id};
    comment('ann', $id, kind => 'note', attachments => [$note->{token}])
        ->is(201);
    my $elsewhere = some_file();

    my $all = $t->get('alice', '/v1/me/export')->is(200)->json->{data};
    my @name = map { $_->{attachment}{token} }
        grep { $_->{kind} eq 'attachment' } @$all;
    is_deeply [sort @name],
        [sort map { $_->{token} } $free, $file, $elsewhere],
        'the export has his files, and no internal one';

    $t->post('root', '/v1/users/' . $t->id('alice') . '/erase',
        { reason => 'asked' })->is(202);
    TicketTest::wait_for(sub { stored_files() == 0 },
        'the files to go', 20);
    $t->get('ann', path_of($file))->is_problem(404, 'not-found');
    my $list = $t->get('ann', "/v1/tickets/$id/attachments")->is(200)->json;
    is $list->{data}[0]{name} // '', '', 'no name is left';
    $t->verify;
    $t->finish;
}


sub spew ($path, $bytes) {
    open my $out, '>:raw', $path or die "$path: $!\n";
    print {$out} $bytes;
    close $out or die "$path: $!\n";
}
