#!/usr/bin/perl
#
# The demonstration: starts, fills a desk, plays a ticket's life, runs twice
# on the same desk, and stops.

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
my $base = "http://127.0.0.1:$port";
my $http = HTTP::Tiny->new(timeout => 5);

my $first = qx($demo start 2>&1);
is $?, 0, 'it starts' or diag $first;
like $first, qr/50 tickets/, 'and has fifty tickets';
like $first, qr/state=rated /, 'one of which lived its whole life';

my %token = $first =~ /(user|agent|admin)'s(?: token)?\s+(tk_\S+)/g;
is scalar(keys %token), 3, 'three tokens are shown';

my @curls = $first =~ /^\s+(curl -s .+)$/mg;
is scalar(@curls), 3, 'three lines to try';

for my $curl (@curls) {
    my $answer = qx($curl -w '%{http_code}');
    like $answer, qr/20[01]$/, "works: " . substr($curl, -40);
}

is $http->get("$base/health")->{status}, 200, 'the health location answers';

my $second = qx($demo start 2>&1);
is $?, 0, 'a second run is fine' or diag $second;
like $second, qr/are there from a run before/, 'on the same desk';
like $second, qr/\Q$token{admin}\E/, 'with the same tokens';

is system("$demo stop >$dir/stop 2>&1"), 0, 'it stops';
is $http->get("$base/health")->{status}, 599, 'and is gone';
is system("$demo stop >$dir/stop 2>&1"), 0, 'stopping nothing is fine';

done_testing;
