# Every problem of base/tkt_status_table.h, met over HTTP: its status, its
# code, a type that resolves, titles in two languages, the request's id.

use v5.36;
use utf8;

use Test::Deep;
use Time::HiRes qw(sleep);

use TicketTest;
use TicketTest::Life;

my %TABLE = table();                  # code => [status, en, zh]
my %seen;

my $t = TicketTest->new(workers => 2, server => <<'END');
        location /strict/ {
            ticket main;
            ticket_require_match on;
        }
END
my ($id, $closed) = make_tickets($t, { state => 'open' },
    { state => 'closed' });
my $path = "/v1/tickets/$id";

requests();
conflicts();
late();
waiting();
full();
unknown_outcome();
damaged();

is_deeply [ sort keys %seen ], [ sort keys %TABLE ],
    'every problem of the table was met';
$t->verify;
done_testing;


sub table {
    open my $in, '<:utf8', build_path('../ngx_ticket_module/base/'
        . 'tkt_status_table.h') or die "tkt_status_table.h: $!\n";
    local $/;
    my $string = qr/"((?:[^"\\]|\\.)*)"/;
    my %table;
    my $text = readline $in;
    $table{$2} = [$1, $3, $4] while $text =~
        /^X\(\w+,\s*(\d+),\s*$string,\s*$string,\s*$string/mg;
    return %table;
}


# Asks twice, in English and in Chinese, and looks at the whole document.
# %more are members that it must have.
sub met ($code, $desk, $request, %more) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($method, $who, $where, %opt) = @$request;
    my ($status, @titles) = @{ $TABLE{$code} // die "$code\n" };

    for my $lang (0, 1) {
        my $rid    = "met-$code-$lang";
        my $answer = $desk->request($method, $who, $where, %opt,
            headers => { %{ $opt{headers} // {} }, 'X-Request-Id' => $rid,
                'Accept-Language' => ('en', 'zh-CN')[$lang] });
        $answer->is_problem($status, $code, "$code in "
            . ('English', 'Chinese')[$lang]) or return;
        cmp_deeply $answer->json, superhashof({
            type => re(qr{^/\w+/v1/problems/\Q$code\E$}),
            title => $titles[$lang], status => $status + 0,
            detail => re(qr/\w{3}/), request_id => $rid, %more,
        }), '  the document';
        is $answer->header('X-Request-Id'), $rid, '  the id in the header';
        is $answer->header('Cache-Control'), 'private, no-cache',
            '  not for caches';
        my $page = $answer->field('/type') =~ s{^/\w+}{}r;
        $seen{$code}++ if $t->get(undef, $page)->is(200,
            '  its type resolves');
        last if $opt{once};
    }
}


# --- what is wrong with a request ---------------------------------------------

sub requests {
    my %json = ('Content-Type' => 'application/json');
    my $post = sub (%opt) { ['POST', 'alice', '/v1/tickets', %opt] };

    met('invalid-json', $t, $post->(body => '{"subject":', headers => \%json),
        detail => re(qr/line 1|Line 1/));
    met('invalid-request', $t, $post->(json => { subject => 'S' }),
        errors => [{ pointer => '/description', code => 'required',
            detail => ignore }]);
    met('unknown-parameter', $t, ['GET', 'alice', '/v1/tickets?x=1'],
        errors => [{ pointer => '', parameter => 'x', code => 'unknown',
            detail => ignore }]);
    met('unauthorized', $t, ['GET', undef, '/v1/me']);
    met('forbidden', $t, ['GET', 'alice', '/v1/users']);
    met('not-found', $t, ['GET', 'bob', $path]);
    met('method-not-allowed', $t, ['DELETE', 'alice', $path]);
    met('unsupported-media-type', $t, $post->(body => 'subject=S',
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded' }));
    my $file = $t->request(POST => 'alice', '/v1/attachments?name=a.txt',
        body => 'hello')->is(201)->field('/token');
    met('range-not-satisfiable', $t, ['GET', 'alice',
        "/v1/attachments/$file", headers => { Range => 'bytes=9-' }]);
    met('too-large', $t, $post->(body => '{"subject":"' . 'x' x 1_100_000
        . '"}', headers => \%json));
}


sub conflicts {
    met('invalid-transition', $t, ['POST', 'ann', "/v1/tickets/$closed/claim",
        json => {}], state => 'closed',
        allowed_actions => bag(qw(reopen note edit)));
    met('conflict', $t, ['POST', 'root', '/v1/users',
        json => { login => 'alice' }]);
    met('version-mismatch', $t, ['PATCH', 'ann', $path,
        json => { subject => 'x' }, headers => { 'If-Match' => '"x"' }]);
    met('precondition-required', $t, ['PATCH', 'ann', 'http://127.0.0.1:'
        . $t->port . "/strict$path", json => { subject => 'x' },
        check => 0]);

    met('batch-failed', $t, ['POST', 'ann', '/v1/batch', json => {
        atomic => \1, operations => [{ method => 'POST',
            path => "/v1/tickets/$closed/claim" }] }],
        failed => 0, committed => bool(0));
    depends();

    my @key = (headers => { 'Idempotency-Key' => 'k' });
    $t->request('POST', 'ann', "$path/messages", json => { body => 'x' },
        @key)->is(201);
    met('idempotency-mismatch', $t, ['POST', 'ann', "$path/messages",
        json => { body => 'y' }, @key]);

    $t->post('alice', "$path/urge", {})->is(200);
    met('quota-exceeded', $t, ['POST', 'alice', "$path/urge", json => {}],
        retry_after => code(sub ($s) { $s > 1700 && $s <= 1800 }));
    my $no = $t->post('alice', "$path/urge", {});
    cmp_ok $no->header('Retry-After'), '>', 1700, '  and Retry-After';
}


# The one problem that is only met inside a batch.
sub depends {
    my $answer = $t->post('ann', '/v1/batch', { operations => [
        { method => 'POST', path => "/v1/tickets/$closed/claim" },
        { method => 'POST', path => '/v1/tickets/$0/claim' }] })->is(200);
    my $problem = $answer->json->{data}[1]{body};
    my ($status, $title) = @{ $TABLE{'failed-dependency'} };
    is $problem->{status}, $status, 'failed-dependency';
    is $problem->{title}, $title, '  its title';
    $seen{'failed-dependency'}++ if $t->get(undef,
        $problem->{type} =~ s{^/\w+}{}r)->is(200, '  its type resolves');
}


# A ticket that was closed too long ago.
sub late {
    my $late = TicketTest->new(users => ['alice']);
    my ($old) = make_tickets($late, { state => 'closed' });
    $late->set_clock('+15d');
    met('reopen-window-expired', $late, ['POST', 'alice',
        "/v1/tickets/$old/reopen", json => { reason => 'Again' }],
        state => 'closed', allowed_actions => ignore);
    $late->finish;
}


# --- what is wrong with the server --------------------------------------------

# One worker with a small queue, whose writer waits for the lock.  Of 16 places
# submissions of users may take 10.
sub waiting {
    my $busy = TicketTest->new(store => 'queue=16 batch=4');
    my $lock = $busy->hold_lock(4000);

    my %body = (subject => 'S', description => 'D');
    my $text = '{"subject":"S","description":"D"}';
    my @raw  = map { my $raw = $busy->raw;
        $raw->send($busy->raw_request('POST', 'alice', '/v1/tickets', $text));
        $raw } 1 .. 10;
    sleep 0.3;
    met('busy', $busy, ['POST', 'alice', '/v1/tickets', json => \%body],
        retry_after => code(sub ($s) { $s >= 1 }));
    is $busy->post('alice', '/v1/tickets', \%body)->header('Retry-After'), 1,
        '  and Retry-After';
    $busy->get('alice', '/v1/me/tickets')->is(200, 'reading goes on');

    my @codes = map { ($_->answer(timeout => 20) // die)->code } @raw;
    is "@codes", join(' ', (201) x 10), 'who waited is served';
    close $lock;
    $busy->post('alice', '/v1/tickets', \%body)->is(201, 'then all are');

    $lock = $busy->hold_lock(3000);
    my $raw = $busy->raw;
    $raw->send($busy->raw_request('POST', 'alice', '/v1/tickets', $text,
        'Idempotency-Key: j'));
    sleep 0.2;
    met('idempotency-in-flight', $busy, ['POST', 'alice', '/v1/tickets',
        json => \%body, headers => { 'Idempotency-Key' => 'j' }]);
    $raw->answer->is(201);
    close $lock;
    $busy->verify;
    $busy->finish;
}


sub full {
    my $full = TicketTest->new(workers => 2);
    my ($id) = make_tickets($full, {});
    $full->stop;
    $full->{server}{preload} = ['statfs_shim.so'];
    $full->{server}{env} = { STATFS_SHIM_FREE => 10 };
    $full->start;
    met('storage-full', $full, ['POST', 'alice', '/v1/tickets',
        json => { subject => 'S', description => 'D' }]);
    met('storage-full', $full, ['POST', 'ann', "/v1/tickets/$id/claim",
        json => {}]);
    is $full->get('alice', "/v1/tickets/$id")->field('/version'), 1,
        'nothing was stored, reading goes on';
    $full->get(undef, '/v1/readyz')->is(503, 'it is not ready');
    $full->get(undef, '/v1/healthz')->is(200, 'but in health');
    $full->verify;
    $full->finish;
}


# The device fails while the commit is made durable.
sub unknown_outcome {
    my $orders = TicketTest->new(init => 0, start => 0, check => 0)->dir
        . '/orders';
    my $desk = TicketTest->new(preload => ['io_shim.so'],
        env => { IO_SHIM => $orders });
    my %body = (subject => 'S', description => 'D');
    $desk->expect_log(qr/outcome of .*commit is unknown/);

    for my $lang (0, 1) {
        open my $out, '>', $orders or die "$orders: $!\n";
        print $out "meta errno 5 0 1\n";
        close $out;
        my $rid    = "unknown-$lang";
        my $worker = $desk->workers->[0];
        my $answer = $desk->post('alice', '/v1/tickets', \%body,
            'X-Request-Id' => $rid, 'Idempotency-Key' => "u$lang",
            'Accept-Language' => ('en', 'zh-CN')[$lang]);
        unlink $orders;
        $answer->is_problem(500, 'outcome-unknown', 'a commit fails') or next;
        cmp_deeply $answer->json, superhashof({ status => 500, request_id =>
            $rid, title => $TABLE{'outcome-unknown'}[1 + $lang] }),
            '  the document';
        like $desk->log, qr/request id "$rid"/, '  the log names it';
        wait_for(sub { my $now = $desk->workers->[0];
            $now && $now != $worker && $desk->get(undef, '/v1/readyz',
                -check => 0)->code == 200 }, 'another worker');
        $seen{'outcome-unknown'}++
            if $t->get(undef, '/v1/problems/outcome-unknown')->is(200);
        my $again = $desk->post('alice', '/v1/tickets', \%body,
            'Idempotency-Key' => "u$lang")->is(201, 'the same again is done');
    }
    is $desk->get('alice', '/v1/me/tickets?count=true')->field('/count'), 2,
        'each once';
    $desk->verify;
    $desk->finish;
}


# A record that does not decode.
sub damaged {
    my $desk = TicketTest->new;
    my ($bad, $good) = make_tickets($desk, {}, {});
    $desk->stop;
    damage($desk, 'ticket', $bad);
    $desk->start;

    met('internal-error', $desk, ['GET', 'alice', "/v1/tickets/$bad"]);
    met('internal-error', $desk, ['POST', 'ann', "/v1/tickets/$bad/claim",
        json => {}]);
    $desk->get('alice', "/v1/tickets/$good")->is(200, 'others are served');
    $desk->post('ann', "/v1/tickets/$good/claim", {})->is(200, '  changed');
    my $r = $desk->ticketctl('verify');
    is $r->{rc}, 1, 'verify finds it';
    like $r->{out}, qr/\b$bad\b/, '  and names it';
    $desk->finish;
}


# Overwrites the value of a ticket's record, by LMDB's own tools.
sub damage ($desk, $db, $number) {
    my $server = $desk->{server};
    my $dump = $server->run('mdb_dump', '-s', $db, $desk->store);
    die "mdb_dump: $dump->{err}" if $dump->{rc};
    my $key = sprintf '%08x%016x', 1, $number;
    $dump->{out} =~ s/^ ($key)\n .*/ $1\n ff00ff00/m or die "no $key\n";
    my $file = $desk->dir . '/dump';
    open my $out, '>', $file or die "$file: $!\n";
    print $out $dump->{out};
    close $out;
    my $load = $server->run('mdb_load', '-f', $file, '-s', $db,
        $desk->store);
    die "mdb_load: $load->{err}" if $load->{rc};
}
