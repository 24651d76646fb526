# Accounts of the desk's own: registering with a code, logging in and out, a
# forgotten password, passwords set by the operator; that nobody learns who has
# an account, and that no secret is found in a log or in the data file.

use v5.36;
use utf8;

use Test::Deep;
use Time::HiRes qw(sleep time);

use TicketTest;

my $t = TicketTest->new(workers => 2, users => [qw(alice ann)],
    http     => 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;',
    location => 'ticket_registration on; ticket_guest on;');

my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
my (@passwords, @tokens, @codes);     # every one that was used

registration();
login();
logout();
one_answer();
same_time();
change();
reset_by_code();
guessing();
passwd();
off();
nowhere();

$t->verify;
done_testing;


# --- helpers ------------------------------------------------------------------

# A password not used before, with a part that is easy to find.
sub password {
    state $n = 0;
    push @passwords, sprintf 'canary-%03d-%08x', ++$n, rand 2**32;
    return $passwords[-1];
}

# Headers of a request from an address of its own.
sub from { state $n = 0; return ('X-Real-IP' => '198.51.100.' . ++$n % 250) }

# The code last sent to an address, read by the operator.
sub code_to ($address) {
    my @notes = grep { ($_->{email} // $_->{phone}) eq $address }
        @{ $t->ticketctl('outbox', 'list')->{json}{data} };
    return if !@notes;
    push @codes, $notes[-1]{code};
    return $notes[-1]{code};
}

sub have_code_sent (%what) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return $t->post(undef, '/v1/codes', \%what, from())->is(202,
        'a code for ' . join ' ', map { "$_ $what{$_}" } sort keys %what);
}

sub log_in ($login, $password, @headers) {
    my $answer = $t->post(undef, '/v1/session',
        { login => $login, password => $password },
        @headers ? @headers : from());
    push @tokens, $answer->field('/token') if $answer->code == 201;
    return $answer;
}

# A name for requests with a session's token.
sub as ($answer) {
    state $n = 0;
    my $name = 'session ' . ++$n;
    $t->set_token($name, $answer->field('/token'));
    return $name;
}

# Registers a login; its password.
sub registered ($login) {
    my $mail = "$login\@example.com";
    have_code_sent(purpose => 'register', email => $mail);
    my $password = password();
    $t->post(undef, '/v1/accounts', { login => $login, email => $mail,
        password => $password, code => code_to($mail) }, from())->is(201);
    return $password;
}


# --- the life of an account ---------------------------------------------------

sub registration {
    my $mail = 'Eva@example.com';
    my $sent = have_code_sent(purpose => 'register', email => $mail);
    cmp_deeply $sent->json, { purpose => 'register', expires_at => $TIME },
        '  the answer does not tell it';
    my $code = code_to($mail);
    like $code, qr/^\d{8}$/, '  eight digits';
    $t->get('alice', '/v1/outbox')->is_problem(403, 'forbidden');
    is $t->get('root', '/v1/outbox')->is(200)->field('/data/0/code'), $code,
        '  which an administrator reads';

    my %eva = (login => 'eva', email => 'eva@example.com', name => '伊娃',
        password => password(), code => $code);
    for my $bad ([login => 'Eva'], [login => 'guest:eva'],
        [password => 'short'], [password => 'password123'],
        [code => '00000000'], [phone => '12345'])
    {
        $t->post(undef, '/v1/accounts', { %eva, @$bad }, from())
            ->is_problem(400, 'invalid-request', "not with $bad->[0]");
    }
    $t->post(undef, '/v1/accounts', { %eva, login => 'alice' }, from())
        ->is_problem(409, 'conflict', 'nor with a login that is taken');

    my $made = $t->post(undef, '/v1/accounts', \%eva, from())->is(201,
        'registered');
    cmp_deeply $made->json, superhashof({ login => 'eva', role => 'user',
        name => '伊娃', origin => 'account', kind => 'user',
        email_verified => bool(1), phone_verified => bool(0) }), '  as asked';
    is $made->header('Location'), '/helpdesk/v1/me', '  Location';
    unlike $made->body, qr/canary/, '  without the password';
    $t->post(undef, '/v1/accounts', { %eva, login => 'eva2' }, from())
        ->is_problem(400, 'invalid-request', 'a code is good once');

    my $eva = as(log_in('eva', $eva{password})->is(201, 'and in'));
    is $t->get($eva, '/v1/me')->is(200)->field('/login'), 'eva', '  as eva';
    $t->post($eva, '/v1/tickets', { subject => 'S', description => 'D' })
        ->is(201, '  who submits');
}


sub login {
    my $password = registered('lena');
    my $in = log_in('lena', $password)->is(201);
    cmp_deeply $in->json, { token => re(qr/^tk_/), expires_at => $TIME,
        user => ignore, login => 'lena', role => 'user', tenant => 'main' },
        'all that a client needs';

    # a key changes nothing: nothing of a password is kept
    my %key = ('Idempotency-Key' => 'one-key', from());
    my @twice = map { log_in('lena', $password, %key)->is(201) } 1, 2;
    isnt $twice[0]->field('/token'), $twice[1]->field('/token'),
        'another session each time';
    log_in('lena', password(), %key)->is_problem(401, 'unauthorized',
        'and no way in with a wrong one');
}


sub logout {
    my $password = registered('otto');
    my $name = as(log_in('otto', $password));
    $t->delete($name, '/v1/session')->is(204, 'out');
    $t->get($name, '/v1/me')->is_problem(401, 'unauthorized', '  for good');
    $t->delete($name, '/v1/session')->is_problem(401, 'unauthorized');
}


# --- nobody learns who has an account -----------------------------------------

sub one_answer {
    my $password = registered('max');
    $t->patch('root', '/v1/users/' . log_in('max', $password)->field('/user'),
        { disabled => \1 })->is(200);
    registered('nina');

    my @answers = map { log_in(@$_) } ['nina', password()],
        ['nobody', password()], ['max', $password], ['alice', password()];
    $_->is_problem(401, 'unauthorized') for @answers;
    for my $a (@answers) {
        is without_id($a->body), without_id($answers[0]->body),
            'to the byte the same';
        is join(' ', sort keys %{ $a->{headers} }),
            join(' ', sort keys %{ $answers[0]{headers} }), '  and headers';
    }

    # of codes too: who has none is told what who has one is told
    my @codes = map { [ map { without_id($_->body) =~
            s/"expires_at":"[^"]+"/"expires_at":0/r }
        $t->post(undef, '/v1/codes', $_, from()),
        $t->post(undef, '/v1/codes', $_, from())->is_problem(429,
            'quota-exceeded', 'not twice in a minute') ] }
        map { +{ purpose => 'reset', login => $_ } } qw(nina nobody max alice);
    is_deeply $codes[$_], $codes[0], 'codes: the same' for 1 .. $#codes;
}

sub without_id ($body) { return $body =~ s/"request_id":"[^"]*"//r }


# A wrong password takes as long as an unknown login.
sub same_time {
    my @there = map { "user$_" } 1 .. 12;
    for my $login (@there) {
        $t->add_user($login, 'user');
        set_password($login);
    }

    my (%took, @each);
    for my $round (1 .. 2) {
        push @each, map { ([wrong => $_], [unknown => "$_-$round"]) } @there;
    }
    for my $case (@each) {
        my $began = time;
        log_in($case->[1], password())->code == 401 or fail 'not refused';
        push @{ $took{ $case->[0] } }, time - $began;
    }

    # the shortest of many: what else the machine does only adds to them
    my ($wrong, $unknown) = map { (sort { $a <=> $b } @{ $took{$_} })[0] }
        qw(wrong unknown);
    note sprintf 'shortest: wrong %.1f ms, unknown %.1f ms', $wrong * 1000,
        $unknown * 1000;
    cmp_ok abs($wrong - $unknown), '<', 0.25 * $wrong,
        'an unknown login takes as long as a wrong password';
}


# --- changes ------------------------------------------------------------------

sub change {
    my $old = registered('carl');
    my ($here, $there) = map { as(log_in('carl', $old)) } 1, 2;
    my $program = $t->post($here, '/v1/me/tokens', { label => 'p' })->is(201);
    push @tokens, $program->field('/token');
    my $bot = as($program);
    my $new = password();

    $t->put($here, '/v1/me/password', { new_password => $new })
        ->is_problem(400, 'invalid-request', 'not without the old one');
    $t->put($here, '/v1/me/password', { password => password(),
        new_password => $new })->is_problem(400, 'invalid-request',
        'nor with a wrong one');
    $t->put($here, '/v1/me/password', { password => $old,
        new_password => $new })->is(204, 'changed');

    $t->get($here, '/v1/me')->is(200, '  this session goes on');
    $t->get($there, '/v1/me')->is_problem(401, 'unauthorized',
        '  the other ends');
    $t->get($bot, '/v1/me')->is(200, '  a token made by hand stays');
    log_in('carl', $old)->is_problem(401, 'unauthorized');
    log_in('carl', $new)->is(201);
}


sub reset_by_code {
    my $old = registered('rita');
    my $name = as(log_in('rita', $old));
    have_code_sent(purpose => 'reset', login => 'rita');
    my $code = code_to('rita@example.com');
    my $new = password();

    $t->post(undef, '/v1/password-reset', { login => 'rita', code => $code,
        new_password => $new }, from())->is(204, 'reset');
    $t->get($name, '/v1/me')->is_problem(401, 'unauthorized',
        '  sessions end');
    log_in('rita', $old)->is_problem(401, 'unauthorized');
    log_in('rita', $new)->is(201);
    $t->post(undef, '/v1/password-reset', { login => 'rita', code => $code,
        new_password => password() }, from())->is_problem(400,
        'invalid-request', 'a code is good once');

    # who has no proved address gets none
    my $mail = 'bare@example.com';
    $t->post('root', '/v1/users', { login => 'bare', email => $mail });
    have_code_sent(purpose => 'reset', login => 'bare');
    is code_to($mail), undef,
        'nothing is sent to an address that nobody proved';
}


# Five guesses, slower and slower; then not even the code itself helps.
sub guessing {
    registered('gina');
    have_code_sent(purpose => 'reset', login => 'gina');
    my $code = code_to('gina@example.com');
    my $wrong = $code =~ s/(.)$/($1 + 1) % 10/er;
    my $try = sub ($code) {
        return $t->post(undef, '/v1/password-reset', { login => 'gina',
            code => $code, new_password => password() }, from());
    };

    my ($guesses, $delays) = (0, 0);
    while ($guesses < 5) {
        my $answer = $try->($wrong);
        if ($answer->code == 429) {
            $delays++;
            sleep($answer->header('Retry-After') || 1);
        } else {
            $answer->code == 400 or last;
            $guesses++;
        }
    }
    is $guesses, 5, 'five guesses';
    cmp_ok $delays, '>=', 1, '  not all at once';

    my $last = $try->($code);
    sleep $last->header('Retry-After') if $last->code == 429;
    ($last->code == 429 ? $try->($code) : $last)->is_problem(400,
        'invalid-request', '  and the code is none any more');
}


# --- the operator -------------------------------------------------------------

# Gives a login a password by standard input; it.
sub set_password ($login, $password = password()) {
    my $file = $t->dir . '/passwd.out';
    open my $to, '|-', join ' ', build_path('ticketctl'), 'user passwd',
        '--store', $t->store, '--login', $login, '--json', ">$file 2>&1"
        or die "ticketctl: $!\n";
    print $to "$password\n";
    close $to;
    is $? >> 8, 0, "ticketctl user passwd --login $login"
        or diag TicketTest::Server::slurp($file);
    return $password;
}


sub passwd {
    my $password = set_password('ann');
    my $ann = as(log_in('ann', $password)->is(201, 'by standard input'));
    is $t->get($ann, '/v1/me')->field('/role'), 'agent', '  as an agent';

    my $r = $t->ticketctl('user', 'passwd', '--login', 'ann', '--generate');
    is $r->{rc}, 0, 'or a made one' or diag $r->{err};
    push @passwords, $r->{json}{password};
    $t->get($ann, '/v1/me')->is_problem(401, 'unauthorized',
        '  the session has ended');
    log_in('ann', $r->{json}{password})->is(201, '  with it');

    for my $args (['--password', 'x'], [], ['--login', 'no']) {
        $r = $t->ticketctl('user', 'passwd',
            (@$args && $args->[0] eq '--login' ? () : ('--login', 'ann')),
            @$args);
        isnt $r->{rc}, 0, "not with @$args and nothing to read";
    }
}


# A location that offers none of it.
sub off {
    my $plain = TicketTest->new(users => [qw(alice)],
        location => 'ticket_password_login off;');
    $plain->post(undef, @$_)->is_problem(404, 'not-found', "$_->[0]: off")
        for ['/v1/session', { login => 'alice', password => 'x' }],
            ['/v1/accounts', { login => 'a' }],
            ['/v1/codes', { purpose => 'reset', login => 'alice' }],
            ['/v1/password-reset', { login => 'alice' }];
    $plain->verify;
}


# --- secrets ------------------------------------------------------------------

sub nowhere {
    cmp_ok scalar(@passwords), '>', 40, 'of many passwords';
    cmp_ok scalar(@tokens), '>', 8, 'and tokens';
    is scalar(grep { !defined } @codes, @tokens), 0, 'all of them known';

    $t->stop;
    for my $file (glob($t->dir . '/logs/*.log'), glob($t->store . '/*')) {
        my $bytes = TicketTest::Server::slurp($file);
        my $log = $file =~ /\.log$/;
        my @found = grep { index($bytes, $_) >= 0 } @passwords,
            (map { substr $_, -20 } @tokens), $log ? @codes : ();
        is_deeply \@found, [], 'none is in ' . $file =~ s{.*/}{}r;
        like $bytes, qr{POST /helpdesk/v1/session}, '  which has the requests'
            if $file =~ /access/;
    }
    $t->start;
}
