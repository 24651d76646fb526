# The variables of nginx that the module fills, in an access log.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::Life;

my @NAMES = map { "ticket_$_" } qw(id state priority user role tenant action
    commit_us);

for my $workers (1, 4) {
    my $t = TicketTest->new(workers => $workers,
        http => 'log_format vars escape=none "$request_method $uri $status'
            . join('', map { "|\$$_" } @NAMES) . '";',
        location => 'access_log {dir}/logs/vars.log vars;'
            . ' add_header X-State "$ticket_state/$ticket_user" always;',
        server => 'location = /elsewhere {'
            . ' access_log {dir}/logs/vars.log vars; return 204; }');
    run($t);
}
done_testing;


# The values of the newest line: {name => value}, undef for '-' or nothing.
sub last_line ($t) {
    my $file = $t->dir . '/logs/vars.log';
    state %seen;
    my $line = wait_for(sub {
        open my $in, '<:utf8', $file or return;
        my @lines = <$in>;
        return if @lines <= ($seen{$file} // 0);
        $seen{$file} = @lines;
        return $lines[-1];
    }, 'a line of the log') // return {};
    chomp $line;
    my ($request, @values) = split /\|/, $line, -1;
    my %value = (request => $request);
    for my $n (0 .. $#NAMES) {
        my $value = $values[$n] // '';
        $value{ $NAMES[$n] =~ s/^ticket_//r } = $value
            if $value ne '' && $value ne '-';
    }
    return \%value;
}


# A test of the newest line; commit_us is checked apart.
sub logged ($t, $name, %want) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $got    = last_line($t);
    my $commit = delete $got->{commit_us};
    delete $got->{request};
    my $wrote = delete $want{wrote};

    is_deeply($got, \%want, $name);
    return is($commit, undef, '  no commit') if !$wrote;
    return like($commit // '', qr/^\d+$/, '  the time of its commit')
        && cmp_ok($commit, '<', 20_000_000, '  in microseconds');
}


sub run ($t) {
    my $tenant = $t->get('alice', '/v1/me', -check => 0)->json;
    last_line($t);
    my %alice = (user => 'alice', role => 'user', tenant => tenant_of($t));
    my %ann   = (user => 'ann', role => 'agent', tenant => tenant_of($t));

    my $made = $t->post('alice', '/v1/tickets', { subject => 'S',
        description => 'D', priority => 'high' })->is(201);
    my $id   = $made->field('/id');
    my %new  = (id => $id, state => 'new', priority => 'high');
    logged($t, 'submitting', %alice, %new, action => 'ticket.create',
        wrote => 1);
    is $made->header('X-State'), 'new/alice', 'in a header as well';

    $t->get('alice', "/v1/tickets/$id");
    logged($t, 'reading', %alice, %new, action => 'ticket.get');
    $t->get('alice', "/v1/tickets/T-$id?fields=id");
    logged($t, 'reading by number', %alice, %new, action => 'ticket.get');
    $t->get('alice', "/v1/tickets/$id", 'If-None-Match' => $made->etag);
    logged($t, 'not modified', %alice, %new, action => 'ticket.get');

    $t->post('ann', "/v1/tickets/$id/start", {});
    logged($t, 'an action', %ann, id => $id, state => 'in_progress',
        priority => 'high', action => 'ticket.start', wrote => 1);
    my $wait = $t->post('ann', "/v1/tickets/$id/request-info",
        { question => '?' }, 'Idempotency-Key' => 'k');
    logged($t, 'another', %ann, id => $id, state => 'waiting_user',
        priority => 'high', action => 'ticket.request-info', wrote => 1);
    $t->post('ann', "/v1/tickets/$id/request-info", { question => '?' },
        'Idempotency-Key' => 'k');
    logged($t, 'a replay', %ann, id => $id, state => 'waiting_user',
        priority => 'high', action => 'ticket.request-info', wrote => 1);
    $t->post('alice', "/v1/tickets/$id/messages", { body => 'x' });
    logged($t, 'a message', %alice, id => $id, state => 'in_progress',
        priority => 'high', action => 'message.create', wrote => 1);
    $t->patch('ann', "/v1/tickets/$id", { priority => 'low' });
    logged($t, 'a patch', %ann, id => $id, state => 'in_progress',
        priority => 'low', action => 'ticket.patch', wrote => 1);

    $t->post('alice', "/v1/tickets/$id/claim", {})->is(403);
    logged($t, 'without right', %alice, id => $id, state => 'in_progress',
        priority => 'low', action => 'ticket.claim', wrote => 1);
    $t->get('bob', "/v1/tickets/$id")->is(404);
    logged($t, 'a foreign ticket', %alice, user => 'bob',
        action => 'ticket.get');
    $t->get('alice', '/v1/me/tickets');
    logged($t, 'a list', %alice, action => 'me.tickets');
    $t->get(undef, '/v1/me')->is(401);
    logged($t, 'nobody', action => 'me.get');
    $t->get(undef, '/v1/workflow');
    logged($t, 'a document', action => 'workflow.get');
    $t->get(undef, '/v1/nothing')->is(404);
    logged($t, 'no route');
    $t->post('alice', '/v1/tickets', { subject => 7 })->is(400);
    logged($t, 'a mistake', %alice, action => 'ticket.create');
    is $t->curl('-o', '/dev/null', '-w', '%{http_code}',
        'http://127.0.0.1:' . $t->port . '/elsewhere')->{out}, 204;
    logged($t, 'elsewhere in the server');

    $t->post('root', '/v1/users', { login => 'newcomer' });
    logged($t, 'a principal', user => 'root', role => 'admin',
        tenant => tenant_of($t), action => 'user.create', wrote => 1);
    $t->verify;
}


# The tenant as the variable tells it: its name.
sub tenant_of ($t) { 'main' }
