package TicketTest::OpenAPI;

# Is an answer what the OpenAPI 3.1 document says?  Schemas of 3.1 are JSON
# Schema; JSON::Validator knows draft 2019-09, and what differs between that
# and 2020-12 (prefixItems, dynamicRef) the document does not use.

use v5.36;

use JSON::Validator::Schema::Draft201909;

use constant DRAFT => 'https://json-schema.org/draft/2019-09/schema';


# $base is the mounted location, with which the document's paths may begin.
sub new ($class, $doc, $base) {
    my $self = bless { doc => $doc, base => $base, schema => {} }, $class;
    my @routes;

    for my $template (keys %{ $doc->{paths} }) {
        my $regex = quotemeta($template =~ s{^\Q$base\E(?=/)}{}r);
        my $vars  = $regex =~ s{\\\{[^/]*?\\\}}{[^/]+}g;
        push @routes, [ $vars, qr{^$regex$}, $template ];
    }
    # A literal path wins over a template.
    $self->{routes} = [ sort { $a->[0] <=> $b->[0] } @routes ];

    return $self;
}


sub doc ($self) { $self->{doc} }


# The template that a path (below the mounted location) falls under, or undef.
sub template ($self, $path) {
    $path =~ s/[?#].*//s;
    $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    for my $route (@{ $self->{routes} }) {
        return $route->[2] if $path =~ $route->[1];
    }
    return;
}


# What is wrong with the answer, as lines; none if it is as documented.
sub faults ($self, $method, $path, $answer) {
    my $code     = $answer->code;
    my $template = $self->template($path);

    if (!defined $template) {
        return "no such path in the document, yet $code" if $code < 400;
        return $self->problem_faults($answer);
    }

    my $item = $self->{doc}{paths}{$template};
    my $verb = lc $method;

    return $self->options_faults($answer, $item)
        if $verb eq 'options' && !$item->{options};

    my $head = $verb eq 'head' && !$item->{head};
    my $op   = $item->{ $head ? 'get' : $verb };

    if (!$op) {
        return "$method is not in the document for $template, yet $code"
            if $code != 405 && $code != 401;
        return 'a 405 without Allow'
            if $code == 405 && !defined $answer->header('Allow');
        return $self->problem_faults($answer, $head || $verb eq 'head');
    }

    my $response = $self->response($op, $code)
        // return "$code is not documented for $method $template";
    return $self->content_faults($answer, $response, "$verb $template $code",
        $verb eq 'head');
}


sub options_faults ($self, $answer, $item) {
    my $allow = $answer->header('Allow') // '';
    return 'OPTIONS without Allow' if $answer->code < 300 && $allow eq '';
    return map { "Allow: $allow lacks $_" }
        grep { $answer->code < 300 && $allow !~ /\b$_\b/ }
        map { uc } grep { exists $item->{$_} } qw(get post put patch delete);
}


sub response ($self, $op, $code) {
    my $all = $op->{responses} // {};
    my $r = $all->{$code} // $all->{ substr($code, 0, 1) . 'XX' }
        // $all->{default};
    return $r ? $self->resolve($r) : undef;
}


# Follows {"$ref": "#/components/..."}.
sub resolve ($self, $node) {
    for (1 .. 10) {
        my $ref = ref $node eq 'HASH' ? $node->{'$ref'} : undef;
        return $node if !defined $ref;
        $node = $self->{doc};
        for my $key (split m{/}, $ref =~ s{^#/}{}r) {
            $node = $node->{ $key =~ s{~1}{/}gr =~ s{~0}{~}gr } // return;
        }
    }
    return;
}


sub content_faults ($self, $answer, $response, $name, $is_head) {
    my $content = $response->{content};
    my $body    = $answer->body;
    my $code    = $answer->code;
    my @faults  = map { "the header $_ is absent" }
        grep { $self->resolve($response->{headers}{$_})->{required}
               && !defined $answer->header($_) }
        sort keys %{ $response->{headers} // {} };

    if ($is_head || $code == 304 || $code == 204 || !$content || !%$content) {
        return @faults, length $body ? "$code with a body" : ();
    }

    my $type = ($answer->header('Content-Type') // 'none') =~ s/\s*;.*//r;
    my $media = $content->{$type} // $content->{'*/*'} // return @faults,
        "content type $type; documented: " . join ' ', sort keys %$content;
    return @faults if !$media->{schema} || $type !~ /json$/;

    return @faults, $self->json_faults($answer, $media->{schema},
        "$name $type");
}


sub problem_faults ($self, $answer, $is_head = 0) {
    return if $is_head;
    my $type = ($answer->header('Content-Type') // 'none') =~ s/\s*;.*//r;
    return "content type $type instead of application/problem+json"
        if $type ne 'application/problem+json';
    return if !$self->{doc}{components}{schemas}{Problem};
    return $self->json_faults($answer,
        { '$ref' => '#/components/schemas/Problem' }, 'problem');
}


sub json_faults ($self, $answer, $schema, $key) {
    my $json = $answer->json // return 'the body is not JSON';
    my $validator = $self->{schema}{$key} //=
        JSON::Validator::Schema::Draft201909->new->data({
            %$schema,
            '$schema'  => DRAFT,
            components => $self->{doc}{components},
        })->resolve->recursive_data_protection(0);
    return map { "$_" } $validator->validate($json);
}


1;
