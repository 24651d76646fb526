# Conditional requests: If-None-Match on a ticket and a principal, If-Match on
# everything that changes one, and the location that requires it.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Life;

my ($t, $strict);

# An action, a state in which who may do it.
my @WAYS = (
    ['ann', 'verify', 'new'], ['ann', 'reject', 'new'],
    ['ann', 'claim', 'new'], ['sue', 'assign', 'new'],
    ['ann', 'start', 'new'], ['ann', 'assess', 'open'],
    ['ann', 'transfer', 'open'], ['ann', 'escalate', 'open'],
    ['ann', 'request-info', 'in_progress'], ['ann', 'hold', 'in_progress'],
    ['ann', 'resume', 'on_hold'], ['ann', 'resolve', 'in_progress'],
    ['alice', 'confirm', 'resolved'], ['alice', 'rating', 'confirmed'],
    ['alice', 'close', 'open'], ['alice', 'reopen', 'closed'],
    ['alice', 'urge', 'open'], ['alice', 'complain', 'open'],
    ['ann', 'merge', 'open'], ['sys', 'timeout', 'resolved'],
    ['root', 'archive', 'closed'], ['alice', 'edit', 'open'],
    ['ann', 'reply', 'open'], ['alice', 'message', 'open'],
    ['ann', 'note', 'open'],
    ['sue', 'de-escalate', 'open', [[qw(O escalate)], [qw(O claim)]]],
);

for my $workers (1, 4) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers, server => <<'END');
        location /strict/ {
            ticket main;
            ticket_require_match on;
        }
END
    $strict = 'http://127.0.0.1:' . $t->port . '/strict';

    not_modified();
    lists();
    who_sees_what();
    match();
    required();

    $t->verify;
    $t->finish;
}
done_testing;


# --- If-None-Match ------------------------------------------------------------

sub not_modified {
    my ($id) = make_tickets($t, { state => 'in_progress' });
    my $user = '/v1/users/' . $t->id('bob');

    for my $case (['alice', "/v1/tickets/$id"], ['root', $user]) {
        my ($who, $path) = @$case;
        my $full = $t->get($who, $path)->is(200, $path);
        my $tag  = $full->etag;
        like $tag, qr/^"[tu]\d+\.\d+"$/, '  a strong tag';

        # value, is it the same
        my @values = (
            [$tag, 1], ["W/$tag", 1], ["\"x\", $tag", 1], ["\"x\",$tag", 1],
            ["\"a\" , W/\"b\",\t$tag", 1], ['*', 1], ["W/\"x\", W/$tag", 1],
            ['"x"', 0], ['""', 0], [$tag =~ s/"$/0"/r, 0],
            [$tag =~ s/"//gr, 0], [lc "w/$tag", 0], ["\"x$tag", 0],
            ['W/"x"', 0], [$tag =~ s/\d+"$/99"/r, 0],
        );
        for my $value (@values) {
            my ($sent, $same) = @$value;
            my $answer = $t->get($who, $path, 'If-None-Match' => $sent);
            if ($same) {
                $answer->is(304, "  304 for $sent") or next;
                is $answer->etag, $tag, '    with the tag';
                is $answer->body, '', '    and no body';
                is $answer->header($_), $full->header($_), "    its $_"
                    for qw(Cache-Control Vary);
            } else {
                $answer->is(200, "  200 for $sent") or next;
                is $answer->body, $full->body, '    and the whole';
            }
        }
        $t->head($who, $path, 'If-None-Match' => $tag)
            ->is(304, '  HEAD as well');
        $t->request('GET', $who, $path, headers => {
            'If-None-Match' => '"x"', 'If-Modified-Since' =>
            'Sun, 01 Jan 2090 00:00:00 GMT' })->is(200,
            '  a date does not matter');
    }

    # each change is seen, on every worker
    my $path = "/v1/tickets/$id";
    for my $act (['ann', 'note'], ['alice', 'message'], ['ann', 'edit'],
        ['ann', 'resolve'])
    {
        my $tag = $t->get('alice', $path)->etag;
        act($t, $act->[0], $id, $act->[1]);
        my @codes = map { $_->code } $t->parallel(map { ['GET', 'alice',
            $path, headers => { 'If-None-Match' => $tag }] } 1 .. 16);
        is "@codes", join(' ', (200) x 16), "another tag after $act->[1]";
    }
}


# A caller who may not see the ticket learns nothing from a tag.
# What the desk is set up with: lists and forms are known by their bytes, each
# object by its version.
sub lists {
    my $type = $t->post('root', '/v1/types', { name => 'fault',
        titles => { en => 'Fault', 'zh-CN' => '故障' } })->is(201)
        ->field('/id');
    my $team = $t->post('root', '/v1/teams', { name => 'first' })->is(201)
        ->field('/id');
    $t->put('root', "/v1/teams/$team/members/" . $t->id('ann'), {})->is(200);

    # a path, and what changes what is there
    my @rows = (
        ['/v1/types', 'POST', '/v1/types', { name => 'more',
            titles => { en => 'More', 'zh-CN' => '更多' } }],
        ["/v1/types/$type/features", 'POST', "/v1/types/$type/features",
            { name => 'printer' }],
        ["/v1/types/$type/fields", 'POST', "/v1/types/$type/fields",
            { name => 'place', kind => 'text' }],
        ["/v1/types/$type/form", 'POST', "/v1/types/$type/fields",
            { name => 'room', kind => 'text' }],
        ['/v1/teams', 'PATCH', "/v1/teams/$team",
            { strategy => 'least_loaded' }],
        ["/v1/teams/$team/members", 'PUT', "/v1/teams/$team/members/"
            . $t->id('andy'), {}],
        ['/v1/grants', 'POST', '/v1/grants', { user => $t->id('andy'),
            type => $type }],
        ['/v1/macros', 'POST', '/v1/macros', { name => 'm', body => 'x' }],
        ['/v1/views', 'POST', '/v1/views', { name => 'v',
            filter => 'state=new' }],
        ['/v1/views?count=true', 'POST', '/v1/tickets', { subject => 's',
            description => 'd' }],
        ['/v1/roles', 'POST', '/v1/roles', { name => 'r', base => 'agent' }],
        ['/v1/users', 'POST', '/v1/users', { login => 'newcomer' }],
        ['/v1/tenants', 'POST', '/v1/tenants', { name => 'other' }],
        ["/v1/types/$type", 'PATCH', "/v1/types/$type", { active => \0 }],
        ["/v1/teams/$team", 'PATCH', "/v1/teams/$team",
            { strategy => 'round_robin' }],
        ['/v1/verification', 'PATCH', '/v1/verification',
            { word_points => 11 }],
    );
    for my $row (@rows) {
        my ($path, $method, $where, $json) = @$row;
        my $full = $t->get('root', $path)->is(200, $path);
        my $tag  = $full->etag;
        like $tag, qr/^"[0-9a-z.]+"$/, '  has a tag';
        for my $have ($tag, "W/$tag", qq{"x", $tag}) {
            my $same = $t->get('root', $path, 'If-None-Match' => $have)
                ->is(304, "  $have");
            is $same->etag, $tag, '    the same tag';
            is $same->body, '', '    no body';
        }
        $t->head('root', $path, 'If-None-Match' => $tag)->is(304, '  HEAD');
        is $t->head('root', $path)->is(200)->etag, $tag, '    the same tag';
        is $t->get('root', $path, 'If-None-Match' => '"x"')->is(200)->body,
            $full->body, '  another';

        like $t->request($method, 'root', $where, json => $json)->code,
            qr/^20[01]$/, "  $method $where";
        my $new = $t->get('root', $path, 'If-None-Match' => $tag)
            ->is(200, '  is another after a change');
        isnt $new->etag, $tag, '    with another tag';
        $t->get('root', $path, 'If-None-Match' => $new->etag)->is(304);
    }

    my $en = $t->get('alice', '/v1/types', 'Accept-Language' => 'en');
    my $zh = $t->get('alice', '/v1/types', 'Accept-Language' => 'zh',
        'If-None-Match' => $en->etag)->is(200, 'in another language');
    isnt $zh->etag, $en->etag, '  another tag';
    isnt $t->get('root', '/v1/types?limit=1')->etag,
        $t->get('root', '/v1/types')->etag, 'a page is not the whole';
    $t->get('alice', '/v1/types?limit=0', 'If-None-Match' => $en->etag)
        ->is_problem(400, 'unknown-parameter', 'faults come first');
    $t->get('alice', '/v1/roles', 'If-None-Match' => '*')
        ->is_problem(403, 'forbidden', 'so do rights');
}


sub who_sees_what {
    my ($id) = make_tickets($t, {});
    my $tag = $t->get('alice', "/v1/tickets/$id")->etag;
    for my $sent ($tag, '*') {
        $t->get('bob', "/v1/tickets/$id", 'If-None-Match' => $sent)
            ->is_problem(404, 'not-found', "$sent of a foreign ticket");
        $t->get(undef, "/v1/tickets/$id", 'If-None-Match' => $sent)
            ->is_problem(401, 'unauthorized', '  and without a token');
        $t->get('alice', '/v1/tickets/99999', 'If-None-Match' => $sent)
            ->is_problem(404, 'not-found', '  and of none');
    }
    for my $query ('fields=state', 'include=messages') {
        $t->get('alice', "/v1/tickets/$id?$query", 'If-None-Match' => '"x"')
            ->is(200, "with $query");
    }
}


# --- If-Match -----------------------------------------------------------------

sub more_of ($action) {
    return $action eq 'assign' ? (assignee => $t->id('ann'))
         : $action eq 'merge'  ? (into => $t->some_ticket->{id}) : ();
}


sub match {
    my @ids = make_tickets($t, map { { state => $_->[2],
        $_->[3] ? (way => $_->[3]) : () } } @WAYS);

    for my $n (0 .. $#WAYS) {
        my ($who, $action) = @{ $WAYS[$n] };
        my $path = "/v1/tickets/$ids[$n]";
        my $was  = $t->get('root', $path);
        my $tag  = $was->etag;

        for my $bad ('"x"', "W/$tag", $tag =~ s/\d+"$/9999"/r,
            $tag =~ s/t/u/r, $tag =~ s/"//gr, '""')
        {
            my $no = asked($who, $ids[$n], $action, $bad);
            $no->is_problem(412, 'version-mismatch', "$action if $bad");
            is $no->etag, $tag, '  tells the tag' if $bad eq '"x"';
        }
        is $t->get('root', $path)->body, $was->body, '  nothing happened';

        my $good = ($tag, "\"x\", $tag", '*')[$n % 3];
        my $done = asked($who, $ids[$n], $action, $good);
        like $done->code, qr/^20[01]$/, "$action if $good"
            or diag $done->body;
        asked($who, $ids[$n], $action, $tag)->code == 412
            or fail "$action: the old tag holds no more";
    }

    # whose right is denied learns nothing of versions; a stale tag is told
    # before a state that would refuse
    my ($id, $closed) = make_tickets($t, { state => 'open' },
        { state => 'closed' });
    asked('bob', $id, 'close', '"x"')->is_problem(404, 'not-found');
    asked('alice', $id, 'claim', '"x"')->is_problem(403, 'forbidden');
    asked('ann', $closed, 'claim', '"x"')
        ->is_problem(412, 'version-mismatch');
    asked('ann', $closed, 'claim', '*')
        ->is_problem(409, 'invalid-transition');

    my $user = '/v1/users/' . $t->id('bob');
    my $tag  = $t->get('root', $user)->etag;
    $t->patch('root', $user, { name => 'B' }, 'If-Match' => '"x"')
        ->is_problem(412, 'version-mismatch', 'a principal');
    $t->patch('root', $user, { name => 'B' }, 'If-Match' => $tag)
        ->is(200, '  with its tag');
    $t->patch('root', $user, { name => 'C' }, 'If-Match' => $tag)
        ->is_problem(412, 'version-mismatch', '  once');

    # of many who saw the same version, one wins
    my ($race) = make_tickets($t, {});
    my $seen = $t->get('ann', "/v1/tickets/$race")->etag;
    my @codes = sort map { $_->code } $t->parallel(map { ['PATCH', 'ann',
        "/v1/tickets/$race", json => { subject => "No. $_" },
        headers => { 'If-Match' => $seen }] } 1 .. 24);
    is "@codes", join(' ', 200, (412) x 23), 'one of 24 wins';
}


sub asked ($who, $id, $action, $tag) {
    return $t->request(act_request($who, $id, $action, more_of($action)),
        headers => { 'If-Match' => $tag });
}


# --- ticket_require_match -----------------------------------------------------

sub required {
    my @ids = make_tickets($t, map { { state => $_->[2],
        $_->[3] ? (way => $_->[3]) : () } } @WAYS);

    for my $n (0 .. $#WAYS) {
        my ($who, $action) = @{ $WAYS[$n] };
        my ($method, undef, $path, @body) = act_request($who, $ids[$n],
            $action, more_of($action));
        my $answer = $t->request($method, $who, "$strict$path", @body,
            check => 0);
        if ($path =~ /messages$/) {
            $answer->is(201, "a message needs no If-Match");
            next;
        }
        $answer->is_problem(428, 'precondition-required',
            "$action needs If-Match");
        my $tag = $t->get('root', "/v1/tickets/$ids[$n]")->etag;
        $t->request($method, $who, "$strict$path", @body, check => 0,
            headers => { 'If-Match' => '"x"' })->is(412, '  the right one');
        $t->request($method, $who, "$strict$path", @body, check => 0,
            headers => { 'If-Match' => $tag })->is(200, '  this');
    }
    $t->request('POST', 'alice', "$strict/v1/tickets", check => 0,
        json => { subject => 'S', description => 'D' })
        ->is(201, 'what is new has no version');
    $t->get('alice', "$strict/v1/tickets/$ids[0]", -check => 0)
        ->is(200, 'nor needs a GET one');
}
