# A desk on which every ticket is given out: a type with a form of five
# fields, whose team has agents who are online and have room.

package Bench::Crew;

use v5.36;
use utf8;

use Exporter qw(import);
use JSON::PP ();

use Bench::Proc qw(write_file);
use Bench::Text qw(http_request description subject);

our @EXPORT_OK = qw(crew_set_up crew_create crew_fact);

# All of one team; together they have room for all that a run creates.
use constant {
    AGENTS   => 450,
    CAPACITY => 1000,
    TEXT     => 400,
};

my $BASE = '/helpdesk/v1';
my $JSON = JSON::PP->new->utf8->canonical;

my @FIELDS = (
    { name => 'order', kind => 'account', required => JSON::PP::true },
    { name => 'amount', kind => 'money', currencies => ['CNY', 'EUR'] },
    { name => 'when', kind => 'datetime' },
    { name => 'where', kind => 'choice', choices => ['shop', 'site', 'app'] },
    { name => 'details', kind => 'text', max => 500 },
);


sub crew_fact { AGENTS . ' agents of one team, online' }


sub crew_set_up ($desk) {
    my $root = $desk->{root};
    my $make = sub ($path, $body) {
        my ($text) = $desk->call('POST', "$BASE$path", $root, 201,
                                 $JSON->encode($body));
        return $JSON->decode($text);
    };

    my $team = $make->('/teams', { name => 'crew',
                                   strategy => 'round_robin' })->{id};
    my $type = $make->('/types', { name => 'fault', team => $team })->{id};
    $make->("/types/$type/fields", $_) for @FIELDS;

    for my $number (1 .. AGENTS) {
        my $id = $make->('/users', { login => "crew$number",
                                     role => 'agent' })->{id};
        my $token = $make->("/users/$id/tokens", {})->{token};
        $desk->call('PUT', "$BASE/teams/$team/members/$id", $root, 200, '{}');
        $desk->call('PUT', "$BASE/me/presence", $token, 200,
            $JSON->encode({ presence => 'online', capacity => CAPACITY }));
    }
}


sub crew_create ($desk, $secs, $conns) {
    my $r = $desk->load($secs, conns => $conns, script => 'replay.lua',
                        args => [$desk->{crew_file} //= _requests($desk)]);
    $desk->{created} += $r->{done};
    return $r;
}


sub _requests ($desk) {
    my $file = "$desk->{dir}/crew.requests";
    my $text = '';

    for my $token (@{ $desk->{user_tokens} }) {
        for my $language (qw(en zh)) {
            my $r = http_request('POST', "$BASE/tickets", $token,
                $JSON->encode({
                    subject     => subject($language),
                    description => description($language, TEXT),
                    type        => 'fault',
                    custom      => {
                        order   => 'A-2026-1234',
                        amount  => { amount => '12.50', currency => 'CNY' },
                        when    => '2026-11-21T08:30:00Z',
                        where   => 'shop',
                        details => subject($language),
                    },
                }));
            $text .= length($r) . "\n$r";
        }
    }

    write_file($file, $text);
    return $file;
}


1;
