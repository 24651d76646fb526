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
done_testing;


sub upload ($bytes) {
    return $t->new_connection->request(POST => 'alice',
        '/v1/attachments?name=f', body => $bytes, check => 0, timeout => 10);
}

sub orphans {
    my $r = $t->ticketctl('verify', '--hashes');
    return $r->{json}{orphans} // -1;
}
