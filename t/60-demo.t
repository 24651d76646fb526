#!/usr/bin/perl
#
# The demonstration: starts, sets up and fills a desk, plays a ticket's life, a
# day's work, a confidential text, a login and a role, runs again on the same
# desk, and stops.

use v5.36;

use File::Temp qw(tempdir);
use HTTP::Tiny;
use Test::More;
use TicketTest;

my $dir  = TicketTest::Server::make_directory();
my $port = TicketTest::Server::free_port();

local $ENV{DEMO_DIR} = "$dir/demo";
local $ENV{PORT}     = $port;

my $demo = TicketTest::Server::top() . '/t/demo';
my $ctl  = TicketTest::Server::top() . '/build/ticketctl';
my $base = "http://127.0.0.1:$port";
my $http = HTTP::Tiny->new(timeout => 5);

my $first = qx($demo start 2>&1);
is $?, 0, 'it starts' or diag $first;
like $first, qr/50 tickets/, 'and has fifty tickets';
like $first, qr/state=rated /, 'one of which lived its whole life';
shows($first);

my %token = $first =~ /(user|agent|admin)'s(?: token)?\s+(tk_\S+)/g;
is scalar(keys %token), 3, 'three tokens are shown';

my @curls = $first =~ /^\s+(curl -s .+)$/mg;
is scalar(@curls), 4, 'four lines to try';

for my $curl (@curls) {
    my $answer = qx($curl -w '%{http_code}');
    like $answer, qr/20[01]$/, "works: " . substr($curl, -40);
}

is $http->get("$base/health")->{status}, 200, 'the health location answers';

my $second = qx($demo start 2>&1);
is $?, 0, 'a second run is fine' or diag $second;
like $second, qr/are there from a run before/, 'on the same desk';
like $second, qr/\Q$token{admin}\E/, 'with the same tokens';
shows($second);

is system("$demo stop >$dir/stop 2>&1"), 0, 'it stops';
is $http->get("$base/health")->{status}, 599, 'and is gone';
is system("$demo stop >$dir/stop 2>&1"), 0, 'stopping nothing is fine';

my $third = qx($demo start 2>&1);
is $?, 0, 'it starts anew on what is there' or diag $third;
shows($third);

my $keys = "$ENV{DEMO_DIR}/ticket.keys";
my $text = do { local (@ARGV, $/) = $keys; <> };
is scalar(() = $text =~ /^\d+:/mg), 1, 'with the one key of the first run';
is((stat $keys)[2] & 0777, 0600, 'which nobody else reads');
like qx($ctl verify --store $ENV{DEMO_DIR}/store --key-file $keys 2>&1),
    qr/^0 faults /, 'and a sound store';
is system("$demo stop >$dir/stop 2>&1"), 0, 'it stops again';

done_testing;


# What is new in this release, in what was printed.
sub shows ($text) {
    like $text, qr/10 types with forms: login transfer /, 'types with forms';
    like $text, qr/4 teams: first-line \(round_robin\)/, 'teams';
    like $text, qr/on duty +.*Lin \S+ has [1-9]/, 'agents who got work';
    like $text, qr/"type":"transfer".*\n.*-> 201 .*assignee=Lin /,
        'the router gives a new ticket out';
    like $text, qr/may not yet .*\n.*-> 409 /,
        'what the form asks before the end is asked for';
    like $text, qr/uploads .*-> 201 name=\S+ type=/, 'a file';
    like $text, qr/Sue is told +mentioned in T-\d+ by Ann/, 'a mention';
    like $text, qr{/v1/batch -> 200 200\n.* is with .*tier 1},
        'and a batch that escalates';
    like $text, qr/reveals .*\n.*-> 200 .*confidential=\S.*Demo-4711/,
        'a confidential text is revealed to its agent';
    is scalar(() = $text =~ /^ .*->.*Demo-4711/mg), 1, 'and shown only then';
    like $text, qr/sees +Ann .* looked at 20\S+Z: \S/,
        'and the requester sees who looked';
    like $text, qr{POST /v1/session .*\n.*-> 201 login=wangfang },
        'somebody logs in with a password';
    like $text, qr/Bo may not .*\n.*-> 403 /,
        'and a role of its own has bounds';
}
