# ticketctl beside a running nginx: every command, its JSON, its words, its
# exit codes, and that both sides see at once what the other did.

use v5.36;
use utf8;

use Mojo::JSON qw(decode_json true false);
use Mojo::Util qw(decode encode);
use Test::Deep;

use TicketTest;
use TicketTest::Life;

my $t = TicketTest->new(workers => 4);
my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

help();
init();
users();
tokens();
stat_and_verify();
export();
at_once();
wrong();
owner();
stopped();

$t->verify;
done_testing;


# Without --json and --store; {rc, out, err}.
sub plain (@args) {
    return $t->{server}->run($t->{server}->ticketctl_path, @args);
}

sub ctl (@args) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = $t->ticketctl(@args);
    is $r->{rc}, 0, "ticketctl @args" or diag $r->{err};
    is $r->{err}, '', '  without a word on standard error';
    return $r->{json};
}

sub fails ($rc, $pattern, @args) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = $t->ticketctl(@args);
    is $r->{rc}, $rc, "ticketctl @args ends with $rc";
    like $r->{err}, $pattern, '  says why';
    like $r->{err}, qr/^ticketctl: .*\n\z/, '  in one line';
    is $r->{out}, '', '  and nothing else';
}


sub help {
    for my $args (['help'], ['--help'], ['user', 'add', '--help']) {
        my $r = plain(@$args);
        is $r->{rc}, 0, "ticketctl @$args";
        like $r->{out}, qr/ticketctl user add --store DIR/, '  usage';
    }
    for my $args ([], ['fly'], ['user'], ['user', 'fly'],
        ['verify'], ['verify', '--store'], ['stat', '--colour', 'red'],
        ['stat', '--store', $t->store, '--store', $t->store],
        ['stat', 'now'], ['verify', '--json=yes', '--store', $t->store],
        ['user', 'add', '--store', $t->store],
        ['token', 'new', '--store', $t->store, '--login', 'alice', '--ttl',
            'soon'],
        ['init', '--store', $t->store, '--profile', 's003'],
        ['export', '--store', $t->store, '--since', 'x'])
    {
        my $r = plain(@$args);
        is $r->{rc}, 2, "ticketctl @$args is a mistake" or diag $r->{out};
        like $r->{err}, qr/^ticketctl: /, '  and says so';
    }
}


# --- init ---------------------------------------------------------------------

sub init {
    my $dir = $t->dir . '/another';
    mkdir $dir, 0700;
    chown((getpwnam 'www-data')[2, 3], $dir) if $> == 0;
    my $new = "$dir/store";

    my $r = plain('init', '--store', $new, '--json');
    is $r->{rc}, 0, 'a store where there was none' or diag $r->{err};
    my $made = decode_json($r->{out});
    cmp_deeply $made, { id => 1, login => 'admin', role => 'admin',
        tenant => 'default', token => re(qr/^tk_/) }, '  its admin';
    is((stat $new)[2] & 07777, 0700, '  its directory is closed to others');
    is((stat "$new/data.mdb")[2] & 07777, 0600, '  and its file');
    is plain('init', '--store', $new)->{rc}, 1, '  once';
    $r = plain('init', '--store', $new, '--if-missing', '--json');
    is $r->{rc}, 0, '  unless it may be there';
    is decode_json($r->{out})->{token}, undef, '  without a new token';
    is plain('verify', '--store', $new)->{rc}, 0, '  it is sound';
    like plain('init', '--store', $new, '--admin', 'two')->{out},
        qr/token   tk_\S+\nThe token is shown this once/, '  in words';

    fails(1, qr/already/, 'init', '--admin', 'root', '--tenant', 'main');
    my $second = ctl('init', '--admin', 'boss', '--tenant', 'other',
        '--profile', 's001');
    $t->set_token(boss => $second->{token});
    my $me = $t->get('boss', '/v1/me')->is(200, 'a second tenant')->json;
    is "$me->{tenant} $me->{role}", 'other admin', '  with an admin';
    is $t->get('boss', '/v1/users')->field('/data/1'), undef, '  alone';
    is $t->post('boss', '/v1/tickets', { subject => 'S', description => 'D' })
        ->field('/state_label'), 'Accepted', '  and its own words';
    fails(1, qr/no tenant "third"/, 'user',
        'list', '--tenant', 'third');
    is_deeply [ map { $_->{login} } @{ ctl('user', 'list', '--tenant',
        'other')->{data} } ], ['boss'], 'lists are by tenant';
}


# --- people -------------------------------------------------------------------

my @MAIN;

sub users {
    @MAIN = ('--tenant', 'main');
    my $made = ctl('user', 'add', @MAIN, '--login', 'carl', '--role',
        'agent', '--name', encode('UTF-8', '卡尔'), '--email',
        'carl@example.com');
    cmp_deeply $made, superhashof({ login => 'carl', role => 'agent',
        name => '卡尔', email => 'carl@example.com', tenant => 'main',
        disabled => false, created_at => $TIME }), 'all of it';
    is_deeply $t->get('root', "/v1/users/$made->{id}")->json, $made,
        'the server knows him';
    is ctl('user', 'add', @MAIN, '--login', 'least')->{role}, 'user',
        'a user unless said otherwise';
    is ctl('user', 'add', @MAIN, '--login', 'sys2', '--role',
        'system')->{role}, 'system', 'the operator makes system principals';

    fails(1, qr/taken/, 'user', 'add', @MAIN, '--login', 'carl');
    fails(1, qr/login/, 'user', 'add', @MAIN, '--login', "c\tl");
    fails(1, qr/role/, 'user', 'add', @MAIN, '--login', 'x', '--role', 'x');
    fails(1, qr/email/, 'user', 'add', @MAIN, '--login', 'x', '--email', 'x');
    fails(2, qr/UTF-8/, 'user', 'add', @MAIN, '--login', 'x', '--name',
        "\xFF");

    my $list = ctl('user', 'list', @MAIN)->{data};
    is_deeply $list, $t->get('root', '/v1/users?limit=200')->field('/data'),
        'the list is the server\'s';
    like decode('UTF-8', plain('user', 'list', '--store', $t->store, @MAIN)
        ->{out}), qr/^\d+ +agent +active +carl  卡尔$/m, '  in words';

    my $token = ctl('token', 'new', @MAIN, '--login', 'carl')->{token};
    $t->set_token(carl => $token);
    $t->get('carl', '/v1/me')->is(200, 'carl is in');
    is ctl('user', 'disable', @MAIN, '--login', 'carl')->{disabled}, true,
        'disabled';
    $t->get('carl', '/v1/me')->is(401, 'and out at once');
    fails(1, qr/carl2/, 'user', 'disable', @MAIN, '--login', 'carl2');
}


# The worker writes down the last use of tokens every 30 seconds, so a list
# is the server's when the server said the same before it and after it.
sub same_tokens {
    my ($login) = @_;

    my $path = '/v1/users/' . $t->id($login) . '/tokens';
    my ($before, $list, $after);

    for (1 .. 3) {
        $before = $t->get('root', $path)->field('/data');
        $list = ctl('token', 'list', @MAIN, '--login', $login)->{data};
        $after = $t->get('root', $path)->field('/data');
        last if eq_deeply($before, $after);
    }

    is_deeply $list, $after, 'the list is the server\'s';
    return $list;
}


sub tokens {
    my $made = ctl('token', 'new', @MAIN, '--login', 'bob', '--scope',
        'read', '--ttl', '30d', '--label', encode('UTF-8', '笔记本'));
    cmp_deeply $made, { id => ignore, label => '笔记本', scopes => ['read'],
        created_at => $TIME, expires_at => $TIME, token => re(qr/^tk_/),
        last_used_at => undef, kind => 'access', ticket => undef },
        'all of it';
    $t->set_token(bob2 => $made->{token});
    $t->get('bob2', '/v1/me')->is(200, 'it works at once');
    $t->post('bob2', '/v1/tickets', { subject => 'S', description => 'D' })
        ->is(403, '  within its scope');
    my $two = ctl('token', 'new', @MAIN, '--login', 'bob', '--scope',
        'read', '--scope', 'write');
    is_deeply $two->{scopes}, [qw(read write)], 'two scopes';

    my $list = same_tokens('bob');
    is scalar(grep { defined $_->{token} } @$list), 0, '  without secrets';
    unlike plain('token', 'list', '--store', $t->store, @MAIN, '--login',
        'bob')->{out}, qr/tk_/, '  in words as well';
    like plain('token', 'new', '--store', $t->store, @MAIN, '--login',
        'bob')->{out}, qr/\Atk_\S+\n\z/, 'a token alone for scripts';

    ctl('token', 'revoke', @MAIN, '--login', 'bob', '--number',
        $made->{id});
    $t->get('bob2', '/v1/me')->is(401, 'revoked at once');
    fails(1, qr/not-found|no such/, 'token', 'revoke', @MAIN, '--login',
        'bob', '--number', $made->{id});
    fails(1, qr/nobody/, 'token', 'new', @MAIN, '--login', 'nobody');
    fails(1, qr/scope/, 'token', 'new', @MAIN, '--login', 'bob', '--scope',
        'all');
}


# --- looking ------------------------------------------------------------------

sub stat_and_verify {
    my @ids = make_tickets($t, map { { state => $_ } } @STATES);
    my $stat = ctl('stat');
    is $stat->{entries}{ticket}, $t->get('root',
        '/v1/tickets?count=true&limit=1')->field('/count') + 1,
        'stat counts the tickets of both tenants';
    cmp_ok $stat->{used_bytes}, '<', $stat->{map_bytes}, '  and bytes';
    is $stat->{entries}{event}, $stat->{last_event}, '  an event a number';
    like plain('stat', '--store', $t->store)->{out},
        qr/^ticket +$stat->{entries}{ticket}$/m, '  in words';

    my $verify = ctl('verify');
    cmp_deeply $verify, superhashof({ ok => true, fault_count => 0,
        faults => [] }), 'verify finds no fault';
    is $verify->{entries}{ticket}, $stat->{entries}{ticket},
        '  in all tickets';
    like plain('verify', '--store', $t->store)->{out}, qr/^0 faults in/,
        '  in words';
}


sub export {
    my $ticket = $t->get('root', '/v1/tickets?limit=1')->field('/data/0/id');
    act($t, 'ann', $ticket, 'note', body => encode('UTF-8', 'x') . " 注\n");
    my $r = plain('export', '--store', $t->store);
    is $r->{rc}, 0, 'export';
    my @lines = map { decode_json($_) } split /\n/, $r->{out};
    my %kind;
    push @{ $kind{ $_->{kind} } }, $_ for @lines;
    my $stat = ctl('stat');
    is scalar(@{ $kind{ $_->[0] } }), $stat->{entries}{ $_->[1] },
        "every $_->[0]" for ['tenant', 'tenant'], ['user', 'principal'],
        ['ticket', 'ticket'], ['event', 'event'];
    unlike $r->{out}, qr/tk_|digest/, '  no token';

    my ($out) = grep { $_->{tenant} eq 'main'
        && $_->{data}{id} == $ticket } @{ $kind{ticket} };
    my $is = $t->get('root', "/v1/tickets/$ticket?include=messages")->json;
    for my $field (sort keys %{ $out->{data} }) {
        next if !exists $is->{$field}
            || $field =~ /^(?:state_label|allowed_actions|next|requester
                |assignee)$/x;
        is_deeply $out->{data}{$field}, $is->{$field}, "  its $field";
    }
    is scalar(grep { $_->{data}{ticket} == $ticket }
        @{ $kind{message} }), @{ $is->{messages}{data} }, '  its messages';

    my $all = ctl('export')->{data};
    is_deeply $all, \@lines, 'as one JSON object';
    my $since = $stat->{last_event} - 3;
    my @late  = map { decode_json($_) } split /\n/, plain('export',
        '--store', $t->store, '--since', $since)->{out};
    is_deeply [ map { "$_->{kind} $_->{data}{id}" } @late ],
        [ map { 'event ' . ($since + $_) } 1 .. 3 ], 'events after a number';
    is plain('export', '--store', $t->store, '--since',
        $stat->{last_event})->{out}, '', 'none after the last';
}


# Both write at the same time.
sub at_once {
    my @pids;
    for my $n (1 .. 3) {
        my $pid = fork // die "fork: $!\n";
        if ($pid == 0) {
            for my $i (1 .. 8) {
                $t->{server}->run($t->{server}->ticketctl_path, 'user', 'add',
                    '--store', $t->store, @MAIN, '--login', "p$n-$i")->{rc}
                    == 0 or POSIX::_exit(1);
            }
            POSIX::_exit(0);
        }
        push @pids, $pid;
    }
    my %code;
    $code{ $_->code }++ for map { $t->parallel(map { ['POST', 'alice',
        '/v1/tickets', check => 0, json => { subject => 'S',
        description => 'D' }] } 1 .. 40) } 1 .. 8;
    waitpid($_, 0), is($?, 0, 'users beside traffic') for @pids;
    is_deeply \%code, { 201 => 320 }, 'traffic beside users';
    is scalar(grep { $_->{login} =~ /^p\d-\d$/ }
        @{ ctl('user', 'list', @MAIN)->{data} }), 24, 'all are there';
    ctl('verify');
}


# --- what is refused ----------------------------------------------------------

sub wrong {
    my $dir = $t->dir;
    my %made = map { $_ => 1 } 'nothing', 'empty', 'short';
    mkdir "$dir/$_" for qw(empty short);
    open my $out, '>', "$dir/short/data.mdb" or die "$dir: $!\n";
    print $out 'x' x 100;
    close $out;
    chown((getpwnam 'www-data')[2, 3], "$dir/short", "$dir/empty",
        "$dir/short/data.mdb") if $> == 0;

    for my $case (['nothing', qr/No such file/], ['empty', qr/no store/],
        ['short', qr/\w/])
    {
        for my $verb (['verify'], ['stat'], ['export'], ['user', 'list'],
            ['token', 'new', '--login', 'x'])
        {
            my $r = plain(@$verb, '--store', "$dir/$case->[0]");
            is $r->{rc}, 1, "@$verb of what is $case->[0]";
            like $r->{err}, $case->[1], '  says why';
        }
    }
    is -s "$dir/short/data.mdb", 100, 'what is no store is left alone';
    ok !-e "$dir/empty/data.mdb", '  and none is made';

    my $full = $t->{server}->run('sh', '-c',
        'exec "$0" export --store "$1" > /dev/full',
        $t->{server}->ticketctl_path, $t->store);
    is $full->{rc}, 1, 'standard output is full';
    like $full->{err}, qr/cannot write/, '  is said';
}


# Run as root, its files belong to whom the directory belongs to.
sub owner {
    my ($uid) = (stat $t->store)[4];
    is((stat $_)[4], $uid, 'the owner of ' . s{.*/}{}r)
        for glob $t->store . '/*.mdb';
}


sub stopped {
    my $before = ctl('stat')->{entries};
    $t->stop;
    is_deeply ctl('stat')->{entries}, $before, 'without nginx the same';
    my $made = ctl('user', 'add', @MAIN, '--login', 'night');
    ctl('verify');
    $t->start;
    is $t->get('root', "/v1/users/$made->{id}")->field('/login'), 'night',
        'what was made meanwhile is there';
}
