# Guests: a ticket for a proved address, and a link to that one ticket and
# nothing else.

use v5.36;
use utf8;

use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2, users => [qw(alice ann)],
    http     => 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;',
    location => 'ticket_guest on;');
my @secrets;                          # tokens and codes

submitting();
the_link();
again();
refusals();
replay();
off();
nowhere();

$t->verify;
done_testing;


sub from { state $n = 0; return ('X-Real-IP' => '198.51.100.' . ++$n % 250) }

# The code sent to an address, by mail or telephone.
sub code_to (%address) {
    $t->post(undef, '/v1/codes', { purpose => 'guest', %address }, from())
        ->is(202, 'a code for ' . join ' ', %address);
    my ($to) = values %address;
    my @notes = grep { ($_->{email} // $_->{phone}) eq $to }
        @{ $t->ticketctl('outbox', 'list')->{json}{data} };
    push @secrets, $notes[-1]{code};
    return $notes[-1]{code};
}

sub submit ($member, @headers) {
    my $answer = $t->post(undef, '/v1/tickets', { subject => 'Locked out',
        description => '账户无法登录', %$member }, from(), @headers);
    push @secrets, $answer->field('/access_token')
        if $answer->code == 201 && $answer->field('/access_token');
    return $answer;
}

# A name for requests with a guest's token.
sub as ($answer) {
    state $n = 0;
    my $name = 'guest ' . ++$n;
    $t->set_token($name, $answer->field('/access_token'));
    return $name;
}


my ($eve, $path, $other);

sub submitting {
    my $code = code_to(email => 'eve@example.com');
    my $made = submit({ contact => { name => 'Eve', email =>
        'Eve@Example.com' }, code => $code })->is(201, 'submitted');
    cmp_deeply $made->json, superhashof({ state => 'new', verified => bool(0),
        access_token => re(qr/^tk_/), requester => superhashof({ id => ignore,
            name => 'Eve' }) }), '  by a guest';
    $path = '/v1/tickets/' . $made->field('/id');
    $eve = as($made);

    my $user = $t->get('root', '/v1/users/' . $made->field('/requester/id'))
        ->is(200)->json;
    cmp_deeply $user, superhashof({ login => 'guest:eve@example.com',
        kind => 'guest', origin => 'guest', role => 'user',
        email_verified => bool(1) }), '  who is a principal';

    my $ticket = $t->get('ann', $path)->is(200)->json;
    is $ticket->{access_token}, undef, 'staff see no token';
    $t->post('ann', "$path/claim", {})->is(200, '  and do their work');
    $other = '/v1/tickets/' . $t->some_ticket->{id};
}


sub the_link {
    $t->get($eve, $path)->is(200, 'the link opens the ticket');
    is $t->get($eve, $path)->field('/access_token'), undef, '  without token';
    $t->post($eve, "$path/messages", { body => 'Hello?' })->is(201);
    $t->get($eve, "$path/messages")->is(200);
    $t->get($eve, "$path/timeline")->is(200);

    $t->get($eve, $other)->is_problem(404, 'not-found', 'no other');
    for my $no (['get', '/v1/tickets'], ['get', '/v1/me'],
        ['get', '/v1/me/tickets'], ['get', '/v1/me/tokens'],
        ['post', '/v1/me/tokens', {}], ['get', '/v1/users'],
        ['get', '/v1/outbox'], ['delete', '/v1/session'],
        ['put', '/v1/me/password', { new_password => 'a good one indeed' }],
        ['post', '/v1/tickets', { subject => 'S', description => 'D' }])
    {
        my ($method, @rest) = @$no;
        $t->$method($eve, @rest)->is_problem(403, 'forbidden',
            "nor $method $rest[0]");
    }
}


# The same address is the same guest, another ticket another link.
sub again {
    my $phone = '+49 (30) 12-34';
    my $code = code_to(phone => $phone);
    my $one = submit({ contact => { phone => '+493012 34' },
        code => $code })->is(201, 'by telephone');
    $t->set_clock('+2m');
    $code = code_to(phone => $phone);
    my $two = submit({ contact => { phone => $phone }, code => $code })
        ->is(201);
    is $two->field('/requester/id'), $one->field('/requester/id'),
        'the same guest';
    my $name = as($two);
    $t->get($name, '/v1/tickets/' . $two->field('/id'))->is(200);
    $t->get($name, '/v1/tickets/' . $one->field('/id'))->is_problem(404,
        'not-found', '  whose link opens one ticket');

    $t->set_clock('+91d');
    $t->get($name, '/v1/tickets/' . $two->field('/id'))->is_problem(401,
        'unauthorized', '  for ninety days');
    $t->set_clock('+0s');
}


sub refusals {
    my %eve = (contact => { email => 'refused@example.com' });
    submit({ %eve })->is_problem(400, 'invalid-request', 'without a code');
    submit({ code => '12345678' })->is_problem(400, 'invalid-request',
        'without an address');
    my $code = code_to(email => 'refused@example.com');
    submit({ contact => { email => 'another@example.com' }, code => $code })
        ->is_problem(400, 'invalid-request', 'with a code for another');
    submit({ %eve, code => $code, on_behalf_of => 1 })->is_problem(403,
        'forbidden', 'for somebody else');
    $t->post('alice', '/v1/tickets', { subject => 'S', description => 'D',
        code => $code, %eve })->is_problem(400, 'invalid-request',
        'who is known sends no code');
    $t->post(undef, '/v1/codes', { purpose => 'register',
        email => 'x@example.com' }, from())->is_problem(400,
        'invalid-request', 'no code for what is not offered');

    for (1 .. 5) {
        submit({ %eve, code => '0000000' . $_ })->code == 400 or fail '400';
    }
    submit({ %eve, code => $code })->is_problem(400, 'invalid-request',
        'guessing ends the code');
}


sub replay {
    my $code = code_to(email => 'twice@example.com');
    my %body = (contact => { email => 'twice@example.com' }, code => $code);
    my @both = map { submit(\%body, 'Idempotency-Key' => 'guest-1')->is(201) }
        1, 2;
    is $both[1]->header('Idempotency-Replayed'), 'true', 'replayed';
    is $both[1]->field('/id'), $both[0]->field('/id'), '  the same ticket';
    is $both[1]->field('/access_token'), undef, '  without its token';
}


sub off {
    my $plain = TicketTest->new(users => []);
    $plain->post(undef, '/v1/tickets', { subject => 'S', description => 'D',
        contact => { email => 'a@example.com' }, code => '12345678' })
        ->is_problem(401, 'unauthorized', 'off: nobody submits');
    $plain->post(undef, '/v1/codes', { purpose => 'guest',
        email => 'a@example.com' })->is_problem(400, 'invalid-request',
        '  nor gets a code');
    $plain->verify;
}


sub nowhere {
    $t->stop;
    for my $file (glob($t->dir . '/logs/*.log'), glob($t->store . '/*')) {
        my $bytes = TicketTest::Server::slurp($file);
        my @found = grep { index($bytes, $_) >= 0 }
            map { /^tk_/ ? substr $_, -20 : $file =~ /\.log$/ ? $_ : () }
            @secrets;
        is_deeply \@found, [], 'none is in ' . $file =~ s{.*/}{}r;
    }
    $t->start;
}
