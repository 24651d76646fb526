# What nginx -t says of ticket_identity, ticket_jwt, ticket_cors and their
# flags.

use v5.36;
use utf8;

use Mojo::JSON qw(encode_json);

use TicketTest;
use TicketTest::ConfTest;
use TicketTest::JWT;

my $t = TicketTest->new(init => 0, start => 0);
conf_tests_of($t);

my $here = '# here';
my @desk = ('ticket_store main path={store};', 'client_body_buffer_size 1m;');
my @site = ('server { listen 127.0.0.1:{port}; root {dir}/html;',
    'location / { ticket main; } }');


# --- ticket_identity ----------------------------------------------------------

my $accepted = 'accepted are user=, name=, email=, role=, tenant=, groups= '
    . 'and off';
refuses('no arguments', qr/invalid number of arguments in "ticket_identity"/,
    "ticket_identity;$here");
refuses('no user', qr/needs "user=" and a variable, or "off"/,
    "ticket_identity role=agent;$here");
refuses('an unknown parameter', qr/invalid parameter "usr=\$x", $accepted/,
    "ticket_identity usr=\$x;$here");
refuses('a parameter without value', qr/invalid parameter "user", $accepted/,
    "ticket_identity user;$here");
refuses('an empty value', qr/invalid value "" of "user=", it needs a variable/,
    "ticket_identity user=;$here");
refuses('an empty role', qr/invalid value "" of "role=", it needs a variable/,
    "ticket_identity user=\$remote_user role=;$here");
refuses('a user without a variable',
    qr/invalid value "remote_user" of "user=", it needs a variable, .* every/,
    "ticket_identity user=remote_user;$here");
refuses('an unknown variable', qr/unknown "no_such" variable/,
    @desk, "ticket_identity user=\$no_such;", @site);
refuses('a parameter twice', qr/"name=\$uri" is given twice/,
    "ticket_identity user=\$remote_user name=\$host name=\$uri;$here");
refuses('off among others', qr/"off" of "ticket_identity" stands alone/,
    "ticket_identity user=\$remote_user off;$here");
refuses('ticket_identity twice', qr/"ticket_identity" directive is duplicate/,
    'ticket_identity user=$remote_user;', "ticket_identity off;$here");
refuses('off twice', qr/"ticket_identity" directive is duplicate/,
    'ticket_identity off;', "ticket_identity off;$here");
accepts('every parameter, at every level', @desk,
    'ticket_identity user=$remote_user name=$http_x_name',
    'email=$remote_user@example.com role=agent tenant=main groups=$host;',
    'server { listen 127.0.0.1:{port}; root {dir}/html;',
    'ticket_identity off;', 'location / { ticket main;',
    'ticket_identity user=u-$ssl_client_serial;',
    'if ($arg_x) { set $y 1; } } }');

refuses('an unknown role',
    qr/invalid role "boss", it needs one of user, agent, supervisor, admin /,
    "ticket_identity_max_role boss;$here");
for my $role ('system', 'Admin', '""', 'off') {
    refuses("the role $role", qr/invalid role "[^"]*", it needs one of user/,
        "ticket_identity_max_role $role;$here");
}
refuses('max_role twice', qr/directive is duplicate/,
    'ticket_identity_max_role user;', "ticket_identity_max_role bot;$here");
accepts("max_role $_", @desk, "ticket_identity_max_role $_;", @site)
    for qw(user agent supervisor admin bot);


# --- ticket_jwt ---------------------------------------------------------------

my $dir = $t->dir;
my $hs  = make_key('HS256', 'a');
my $ed  = make_key('EdDSA', 'a');
write_keys("$dir/hs.json", 0600, $hs, make_key('HS256', 'b'));
write_keys("$dir/ed.json", 0644, $ed, make_key('EdDSA'));

my $hs256 = 'ticket_jwt algorithm=HS256 key_file={dir}/hs.json';
my $all   = 'accepted are algorithm=, key_file=, issuer=, audience=, user=, '
    . 'name=, email=, role=, tenant=, max_role=, leeway= and off';
refuses('no arguments', qr/invalid number of arguments in "ticket_jwt"/,
    "ticket_jwt;$here");
refuses("without $_->[0]", qr/needs "algorithm=", HS256 or EdDSA, and "key_fi/,
    "ticket_jwt $_->[1];$here")
    for ['algorithm', 'key_file={dir}/hs.json'],
        ['key_file', 'algorithm=HS256'], ['both', 'issuer=x'];
refuses("the algorithm $_",
    qr/invalid value "$_" of "algorithm=", it needs HS256 or EdDSA/,
    "ticket_jwt algorithm=$_ key_file={dir}/hs.json;$here")
    for qw(RS256 none hs256 ES256), '';
refuses('an unknown parameter', qr/invalid parameter "iss=x", $all/,
    "$hs256 iss=x;$here");
refuses('a parameter twice', qr/"issuer=b" is given twice/,
    "$hs256 issuer=a issuer=b;$here");
refuses("an empty $_", qr/invalid value "" of "$_=", it needs/,
    "$hs256 $_=;$here") for qw(issuer audience user max_role leeway);
refuses('an unknown role', qr/"boss" of "max_role=", it needs one of user, ag/,
    "$hs256 max_role=boss;$here");
refuses('the role system', qr/"system" of "max_role=", it needs one of/,
    "$hs256 max_role=system;$here");
refuses("leeway=$_", qr/"$_" of "leeway=", it needs a time from 0s to 300s/,
    "$hs256 leeway=$_;$here") for qw(301s 6m -1 x 1d 99999999999999999999s);
refuses('off among others', qr/"off" of "ticket_jwt" stands alone/,
    "$hs256 off;$here");
refuses('ticket_jwt twice', qr/"ticket_jwt" directive is duplicate/,
    "$hs256;", "$hs256;$here");

refuses('no such file', qr/"key_file=.*none.json" cannot be opened, .*\(2: No/,
    "ticket_jwt algorithm=HS256 key_file={dir}/none.json;$here");
refuses('a directory', qr/"key_file=.*" is not a regular file/,
    "ticket_jwt algorithm=HS256 key_file={dir};$here");
system 'mkfifo', "$dir/fifo";
refuses('a pipe', qr/"key_file=.*fifo" is not a regular file/,
    "ticket_jwt algorithm=HS256 key_file={dir}/fifo;$here");
refuses('keys of the other algorithm', qr/hs.json" is refused: key 1 is of/,
    "ticket_jwt algorithm=EdDSA key_file={dir}/hs.json;$here");
refuses('the same the other way round', qr/ed.json" is refused: key 1 is of/,
    "ticket_jwt algorithm=HS256 key_file={dir}/ed.json;$here");

# nginx -t on a key file with this text.
sub keys_refused ($name, $says, $alg, $text) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    open my $out, '>', "$dir/bad.json" or die "bad.json: $!\n";
    print $out ref $text ? encode_json({ keys => $text }) : $text;
    close $out;
    chmod 0600, "$dir/bad.json";
    return refuses($name, qr/"key_file=.*bad.json" is refused: $says/,
        "ticket_jwt algorithm=$alg key_file={dir}/bad.json;$here");
}

my %hs = %{ $hs->{jwk} };
my %ed = %{ $ed->{jwk} };
keys_refused('an empty file', qr/no JSON/, 'HS256', '');
keys_refused('garbage', qr/no JSON/, 'HS256', "\xff\x00garbage");
keys_refused('a PEM file', qr/no JSON/, 'EdDSA',
    "-----BEGIN PUBLIC KEY-----\n");
keys_refused('half a file', qr/no JSON/, 'HS256', '{"keys":[{"kty":"oct"');
keys_refused('a key alone', qr/no key set/, 'HS256', encode_json(\%hs));
keys_refused('no key', qr/no key set/, 'HS256', []);
keys_refused('keys that are no list', qr/"keys" is no array/, 'HS256',
    '{"keys":{}}');
keys_refused('17 keys', qr/more than 16 keys/, 'HS256',
    [ map { { %hs, kid => "k$_" } } 1 .. 17 ]);
keys_refused('a kid twice', qr/keys 1 and 2 have the same "kid"/, 'HS256',
    [\%hs, { %hs }]);
keys_refused('a member twice', qr/no JSON/, 'HS256',
    '{"keys":[{"kty":"oct","k":"' . $hs{k} . '","k":"' . $hs{k} . '"}]}');
keys_refused('a short secret', qr/key 1 has 16 bytes: HS256 takes 32/, 'HS256',
    [{ kty => 'oct', k => 'A' x 22 }]);
keys_refused('a secret in base64', qr/"k" of key 1 is not base64url/, 'HS256',
    [{ kty => 'oct', k => 'A' x 43 . '=' }]);
keys_refused('no secret', qr/"k" of key 1/, 'HS256', [{ kty => 'oct' }]);
keys_refused('alg HS512', qr/"alg" of key 1 is not "HS256"/, 'HS256',
    [{ %hs, alg => 'HS512' }]);
keys_refused('use enc', qr/"use" of key 1 is not "sig"/, 'HS256',
    [{ %hs, use => 'enc' }]);
keys_refused('an RSA key', qr/key 1 is of no type known here/, 'EdDSA',
    [{ kty => 'RSA', n => 'AQAB', e => 'AQAB' }]);
keys_refused('another curve', qr/"crv" of key 1 is not "Ed25519"/, 'EdDSA',
    [{ %ed, crv => 'X25519' }]);
keys_refused('half a key', qr/key 1 has 16 bytes: Ed25519 has 32/, 'EdDSA',
    [{ %ed, x => 'A' x 22 }]);
keys_refused('a private key', qr/key 2 has a private part/, 'EdDSA',
    [\%ed, { %ed, kid => 'b', d => $ed{x} }]);
open my $huge, '>', "$dir/huge.json" or die "huge.json: $!\n";
print $huge ' ' x 65_537;
close $huge;
refuses('a huge file', qr/has 65537 bytes, it needs .* at most 65536/,
    "ticket_jwt algorithm=HS256 key_file={dir}/huge.json;$here");

accepts('every parameter', @desk, "$hs256 issuer=https://login.example",
    'audience=desk user=login name= email= role=groups tenant= max_role=bot',
    'leeway=5m;', 'server { listen 127.0.0.1:{port}; root {dir}/html;',
    'ticket_jwt off;', 'location / { ticket main;',
    'ticket_jwt algorithm=EdDSA key_file={dir}/ed.json leeway=0;',
    'if ($arg_x) { set $y 1; } } }');
chmod 0640, "$dir/hs.json";
accepts('secrets that a group may read', @desk, "$hs256;", @site);
chmod 0604, "$dir/hs.json";
warns('secrets that everybody can read', qr/readable by every user/,
    @desk, "$hs256;", @site);
chmod 0620, "$dir/hs.json";
warns('keys that a group can change', qr/can be changed by other users/,
    @desk, "$hs256;", @site);
chmod 0602, "$dir/ed.json";
warns('keys that everybody can change', qr/can be changed by other users/,
    @desk, 'ticket_jwt algorithm=EdDSA key_file={dir}/ed.json;', @site);


# --- flags --------------------------------------------------------------------

for my $flag (qw(ticket_guest ticket_password_login ticket_registration)) {
    refuses("$flag yes", qr/invalid value "yes" in "$flag".* "on" or "off"/,
        "$flag yes;$here");
    refuses("$flag twice", qr/"$flag" directive is duplicate/,
        "$flag on;", "$flag on;$here");
    accepts("$flag $_", @desk, "$flag $_;", @site) for qw(on off);
}


# --- ticket_cors --------------------------------------------------------------

refuses('no origin', qr/invalid number of arguments in "ticket_cors"/,
    "ticket_cors;$here");
refuses('any origin', qr/"\*" is refused, it would open the desk to every s/,
    "ticket_cors *;$here");
refuses('any origin among others', qr/"\*" is refused/,
    "ticket_cors https://a.example *;$here");
for my $origin (qw(a.example https:// https:/a.example //a.example null
    https://a.example/ https://a.example/app https://a.example?x
    https://*.example.com https://a.example: https://a.example:0
    https://a.example:65536 https://a.example:x https://a.example:443:1
    https://user@a.example https://[::1 https://[::1]x https://[] 1a://b
    ://a.example https://bücher.example), '""', '"https://a.example b"',
    '"https://a.example, https://b.example"')
{
    refuses("the origin $origin",
        qr/invalid origin "[^"]*", it needs scheme:\/\/host\[:port\] without/,
        "ticket_cors $origin;$here");
}
refuses('an origin twice', qr/the origin "HTTPS:\/\/A.example:443" is given t/,
    "ticket_cors https://a.example HTTPS://A.example:443;$here");
refuses('off among origins', qr/"off" of "ticket_cors" stands alone/,
    "ticket_cors off https://a.example;$here");
refuses('ticket_cors twice', qr/"ticket_cors" directive is duplicate/,
    'ticket_cors https://a.example;', "ticket_cors off;$here");
my @many = map { "https://a$_.example" } 1 .. 65;
refuses('65 origins', qr/"https:\/\/a65.example" is one origin too many, there/,
    "ticket_cors @many;$here");
pop @many;
accepts('64 origins', @desk, "ticket_cors @many;", @site);
accepts('origins of every form', @desk,
    'ticket_cors https://a.example http://localhost:3000 http://127.0.0.1',
    'https://[2001:db8::1]:8443 capacitor://localhost app+x://a_b-c.d~e;',
    'server { listen 127.0.0.1:{port}; root {dir}/html; ticket_cors off;',
    'location / { ticket main; ticket_cors http://a.example https://a.example;',
    '} }');


# --- the examples of the documentation ----------------------------------------

# A server certificate that may be a certificate authority, too.
sub certificate () {
    my $r = $t->{server}->run(qw(openssl req -x509 -nodes -newkey ec -pkeyopt
        ec_paramgen_curve:prime256v1 -days 2 -subj /CN=x), '-keyout',
        "$dir/key.pem", '-out', "$dir/cert.pem");
    die $r->{err} if $r->{rc};
}

sub example ($text) {
    my $tls = 'listen 127.0.0.1:{port} ssl; root {dir}/html; ssl_certificate '
        . '{dir}/cert.pem; ssl_certificate_key {dir}/key.pem;';
    $text =~ s{/etc/nginx/desk-jwks.json}{{dir}/docs.json}g;
    $text =~ s{/etc/nginx/staff-ca.pem}{{dir}/cert.pem}g;
    $text =~ s/listen 443 ssl;/$tls/;

    my $outside = join '', map { "limit_req_zone \$host zone=$_:1m rate=1r/s;" }
        qw(signup api);
    $outside .= $1 while $text =~ s/^(map .*?^\})//ms;
    $text = "server { listen 127.0.0.1:{port}; root {dir}/html; $text }"
        if $text !~ /server \{/;
    return ($outside, $text);
}

certificate();
write_keys("$dir/docs.json", 0644, $ed);
open my $docs, '<', TicketTest::Server::top() . '/docs/directives.md'
    or die "directives.md: $!\n";
my @examples = grep { /ticket_(?:identity|jwt|cors|guest)/ && !/_lua_block/ }
    join('', <$docs>) =~ /^```nginx\n(.*?)^```/msg;
cmp_ok scalar @examples, '>=', 7, 'there are examples';
accepts("example $_ of the documentation", 'ticket_store desk path={store};',
    example($examples[ $_ - 1 ])) for 1 .. @examples;

# that of quotas and limit_req together stands in operations.md, as a whole
open my $guide, '<', TicketTest::Server::top() . '/docs/operations.md'
    or die "operations.md: $!\n";
my ($flood) = grep { /limit_req_zone/ }
    join('', <$guide>) =~ /^```nginx\nhttp \{\n(.*?)^\}\n```/msg;
$flood =~ s{path=[^;]+}{path={store}};
$flood =~ s/server \{/$& listen 127.0.0.1:{port}; root {dir}\/html;/;
like $flood, qr/ticket_quota.*limit_req /s, 'there is one of limit_req';
accepts('the example of limit_req', $flood);

done_testing;
