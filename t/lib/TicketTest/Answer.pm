package TicketTest::Answer;

# An answer: code, body (bytes), headers, and short ways to its parts.

use v5.36;

use Mojo::JSON ();
use Test::More ();


sub new ($class, %part) {
    my %header;
    $header{ lc $_ } = $part{headers}{$_} for keys %{ $part{headers} // {} };
    return bless { %part, headers => \%header }, $class;
}


sub code ($self) { $self->{code} }       # 0: no answer, see error
sub body ($self) { $self->{body} }
sub error ($self) { $self->{error} }


# All values of a header joined by ', ', or undef.
sub header ($self, $name) {
    my $value = $self->{headers}{ lc $name };
    return ref $value ? join(', ', @$value) : $value;
}


sub header_count ($self, $name) {
    my $value = $self->{headers}{ lc $name };
    return ref $value ? scalar @$value : defined $value ? 1 : 0;
}


sub etag ($self) { $self->header('ETag') }


# The decoded body, or undef if it is not JSON.
sub json ($self) {
    return $self->{json} if exists $self->{json};
    return $self->{json} = eval { Mojo::JSON::decode_json($self->{body}) };
}


# A value inside the body by JSON Pointer, or undef: field('/page/next').
sub field ($self, $pointer) {
    my $at = $self->json;
    for my $key (split m{/}, $pointer =~ s{^/}{}r) {
        $key =~ s{~1}{/}g;
        $key =~ s{~0}{~}g;
        $at = ref $at eq 'HASH'  ? $at->{$key}
            : ref $at eq 'ARRAY' ? $at->[$key]
            :                      return;
    }
    return $at;
}


# The code of a problem document: 'not-found'.
sub problem ($self) {
    return if ($self->header('Content-Type') // '')
        !~ m{^application/problem\+json};
    return (($self->json // {})->{type} // '') =~ s{^.*/problems/}{}r;
}


# A test of the status; the body is shown when it fails.
sub is ($self, $code, $name = "status $code") {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $ok = Test::More::is($self->{code}, $code, $name);
    Test::More::diag($self->{error} // substr $self->{body}, 0, 2000) if !$ok;
    return $ok ? $self : undef;
}


# A test of status and problem code at once.
sub is_problem ($self, $code, $problem, $name = "$code $problem") {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $got = $self->{code} . ' ' . ($self->problem // 'no problem document');
    my $ok  = Test::More::is($got, "$code $problem", $name);
    Test::More::diag($self->{error} // substr $self->{body}, 0, 2000) if !$ok;
    return $ok ? $self : undef;
}


1;
