# POST /v1/batch over HTTP: each for itself, all or nothing, 500 of them,
# bodies that no client should send, quotas, replays, a kill in the middle.

use v5.36;
use utf8;

use Mojo::JSON qw(encode_json decode_json);
use Time::HiRes qw(sleep);

use TicketTest;

my $t = TicketTest->new(workers => 2, server => <<'END');
        location /few/ {
            ticket main;
            ticket_quota user=20;
        }
        location /strict/ {
            ticket main;
            ticket_require_match on;
            ticket_require_idempotency_key on;
        }
END

my %ticket = (subject => 'S', description => 'D');

mixed();
atomic();
five_hundred();
minimal();
strict();
replayed();
bodies();
secrets();
quota();
not_for();
killed();
$t->verify;
done_testing;


sub submit (%more) {
    return { method => 'POST', path => '/v1/tickets',
        body => { %ticket, %more } };
}


sub op ($method, $path, $body = undef, %more) {
    return { method => $method, path => $path,
        defined $body ? (body => $body) : (), %more };
}


sub batch ($who, $operations, %more) {
    my %headers = map { $_ => delete $more{$_} } grep { /^[A-Z]/ } keys %more;
    return $t->post($who, '/v1/batch', { operations => $operations, %more },
        %headers);
}


sub statuses ($answer) { [ map { $_->{status} } @{ $answer->json->{data} } ] }


# The newest ticket that there is.
sub newest () {
    return $t->get('sue', '/v1/tickets?limit=1&sort=-created_at')
        ->field('/data/0/id') // 0;
}


sub mixed () {
    my $a = batch('ann', [submit(), op('POST', '/v1/tickets/$0/claim', {}),
        op('POST', '/v1/tickets/$0/messages', { body => 'Hello 你好 "x"' }),
        submit(priority => 'huge'), op('POST', '/v1/tickets/999999/claim')])
        ->is(200, 'some succeed and some do not');
    is_deeply statuses($a), [201, 200, 201, 400, 404], 'each for itself';
    my $id = $a->json->{data}[0]{body}{id};
    is $a->json->{data}[3]{body}{errors}[0]{pointer},
        '/operations/3/body/priority', 'a pointer leads into the body';
    like $a->json->{data}[0]{location}, qr{/helpdesk/v1/tickets/$id$},
        'a location';
    is $a->json->{data}[1]{etag}, qq("t$id.2"), 'an entity tag';
    is $t->get('ann', "/v1/tickets/$id/messages")->field('/data/0/body'),
        'Hello 你好 "x"', 'the message is there';
    is $t->get('ann', "/v1/tickets/$id")->field('/assignee/id'),
        $t->id('ann'), 'and the claim';
}


sub atomic () {
    my $before = newest();
    my $a = batch('ann', [submit(), op('POST', '/v1/tickets/$0/claim', {}),
        op('POST', '/v1/tickets/$0/claim', {}), submit()], atomic => \1)
        ->is_problem(409, 'batch-failed', 'one fails');
    is $a->json->{failed}, 2, 'which one is said';
    is_deeply statuses($a), [424, 424, 409, 424], 'the others were not done';
    is $a->json->{data}[2]{body}{state}, 'open', 'why is said';
    is newest(), $before, 'nothing is there';

    $a = batch('ann', [submit(), op('POST', '/v1/tickets/$0/claim', {})],
        atomic => \1)->is(200, 'all succeed');
    ok $a->json->{committed}, 'and it is said so';
    is newest(), $a->json->{data}[0]{body}{id}, 'it is there';
}


sub five_hundred () {
    my $before = newest();
    my $a = batch('ann', [map { submit(subject => "Nr. $_") } 1 .. 500],
        atomic => \1)->is(200, 'five hundred operations');
    is scalar(grep { $_->{status} == 201 } @{ $a->json->{data} }), 500,
        'are done';
    my @ids = map { $_->{body}{id} } @{ $a->json->{data} };
    is_deeply \@ids, [ $ids[0] .. $ids[0] + 499 ], 'in order';
    cmp_ok $ids[0], '>', $before, 'and new';
    batch('ann', [map { submit() } 1 .. 501])
        ->is_problem(400, 'invalid-request', 'one more is too many');

    # others are answered in between
    my @answers = $t->parallel(
        (map { [POST => 'ann', '/v1/batch', json => { operations =>
            [map { submit() } 1 .. 500], return => 'minimal' }] } 1 .. 4),
        map { [POST => 'bob', '/v1/tickets', json => \%ticket] } 1 .. 8);
    is_deeply [map { $_->code } @answers], [(200) x 4, (201) x 8],
        'batches and others side by side';
}


sub minimal () {
    my $a = batch('ann', [submit(), submit(subject => '')],
        return => 'minimal')->is(200);
    is $a->json->{data}[0]{body}, undef, 'no body of what succeeded';
    is $a->json->{data}[1]{body}{status}, 400, 'the problem of what did not';
}


sub strict () {
    local $t->{base} = '/strict';
    my $id = newest();
    my %body = (operations => [op('PATCH', "/v1/tickets/$id",
        { priority => 'high' }), submit()]);
    $t->post('ann', '/v1/batch', \%body, -check => 0)
        ->is_problem(400, 'invalid-request', 'the batch needs the key');
    my $a = $t->post('ann', '/v1/batch', \%body, 'Idempotency-Key' => 's1',
        -check => 0)->is(200);
    is_deeply statuses($a), [428, 201],
        'an operation needs its version, and no key of its own';
}


sub replayed () {
    my $before = newest();
    my $operations = [submit(), submit(subject => '')];
    my $a = batch('ann', $operations, 'Idempotency-Key' => 'k1')->is(200);
    my $b = batch('ann', $operations, 'Idempotency-Key' => 'k1')->is(200);
    is $b->header('Idempotency-Replayed'), 'true', 'replayed';
    ok $b->json->{compact}, 'without bodies, and it is said so';
    is_deeply statuses($b), statuses($a), 'what became of each';
    is $b->json->{data}[0]{location}, $a->json->{data}[0]{location},
        'and where it is';
    is newest(), $a->json->{data}[0]{body}{id}, 'done once';
    batch('ann', [submit()], 'Idempotency-Key' => 'k1')
        ->is_problem(422, 'idempotency-mismatch');
}


# What is no list of operations is refused as a whole.
sub bodies () {
    my $before = newest();
    my @bad = ('', '[]', 'null', '{', '{"operations":[', "\xff", '{}',
        '{"operations":null}', '{"operations":[null]}',
        '{"operations":[{"method":"POST","path":"/v1/tickets"},]}',
        '{"operations":[{"method":"POST","method":"POST","path":"/v1"}]}',
        '{"operations":[{"method":"post","path":"/v1/tickets"}]}',
        '{"operations":[{"method":"POST","path":""}]}',
        '{"operations":[{"method":"POST","path":"/v1\\u0000"}]}',
        '{"operations":' . '[' x 40 . ']' x 40 . '}',
        '{"atomic":1,"operations":[{"method":"POST","path":"/v1"}]}',
        '{"operations":[' . join(',', ('{}') x 1500) . ']}');
    for my $body (@bad) {
        my $a = $t->request(POST => 'ann', '/v1/batch', body => $body,
            headers => { 'Content-Type' => 'application/json' });
        is $a->code, 400, 'refused: ' . substr($body, 0, 50) =~ s/\W/./gr;
    }
    is newest(), $before, 'and nothing was done';

    my $a = batch('ann', [op('POST', '/v1/tickets', { %ticket, custom =>
        { 'a/b' => [1, { c => "\x{1F642}\\\"" }] } }),
        op('POST', '/v1/%74ickets', { %ticket }),
        op('POST', '/v1/tickets?x=1', { %ticket }),
        op('POST', '//v1/tickets', { %ticket }),
        op('POST', '/v1/../v1/tickets', { %ticket })])->is(200);
    is_deeply statuses($a), [201, 201, 400, 404, 404], 'paths';
    is_deeply $a->json->{data}[0]{body}{custom},
        { 'a/b' => [1, { c => "\x{1F642}\\\"" }] }, 'values come through';
}


# Secrets are shown once: not to who asks again, nor in the log.
sub secrets () {
    my $operations = [op('POST', '/v1/me/tokens', { label => 'x' })];
    my $a = batch('bob', $operations, 'Idempotency-Key' => 'secret')
        ->is(200);
    my $token = $a->json->{data}[0]{body}{token};
    like $token, qr/^tk_/, 'a token is shown';
    my $b = batch('bob', $operations, 'Idempotency-Key' => 'secret');
    unlike $b->body, qr/tk_/, 'once';
    unlike $t->log, qr/\Q$token\E/, 'and not in the log';
}


sub quota () {
    local $t->{base} = '/few';
    my $send = sub ($n) { $t->post('alice', '/v1/batch',
        { operations => [map { submit() } 1 .. $n] }, -check => 0) };
    $send->(21)->is_problem(429, 'quota-exceeded', 'more than there are');
    my $a = $send->(15)->is(200, 'fifteen of twenty');
    like $a->header('RateLimit'), qr/r=4;/, 'each counts';
    $send->(6)->is_problem(429, 'quota-exceeded', 'the rest is less');
    $send->(3)->is(200, 'and enough for some');
}


sub not_for () {
    batch(undef, [submit()])->is_problem(401, 'unauthorized');
    my $a = batch('alice', [op('POST', '/v1/users', { login => 'zoe' }),
        op('POST', '/v1/batch', { operations => [submit()] }),
        op('PUT', '/v1/me/password', { new_password => 'x' x 12 }),
        op('POST', '/v1/session', { login => 'a', password => 'b' })])
        ->is(200);
    is_deeply statuses($a), [403, 400, 400, 400], 'what is not for a batch';
    my $scoped = $t->ctl_ok('token', 'new', '--login', 'root', '--scope',
        'write')->{token};
    $t->set_token(scoped => $scoped);
    $a = batch('scoped', [submit(), op('POST', '/v1/users',
        { login => 'zoe' })])->is(200);
    is_deeply statuses($a), [201, 403], 'scopes bind each operation';
}


# Workers are killed while batches are written: each is there or is not.
sub killed () {
    my $size = 100;
    my %seen;
    for my $round (1 .. 6) {
        my $lock = $round % 2 ? $t->hold_lock(300) : undef;
        my $pid = fork // die "fork: $!\n";
        if ($pid == 0) {
            sleep 0.02 + 0.02 * $round;
            kill KILL => @{ $t->workers };
            POSIX::_exit(0);
        }
        $t->new_connection;
        my @answers = $t->parallel(map { [POST => 'ann', '/v1/batch',
            json => { atomic => \1, operations =>
                [map { submit(subject => "kill $round") } 1 .. $size] },
            check => 0] } 1 .. 6);
        waitpid $pid, 0;
        close $lock if $lock;
        $t->new_connection;
        wait_for(sub { $t->get('sue', '/v1/me', -check => 0)->code == 200 },
            'workers again', 10);
        $seen{ok} += grep { $_->code == 200 } @answers;
        $seen{gone} += grep { $_->code == 0 } @answers;
        my $found = count_subject("kill $round");
        is $found % $size, 0, "round $round: $found, whole batches only";
        cmp_ok $found / $size, '>=', grep({ $_->code == 200 } @answers),
            'and all that were acknowledged';
    }
    $t->expect_log(qr/exited on signal 9/);
    note "acknowledged $seen{ok}, cut off $seen{gone}";
    ok $seen{gone}, 'some were cut off';
}


sub count_subject ($subject) {
    my ($n, $path) = (0, '/v1/tickets?limit=200&sort=-created_at&fields='
        . 'subject');
    for (1 .. 40) {
        my $page = $t->get('sue', $path)->json;
        my $here = grep { $_->{subject} eq $subject } @{ $page->{data} };
        $n += $here;
        last if !$here || !$page->{page}{has_more};
        $path = '/v1/tickets?limit=200&sort=-created_at&fields=subject&cursor='
            . $page->{page}{next};
    }
    return $n;
}
