# The nets hold: modules with a bug put in on purpose (t/fault/seeds) are
# caught by the sanitizer, by ticketctl verify, by the kill test.

use v5.36;
use utf8;

use Time::HiRes qw(sleep);

use TicketTest;
use TicketTest::Storm;

# A desk with this bug; commits take ms milliseconds.
sub seeded ($name, $ms = 0, %opt) {
    my $t = TicketTest->new(asan => 1, check => 0, start => 0,
        module => build_path("seeded/$name/ngx_ticket_module.so"),
        faults => 1, %opt);
    $t->order("fdatasync sleep $ms") if $ms;
    return $t->start;
}

my %new = (subject => 's', description => 'd');


# --- by the sanitizer ---------------------------------------------------------

{
    my $t = seeded('use-after-free');
    $t->post('alice', '/v1/tickets', \%new);
    $t->must_be_caught(qr/AddressSanitizer: heap-use-after-free/,
        'an answer that is used after its command was freed');
}

{
    my $t = seeded('not-blocked', 2000, main => 'worker_shutdown_timeout 1s;');
    my $raw = $t->raw;
    $raw->send($t->raw_request('POST', 'alice', '/v1/tickets',
        '{"subject":"s","description":"d"}'));
    sleep 0.1;
    my @old = @{ $t->workers };
    $t->reload;
    wait_for(sub { !kill 0, @old }, 'the old worker to leave', 10);
    $t->must_be_caught(qr/AddressSanitizer: heap-use-after-free/,
        'a request that is freed while the writer has its command');
}


# --- by ticketctl verify ------------------------------------------------------

for my $case (
    ['stale-index', qr/by_state/, 'an index that keeps its old entry'],
    ['lost-count', qr/count/, 'a count that only grows'])
{
    my ($name, $says, $what) = @$case;
    my $t = seeded($name);
    my $id = $t->post('alice', '/v1/tickets', \%new)->field('/id');
    is $t->ticketctl('verify')->{rc}, 0, "$name: no harm yet";
    $t->post('ann', "/v1/tickets/$id/claim", {})->is(200);
    my $r = $t->ticketctl('verify');
    is $r->{rc}, 1, "verify finds $what";
    like $r->{out} . $r->{err}, $says, 'and says so';
}


# --- by the kill test ---------------------------------------------------------

{
    my $t = seeded('early-answer', 60, workers => 2);
    $t->expect_log(qr/exited on signal 9/);
    my $storm = TicketTest::Storm->new($t, seconds => 5, clients => 8,
        pause => [0.3, 0.6], weights => { worker => 1, workers => 1 });
    my @faults = $storm->run;
    ok scalar(grep { /acknowledged/ } @faults),
        'the kill test finds acknowledgements before the commit';
    note $_ for @faults[0 .. ($#faults > 5 ? 5 : $#faults)];
}

done_testing;
