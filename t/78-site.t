# What a location offers: passwords, registration, submitting as a guest.

use v5.36;
use utf8;

use TicketTest;

my $t = TicketTest->new(workers => 2, server => q(
    location /open/ { ticket main; ticket_guest on; ticket_registration on; }
    location /shut/ { ticket main; ticket_password_login off; }
    location /part/ { ticket main; ticket_password_login off;
        ticket_guest on; }
));

sub at ($mount, $who, $method, $path, $json = undef, %h) {
    local $t->{base} = $mount;
    return $t->request($method, $who, $path,
        defined $json ? (json => $json) : (), headers => \%h);
}

# The newest code for an address, as whoever sends the mail reads it.
sub code_for ($email) {
    my @notes = grep { ($_->{email} // '') eq $email }
        @{ $t->get('root', '/v1/outbox?limit=200')->is(200)->json->{data} };
    return $notes[-1]{code};
}

my %new = (subject => 's', description => 'd');


# --- what is not offered is not there -----------------------------------------

my %login  = (login => 'alice', password => 'a long password');
my %signup = (login => 'zoe', password => 'a long password', code => '1' x 8,
    email => 'zoe@example.com');
my %reset  = (login => 'alice', new_password => 'a long password',
    code => '1' x 8);

# path, body, by mount: is it there?
for my $case (
    ['/v1/session',        \%login,  { helpdesk => 1, open => 1 }],
    ['/v1/password-reset', \%reset,  { helpdesk => 1, open => 1 }],
    ['/v1/accounts',       \%signup, { open => 1 }],
    ['/v1/codes', { purpose => 'reset', login => 'alice' },
        { helpdesk => 1, open => 1 }],
    ['/v1/codes', { purpose => 'register', email => 'a@example.com' },
        { open => 1 }],
    ['/v1/codes', { purpose => 'guest', email => 'b@example.com' },
        { open => 1, part => 1 }])
{
    my ($path, $body, $there) = @$case;
    for my $mount (qw(helpdesk open shut part)) {
        my $r = at("/$mount", undef, POST => $path, $body);
        my $name = "$path " . ($body->{purpose} // '') . " at /$mount/";
        if ($there->{$mount}) {
            ok $r->code != 404 && $r->code != 403, "$name is there"
                or diag $r->code . $r->body;
        }
        else {
            ok $r->code == 404 || $path eq '/v1/codes' && $r->code == 400,
                "$name is not" or diag $r->code . $r->body;
        }
    }
}
at('/shut', 'alice', GET => '/v1/me')->is(200, 'tokens are good everywhere');
for my $mount (qw(helpdesk shut)) {
    at("/$mount", undef, POST => '/v1/tickets', \%new)
        ->is_problem(401, 'unauthorized', "no guests at /$mount/");
}


# --- an own account -----------------------------------------------------------

my $mail = 'zoe@example.com';
at('/open', undef, POST => '/v1/codes', { purpose => 'register',
    email => $mail })->is(202, 'a code is sent');
my $code = code_for($mail);
like $code, qr/^\d{8}$/, 'of eight digits';
at('/open', undef, POST => '/v1/accounts',
    { %signup, code => $code eq '00000000' ? '11111111' : '00000000' })
    ->is(400, 'a wrong code');
at('/open', undef, POST => '/v1/accounts', { %signup, code => $code })
    ->is(201, 'an account');
at('/open', undef, POST => '/v1/accounts',
    { %signup, login => 'zed', code => $code })->is(400, 'one for a code');
my $session = at('/helpdesk', undef, POST => '/v1/session',
    { login => 'zoe', password => 'a long password' })->is(201, 'its session');
$t->set_token(zoe => $session->field('/token'));
is at('/shut', 'zoe', GET => '/v1/me')->field('/login'), 'zoe', 'is hers';
at('/helpdesk', 'zoe', POST => '/v1/tickets', \%new)->is(201);
at('/helpdesk', undef, POST => '/v1/session',
    { login => 'zoe', password => 'another password' })
    ->is(401, 'a wrong password');
at('/helpdesk', 'zoe', DELETE => '/v1/session')->is(204);
at('/helpdesk', 'zoe', GET => '/v1/me')->is(401, 'and the session is over');


# --- a guest ------------------------------------------------------------------

$mail = 'guest@example.com';
my %contact = (contact => { email => $mail });
my $other = $t->some_ticket->{id};
at('/open', undef, POST => '/v1/codes', { purpose => 'guest',
    email => $mail })->is(202, 'a code for a guest');
at('/open', undef, POST => '/v1/tickets', { %new, %contact })
    ->is(400, 'not without the code');
my $proof = code_for($mail);
my $made  = at('/open', undef, POST => '/v1/tickets',
    { %new, %contact, code => $proof })->is(201, 'a ticket');
my $id = $made->field('/id');
like $made->field('/access_token'), qr/^tk_/, 'and what opens it';
$t->set_token(guest => $made->field('/access_token'));
at('/open', 'guest', GET => "/v1/tickets/$id")->is(200, 'to that ticket');
at('/open', 'guest', POST => "/v1/tickets/$id/messages", { body => 'x' })
    ->is(201, 'where he can write');
at('/open', 'guest', GET => "/v1/tickets/$other")
    ->is_problem(404, 'not-found', 'and to no other');
at('/open', 'guest', GET => '/v1/me/tickets')
    ->is_problem(403, 'forbidden', 'nor to lists');
at('/open', 'guest', POST => '/v1/tickets', \%new)
    ->is_problem(403, 'forbidden', 'nor to submitting');
at('/open', 'guest', GET => '/v1/me')
    ->is_problem(403, 'forbidden', 'nor to an account');
at('/open', undef, POST => '/v1/tickets', { %new, %contact, code => $proof })
    ->is(400, 'a code is good once');
at('/open', 'ann', POST => "/v1/tickets/$id/claim", {})
    ->is(200, 'it is a ticket like any other');

$t->verify;
done_testing;
