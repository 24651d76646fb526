package Bench::Ways;

# The ways to be known to a desk: the same desk mounted once for each, and
# the credentials to go there with.  Quotas are one more mount.

use v5.36;
use Exporter 'import';
use Digest::SHA qw(hmac_sha256);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use Bench::Proc qw(run_or_die write_file);

our @EXPORT_OK = qw(way_headers way_locations);

use constant SECRET          => 'a secret of the bench, 32 bytes.';
use constant OPENSSL_SECONDS => 30;
use constant ED25519_BYTES   => 32;

# mount => the directives of its location; {dir} is where the key files are
my %MOUNTS = (
    jwt      => 'ticket_jwt algorithm=HS256 key_file={dir}/hs256.jwks '
              . 'max_role=agent;',
    eddsa    => 'ticket_jwt algorithm=EdDSA key_file={dir}/eddsa.jwks '
              . 'max_role=agent;',
    identity => 'ticket_identity user=$http_x_user; '
              . 'ticket_identity_max_role agent;',
    quota    => 'ticket_quota user=100000000 agent=100000000;',
);

my $json = JSON::PP->new->canonical;


# The locations of a desk; its key files are made beside its configuration.
sub way_locations ($desk) {
    my $dir = $desk->{dir};

    write_file("$dir/hs256.jwks", $json->encode({ keys => [
        { kty => 'oct', alg => 'HS256', kid => 'bench',
          k => encode_base64url(SECRET) }] }));
    write_file("$dir/eddsa.jwks", $json->encode({ keys => [
        { kty => 'OKP', crv => 'Ed25519', alg => 'EdDSA', kid => 'bench',
          x => encode_base64url(eddsa_key($dir)) }] }));
    chmod 0600, "$dir/hs256.jwks", "$dir/eddsa.jwks";

    return join "\n", map {
        "location /$_/ { ticket main; $MOUNTS{$_} }" =~ s/\{dir\}/$dir/r
    } sort keys %MOUNTS;
}


# Makes a key; -> its public half
sub eddsa_key ($dir) {
    openssl($dir, qw(genpkey -algorithm ed25519 -out), "$dir/eddsa.pem");
    openssl($dir, qw(pkey -pubout -outform DER -in), "$dir/eddsa.pem", '-out',
            "$dir/eddsa.der");

    open my $f, '<:raw', "$dir/eddsa.der" or die "$dir/eddsa.der: $!\n";
    local $/ = undef;
    return substr <$f>, -ED25519_BYTES;
}


sub openssl ($dir, @args) {
    run_or_die(['openssl', @args], OPENSSL_SECONDS, dir => $dir);
}


# The header fields by which a principal of the desk goes in at a mount.
sub way_headers ($desk, $mount, $login, $token) {
    return ["X-User: $login"] if $mount eq 'identity';
    return ['Authorization: Bearer ' . jwt($desk, $mount, $login)]
        if $mount eq 'jwt' || $mount eq 'eddsa';
    return ["Authorization: Bearer $token"];
}


sub jwt ($desk, $mount, $login) {
    my $alg = $mount eq 'jwt' ? 'HS256' : 'EdDSA';
    my $part = join '.', map { encode_base64url($json->encode($_)) }
        { alg => $alg, typ => 'JWT', kid => 'bench' },
        { sub => $login, iss => 'https://id.example.com', iat => time,
          exp => time + 86400 };

    return $part . '.' . encode_base64url(
        $mount eq 'jwt' ? hmac_sha256($part, SECRET)
                        : eddsa_sign($desk->{dir}, $part));
}


sub eddsa_sign ($dir, $text) {
    write_file("$dir/eddsa.text", $text);
    openssl($dir, qw(pkeyutl -sign -rawin -inkey), "$dir/eddsa.pem", '-in',
            "$dir/eddsa.text", '-out', "$dir/eddsa.sig");

    open my $f, '<:raw', "$dir/eddsa.sig" or die "$dir/eddsa.sig: $!\n";
    local $/ = undef;
    return <$f>;
}


1;
