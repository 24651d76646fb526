# JSON Web Tokens as a way in: those of a well-known library, hostile ones (RFC
# 8725), and changes of keys.

use v5.36;
use utf8;

use Digest::SHA  qw(hmac_sha256 hmac_sha512);
use MIME::Base64 qw(decode_base64url encode_base64url);
use Mojo::JSON   qw(encode_json);
use Mojo::Util   qw(decode);
use Time::HiRes  qw(sleep);

use TicketTest;
use TicketTest::JWT;

my $t = TicketTest->new(workers => 2, start => 0,
    http   => 'large_client_header_buffers 4 32k;',
    server => q(
        add_header X-As "$ticket_user $ticket_role" always;
        location /hs/     { ticket main; ticket_jwt algorithm=HS256
            key_file={dir}/hs.json issuer=https://login.example
            audience=desk; }
        location /ed/     { ticket main; ticket_jwt algorithm=EdDSA
            key_file={dir}/ed.json max_role=supervisor; }
        location /one/    { ticket main; ticket_jwt algorithm=HS256
            key_file={dir}/one.json leeway=0s; }
        location /map/    { ticket main; ticket_jwt algorithm=EdDSA
            key_file={dir}/ed.json user=login name=nick email= role=groups
            tenant=org max_role=admin; }
        location /other/  { ticket main; ticket_jwt algorithm=EdDSA
            key_file={dir}/ed.json user=login name=nick email= role=groups
            tenant=home max_role=admin; }
        location /both/   { ticket main;
            ticket_jwt algorithm=EdDSA key_file={dir}/ed.json;
            ticket_identity user=$http_x_user; }
    ));

my $dir  = $t->dir;
my $hs   = make_key('HS256', 'hs-1');
my $hs2  = make_key('HS256', 'hs-2');
my $ed   = make_key('EdDSA', 'ed-1');
my $ed2  = make_key('EdDSA', 'ed-2');
my $bare = make_key('HS256');
my @aud  = (iss => 'https://login.example', aud => 'desk');
write_keys("$dir/hs.json",  0600, $hs);
write_keys("$dir/ed.json",  0644, $ed);
write_keys("$dir/one.json", 0600, $bare);
$t->start;

sub at ($mount, $method, $path, $token, %h) {
    local $t->{base} = $mount;
    my %opt = map { substr($_, 1) => delete $h{$_} } grep { /^-/ } keys %h;
    $h{Authorization} = "Bearer $token" if defined $token;
    return $t->request($method, undef, $path, %opt, headers => \%h);
}

# A test: whose the token is, "login role"; or that it is refused.
sub is_of ($mount, $token, $who, $name = $who) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r = at($mount, GET => '/v1/me', $token);
    return is join(' ', $r->code, decode('UTF-8', $r->header('X-As') // '')),
        "200 $who", $name;
}

sub refused ($mount, $token, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $r  = at($mount, GET => '/v1/me', $token);
    my $ok = is $r->code . ' ' . ($r->problem // '-'), '401 unauthorized',
        "refused: $name";
    $ok &&= like $r->header('WWW-Authenticate') // '', qr/^Bearer/,
        'and challenged';
    $ok &&= like $r->field('/detail'), qr/^(?:Send a valid token |the name )/,
        'without saying what is wrong';
    return $ok;
}

# New keys, and nobody who has the old ones.
sub reload () {
    my @old = @{ $t->workers };
    $t->reload;
    wait_for(sub { !grep { kill 0 => $_ } @old }, 'the old workers to leave');
    $t->new_connection;
}

my %new = (subject => 's', description => 'd');


# --- the library's tokens -----------------------------------------------------

is_of('/hs', sign_jwt($hs, claims_of('ada', @aud)), 'ada user', 'HS256');
is_of('/ed', sign_jwt($ed, claims_of('ada')), 'ada user', 'EdDSA');
is_of('/one', sign_jwt($bare, claims_of('ada')), 'ada user', 'without kid');
is_of('/ed', sign_jwt($ed, claims_of('bo', role => 'agent')), 'bo agent');
is_of('/ed', sign_jwt($ed, claims_of('bo', role => 'admin')), 'bo supervisor',
    'a role above max_role');
is_of('/hs', sign_jwt($hs, claims_of('bo', @aud, role => 'admin')), 'bo user',
    'max_role is user unless said');
is_of('/ed', sign_jwt($ed, claims_of('bo', role => 'system')), 'bo user',
    'the role system');
is_of('/hs', sign_jwt($hs, claims_of('ada', iss => 'https://login.example',
    aud => ['else', 'desk'])), 'ada user', 'one audience of several');
refused('/ed', sign_jwt($ed, claims_of('ada', aud => $_)),
    'for somebody, where nobody has a name') for 'desk', '', ['desk'];
is_of('/ed', sign_jwt($ed, claims_of('ada', iss => 'https://any.example')),
    'ada user', 'of any issuer');
is_of('/ed', sign_jwt($ed, claims_of('ada', exp => undef, iat => undef)),
    'ada user', 'without times');
is_of('/ed', sign_jwt($ed, claims_of('ada', exp => time - 10)), 'ada user',
    'expired, within the leeway');
is_of('/ed', sign_jwt($ed, claims_of('ada', nbf => time + 10)), 'ada user',
    'not yet valid, within it');
is_of('/ed', sign_jwt($ed, claims_of('伊娃')), '伊娃 user', 'a login in Chinese');
is_of('/map', sign_jwt($ed, { login => 'cy', sub => 'x', groups => 'admin' }),
    'cy admin', 'other claims');
refused('/map', sign_jwt($ed, claims_of('ada')), 'without the claim of a user');

# The first write makes the record, with what the token says.
my $eve = sign_jwt($ed, claims_of('eve', name => 'Eve', role => 'user',
    email => 'eve@example.com'));
at('/ed', GET => '/v1/me/tickets', $eve)->is(200);
my @before = @{ $t->get('root', '/v1/users?limit=200')->json->{data} };
is scalar(grep { $_->{login} =~ /^(?:eve|ada|bo)$/ } @before), 0,
    'reading made no record of anybody';
my $made = at('/ed', POST => '/v1/tickets', $eve, -json => \%new)->is(201);
my ($record) = grep { $_->{login} eq 'eve' }
    @{ $t->get('root', '/v1/users?limit=200')->json->{data} };
is join(' ', map { $record->{$_} // '-' } qw(name email role)),
    'Eve eve@example.com user', 'a first write makes the record';
at('/ed', GET => '/v1/tickets/' . $made->field('/id'), $eve)->is(200);
at('/ed', GET => '/v1/tickets/' . $made->field('/id'),
    sign_jwt($ed, claims_of('ada')))->is(404, 'of which others see nothing');
at('/ed', POST => '/v1/tickets', $eve, Origin => 'https://evil.example',
    -json => \%new)->is(201, 'a foreign Origin is no reason to refuse a JWT');

# A location takes what it names, and opaque tokens.
refused('/helpdesk', $eve, 'a JWT where none is accepted');
my $alice = at('/ed', GET => '/v1/me', $t->token('alice'))->is(200);
is $alice->field('/login'), 'alice', 'an opaque token beside JWTs';
my $both = at('/both', GET => '/v1/me', $eve, 'X-User' => 'gus')->is(200);
is $both->field('/login'), 'eve', 'a JWT goes before ticket_identity';
at('/both', GET => '/v1/me', "${eve}x", 'X-User' => 'gus')
    ->is(401, 'also a bad one');
is at('/both', GET => '/v1/me', undef, 'X-User' => 'gus')->field('/login'),
    'gus', 'which holds without one';


# --- time ---------------------------------------------------------------------

my $short = sign_jwt($bare, claims_of('ada', exp => time + 3));
is_of('/one', $short, 'ada user', 'a short token') for 1 .. 3;
wait_for(sub { at('/one', GET => '/v1/me', $short)->code == 401 },
    'a token found valid before to end', 6);
refused('/one', $short, 'when its time has come');
refused('/one', sign_jwt($bare, claims_of('ada', exp => time - 1)), 'expired');
refused('/one', sign_jwt($bare, claims_of('ada', nbf => time + 60)),
    'not yet valid');
refused('/ed', sign_jwt($ed, claims_of('ada', exp => time - 40)),
    'expired beyond the leeway');


# --- hostile tokens -----------------------------------------------------------

my $good   = claims_of('ada', @aud);
my $secret = decode_base64url($hs->{jwk}{k});
my $header = { alg => 'HS256', typ => 'JWT', kid => 'hs-1' };
is_of('/hs', forge_jwt($secret, $header, $good), 'ada user',
    'one made by hand, as those below');

for my $case (
    ['no iss',                  claims_of('ada', aud => 'desk')],
    ['another iss',             { %$good, iss => 'https://evil.example' }],
    ['iss with a slash more',   { %$good, iss => "$good->{iss}/" }],
    ['iss in a list',           { %$good, iss => [$good->{iss}] }],
    ['no aud',                  claims_of('ada', iss => $good->{iss})],
    ['another aud',             { %$good, aud => 'shop' }],
    ['aud that begins alike',   { %$good, aud => 'desk2' }],
    ['aud in an object',        { %$good, aud => { desk => 1 } }],
    ['no sub',                  claims_of(undef, @aud)],
    ['an empty sub',            { %$good, sub => '' }],
    ['sub null',                { %$good, sub => undef }],
    ['sub a list',              { %$good, sub => ['ada'] }],
    ['sub with a newline',      { %$good, sub => "ada\nroot" }],
    ['sub with a NUL',          { %$good, sub => "root\0x" }],
    ['a long sub',              { %$good, sub => 'x' x 1000 }],
    ['exp a text',              { %$good, exp => '' . (time + 600) . '' }],
    ['exp null',                '{"sub":"ada","iss":"https://login.example",'
        . '"aud":"desk","exp":null}'],
    ['exp negative',            { %$good, exp => -1 }],
    ['exp 0',                   { %$good, exp => 0 }],
    ['exp in milliseconds',     { %$good, exp => time() * 1000 * 1000 }],
    ['exp 1e400',               '{"sub":"ada","iss":"https://login.example",'
        . '"aud":"desk","exp":1e400}'],
    ['nbf a text',              { %$good, nbf => 'now' }],
    ['sub twice',               '{"sub":"ada","sub":"root","aud":"desk",'
        . '"iss":"https://login.example"}'],
    ['aud twice',               '{"sub":"ada","aud":"shop","aud":"desk",'
        . '"iss":"https://login.example"}'],
    ['a tenant that is none',   { %$good, tenant => 'nowhere' }],
    ['tenant a number',         { %$good, tenant => 1 }],
    ['a list',                  '["ada"]'],
    ['no JSON',                 'sub=ada'],
    ['nothing',                 ''],
    ['half of it',              '{"sub":"ada","iss":"https://login.exam'],
    ['deep nesting',            '{"sub":"ada","aud":"desk","x":' . '[' x 3000
        . ']' x 3000 . ',"iss":"https://login.example"}'],
    ['a JWT in a JWT',          forge_jwt($secret, $header, $good)])
{
    my ($name, $payload) = @$case;
    $payload->{exp} = "$payload->{exp}" if $name eq 'exp a text';
    refused('/hs', forge_jwt($secret, $header, $payload), "claims: $name");
}

my $text = encode_json($good);
for my $case (
    ['alg none',           { alg => 'none' }],
    ['alg None',           { alg => 'None', kid => 'hs-1' }],
    ['alg NONE',           { alg => 'NONE', kid => 'hs-1' }],
    ['no alg',             { kid => 'hs-1' }],
    ['alg null',           '{"alg":null,"kid":"hs-1"}'],
    ['alg a list',         { alg => ['HS256'], kid => 'hs-1' }],
    ['alg hs256',          { alg => 'hs256', kid => 'hs-1' }],
    ['alg HS512',          { alg => 'HS512', kid => 'hs-1' }],
    ['alg RS256',          { alg => 'RS256', kid => 'hs-1' }],
    ['alg EdDSA',          { alg => 'EdDSA', kid => 'hs-1' }],
    ['alg twice',          '{"alg":"none","alg":"HS256","kid":"hs-1"}'],
    ['another kid',        { alg => 'HS256', kid => 'hs-2' }],
    ['an empty kid',       { alg => 'HS256', kid => '' }],
    ['kid a path',         { alg => 'HS256', kid => '../../dev/null' }],
    ['kid SQL',            { alg => 'HS256', kid => "' or '1'='1" }],
    ['kid a number',       { alg => 'HS256', kid => 1 }],
    ['kid twice',          '{"alg":"HS256","kid":"x","kid":"hs-1"}'],
    ['crit',               { %$header, crit => ['exp'] }],
    ['crit empty',         { %$header, crit => [] }],
    ['b64 in crit',        { %$header, crit => ['b64'], b64 => \0 }],
    ['a header that is no object', '"HS256"'],
    ['a header that is no JSON',   'alg=HS256'])
{
    my ($name, $head) = @$case;
    refused('/hs', forge_jwt($secret, $head, $good), "header: $name");
    refused('/hs', forge_jwt(undef, $head, $good), "$name, unsigned");
    refused('/hs', forge_jwt('', $head, $good), "$name, an empty secret");
}

# Keys that the token brings along or points to.
my $mine = make_key('HS256', 'mine');
my $own  = decode_base64url($mine->{jwk}{k});
for my $extra ({ jwk => $mine->{jwk} }, { jku => 'http://127.0.0.1/k.json' },
    { x5u => 'http://127.0.0.1/c.pem' }, { x5c => ['AAAA'] })
{
    my ($name) = keys %$extra;
    refused('/hs', forge_jwt($own, { %$header, %$extra }, $good),
        "$name in the header");
    is_of('/hs', forge_jwt($secret, { %$header, %$extra }, $good), 'ada user',
        "$name is not looked at");
}

# The public key taken for a secret, in every form an attacker may have it.
my $x = $ed->{jwk}{x};
for my $public (decode_base64url($x), $x, encode_json($ed->{jwk})) {
    for my $kid ({ kid => 'ed-1' }, {}) {
        refused('/ed', forge_jwt($public, { alg => 'HS256', %$kid },
            claims_of('ada')), 'a public key as an HMAC secret');
        refused('/ed', forge_jwt($public, { alg => 'EdDSA', %$kid },
            claims_of('ada')), 'the same, called EdDSA');
    }
}
refused('/ed', sign_jwt($ed2, claims_of('ada'), kid => 'ed-1'),
    "another's signature under our kid");
refused('/ed', sign_jwt($hs, claims_of('ada')), 'HS256 where EdDSA is asked');
refused('/hs', sign_jwt($ed, $good), 'EdDSA where HS256 is asked');
refused('/ed', join('.', map { encode_base64url($_) } '{"alg":"EdDSA"}', $text,
    "\0" x 64), 'a signature of zeros');
refused('/ed', join('.', map { encode_base64url($_) } '{"alg":"EdDSA"}', $text,
    "\1" . "\0" x 63), 'of the neutral element');
refused('/hs', do { my $s = join '.', map { encode_base64url($_) }
    encode_json($header), $text;
    "$s." . encode_base64url(hmac_sha512($s, $secret)) }, 'HMAC of SHA-512');

# The form: nothing but the one way to write a token.
my $token = forge_jwt($secret, $header, $good);
my ($h, $p, $s) = split /\./, $token;
my $last = substr $s, -1;
my $twin = (grep { $_ ne $last && decode_base64url(substr($s, 0, -1) . $_)
    eq decode_base64url($s) } 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_')[0];
for my $case (
    ['two parts',           "$h.$p"],         ['four parts', "$token."],
    ['five parts',          "$h.$p.$s.$h.$s"], ['no signature', "$h.$p."],
    ['no payload',          "$h..$s"],        ['no header', ".$p.$s"],
    ['dots',                '..'],            ['a part twice', "$h.$p.$p"],
    ['a signature cut',     substr($token, 0, -2)],
    ['half a signature',    "$h.$p." . substr($s, 0, 22)],
    ['a longer signature',  "${token}AAAA"],
    ['padding',             "$h.$p.$s="],     ['padding inside', "$h=.$p.$s"],
    ['unused bits set',     "$h.$p." . substr($s, 0, -1) . $twin],
    ['a bit changed',       "$h.$p." . ($s =~ s/^(.)/$1 eq 'A' ? 'B' : 'A'/er)],
    ['a space inside',      "$h. $p.$s"],     ['a tab', "$h.$p\t.$s"],
    ['a space behind',      "$token x"],
    ['base64, not base64url', "$h.$p." . ($s =~ tr/-_/+\//r) . '+'],
    ['quotes',              "\"$token\""],
    ['the payload changed', "$h." . encode_base64url(
        $text =~ s/ada/root/r) . ".$s"],
    ['a payload in capitals', join '.', $h, uc $p, $s])
{
    refused('/hs', $case->[1], "form: $case->[0]");
}
refused('/hs', forge_jwt($secret, $header, { %$good, x => 'y' x 7000 }),
    'longer than 8 KiB');
is_of('/hs', forge_jwt($secret, $header, { %$good, x => 'y' x 3000 }),
    'ada user', 'but 4 KB is fine');
at('/hs', GET => '/v1/me', undef, Authorization => "JWT $token")
    ->is(401, 'another scheme');
at('/hs', GET => "/v1/me?access_token=$token", undef)
    ->is(401, 'not in the query');
is at('/hs', GET => '/v1/me', undef, Authorization => "bEaReR  $token")
    ->field('/login'), 'ada', 'a scheme in any case';


# --- what is known is known of one location -----------------------------------

my $cached = sign_jwt($ed, { sub => 'sub', login => 'login', role => 'agent',
    groups => 'admin', org => 'main', home => 'nowhere' });
is_of('/ed', $cached, 'sub agent', 'a token at one location') for 1 .. 3;
is_of('/map', $cached, 'login admin', 'and at another') for 1 .. 3;
refused('/other', $cached, 'and where its tenant is none') for 1 .. 2;
refused('/hs', $cached, 'and where it is not accepted');
is_of('/map', $cached, 'login admin', 'each by its own rules');


# --- changing keys ------------------------------------------------------------

my $old = sign_jwt($ed, claims_of('ada'));
my $new = sign_jwt($ed2, claims_of('ada'));
my $any = sign_jwt({ key => { %{ $ed2->{key} }, kid => undef } },
    claims_of('ada'));
is_of('/ed', $old, 'ada user', 'the old key');
refused('/ed', $new, 'the new one, not there yet');
write_keys("$dir/ed.json", 0600, $ed, $ed2);
refused('/ed', $new, 'nor before a reload');
reload();
is_of('/ed', $old, 'ada user', 'both: the old key');
is_of('/ed', $new, 'ada user', 'both: the new key');
is_of('/ed', $any, 'ada user', 'without kid each is tried');
write_keys("$dir/ed.json", 0600, $ed2);
reload();
refused('/ed', $old, 'the old key is gone');
is_of('/ed', $new, 'ada user', 'the new one holds');

# A reload onto a broken file leaves the keys in use.
for my $case (['{"keys":[]}', qr/no key set/], ['{"keys":', qr/no JSON/]) {
    my ($broken, $says) = @$case;
    open my $out, '>', "$dir/ed.json" or die "ed.json: $!\n";
    print $out $broken;
    close $out;
    kill HUP => $t->master;
    wait_for(sub { $t->log =~ /\[emerg\].*ed\.json" is refused: .*$says/ },
        'the complaint');
    is_of('/ed', $new, 'ada user', 'with a broken file the old keys hold');
}
$t->expect_log(qr/\[emerg\].*ed\.json" is refused/);
unlike $t->log, qr/\Q$hs->{jwk}{k}\E|\Q$bare->{jwk}{k}\E|\Q$token\E|\Q$s\E/,
    'no secret and no token in the log';

$t->verify;
done_testing;
