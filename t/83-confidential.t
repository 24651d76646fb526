# Confidential text: who may read it, what is left of it anywhere, and when it
# is destroyed.  A word of the text is looked for wherever bytes are kept.

use v5.36;
use utf8;
use TicketTest;
use TicketTest::Life;

use File::Find;
use POSIX ();

my $CANARY = 'canary-4vK7-hunter2-密码';
my $SHORT  = 'canary-4vK7';

# The leak sanitizer looks into its own process, which has to permit it.
my $asan  = $ENV{TICKET_ASAN} // 0;
my $cores = $asan ? ' cores=on' : '';

my $t = desk(workers => 2, main =>
    'worker_rlimit_core 500m; working_directory {dir}/cores;');

without_keys();
my $id = canary();
rights();
sees();
conditions();
quota();
shredding();
timer();
processes() if !$asan;
left_out()  if !$asan && $> == 0;
locked()    if !$asan && $> == 0;
key_files();

done_testing;


# A desk with a new key file.
sub desk (%opt) {
    my $desk = TicketTest->new(%opt, start => 0,
        store => "key_file={dir}/keys$cores");
    my $r = $desk->{server}->run($desk->{server}->ticketctl_path,
        qw(key new --key-file), $desk->dir . '/keys');
    is $r->{rc}, 0, 'a key file was made' or diag $r->{err};
    mkdir $desk->dir . '/cores';
    chmod 01777, $desk->dir . '/cores';
    $desk->start;
    return $desk;
}


sub reveal ($who, $path, %more) {
    return $t->post($who, "$path/reveal", { reason => 'to log in, 登录' },
        %more);
}


# Files below a directory that have the word in them.
sub found_in ($dir, $word = $SHORT) {
    my @found;
    find({ no_chdir => 1, wanted => sub {
        return if !-f $_ || -s _ > 1 << 30;
        open my $file, '<:raw', $_ or return;
        my $tail = '';
        while (read $file, my $block, 1 << 20) {
            my $text = $tail . $block;
            if (index($text, $word) >= 0) { push @found, $_; last }
            $tail = substr $text, -64;
        }
    } }, $dir);
    return @found;
}


# --- a desk that has no keys refuses ------------------------------------------

sub without_keys {
    my $bare = TicketTest->new;
    my %new  = (subject => 's', description => 'd');
    my $no   = $bare->post('alice', '/v1/tickets',
        { %new, confidential => $CANARY });

    $no->is_problem(400, 'invalid-request');
    is $no->field('/errors/0/pointer'), '/confidential', 'says where';
    like $no->field('/errors/0/detail'), qr/no key/, 'and why';

    my $path = '/v1/tickets/' . $bare->some_ticket->{id};
    $bare->patch('alice', $path, { confidential => $CANARY })
        ->is_problem(400, 'invalid-request');
    $bare->patch('alice', $path, { confidential => undef })->is(200);
    is join(' ', found_in($bare->dir)), '', 'nothing of it was kept';
}


# --- nowhere ------------------------------------------------------------------

sub canary {
    my $made = $t->post('alice', '/v1/tickets', {
        subject => 'My site', description => '网站打不开', type => 'bug',
        confidential => "user admin, $CANARY" },
        'Idempotency-Key' => 'first')->is(201);
    ok $made->field('/has_confidential'), 'the answer says that there is some';
    my $number = $made->field('/id');
    my $path   = "/v1/tickets/$number";

    $t->post('alice', '/v1/tickets', {
        subject => 'My site', description => '网站打不开', type => 'bug',
        confidential => 'another' },
        'Idempotency-Key' => 'first')
        ->is_problem(422, 'idempotency-mismatch');

    $t->patch('alice', $path, { confidential => "user root, $CANARY" })
        ->is(200);
    $t->post('ann', "$path/claim", {})->is(200);
    is reveal('ann', $path, 'Idempotency-Key' => 'look')->is(200)
        ->field('/confidential'), "user root, $CANARY", 'the text';

    my $again = reveal('ann', $path, 'Idempotency-Key' => 'look')->is(200);
    is $again->field('/confidential'), undef, 'a replay is without it';
    is $again->header('Idempotency-Replayed'), 'true', 'and says so';

    $t->post('ann', "$path/messages", { body => 'Thank you.' })->is(201);
    $t->post('alice', '/v1/tickets', "{\"confidential\":\"$CANARY\"")->is(400);
    $t->post('alice', '/v1/tickets', { subject => 's', description => 'd',
        confidential => $CANARY x 300 })->is(400);
    $t->post('alice', '/v1/tickets', { subject => 's', description => 'd',
        confidential => [$CANARY] })->is(400);

    my @answers;
    for my $who (qw(alice ann andy sue root robo)) {
        push @answers, $t->get($who, $_) for $path,
            "$path?include=messages,timeline", "$path/messages",
            "$path/timeline", '/v1/tickets?count=true', '/v1/me/tickets',
            '/v1/tickets?type=bug', "$path?fields=subject,has_confidential";
    }
    push @answers, $t->get('root', '/v1/audit'),
        $t->get('alice', "$path?fields=confidential"),
        $t->get('root', '/v1/users/' . $t->id('alice') . '/export');
    is scalar(grep { $_->body =~ /canary/ } @answers), 0,
        'no answer has it but that of reveal';
    is scalar(grep { $_->code == 200 } @answers) > 40, 1,
        'and there were answers';

    unlike $t->ticketctl('export')->{out}, qr/canary/, 'nor an export';
    my $out = $t->{server}->run($t->{server}->ticketctl_path, 'verify',
        '--store', $t->store, '--key-file', $t->dir . '/keys');
    is $out->{rc}, 0, 'the texts open' or diag $out->{out};
    unlike $out->{out} . $out->{err}, qr/canary/, 'and are not printed';

    # store, logs, temporary files, all of it
    is join(' ', found_in($t->dir)), '', 'no file has it';
    ok scalar(found_in($t->dir, 'My site')),
        'while a subject would have been found';

    return $number;
}


# --- who ----------------------------------------------------------------------

sub rights {
    my $path = "/v1/tickets/$id";

    reveal('alice', $path)->is_problem(403, 'forbidden',
        'not the requester, who has written it');
    reveal('bob', $path)->is_problem(404, 'not-found',
        'nor another, who does not see the ticket');
    reveal('andy', $path)->is_problem(403, 'forbidden',
        'not an agent who has nothing to do with it');
    reveal('robo', $path)->is_problem(403, 'forbidden');
    reveal(undef, $path)->is_problem(401, 'unauthorized');
    reveal('ann', $path)->is(200);
    reveal('sue', $path)->is(200);
    reveal('root', $path)->is(200);

    $t->post('ann', "$path/reveal", {})->is_problem(400, 'invalid-request');
    $t->post('ann', "$path/reveal", { reason => '' })->is(400);
    reveal('ann', '/v1/tickets/' . $t->some_ticket->{id})
        ->is_problem(403, 'forbidden');
    reveal('sue', '/v1/tickets/' . $t->some_ticket->{id})
        ->is_problem(404, 'not-found', 'there is nothing');
}


sub sees {
    my @seen = grep { $_->{action} eq 'reveal' }
        @{ $t->get('alice', "/v1/tickets/$id/timeline")->is(200)
            ->field('/data') };
    is_deeply [map { $_->{actor}{name} } @seen],
        ['root', 'Sue Supervisor', 'Ann Agent', 'Ann Agent'],
        'the requester sees who looked';
    is $seen[0]{reason}, 'to log in, 登录', 'and why';
    like $seen[0]{at}, qr/^20/, 'and when';

    my @audit = grep { $_->{act} eq 'reveal' }
        @{ $t->get('root', '/v1/audit')->is(200)->field('/data') };
    is scalar @audit, 4, 'each one is in the audit log';
}


sub conditions {
    my $path = "/v1/tickets/$id";
    my $old  = $t->get('alice', $path)->etag;
    reveal('sue', $path)->is(200);
    $t->delete('alice', "$path/confidential", 'If-Match' => $old)
        ->is_problem(412, 'version-mismatch');
}


sub quota {
    my $path = "/v1/tickets/$id";
    my ($ok, $last) = (0);
    for (1 .. 40) {
        $last = reveal('ann', $path);
        last if $last->code != 200;
        $ok++;
    }
    $last->is_problem(429, 'quota-exceeded');
    ok $ok <= 30, "after $ok more";
    ok $last->header('Retry-After') > 0 && $last->header('Retry-After') <= 3601,
        'within the hour';
    reveal('sue', $path)->is(200, 'others may go on');
}


# --- destroying ---------------------------------------------------------------

sub shredding {
    my $path = "/v1/tickets/$id";

    $t->delete('bob', "$path/confidential")->is_problem(404, 'not-found');
    $t->delete('ann', "$path/confidential")->is_problem(403, 'forbidden');
    $t->delete('alice', "$path/confidential")->is(204);
    $t->delete('alice', "$path/confidential")->is_problem(404, 'not-found');
    reveal('sue', $path)->is_problem(404, 'not-found');
    ok !$t->get('alice', $path)->field('/has_confidential'), 'gone';
    is $t->get('alice', "$path/timeline")->field('/data/0/action'), 'shred',
        'and recorded';

    # at any time: also when the ticket has ended
    my $ended = $t->some_ticket(confidential => $CANARY)->{id};
    act($t, 'alice', $ended, 'close')->is(200);
    $t->delete('alice', "/v1/tickets/$ended/confidential")->is(204);

    my $other = $t->some_ticket(confidential => $CANARY)->{id};
    $t->patch('ann', "/v1/tickets/$other", { confidential => undef })
        ->is_problem(403, 'forbidden');
    $t->delete('sue', "/v1/tickets/$other/confidential")->is(204);
    is $t->ticketctl('stat')->{json}{entries}{sealed}, 0,
        'no ciphertext is left';
    is $t->ticketctl('stat')->{json}{entries}{due}, 0, 'nor a timer';
    $t->verify;
}


# The time after closing.
sub timer {
    $t->patch('root', '/v1/tenants/1', { shred_grace => 1 })->is(200);
    my ($gone, $kept) = map { $t->some_ticket(confidential => $CANARY)
        ->{id} } 1 .. 2;
    act($t, 'alice', $_, 'close')->is(200) for $gone, $kept;
    act($t, 'alice', $kept, 'reopen')->is(200);

    wait_for(sub { !$t->get('alice', "/v1/tickets/$gone")
        ->field('/has_confidential') }, 'the text is destroyed', 30);
    my $last = $t->get('alice', "/v1/tickets/$gone/timeline");
    is $last->field('/data/0/action'), 'shred', 'recorded';
    ok $last->field('/data/0/automatic'), 'as automatic';
    is reveal('sue', "/v1/tickets/$kept")->is(200)
        ->field('/confidential'), $CANARY,
        'that of a ticket that was opened again is kept';
    $t->delete('alice', "/v1/tickets/$kept/confidential")->is(204);
}


# --- memory -------------------------------------------------------------------

sub status ($pid, $file = 'status') {
    open my $in, '<', "/proc/$pid/$file" or return '';
    local $/;
    return <$in> // '';
}


# Whether a process of the workers' user can read a worker's memory.
sub readable ($pid, $file) {
    my $child = fork // die;
    if ($child == 0) {
        my ($uid, $gid) = (getpwnam 'www-data')[2, 3];
        if ($> == 0) { POSIX::setgid($gid); POSIX::setuid($uid) }
        POSIX::_exit(1) if !open my $in, '<', "/proc/$pid/$file";
        POSIX::_exit(defined(sysread $in, my $byte, 0) ? 0 : 1);
    }
    waitpid $child, 0;
    return $? == 0;
}


sub processes {
    my $path = '/v1/tickets/' . $t->some_ticket(confidential => $CANARY)->{id};
    reveal('root', $path)->is(200);

    for my $pid (@{ $t->workers }) {
        my ($locked) = status($pid) =~ /^VmLck:\s+(\d+)/m;
        ok $locked > 0, "keys are locked in memory, $locked kB";
        like status($pid, 'limits'), qr/^Max core file size\s+0\s+0\s/m,
            'no core file may be written';
        ok !readable($pid, 'environ'), 'no process of its user looks into it';
        ok !readable($pid, 'mem'), 'nor reads its memory';
    }

    my ($pid) = @{ $t->workers };
    $t->expect_log(qr/exited on signal 11/);
    kill SEGV => $pid;
    wait_for(sub { @{ $t->workers } == 2
        && !grep { $_ == $pid } @{ $t->workers } }, 'another worker');
    is join(' ', glob $t->dir . '/cores/*'), '', 'it left no core file';

    # the look itself works: where the switch is on, a worker can be seen
    my $open = TicketTest->new(store => 'cores=on');
    ok readable($open->workers->[0], 'environ'),
        'a worker without keys can be looked at';
    my ($locked) = status($open->workers->[0]) =~ /^VmLck:\s+(\d+)/m;
    is $locked, 0, 'and has nothing locked';
}


# Should a core be made after all (cores=on, gcore): keys are left out of it.
sub left_out {
    my ($pid) = @{ $t->workers };
    my @flags = status($pid, 'smaps') =~ /^VmFlags: (.*)$/mg;
    cmp_ok scalar @flags, '>', 20, 'a worker has mappings';
    my @locked = grep { /\blo\b/ } @flags;
    cmp_ok scalar @locked, '>', 0, 'some of them locked';
    is scalar(grep { !/\bdd\b/ } @locked), 0, 'all of these are in no dump';
    is scalar(grep { /\bwr\b/ } @locked), 0, 'nor written to';
}


# A limit too small for keys: said, and served all the same.
sub locked {
    my ($soft, $hard) = status($$, 'limits')
        =~ /^Max locked memory\s+(\S+)\s+(\S+)/m;
    system('prlimit', '--pid', $$, "--memlock=0:$hard") == 0 or return;
    my $small = desk();
    system('prlimit', '--pid', $$, "--memlock=$soft:$hard");

    like $small->log, qr/\[warn\].* the keys of store "main" cannot be locked/,
        'the limit is said to be too small';
    my $path = '/v1/tickets/'
        . $small->some_ticket(confidential => $CANARY)->{id};
    is $small->post('root', "$path/reveal", { reason => 'x' })->is(200)
        ->field('/confidential'), $CANARY, 'and the keys are used';
}


# --- key files ----------------------------------------------------------------

sub key_files {
    my $file = $t->dir . '/other';
    my $conf = $t->{server};
    my $good = do { local (@ARGV, $/) = $t->dir . '/keys'; <> };
    my ($key) = $good =~ /^1:(.*)$/m;

    my $refuses = sub ($text, $mode, $says, $name) {
        open my $out, '>', $file or die;
        print $out $text;
        close $out;
        chmod $mode, $file;
        local $conf->{store} = 'key_file={dir}/other';
        $conf->write_conf;
        my $r = $t->conf_test;
        $conf->{store} = "key_file={dir}/keys$cores";
        $conf->write_conf;
        isnt $r->{rc}, 0, $name;
        like $r->{err}, $says, "$name: said";
        unlike $r->{err}, qr/\Q$key\E/, "$name: without a key";
    };

    $refuses->($good, 0644, qr/other" has mode 644, it needs one that is/,
        'a file that others read');
    $refuses->($good, 0640, qr/has mode 640/, 'one that a group reads');
    $refuses->('', 0600, qr/there is no key in it/, 'an empty one');
    $refuses->("1:$key\n1:$key\n", 0600, qr/line 2 has an id that a line/,
        'an id twice');
    $refuses->("1:$key\nroot:$key", 0600, qr/line 2 is not ID:KEY/,
        'no number');
    $refuses->('x' x 70000, 0600, qr/has 70000 bytes/, 'a large one');

    unlink $file;
    mkdir $file;
    chmod 0700, $file;
    local $conf->{store} = 'key_file={dir}/other';
    $conf->write_conf;
    like $t->conf_test->{err}, qr/is not a regular file|Is a directory/,
        'a directory';
    rmdir $file;
    like $t->conf_test->{err}, qr/open\(\) "\S+other" failed/, 'none';
    $conf->{store} = 'key_file={store}/keys';
    $conf->write_conf;
    like $t->conf_test->{err}, qr/lies in the store's directory/,
        'one in the store';
}
