# The examples of docs/api.md work, one after the other, as they stand there;
# and the tests that docs/security.md names are there.

use v5.36;
use utf8;

use Mojo::File qw(path);
use Mojo::JSON qw(decode_json);
use TicketTest;

my $t    = TicketTest->new(users => ['alice', 'andy']);
my $text = path('docs/api.md')->slurp;

@ENV{qw(BASE USER AGENT ADMIN)} = ($t->url(''),
    map { 'Authorization: Bearer ' . $t->token($_) } qw(alice andy root));

my @commands = ($text =~ s/\\\n\s+//gr) =~ /^    (curl .*)$/mg;
ok @commands > 15, 'there are examples';

for my $command (@commands) {
    my $out = qx($command -w '\n%{http_code}' 2>&1);
    my ($body, $code) = $out =~ /\A(.*)\n(\d+)\z/s;

    like $code // 'none', qr/^(?:20[0124]|304)$/, substr $command, 0, 60
        or diag $out;
    ok eval { decode_json($body) }, '  answers JSON'
        if ($code // 0) =~ /^20[01]$/;
}

my @json = $text =~ /^```json\n(.*?)^```$/msg;
ok @json > 5, 'there are answers';
for my $n (1 .. @json) {
    ok eval { decode_json($json[ $n - 1 ]) }, "answer $n is JSON"
        or diag $json[ $n - 1 ];
}

my @shown = path('docs/security.md')->slurp =~ m{`(t/[\w./-]+)`}g;
ok @shown > 30, 'promises have tests';
is join(' ', grep { !-e } @shown), '', '  which are there';

done_testing;
