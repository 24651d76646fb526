package TicketTest::ConfTest;

# What `nginx -t` says to lines of a configuration, for a desk that need not
# run: the lines stand inside http { }, and the one at fault ends in "# here".

use v5.36;

use Exporter 'import';
use Test::More ();

our @EXPORT = qw(conf_tests_of refuses said accepts warns);

my $head = join "\n", ($> == 0 ? 'user www-data;' : ''), 'pid {dir}/nginx.pid;',
    'error_log {dir}/logs/error.log info;', 'load_module {module};',
    'events { }', 'http {',
    map { "${_}_temp_path {dir}/tmp/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);

my $t;

sub conf_tests_of ($desk) { $t = $desk }


# nginx -t on these lines: {rc, out, err}.
sub said (@lines) {
    $t->{server}{conf} = join "\n", $head, @lines, '}', '';
    return $t->conf_test;
}


# A test: the line at fault is named, and what is said of it matches.
sub refuses ($name, $says, @lines) {
    my $r = said(@lines);
    my ($at) = grep { $lines[$_] =~ /# here/ } 0 .. $#lines;
    my $line = (() = $head =~ /\n/g) + 2 + ($at // 0);
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my ($emerg) = $r->{err} =~ /\[emerg\] [^:]*: (.*)/;
    $emerg //= $r->{err};
    my $ok = Test::More::ok($r->{rc} != 0 && $emerg =~ $says,
        "refused: $name");
    $ok &&= Test::More::ok($emerg =~ m{ in \Q@{[ $t->conf_file ]}\E:$line$},
        "$name: and the place") if defined $at;
    Test::More::diag("line $line: $r->{err}") if !$ok;
    return $ok;
}


# A test: these lines are a configuration, and nothing is said of them.
sub accepts ($name, @lines) {
    my $r = said(@lines);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $ok = Test::More::ok($r->{rc} == 0 && $r->{err} !~ /\[(?:warn|emerg)\]/,
        "accepted: $name");
    Test::More::diag($r->{err}) if !$ok;
    return $ok;
}


# A test: they are one, but something is said.
sub warns ($name, $says, @lines) {
    my $r = said(@lines);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $ok = Test::More::ok($r->{rc} == 0 && $r->{err} =~ /\[warn\].*$says/,
        "warned of: $name");
    Test::More::diag($r->{err}) if !$ok;
    return $ok;
}


1;
