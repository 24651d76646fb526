# The examples of docs/api.md work, one after the other, as they stand there;
# every link in the documents leads somewhere; and what is to be described
# somewhere is: databases, directives, commands, tests.

use v5.36;
use utf8;

use Mojo::File qw(path);
use Mojo::JSON qw(decode_json);
use TicketTest;
use TicketTest::JWT;

# Each of the five ways in.  The leak sanitizer looks into its own process.
my $t = TicketTest->new(users => ['alice', 'andy'], start => 0,
    store    => 'key_file={dir}/keys' . ($ENV{TICKET_ASAN} ? ' cores=on' : ''),
    location => 'ticket_guest on; ticket_registration on;
        ticket_jwt algorithm=HS256 key_file={dir}/jwks.json;',
    server   => 'location /staff/ { ticket main;
        auth_basic desk; auth_basic_user_file {dir}/users;
        ticket_identity user=$remote_user; }');

my $dir = $t->dir;
my $jwt = make_key('HS256', 'site');

given('key', 'new', '--key-file', "$dir/keys");
write_keys("$dir/jwks.json", 0600, $jwt);
path("$dir/users")->spurt("dora:{PLAIN}pass word\n");
$t->start;

$ENV{BASE} = $t->url('');
$ENV{SITE} = $ENV{BASE} =~ s{/helpdesk$}{/staff}r;
$ENV{ANDY} = $t->id('andy');
$ENV{JWT}  = sign_jwt($jwt, claims_of('carol'));
bearer(@$_) for [USER => $t->token('alice')], [AGENT => $t->token('andy')],
    [ADMIN => $t->token('root')];


# --- the examples -------------------------------------------------------------

my $text = path('docs/api.md')->slurp;

my @commands = $text =~ /^    (curl .*\n(?:     +.*\n)*)/mg;
cmp_ok scalar @commands, '>', 40, 'there are examples';
is scalar(() = $text =~ /^\s*curl /mg), scalar @commands,
    'and all of them are run';

given('user', 'passwd', '--login', 'alice', '--store', $t->store,
    \"three blue ducks\n");

for my $command (@commands) {
    chomp $command;
    $command =~ s/\\\n\s+//g;
    $command =~ s/12345678/newest_code()/e;

    my $out = qx($command -w '\n%{http_code}' 2>&1);
    my ($body, $status) = $out =~ /\A(.*)\n(\d+)\z/s;

    like $status // 'none', qr/^(?:20[0124]|304)$/, substr $command, 0, 60
        or diag $out;
    next if ($status // 0) !~ /^20[012]$/;

    my $json = eval { decode_json($body) };
    ok $json, '  answers JSON';
    bearer(GUEST => $json->{access_token}) if $json->{access_token};
    bearer(BOSS  => $json->{admin_token})  if $json->{admin_token};
    $ENV{ uc $1 } = $json->{id}
        if $command =~ m{/(team|type|feature)s -H "\$ADMIN" --json};
    $ENV{FILE} = $json->{token}            if $json->{digest};
}

my @json = $text =~ /^```json\n(.*?)^```$/msg;
cmp_ok scalar @json, '>', 10, 'there are answers';
for my $n (1 .. @json) {
    ok eval { decode_json($json[ $n - 1 ]) }, "answer $n is JSON"
        or diag $json[ $n - 1 ];
}


# --- links --------------------------------------------------------------------

my @documents = map { path($_) } glob('*.md docs/*.md t/*.md');
my %there = map { $_->to_rel('.') => { anchors($_) } } @documents;

for my $document (@documents) {
    my $prose = $document->slurp =~ s/^```.*?^```$//msgr;
    my @lost;

    for my $link ($prose =~ /\]\(([^)\s]+)\)/g) {
        next if $link =~ /^https?:/;
        my ($file, $anchor) = $link =~ /^([^#]*)#?(.*)$/;
        my $to = length $file ? $document->sibling($file) : $document;
        $to = path($to->to_abs)->realpath->to_rel('.') if -e $to;
        push @lost, $link if !-e $to
            || length $anchor && !$there{$to}{$anchor};
    }

    is "@lost", '', "the links of $document";
}


# --- what is to be there ------------------------------------------------------

my $source = 'ngx_ticket_module';

describes('docs/store-format.md', 'database', "$source/store/tkt_store.h",
    qr/^    X\([A-Z_]+, +"(\w+)"/m, sub ($name) { qr/^\| `$name` \|/m });
describes($_->[0], 'directive', "$source/module/ngx_ticket_module.c",
    qr/\{ ngx_string\("(ticket\w*)"\)/, $_->[1])
    for ['docs/directives.md', sub ($name) { qr/^## $name$/m }],
        ['README.md', sub ($name) { qr/^\| `$name /m }];
describes('docs/operations.md', 'command', "$source/ticketctl/tkt_ctl.c",
    qr/\{ \{ "(\w+", (?:"\w+|NULL))/,
    sub ($name) { $name = join ' +', $name =~ /[a-z]+/g;
        qr/ticketctl $name\b/ });
describes('t/README.md', 'test', undef,
    [map { path($_)->basename('.t') } glob 't/*.t'],
    sub ($name) { qr/`$name`/ });

my %said = map { $_ => 1 }
    map { $_->slurp =~ m{`(t/[\w/.-]+)`}g } @documents;
is join(' ', sort grep { !-e } keys %said), '', 'tests that are named exist';

done_testing;


# --- helpers ------------------------------------------------------------------

sub bearer ($name, $token) { $ENV{$name} = "Authorization: Bearer $token" }

# ticketctl with these arguments; a reference is its standard input.
sub given (@args) {
    my ($input) = map { $$_ } grep { ref } @args;
    my $pid = open my $to, '|-';
    die "fork: $!\n" if !defined $pid;
    if (!$pid) {
        open STDOUT, '>', "$dir/given.out";
        exec build_path('ticketctl'), grep { !ref } @args or die "exec: $!\n";
    }
    print $to $input // '';
    close $to;
    is $? >> 8, 0, "ticketctl @args[0, 1]";
}

# A test: every name that a source has, or of a list, is in a document.
sub describes ($document, $what, $file, $names, $there) {
    my @names = ref $names eq 'ARRAY'
        ? @$names : path($file)->slurp =~ /$names/g;
    my $text  = path($document)->slurp;
    my @lost  = grep { my $form = $there->($_); $text !~ $form } @names;

    ok @names > 8 && !@lost, "$document has each $what"
        or diag @names . " names, lost: @lost";
}

# The last code that waits to be sent.
sub newest_code () {
    return $t->ticketctl('outbox', 'list', '--tenant', 'main')
        ->{json}{data}[-1]{code};
}

# The anchors of a document's headings, as GitHub makes them.
sub anchors ($document) {
    my $prose = $document->slurp =~ s/^```.*?^```$//msgr;
    return map {
        my $name = lc;
        $name =~ s/[`*]|\]\([^)]*\)|\[//g;
        $name =~ s/[^\w\s-]//g;
        ($name =~ s/\s/-/gr => 1)
    } $prose =~ /^#+ +(.+?)\s*$/mg;
}
