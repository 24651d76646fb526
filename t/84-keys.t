# Master keys: made, changed and given up beside a server at work; and what
# was moved about in the data file opens nowhere.

use v5.36;
use utf8;
use TicketTest;

use Mojo::JSON qw(decode_json encode_json);
use Mojo::UserAgent;
use POSIX ();
use Time::HiRes qw(sleep time);

my $CANARY = 'canary-9fQ2-geheim';
my $cores  = $ENV{TICKET_ASAN} ? ' cores=on' : '';
my $t = TicketTest->new(workers => 2, start => 0,
    store => "key_file={dir}/keys$cores");
my $file = $t->dir . '/keys';
my $tool = build_path('fault/mdb_value');

commands();
$t->start;
moved();
removed_early();
another();
under_load();

done_testing;


# ticketctl with the key file; with_store: on the store too.
sub key ($verb, @more) {
    my $r = $t->ticketctl('key', $verb, '--key-file', $file, @more);
    unlike $r->{out} . $r->{err}, qr{[A-Za-z0-9+/]{43}=},
        "key $verb prints no key";
    return $r;
}


sub text_of ($path) {
    open my $in, '<:raw', $path or die "$path: $!";
    local $/;
    return <$in>;
}


sub put_text ($path, $text) {
    open my $out, '>:raw', $path or die "$path: $!";
    print $out $text;
    close $out;
}


sub reveal ($id, $who = 'sue') {
    return $t->post($who, "/v1/tickets/$id/reveal", { reason => 'a test' });
}


# New workers with what the file holds now, and none of the old ones.
sub reloaded {
    my @old = @{ $t->workers };
    $t->reload;
    wait_for(sub { !grep { -e "/proc/$_" } @old }, 'the old workers end');
    $t->new_connection;
}


# One error, the same for whatever is wrong; a line in the log without it.
sub closed ($id, $name, $who = 'sue') {
    my $before = length $t->log;
    my $answer = reveal($id, $who)->is_problem(500, 'internal-error', $name);
    is $answer->field('/detail'), 'the confidential text cannot be opened',
        "$name: one error";
    unlike $answer->body, qr/canary/, "$name: without the text";
    my $line = substr $t->log, $before;
    like $line, qr/ticket\.reveal/, "$name: logged";
    unlike $line, qr/canary/, "$name: without the text";
}


# --- the commands -------------------------------------------------------------

sub commands {
    my $bin = $t->{server}->ticketctl_path;

    is_deeply key('new')->{json}, { id => 1, keys => 1 }, 'the first key';
    is +(stat $file)[2] & 07777, 0600, 'nobody else reads it';
    is text_of($file) =~ tr/\n//, 1, 'one line';
    my $one = text_of($file);

    is_deeply key('new')->{json}, { id => 2, keys => 2 }, 'the second';
    is substr(text_of($file), 0, length $one), $one, 'the first is kept';
    is_deeply key('list')->{json}, { data => [
        { id => 1, newest => \0, data_keys => 0, foreign => \0 },
        { id => 2, newest => \1, data_keys => 0, foreign => \0 } ] }, 'both';

    like key('retire', '--id', 2)->{err}, qr/key 2 is the newest/,
        'the newest is kept';
    like key('retire', '--id', 7)->{err}, qr/there is no key 7/, 'none';
    is key('retire', '--id', 'x')->{rc}, 2, 'no number';
    is_deeply key('retire', '--id', 1)->{json}, { id => 1, keys => 1 },
        'one that has wrapped nothing goes';
    unlike text_of($file), qr/^1:/m, 'out of the file';
    is_deeply [glob "$file*"], [$file], 'nothing lies beside it';

    # the store remembers the greatest, also when the file is made anew
    rename $file, "$file.away";
    is_deeply key('new')->{json}, { id => 3, keys => 1 },
        'no id is given twice';
    rename "$file.away", $file;

    put_text("$file.new", '');
    like key('new')->{err}, qr/another ticketctl is at work/, 'one at a time';
    unlink "$file.new";

    chmod 0640, $file;
    like key('list')->{err}, qr/has mode 640, it needs 600/,
        'open to others';
    chmod 0600, $file;

    my $r = $t->{server}->run($bin, qw(key list --key-file), $file);
    is $r->{rc}, 0, 'a store is not needed to list';
    $r = $t->{server}->run($bin, qw(key rotate --key-file), $file);
    is $r->{rc}, 2, 'but to rotate';
    is key('rotate')->{json}{rewrapped}, 0, 'there was nothing';
}


# --- moved about --------------------------------------------------------------

# "ticket/field" => [key, value] of the ciphertexts.
sub entries {
    my $r = $t->{server}->run($tool, $t->store, qw(sealed list));
    die $r->{err} if $r->{rc};
    my %entry;
    for my $line (split /\n/, $r->{out}) {
        my ($key, $value) = split / /, $line;
        my (undef, $id, $field) = unpack 'N Q> C', pack 'H*', $key;
        $entry{"$id/$field"} = [$key, $value];
    }
    return \%entry;
}


# Puts values where they do not belong; behind everybody's back.
sub paste ($key, $value) {
    my $r = $t->{server}->run($tool, $t->store, qw(sealed put), $key, $value);
    die $r->{err} if $r->{rc};
}


sub moved {
    my ($one, $two) = map { $t->some_ticket(
        confidential => "$CANARY $_")->{id} } 1, 2;
    my $e = entries();
    is scalar keys %$e, 4, 'two ciphertexts a ticket';

    my $back = sub { paste(@{ $e->{$_} }) for keys %$e };

    paste($e->{"$one/1"}[0], $e->{"$two/1"}[1]);
    closed($one, 'a text of another ticket');
    paste($e->{"$one/0"}[0], $e->{"$two/0"}[1]);
    closed($one, 'with its key');
    $back->();
    paste($e->{"$one/0"}[0], $e->{"$one/1"}[1]);
    paste($e->{"$one/1"}[0], $e->{"$one/0"}[1]);
    closed($one, 'text and key swapped');
    $back->();
    is reveal($one)->field('/confidential'), "$CANARY 1", 'in place it opens';

    for my $at (0, 4, 20, 60) {
        my $bad = $e->{"$one/1"}[1];
        substr($bad, 2 * $at, 1) =~ tr/0-9a-f/1-9a-f0/;
        paste($e->{"$one/1"}[0], $bad);
        closed($one, "byte $at changed");
    }

    my $r = $t->{server}->run($t->{server}->ticketctl_path, 'verify',
        '--store', $t->store, '--key-file', $file);
    is $r->{rc}, 1, 'verify finds it';
    like $r->{out}, qr{sealed 1/$one/0: its confidential text does not open},
        'and says where';
    $back->();

    $t->patch('alice', "/v1/tickets/$one",
        { confidential => "$CANARY new" })->is(200);
    paste(@{ $e->{"$one/0"} });
    paste(@{ $e->{"$one/1"} });
    closed($one, 'an earlier text with its own key');
    $t->delete('alice', "/v1/tickets/$one/confidential")->is(204);
    paste(@{ $e->{"$one/0"} });
    paste(@{ $e->{"$one/1"} });
    reveal($one)->is_problem(404, 'not-found', 'one that was destroyed');
    $t->patch('alice', "/v1/tickets/$one",
        { confidential => "$CANARY newer" })->is(200);
    paste(@{ $e->{"$one/0"} });
    paste(@{ $e->{"$one/1"} });
    closed($one, 'an earlier text after another was destroyed');

    $t->delete('alice', "/v1/tickets/$_/confidential")->is(204) for $one, $two;
    $t->verify;
}


# --- a key that was taken away by hand ----------------------------------------

sub removed_early {
    my $id  = $t->some_ticket(confidential => $CANARY)->{id};
    my $old = text_of($file);

    is key('new')->{rc}, 0, 'a new key';
    my $both = text_of($file);
    like key('retire', '--id', 2)->{err},
        qr/key 2 has still wrapped 1 data keys, rotate first/,
        'one that is in use is kept';
    is text_of($file), $both, 'and the file as it was';

    put_text($file, $both =~ s/^2:.*\n//mr);
    reloaded();
    closed($id, 'a text whose key was taken out of the file', 'root');
    like $t->{server}->run($t->{server}->ticketctl_path, 'verify', '--store',
        $t->store, '--key-file', $file)->{out},
        qr/master key 2, which is not in the key file/, 'verify says which';
    is key('rotate')->{json}{failed}, 1, 'nor can it be wrapped anew';

    put_text($file, $both);
    reloaded();
    is reveal($id, 'root')->is(200)->field('/confidential'), $CANARY,
        'it opens when the key is back';
    $t->delete('alice', "/v1/tickets/$id/confidential")->is(204);
}


# --- another file -------------------------------------------------------------

# A file of another making whose key has the same id seals nothing.
sub another {
    my $id    = $t->some_ticket(confidential => $CANARY)->{id};
    my $right = text_of($file);
    my ($n)   = key('list')->{json}{data}[-1]{id};
    my $told  = "the key file's key $n is not the one this store was "
        . 'sealed with';

    put_text($file, $right =~ s/^$n:\K.*/'A' x 43 . '='/mer);
    reloaded();
    for my $ask (['post', '/v1/tickets',
            { subject => 's', description => 'd', confidential => 'lost' }],
        ['patch', "/v1/tickets/$id", { confidential => 'lost' }])
    {
        my ($method, $path, $body) = @$ask;
        my $r = $t->$method('alice', $path, $body)
            ->is_problem(500, 'internal-error', "$method: refused");
        is $r->field('/detail'), $told, "$method: and told why";
    }
    is reveal($id, 'root')->is(500)->field('/detail'), $told, 'reveal too';

    my $r = $t->{server}->run($t->{server}->ticketctl_path, 'verify',
        '--store', $t->store, '--key-file', $file);
    like $r->{out}, qr/\Q$told/, 'verify says it';
    $r = key('list');
    is $r->{rc}, 1, 'list fails';
    like $r->{err}, qr/\Q$told/, 'and says it';
    ok $r->{json}{data}[-1]{foreign}, 'of this key';
    $r = key('rotate');
    is $r->{rc}, 1, 'rotate fails';
    like $r->{err}, qr/\Q$told/, 'and says it';

    put_text($file, $right);
    reloaded();
    is reveal($id, 'root')->is(200)->field('/confidential'), $CANARY,
        'what was there opens when the right file is back';
    $t->delete('alice', "/v1/tickets/$id/confidential")->is(204);
    $t->verify;
}


# --- under load ---------------------------------------------------------------

# Submits texts until it is told to stop; prints {id: text} and what failed.
sub submitter ($to, $stop) {
    my $ua = Mojo::UserAgent->new(max_connections => 4);
    my (%made, %failed);
    for (my $n = 1; !-e $stop; $n++) {
        my $text = "$CANARY $$ $n";
        for my $try (1 .. 50) {
            my $res = eval { $ua->post($t->url('/v1/tickets'), {
                Authorization => 'Bearer ' . $t->token('bob'),
                'Idempotency-Key' => "load-$$-$n" },
                json => { subject => 'load', description => 'd',
                    confidential => $text })->result };
            next if !$res;      # the connection ended: the same again
            if ($res->code == 201) { $made{ $res->json->{id} } = $text; last }
            $failed{ $res->code }++;
            last if $res->code != 503;
            sleep 0.05;
        }
        sleep 0.005;
    }
    put_text($to, encode_json({ made => \%made, failed => \%failed }));
}


sub under_load {
    my $stop = $t->dir . '/stop';
    my @children;
    for my $n (1, 2) {
        my $pid = fork // die;
        if ($pid == 0) {
            eval { submitter($t->dir . "/made-$n", $stop); 1 } or warn $@;
            POSIX::_exit(0);
        }
        push @children, $pid;
    }

    my @ids = map { $_->{id} } @{ key('list')->{json}{data} };
    for my $round (1 .. 2) {
        sleep 1;
        my $new = key('new')->{json}{id};
        reloaded();
        sleep 0.5;
        my $r = key('rotate');
        is $r->{rc}, 0, "round $round: rotated" or diag $r->{err};
        ok $r->{json}{rewrapped} > 20, "$r->{json}{rewrapped} data keys";
        is $r->{json}{failed}, 0, 'all of them';
        is $r->{json}{newest}, $new, 'under the newest';

        for my $id (@ids) {
            $r = key('retire', '--id', $id);
            is $r->{rc}, 0, "key $id is given up" or diag $r->{err};
        }
        @ids = ($new);
        reloaded();
    }

    sleep 0.5;
    put_text($stop, '');
    waitpid $_, 0 for @children;

    my (%made, %failed);
    for my $n (1, 2) {
        my $got = decode_json(text_of($t->dir . "/made-$n"));
        %made = (%made, %{ $got->{made} });
        $failed{$_} += $got->{failed}{$_} for keys %{ $got->{failed} };
    }
    is join(' ', grep { $_ != 503 } keys %failed), '',
        'nobody was told anything but to try again';
    ok keys %made > 100, keys(%made) . ' texts were submitted';

    my @some = sort { $a <=> $b } keys %made;
    for my $id (@some[0 .. 9], @some[-10 .. -1]) {
        my $got = reveal($id, 'root');
        $got->is(200) if $got->code != 200;
        is $got->field('/confidential'), $made{$id}, "the text of $id";
    }

    my $data = key('list')->{json}{data};
    is scalar @$data, 1, 'one key is left';
    is $data->[0]{data_keys}, scalar keys %made,
        'and has wrapped as many as there are';

    my $r = $t->{server}->run($t->{server}->ticketctl_path, 'verify',
        '--store', $t->store, '--key-file', $file);
    is $r->{rc}, 0, 'every text opens' or diag $r->{out};
}
