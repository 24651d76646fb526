# ticketctl beside a running server: what it makes counts at once over HTTP,
# what it prints can be read by programs, and its exit codes say how it went.

use v5.36;
use utf8;

use Mojo::JSON qw(decode_json);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => $ENV{TICKET_WORKERS} // 2);
my $bin = $t->{server}->ticketctl_path;
my $TIME = re(qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

people();
tokens();
refusals();
usage();
stat_and_export();
verify_tells();
init();

done_testing;


# Runs it with the arguments as they are.
sub plain (@args) {
    return $t->{server}->run($bin, @args);
}


# It ended so, and said this on standard error in one line, or nothing.
sub ends ($r, $rc, $says, $name) {
    my $ok = is $r->{rc}, $rc, "$name: exit $rc";
    $ok &&= defined $says
        ? like $r->{err}, qr/\Aticketctl: [^\n]*$says[^\n]*\n\z/, "$name: said"
        : is $r->{err}, '', "$name: silent";
    diag "$r->{out}$r->{err}" if !$ok;
}


# --- principals and tokens ----------------------------------------------------

sub people {
    my $made = $t->ctl_ok(qw(user add --login zoe --role agent --name),
        'Zoé 佐伊', qw(--email zoe@example.com));
    cmp_deeply $made, superhashof({ id => re(qr/^\d+$/), login => 'zoe',
        role => 'agent', name => "Zo\x{e9} \x{4f50}\x{4f0a}", tenant => 'main',
        email => 'zoe@example.com', disabled => bool(0), version => 1 }),
        'user add prints the principal';
    is_deeply $t->get('root', "/v1/users/$made->{id}")->is(200)->json, $made,
        'HTTP knows it';

    is $t->ctl_ok(qw(user add --login minimal))->{role}, 'user',
        'a user without more';
    is $t->ctl_ok(qw(user add --login machine --role system))->{role},
        'system', 'the operator may give the role system';
    $t->post('root', '/v1/users', { login => 'm2', role => 'system' })
        ->is(400, 'an administrator may not');

    my $list = $t->ctl_ok(qw(user list));
    cmp_deeply [map { $_->{login} } @{ $list->{data} }],
        supersetof(qw(root zoe minimal machine)), 'user list';
    is_deeply $list->{data},
        $t->get('root', '/v1/users?limit=200')->is(200)->json->{data},
        'as over HTTP';

    $t->set_token(zoe => $t->ctl_ok(qw(token new --login zoe))->{token});
    $t->get('zoe', '/v1/me')->is(200, 'she enters');
    ok $t->ctl_ok(qw(user disable --login zoe))->{disabled}, 'user disable';
    $t->get('zoe', '/v1/me')->is(401, 'no more');
}


sub tokens {
    my $token = $t->ctl_ok(qw(token new --login minimal --ttl 2h --scope read
        --label phone));
    cmp_deeply $token, { id => 1, label => 'phone', scopes => ['read'],
        created_at => $TIME, expires_at => $TIME, last_used_at => undef,
        kind => 'access', ticket => undef,
        token => re(qr/^tk_[\w-]+\.[\w-]+$/) }, 'token new';

    $t->set_token(minimal => $token->{token});
    $t->get('minimal', '/v1/me')->is(200, 'it opens');
    $t->post('minimal', '/v1/tickets', { subject => 's', description => 'd' })
        ->is(403, 'its scope is read');

    my $two = $t->ctl_ok(qw(token new --login minimal --scope read --scope),
        'write');
    cmp_deeply $two, superhashof({ id => 2, scopes => [qw(read write)],
        expires_at => undef, label => undef }), 'two scopes, for ever';

    my $list = $t->ctl_ok(qw(token list --login minimal))->{data};
    cmp_deeply $list, [{ %$token, token => undef }, { %$two, token => undef }],
        'token list shows no secret';

    is_deeply $t->ctl_ok(qw(token revoke --login minimal --number 1)),
        { id => 1, revoked => Mojo::JSON->true }, 'token revoke';
    $t->get('minimal', '/v1/me')->is(401, 'it opens no more');

    my $r = plain(qw(token new --login minimal --store), $t->store);
    like $r->{out}, qr/\Atk_\S+\n\z/, 'without --json the token alone';
    is(plain(qw(token revoke --login minimal --number 3 --store), $t->store)
        ->{out}, "token 3 of minimal is revoked\n", 'and words');
}


# --- what is refused ----------------------------------------------------------

sub refusals {
    my @store = ('--store', $t->store);
    my @rows = (
        ['a login twice', qr/this login is taken/,
            qw(user add --login zoe)],
        ['a login that is none', qr{/login: }, qw(user add --login), "Zoe\tX"],
        ['a role that is none', qr{/role: .*supervisor},
            qw(user add --login n1 --role boss)],
        ['a bad address', qr{/email: }, qw(user add --login n1 --email x)],
        ['an unknown login', qr/no principal "nobody" in tenant "main"/,
            qw(token new --login nobody)],
        ['an unknown tenant', qr/no tenant "elsewhere"/,
            qw(user list --tenant elsewhere)],
        ['an unknown scope', qr{/scopes},
            qw(token new --login zoe --scope all)],
        ['an unknown token', qr/./,
            qw(token revoke --login zoe --number 99)],
        ['a tenant set that is not there', qr/no such tenant/,
            qw(tenant set --tenant elsewhere --profile s000)],
    );

    for (@rows) {
        my ($name, $says, @args) = @$_;
        ends(plain(@args, @store), 1, $says, $name);
    }
    ends(plain(qw(user list --store), $t->dir . '/none'), 1,
        qr/No such file or directory/, 'no directory');
    ends(plain(qw(user list --store), $t->dir . '/html'), 1,
        qr/no store in/, 'no store');
}


sub usage {
    my @store = ('--store', $t->store);
    my @rows = (
        ['nothing', qr/a command is needed/],
        ['no such command', qr/no such command: frob/, 'frob'],
        ['half a command', qr/no such command: user/, 'user', @store],
        ['no store', qr/needs --store/, 'stat'],
        ['no login', qr/needs --login/, qw(token new), @store],
        ['an unknown option', qr/no option --colour/, 'stat', @store,
            '--colour'],
        ['an option of others', qr/no option --login/, 'stat', @store,
            qw(--login x)],
        ['an option twice', qr/given twice: --store/, 'stat', @store, @store],
        ['no value', qr/needs a value: --since/, 'export', @store, '--since'],
        ['a value too many', qr/takes no value: --json/, 'stat', @store,
            '--json=1'],
        ['a word', qr/not an option: x/, 'stat', @store, 'x'],
        ['a bad time', qr/--ttl is/, qw(token new --login zoe --ttl 5), @store],
        ['a bad number', qr/--number is/,
            qw(token revoke --login zoe --number x), @store],
        ['a bad event', qr/--since is/, qw(export --since -1), @store],
        ['a bad profile', qr/--profile is/, qw(tenant set --profile x),
            @store],
        ['a bad size', qr/--map-size is/, qw(init --map-size 1x), @store],
        ['bytes that are no text', qr/UTF-8/,
            qw(user add --login x --name), "\xff", @store],
    );

    for (@rows) {
        my ($name, $says, @args) = @$_;
        ends(plain(@args), 2, $says, $name);
    }
    my $r = plain('help');
    ends($r, 0, undef, 'help');
    like $r->{out}, qr/^ticketctl \Q$_\E/m, "help names $_"
        for 'init', 'user add', 'user list', 'user disable', 'token new',
            'token list', 'token revoke', 'tenant set', 'verify', 'stat',
            'export';
    like plain(qw(token new --help))->{out},
        qr/\Aticketctl token new .*--ttl/s, 'help of one command';
}


# --- looking ------------------------------------------------------------------

sub stat_and_export {
    my $id = $t->post('alice', '/v1/tickets', { subject => '网站打不开',
        description => "长\n" x 3000 })->is(201)->json->{id};
    $t->post('ann', "/v1/tickets/$id/messages", { body => 'x' x 5000 })
        ->is(201);
    $t->post('ann', "/v1/tickets/$id/messages", { body => 'y',
        kind => 'note' })->is(201);

    my $stat = $t->ctl_ok('stat');
    cmp_deeply $stat, superhashof({ map { $_ => re(qr/^\d+$/) } qw(map_bytes
        used_bytes disk_free_bytes readers readers_max last_txn last_event) }),
        'stat prints figures';
    is $stat->{entries}{ticket}, 1, 'and entries';
    is $stat->{last_event}, 3, 'and the last event';
    like plain('stat', '--store', $t->store)->{out}, qr/^ticket +1$/m,
        'also in words';

    my @line = map { decode_json($_) }
        split /\n/, plain('export', '--store', $t->store)->{out};
    my %kind;
    push @{ $kind{ $_->{kind} } }, $_->{data} for @line;
    is_deeply { map { $_ => scalar @{ $kind{$_} } } keys %kind },
        { tenant => 1, user => $stat->{entries}{principal}, ticket => 1,
          message => 2, event => 3 }, 'export prints everything once';
    is $kind{ticket}[0]{description}, "长\n" x 3000, 'long texts in full';
    is length $kind{message}[0]{body}, 5000, 'of messages too';
    cmp_deeply [map { $_->{action} } @{ $kind{event} }],
        [qw(submit reply note)], 'events in order';
    is_deeply $kind{event}[1]{changes}{state},
        { old => 'new', new => 'in_progress' }, 'with their changes';
    is scalar(grep { ($_->{tenant} // 'main') ne 'main' } @line), 0,
        'each with its tenant';

    my $some = $t->ctl_ok(qw(export --since 1))->{data};
    is_deeply [map { $_->{data}{id} } @$some], [2, 3],
        'export --since, as one object';

    is $t->ctl_ok(qw(verify))->{ok}, 1, 'verify beside the server';
    is $t->ctl_ok(qw(verify))->{entries}{event}, 3, 'with figures';
    $t->{server}->run($bin, 'tenant', 'set', '--store', $t->store,
        '--profile', 's000');
    is $t->get('alice', "/v1/tickets/$id")->json->{state}, 'in_progress',
        'a profile changes no state';
}


# A store with an entry too many, as a lost write would leave it.
sub verify_tells {
    $t->stop;

    my $file = $t->dir . '/stray';
    open my $out, '>', $file or die "$file: $!\n";
    print $out "VERSION=3\nformat=bytevalue\ndatabase=by_state\n",
        "type=btree\nHEADER=END\n ", '00000001', '02', '00', 'fd',
        '0000000000000063', "\n \nDATA=END\n";
    close $out;
    my $r = $t->{server}->run(qw(mdb_load -f), $file, $t->store);
    is $r->{rc}, 0, 'a stray entry is put' or diag $r->{err};

    $r = plain('verify', '--store', $t->store);
    ends($r, 1, undef, 'verify of a damaged store');
    like $r->{out}, qr{^by_state: an entry of ticket 1/99 is not as}m,
        'a line per fault';

    $r = $t->ticketctl('verify');
    is $r->{rc}, 1, 'with --json too';
    cmp_deeply $r->{json}, superhashof({ ok => bool(0), fault_count => 1,
        faults => [re(qr{^by_state: an entry of ticket 1/99})] }),
        'faults in an object';
}


# --- init ---------------------------------------------------------------------

sub init {
    my $dir = $t->dir . '/other';
    my @init = ('init', '--store', $dir, qw(--admin chief --tenant acme
        --profile s001 --map-size 64m --json));

    my $r = plain(@init);
    ends($r, 0, undef, 'init of nothing');
    cmp_deeply decode_json($r->{out}), { id => 1, login => 'chief',
        role => 'admin', tenant => 'acme',
        token => re(qr/^tk_[\w-]+\.[\w-]+$/) }, 'prints administrator, token';

    my @stat = stat $dir;
    is $stat[2] & 07777, 0700, 'the directory is private';
    my $owner = $> == 0 ? (getpwnam 'www-data')[2] : $>;
    is $stat[4], $owner, 'and the workers\' own';
    is_deeply [map { (stat)[4] } glob "$dir/*.mdb"], [$owner, $owner],
        'like the files in it';

    $r = plain(@init);
    ends($r, 1, qr/"acme" has a principal "chief" already/, 'init again');
    $r = plain(@init, '--if-missing');
    ends($r, 0, undef, 'init --if-missing');
    cmp_deeply decode_json($r->{out}), { id => 1, login => 'chief',
        role => 'admin', tenant => 'acme', token => undef }, 'makes no token';

    $r = plain('stat', '--store', $dir, '--json');
    is decode_json($r->{out})->{map_bytes}, 64 << 20, 'the map size given';

    $r = plain(qw(init --admin second --json --store), $dir);
    is decode_json($r->{out})->{tenant}, 'acme', 'another administrator';
    $r = plain(qw(init --tenant beta --json --store), $dir);
    cmp_deeply decode_json($r->{out}), superhashof({ login => 'admin',
        tenant => 'beta' }), 'another tenant';
    ends(plain(qw(user list --store), $dir), 1, qr/--tenant/,
        'which of two tenants');
    like plain(qw(user list --tenant beta --store), $dir)->{out},
        qr/\A\d+ +admin +active +admin\n\z/, 'one by name';

    ends(plain('init', '--store', $t->dir . '/no/such'), 1,
        qr/cannot make directory/, 'no parent directory');
    ends(plain(qw(init --tenant), 'Not Good', '--store', $dir), 1,
        qr/--tenant is of/, 'a name that is none');

    SKIP: {
        skip 'needs root', 5 if $> != 0;
        ends(plain(qw(init --owner nobody-there --store),
            $t->dir . '/third'), 1, qr/no user "nobody-there"/,
            'an unknown owner');
        ends(plain(qw(init --owner nobody --store), $t->dir . '/fourth'), 0,
            undef, 'another owner');
        is((stat $t->dir . '/fourth/data.mdb')[4],
            (getpwnam 'nobody')[2], 'whose the store is');
    }
}
