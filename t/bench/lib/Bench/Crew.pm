# A desk on which every ticket is given out: a type with a form of five
# fields, whose team has agents who are online and have room.

package Bench::Crew;

use v5.36;
use utf8;

use Exporter qw(import);
use JSON::PP ();

use Bench::Build qw(each_at_once operations);
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
    my ($team) = map { $_->{id} } operations($desk, $root,
        [['POST', '/teams', { name => 'crew', strategy => 'round_robin' }]]);

    operations($desk, $root,
        [['POST', '/types', { name => 'fault', team => $team }],
         map { ['POST', '/types/$0/fields', $_] } @FIELDS]);

    my @made = operations($desk, $root, map {
        [['POST', '/users', { login => "crew$_", role => 'agent' }],
         ['POST', '/users/$0/tokens', {}],
         ['PUT', "/teams/$team/members/\$0", {}]]
    } 1 .. AGENTS);

    each_at_once($desk, map {
        http_request('PUT', "$BASE/me/presence", $made[$_ * 3 + 1]{token},
            $JSON->encode({ presence => 'online', capacity => CAPACITY }))
    } 0 .. AGENTS - 1);
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
