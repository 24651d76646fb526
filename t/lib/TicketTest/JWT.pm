package TicketTest::JWT;

# Keys and JSON Web Tokens of a well-known library (PyJWT), and by hand what no
# library makes.

use v5.36;

use Digest::SHA    qw(hmac_sha256);
use Exporter       'import';
use File::Basename qw(dirname);
use IPC::Open2     qw(open2);
use MIME::Base64   qw(encode_base64url decode_base64url);
use Mojo::JSON     qw(decode_json encode_json);

our @EXPORT = qw(make_key sign_jwt write_keys forge_jwt claims_of);

my ($out, $in, $pid);

sub ask ($question) {
    $pid //= open2($in, $out, '/usr/bin/python3',
        dirname(__FILE__) . '/../jwt_tool.py');
    $out->autoflush(1);
    print $out encode_json($question), "\n";
    return decode_json(readline $in // die "no answer of jwt_tool.py\n");
}


# A key: {jwk, key}; without $kid it has none.
sub make_key ($alg, $kid = undef) { ask({ make => $alg, kid => $kid }) }


# Claims that hold now, with what is given besides; undef takes one out.
sub claims_of ($user, %claim) {
    my %all = (sub => $user, iat => time, exp => time + 600, %claim);
    delete $all{$_} for grep { !defined $all{$_} } keys %all;
    return \%all;
}


# The library's token.
sub sign_jwt ($key, $claims, %header) {
    return ask({ sign => $key->{key}, claims => $claims,
        header => \%header })->{token};
}


# A key set as a file, with its mode.
sub write_keys ($file, $mode, @keys) {
    open my $set, '>', $file or die "$file: $!\n";
    print $set encode_json({ keys => [ map { $_->{jwk} } @keys ] });
    close $set;
    chmod $mode, $file;
    return $file;
}


# Header and payload are texts or data; signed with HMAC-SHA-256 and $secret,
# or with nothing if that is undef.
sub forge_jwt ($secret, $header, $payload) {
    my $text = join '.', map { encode_base64url(ref ? encode_json($_) : $_) }
        $header, $payload;
    return "$text." . (defined $secret
        ? encode_base64url(hmac_sha256($text, $secret)) : '');
}


END {
    my $status = $?;
    close $out if $out;
    waitpid $pid, 0 if $pid;
    $? = $status;
}


1;
