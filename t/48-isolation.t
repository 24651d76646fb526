# Two stores in one nginx know nothing of each other.

use v5.36;
use utf8;

use TicketTest;

my $t = TicketTest->new(workers => 2, start => 0,
    http => 'ticket_store other path={dir}/other queue=16;',
    server => "location /other/ { ticket other; }\n"
        . "location /deep/er/mount/ { ticket main; }\n"
        . 'location /strict/ { ticket main; ticket_require_match on;'
        . ' ticket_require_idempotency_key on; }');

# A second desk's people, in the other store.
mkdir $t->dir . '/other', 0700;
chown +(getpwnam 'www-data')[2, 3], $t->dir . '/other' if $> == 0;

my %main = (token => { %{ $t->{token} } }, id => { %{ $t->{id} } });
{
    no warnings 'redefine';
    local *TicketTest::store = sub ($self) { $self->dir . '/other' };
    $t->init_store;
}
my %other = (token => { %{ $t->{token} } }, id => { %{ $t->{id} } });
$t->start;

# The same call at the other mount, with a token of the store that is named.
sub at ($mount, $token, $method, $path, %opt) {
    local $t->{base}        = $mount;
    local $t->{token}{this} = $token;
    return $t->request($method, 'this', $path, %opt,
        check => $mount eq '/helpdesk');
}

my ($m, $o) = map { $_->{token} } \%main, \%other;
my %new = (json => { subject => 'in main', description => 'd' });

my $made = at('/helpdesk', $m->{alice}, 'POST', '/v1/tickets', %new);
$made->is(201);
my $id = $made->field('/id');

at('/other', $m->{alice}, 'GET', '/v1/me')
    ->is_problem(401, 'unauthorized', 'a token of one is none in the other');
at('/helpdesk', $o->{alice}, 'GET', '/v1/me')
    ->is_problem(401, 'unauthorized', 'and the other way');
at('/other', $o->{root}, 'GET', "/v1/tickets/$id")
    ->is_problem(404, 'not-found', 'a ticket of one is none in the other');
at('/other', $o->{ann}, 'POST', "/v1/tickets/$id/claim", json => {})
    ->is_problem(404, 'not-found', 'not to be acted on');
is at('/other', $o->{ann}, 'GET', '/v1/tickets?count=true')->field('/count'),
    0, 'the other store has none';
is at('/helpdesk', $m->{ann}, 'GET', '/v1/tickets?count=true')
    ->field('/count'), 1, 'this one has one';

my $there = at('/other', $o->{alice}, 'POST', '/v1/tickets',
    json => { subject => 'in other', description => 'd' });
$there->is(201);
is $there->field('/id'), $id, 'numbers are counted in each store';
like $there->header('Location'), qr{/other/v1/tickets/$id$}, 'its own links';
is at('/helpdesk', $m->{alice}, 'GET', "/v1/tickets/$id")->field('/subject'),
    'in main', 'the same number names another ticket';

# One key, one cursor, one ETag in both.
my %keyed = (headers => { 'Idempotency-Key' => 'one-key' });
my $first = at('/helpdesk', $m->{alice}, 'POST', '/v1/tickets', %new, %keyed);
my $again = at('/other', $o->{alice}, 'POST', '/v1/tickets', %new, %keyed);
is $again->header('Idempotency-Replayed'), undef,
    'a key used in one store is new in the other';
is $_->code, 201, 'a ticket in each' for $first, $again;

# One store behind several mounts.
my $deep = at('/deep/er/mount', $m->{alice}, 'GET', "/v1/tickets/$id");
$deep->is(200, 'one store at two mounts');
my $more = at('/deep/er/mount', $m->{alice}, 'POST', '/v1/tickets', %new);
like $more->header('Location'), qr{/deep/er/mount/v1/tickets/\d+$},
    'links are those of the mount';
at('/strict', $m->{alice}, 'POST', '/v1/tickets', %new)
    ->is_problem(400, 'invalid-request', 'what a mount requires');
at('/strict', $m->{alice}, 'POST', '/v1/tickets', %new,
    headers => { 'Idempotency-Key' => 'strict' })->is(201);
at('/strict', $m->{ann}, 'POST', "/v1/tickets/$id/claim", json => {},
    headers => { 'Idempotency-Key' => 'claim' })
    ->is_problem(428, 'precondition-required', 'holds for it alone');
at('/helpdesk', $m->{ann}, 'POST', "/v1/tickets/$id/claim", json => {})
    ->is(200);

# A write held in one store does not hold the other.
my $user = $> == 0 ? 'setpriv --reuid=www-data --regid=www-data'
    . ' --clear-groups' : '';
my $hold = build_path('fault/hold_lock');
my $pid = open my $said, '-|', "$user $hold " . $t->store . ' 1500';
readline $said;
my $raw = $t->raw;
$t->set_token(alice => $m->{alice});
$raw->send($t->raw_request('POST', 'alice', '/v1/tickets',
    '{"subject":"held","description":"d"}'));
at('/other', $o->{alice}, 'POST', '/v1/tickets', %new)
    ->is(201, 'the other store writes while this one waits');
ok !defined $raw->fill(0.1), 'and this one does wait';
is $raw->answer->code, 201, 'until the lock is free';
close $said;

$t->verify;
{
    no warnings 'redefine';
    local *TicketTest::store = sub ($self) { $self->dir . '/other' };
    $t->verify('the other store, too');
}
done_testing;
