# kill -9 at every call that reaches the device while files are uploaded,
# bound and thrown away: afterwards no record is without its file, what was
# acknowledged is there, and what is left over is an orphan that is swept.

use v5.36;
use utf8;

use Mojo::File;
use Time::HiRes 'sleep';

use TicketTest;

my $points = $ENV{TICKET_KILL_POINTS} // 24;

my $t = TicketTest->new(workers => 1, faults => '*/store');
$t->expect_log(qr/exited on signal 9/);

my (%kept, %gone, $died);

for my $n (0 .. $points - 1) {
    my $bytes = "content $n " . 'x' x (100 * $n);

    $t->order("any kill 9 $n 1");

    # the worker dies somewhere in here, or not
    my $made = upload($bytes);
    my ($token) = $made->code == 201 ? $made->field('/token') : undef;
    my $used = $token ? $t->post('alice', '/v1/tickets', {
        subject => "killed at $n", description => 'x',
        attachments => [$token] }, -check => 0) : undef;
    my $free = upload("free $n");
    my $away = $free->code == 201
        ? $t->delete('alice', '/v1/attachments/' . $free->field('/token'),
            -check => 0) : undef;
    $t->order;

    $died += grep { !$_ || !$_->code } $made, $used, $free, $away;
    $kept{$token} = $bytes if $token;
    $gone{ $free->field('/token') } = 1 if $away && $away->code == 204;
    wait_for(sub { $t->new_connection->get('alice', '/v1/me',
        -check => 0)->code == 200 }, 'a new worker', 20);
}

cmp_ok $died, '>', $points / 3, "workers were killed ($died)";
$t->verify('every record has its file, with the right bytes');

my $whole = grep { $t->get('alice', "/v1/attachments/$_")->body eq $kept{$_} }
    keys %kept;
is $whole, keys %kept, "what was acknowledged is there ($whole)";
cmp_ok $whole, '>=', $points / 8, 'and that was something';
my $back = grep { $t->get('alice', "/v1/attachments/$_")->code != 404 }
    keys %gone;
is $back, 0, 'what was thrown away is not';

# the same file again, after all that
my $again = upload("content 3 " . 'x' x 300);
is $again->code, 201, 'and it goes on';
is length $t->get('alice', '/v1/attachments/' . $again->field('/token'))
    ->is(200)->body, 310, 'with the same content';
$t->verify('as whole as before');

my $left = orphans();
note "orphans: $left";
$t->set_clock('+25h');
ok wait_for(sub { orphans() == 0 }, 'orphans to be swept', 60), 'swept';
$t->verify('and nothing else with them');
$t->finish;

terminated();
crowded();
done_testing;


# What a process that has ended was receiving goes after the next start; what
# another still receives, and be it one that is leaving, does not.
sub terminated {
    my $t = TicketTest->new(workers => 2);
    $t->request(POST => 'alice', '/v1/attachments?name=f', body => 'f')
        ->is(201);
    my @cut = map { begin($t, 'T' x 1000) } 1 .. 3;
    wait_for(sub { 3 == tmp($t) }, 'three uploads to be under way');
    my @left = tmp($t);
    $t->stop('TERM');
    is_deeply [ tmp($t) ], \@left, 'they leave what they had';

    $t->start;
    my $slow = begin($t, 'S' x 1000);
    wait_for(sub { 4 == tmp($t) }, 'another to be under way');
    my ($his) = map { m{/(\d+)\.[^/]+$} } grep { my $f = $_;
        !grep { $_ eq $f } @left } tmp($t);
    $t->reload;
    ok kill(0, $his), 'its process is leaving';
    my $next = begin($t, 'N' x 1000);
    wait_for(sub { !grep { -e } @left }, 'the three to be removed', 60);
    is scalar(my @still = tmp($t)), 2, 'the others are still there';
    for my $raw ($slow, $next) {
        $raw->send('e' x 1000);
        $raw->answer(method => 'POST', path => '/v1/attachments', timeout =>
            20)->is(201, '  and are completed');
    }
    is scalar(my @none = tmp($t)), 0, 'nothing is left';
    $t->verify;
    $t->finish;
}


# However many files there are, a look at them comes to their end.
sub crowded {
    my $t = TicketTest->new(workers => 1);
    $t->request(POST => 'alice', '/v1/attachments?name=f', body => 'f')
        ->is(201);
    $t->stop;
    my $dead = fork // die "fork: $!\n";
    exit 0 if !$dead;
    waitpid $dead, 0;
    my $dir = $t->store . '/files/tmp';
    for my $n (1 .. 20_800) {
        my $pid = $n % 208 ? 1 : $dead;     # 1 is always there
        spew(sprintf("$dir/$pid.%016x", $n), '');
    }
    my $count = sub ($pid) { scalar(() = glob "$dir/$pid.*") };
    is $count->($dead), 100, '100 of 20,800 have been abandoned';
    $t->start;
    wait_for(sub { $count->($dead) == 0 }, 'all of them to go', 120);
    is $count->(1), 20_700, 'and no other';
    $t->verify;
    $t->finish;
}


# An upload of which half is there.
sub begin ($t, $half) {
    my $raw = $t->raw;
    $raw->send("POST $t->{base}/v1/attachments?name=f HTTP/1.1\r\n"
        . "Host: x\r\nContent-Length: 2000\r\nAuthorization: Bearer "
        . $t->token('alice') . "\r\n\r\n$half");
    return $raw;
}

sub tmp ($t) { my @file = sort glob $t->store . '/files/tmp/*'; return @file }


sub upload ($bytes) {
    return $t->new_connection->request(POST => 'alice',
        '/v1/attachments?name=f', body => $bytes, check => 0, timeout => 10);
}

sub orphans {
    my $r = $t->ticketctl('verify', '--hashes');
    return $r->{json}{orphans} // -1;
}

sub spew ($path, $bytes) {
    open my $out, '>:raw', $path or die "$path: $!\n";
    print {$out} $bytes;
    close $out or die "$path: $!\n";
}
