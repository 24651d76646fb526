package TicketTest::Browser;

# What a page of some origin gets to see of the desk: the CORS protocol as
# browsers follow it (Fetch Standard, section 4.8), so far as a test needs it.

use v5.36;

# Header fields and methods that need no leave, section 2.2.2 and 2.2.1.
my %SAFE_HEADER = map { $_ => 1 } qw(accept accept-language content-language);
my %SAFE_METHOD = map { $_ => 1 } qw(GET HEAD POST);
my %SAFE_TYPE   = map { $_ => 1 } qw(text/plain multipart/form-data
    application/x-www-form-urlencoded);
my %SAFE_ANSWER = map { $_ => 1 } qw(cache-control content-language
    content-length content-type expires last-modified pragma);


# A page of `origin` at a desk; credentials: the browser sends those it has
# (`ambient`, header fields of its own) and asks that the answer allows it.
sub new ($class, $t, %opt) {
    return bless { t => $t, ambient => {}, %opt }, $class;
}


# fetch(): {answer, why, preflight}; why is set, and answer is not, if the page
# is not allowed to see it.
sub fetch ($self, $method, $path, %opt) {
    my %header = %{ $opt{headers} // {} };
    my %seen;

    if (my @unsafe = unsafe($method, %header)) {
        my $leave = $seen{preflight} = $self->{t}->request(OPTIONS => undef,
            $path, check => 0, headers => { Origin => $self->{origin},
                'Access-Control-Request-Method' => $method,
                @unsafe > 1 || $unsafe[0] ne $method
                    ? ('Access-Control-Request-Headers' =>
                        join ',', grep { $_ ne $method } @unsafe) : () });
        my $why = $self->forbidden($leave, $method, @unsafe);
        return { %seen, why => "preflight: $why" } if $why;
    }

    my $answer = $self->{t}->request($method => undef, $path, %opt,
        check => 0, headers => { Origin => $self->{origin}, %header,
            $self->{credentials} ? %{ $self->{ambient} } : () });
    my $why = $self->unreadable($answer);
    return $why ? { %seen, why => $why, hidden => $answer }
                : { %seen, answer => $answer };
}


# The value of a header field, if the page may read it.
sub exposed ($self, $answer, $name) {
    my %may = map { lc $_ => 1 } split /\s*,\s*/,
        $answer->header('Access-Control-Expose-Headers') // '';
    return $SAFE_ANSWER{ lc $name } || $may{ lc $name }
        ? $answer->header($name) : undef;
}


# What of a request needs leave: the method and the header fields' names.
sub unsafe ($method, %header) {
    return ($SAFE_METHOD{$method} ? () : $method, sort grep {
        !$SAFE_HEADER{$_}
            && !($_ eq 'content-type' && $SAFE_TYPE{ lc $header{$_} })
    } map { lc } keys %header) if !grep { lc $_ ne $_ } keys %header;
    return unsafe($method, map { lc $_ => $header{$_} } keys %header);
}


# Why a preflight's answer does not give leave, or nothing.
sub forbidden ($self, $answer, $method, @unsafe) {
    return 'status ' . $answer->code
        if $answer->code < 200 || $answer->code > 299;
    my $why = $self->unreadable($answer);
    return $why if $why;

    my %methods = map { $_ => 1 } split /\s*,\s*/,
        $answer->header('Access-Control-Allow-Methods') // '';
    my %headers = map { lc $_ => 1 } split /\s*,\s*/,
        $answer->header('Access-Control-Allow-Headers') // '';

    return "method $method" if !$SAFE_METHOD{$method} && !$methods{$method};
    for my $name (grep { $_ ne $method } @unsafe) {
        return "header $name" if !$headers{$name};
    }
    return;
}


# Why a page may not see an answer, or nothing (the CORS check).
sub unreadable ($self, $answer) {
    my $origin = $answer->header('Access-Control-Allow-Origin')
        // return 'no Access-Control-Allow-Origin';
    return "two of them: $origin"
        if $answer->header_count('Access-Control-Allow-Origin') != 1;
    return if $origin eq '*' && !$self->{credentials};
    return "for $origin" if $origin ne $self->{origin};
    return if !$self->{credentials};
    return 'no credentials' if 'true' ne
        ($answer->header('Access-Control-Allow-Credentials') // '');
    return;
}


1;
