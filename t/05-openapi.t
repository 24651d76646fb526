# The OpenAPI document is one, by the official schema of OpenAPI 3.1; it has
# each route that the server has, and no other.
#
# t/data/openapi-3.1.json is https://spec.openapis.org/oas/3.1/schema/2022-10-07
# of the OpenAPI Initiative, unchanged (Apache License 2.0).

use v5.36;
use utf8;

use JSON::Validator::Schema::Draft201909;
use Mojo::File qw(path);
use Mojo::JSON qw(decode_json encode_json false);
use TicketTest;

my $t = TicketTest->new(users => []);

my $answer = $t->get(undef, '/v1/openapi.json')->is(200);
my $doc    = $answer->json;

is $answer->header('Content-Type'), 'application/json', 'it is JSON';
like $answer->header('Cache-Control'), qr/public/, 'and may be cached';
is $doc->{servers}[0]{url}, '/helpdesk', 'the mounted location is the server';


# --- the official schema ------------------------------------------------------

my $meta      = decode_json(path('t/data/openapi-3.1.json')->slurp);
my $validator = validator($meta);

is_deeply [ map { "$_" } $validator->validate($doc) ], [],
    'it is an OpenAPI 3.1 document';

# The validator finds what is wrong, or all this would mean nothing.
for my $case (
    ['an unknown member', sub ($d) { $d->{serverz} = [] }],
    ['no title',          sub ($d) { delete $d->{info}{title} }],
    ['a path without slash', sub ($d) { $d->{paths}{v2} = {} }],
    ['a parameter without place', sub ($d) {
        delete $d->{components}{parameters}{limit}{in} }],
    ['an unknown member of a parameter', sub ($d) {
        $d->{components}{parameters}{limit}{typ} = 'integer' }],
    ['a response without words', sub ($d) {
        delete $d->{components}{responses}{Problem404}{description} }],
    ['an operation with a bad member', sub ($d) {
        $d->{paths}{'/v1/me'}{get}{tags} = 'me' }],
    ['an unknown member of an operation', sub ($d) {
        $d->{paths}{'/v1/me'}{get}{id} = 'me' }],
) {
    my ($name, $spoil) = @$case;
    my $bad = decode_json(encode_json($doc));
    $spoil->($bad);
    ok scalar($validator->validate($bad)), "$name is found";
}


# --- its schemas --------------------------------------------------------------

my @faults;
my $schemas = $doc->{components}{schemas};
check_schema($schemas->{$_}, $_) for sort keys %$schemas;
is_deeply \@faults, [], 'schemas use the words of JSON Schema';


# --- its routes ---------------------------------------------------------------

my %documented;
for my $path (sort keys %{ $doc->{paths} }) {
    my @methods = map { uc } grep { $_ ne 'parameters' }
        keys %{ $doc->{paths}{$path} };
    push @methods, 'HEAD' if grep { $_ eq 'GET' } @methods;
    $documented{ $path =~ s/\{\w+\}/1/gr } = join ' ',
        sort @methods, 'OPTIONS';
}

my %served;
for my $path (sort keys %documented) {
    my $allow = $t->options(undef, $path)->header('Allow') // 'none';
    $served{$path} = join ' ', sort split /,\s*/, $allow;
}
is_deeply \%served, \%documented, 'each path has the methods it should have';

for my $method (qw(GET POST PUT PATCH DELETE)) {
    for my $path (sort keys %documented) {
        next if $documented{$path} =~ /\b$method\b/;
        my $r = $t->request($method, undef, $path, check => 0);
        next if $r->code == 405;
        fail "$method $path is answered 405";
        diag $r->code;
    }
}

my $actions = $t->get(undef, '/v1/workflow')->json->{actions};
my @routes  = map { "/v1/tickets/1/$_->{name}" } grep { $_->{route} } @$actions;
ok @routes > 20, 'the workflow has its actions';
is_deeply [ grep { !$documented{$_} } @routes ], [],
    'and each that is a route is in the document';

my $links = $t->get(undef, '/v1/')->json->{links};
ok %$links, 'the discovery document has links';
is_deeply [ grep { !$documented{ s{^/helpdesk}{}r } } values %$links ], [],
    'and each leads to a documented path';


# --- its problems -------------------------------------------------------------

my @codes = ($schemas->{Problem}{properties}{type}{pattern}
    =~ m{\((.*)\)}) ? split /\|/, $1 : ();
ok @codes > 15, 'the document names the codes of problems';

for my $code (@codes) {
    my $problem = $t->get(undef, "/v1/problems/$code")->json;
    is $problem->{code}, $code, "$code is explained";
}

$t->get(undef, '/v1/problems/nonsense')->is_problem(404, 'not-found');

done_testing;


# --- functions ----------------------------------------------------------------

# The official schema is JSON Schema 2020-12, JSON::Validator knows 2019-09 and
# not all of that.  Said otherwise for it are: $dynamicRef, which leads to one
# place here; unevaluatedProperties, by additionalProperties; and a $ref beside
# other words, whose target would replace them, by allOf.
sub validator ($schema) {
    close_objects($schema, $schema);
    $schema->{'$schema'} = 'https://json-schema.org/draft/2019-09/schema';

    # the protection takes one schema for another that had its address before
    return JSON::Validator::Schema::Draft201909->new
        ->recursive_data_protection(0)->data($schema)->resolve;
}


sub close_objects ($node, $root) {
    if (ref $node eq 'ARRAY') {
        close_objects($_, $root) for @$node;
    }
    return if ref $node ne 'HASH';

    $node->{'$ref'} = '#/$defs/schema' if delete $node->{'$dynamicRef'};
    delete $node->{'$dynamicAnchor'};

    if (exists $node->{unevaluatedProperties}) {
        delete $node->{unevaluatedProperties};
        $node->{properties}{$_} //= {} for known($node, $root);
        $node->{patternProperties}{'^x-'} //= {};
        $node->{additionalProperties} = false;
    }

    close_objects($_, $root) for values %$node;

    push @{ $node->{allOf} }, { '$ref' => delete $node->{'$ref'} }
        if $node->{'$ref'} && !ref $node->{'$ref'} && keys %$node > 1;
}


# Names of properties that a schema and what it is made of speak of.
sub known ($node, $root) {
    return map { known($_, $root) } @$node if ref $node eq 'ARRAY';
    return if ref $node ne 'HASH';

    my @names = keys %{ $node->{properties} // {} };

    if (my $ref = $node->{'$ref'}) {
        my $target = $root;
        $target = $target->{$_} for split m{/}, $ref =~ s{^#/}{}r;
        push @names, known($target, $root);
    }

    push @names, map { known($node->{$_}, $root) }
        grep { exists $node->{$_} } qw(allOf anyOf oneOf if then else);
    push @names, map { known($_, $root) }
        values %{ $node->{dependentSchemas} // {} };
    return @names;
}


# The words that schemas of the document are made of, and what each holds.
sub check_schema ($schema, $where) {
    my %word = (
        type     => sub ($v) { !grep { !/^(?:string|integer|boolean|array
            |object|null)$/x } ref $v ? @$v : $v },
        enum     => sub ($v) { ref $v eq 'ARRAY' && @$v },
        required => sub ($v) { ref $v eq 'ARRAY' && @$v },
        pattern  => sub ($v) { eval { qr/$v/; 1 } },
        additionalProperties => sub ($v) { !$v },
        const    => sub ($v) { defined $v },
        (map { $_ => sub ($v) { $v =~ /^\d+$/ } }
            qw(minLength maxLength minItems maxItems)),
        (map { $_ => sub ($v) { $v =~ /^-?\d+$/ } } qw(minimum maximum)),
        (map { $_ => sub ($v) { length $v } } qw(format description $ref)),
        (map { $_ => sub ($v) { $v } } qw(uniqueItems writeOnly)),
        properties  => sub ($v) { ref $v eq 'HASH' },
        items       => sub ($v) { ref $v eq 'HASH' },
    );

    for my $name (sort keys %$schema) {
        push @faults, "$where: $name"
            if !$word{$name} || !$word{$name}->($schema->{$name});
    }
    for my $name (@{ $schema->{required} // [] }) {
        push @faults, "$where: $name is required and not described"
            if !$schema->{properties}{$name};
    }
    check_schema($schema->{items}, "$where/items") if $schema->{items};
    check_schema($schema->{properties}{$_}, "$where/$_")
        for sort keys %{ $schema->{properties} // {} };
}
