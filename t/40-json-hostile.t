# Hostile JSON over HTTP: each document is refused with a problem that says
# what is wrong and where, nothing is stored, and the connection goes on.

use v5.36;
use utf8;

use Encode     qw(encode_utf8);
use Mojo::JSON qw(encode_json);

use TicketTest;

my $t = TicketTest->new(workers => 1);

my $ticket = $t->some_ticket;
my $raw    = $t->raw;
my %before = figures();
my $sent   = 0;


# One document; a failed test unless the answer is 400 with this code, its
# text matches, and the same connection then tells of no new ticket.
sub refused ($name, $body, $code, $says = qr/./, %opt) {
    my $path = $opt{path} // '/v1/tickets';
    my $who  = $opt{who} // 'alice';
    my @at   = (method => 'POST', path => $path);
    $sent++;

    $raw->send($t->raw_request('POST', $who, $path, $body));
    my $answer = $raw->answer(@at);
    if (!$answer) {
        fail "$name: no answer";
        $raw = $t->raw;
        return;
    }

    my $errors = join ' ', map { "$_->{pointer} $_->{code}" }
        @{ ($answer->json // {})->{errors} // [] };
    my $text = ($answer->field('/detail') // '') . " | $errors";
    my $ok = $answer->code == 400 && ($answer->problem // '') eq $code
        && $text =~ $says;

    $raw->send($t->raw_request('GET', 'ann',
        '/v1/tickets?count=true&limit=1'));
    my $next  = $raw->answer;
    my $count = $next ? $next->field('/count') : undef;
    $ok &&= defined $count && $count == $before{count};

    ok $ok, $name;
    if (!$ok) {
        diag 'sent: ' . substr($body, 0, 300) =~ s/[^ -~]/./gr;
        diag 'got: ' . $answer->code . ' ' . ($answer->problem // '-')
            . " $text";
        diag 'count: ' . ($count // 'none');
        $raw = $t->raw;
    }
}

# The ticket with this text as its description, a JSON string's inside.
sub ticket_with ($inside) {
    return qq({"subject":"s","description":"$inside"});
}


sub figures () {
    my $stat = $t->ticketctl('stat');
    my $json = $stat->{json} // {};
    my %count = (count => $t->get('ann', '/v1/tickets?count=true&limit=1')
        ->field('/count'));
    $count{stat} = encode_json($json->{entries} // $json->{databases} // {});
    return %count;
}


# --- Y1: depth and sizes ------------------------------------------------------

my $deep = 'the nesting is deeper than 16 levels';

refused('a million open brackets', '[' x 1_000_000, 'invalid-json',
    qr/Line 1, column 1: the text must be one object\./);
refused('half a million closed arrays', '[' x 500_000 . ']' x 500_000,
    'invalid-json', qr/must be one object/);
refused('arrays in a member, open', '{"custom":' . '[' x 900_000,
    'invalid-json', qr/Line 1, column 26: $deep/);
refused('objects in a member, closed',
    '{"a":' x 100_000 . '1' . '}' x 100_000, 'invalid-json', qr/$deep/);
refused('17 levels', nested(17), 'invalid-json', qr/$deep/);

sub nested ($levels) {
    my $inner = $levels - 2;
    return '{"subject":"s","description":"d","custom":{"k":'
        . '[' x $inner . ']' x $inner . '}}';
}

my $members = join ',', map { qq("k$_":1) } 1 .. 257;
refused('257 members', qq({"subject":"s","description":"d",)
    . qq("custom":{$members}}), 'invalid-json', qr/more than 256 members/);
refused('257 unknown members', "{$members}", 'invalid-json',
    qr/more than 256 members/);

my $items = join ',', (1) x 1001;
refused('1001 items', qq({"custom":{"k":[$items]}}), 'invalid-json',
    qr/more than 1000 items/);
refused('a string of 81,921 bytes', ticket_with('x' x 81_921),
    'invalid-json', qr/longer than 81920 bytes/);
refused('a text of 20,001 characters', ticket_with('x' x 20_001),
    'invalid-request', qr{/description too-long});
refused('a name of 81,921 bytes', '{"' . 'n' x 81_921 . '":1}',
    'invalid-json', qr/longer than 81920 bytes/);
refused('a name of 60,000 bytes', '{"' . 'n' x 60_000 . '":1}',
    'invalid-request', qr/unknown/);


# --- Y2: UTF-8 and surrogates -------------------------------------------------

my %bytes = (
    'overlong of two'       => "\xC0\x80",
    'overlong slash'        => "\xC0\xAF",
    'overlong of C1'        => "\xC1\xBF",
    'overlong of three'     => "\xE0\x9F\xBF",
    'overlong of four'      => "\xF0\x8F\xBF\xBF",
    'a surrogate'           => "\xED\xA0\x80",
    'the last surrogate'    => "\xED\xBF\xBF",
    'a surrogate pair'      => "\xED\xA0\xBD\xED\xB8\x80",
    'above U+10FFFF'        => "\xF4\x90\x80\x80",
    'F5'                    => "\xF5\x80\x80\x80",
    'five bytes'            => "\xF8\x88\x80\x80\x80",
    'six bytes'             => "\xFC\x84\x80\x80\x80\x80",
    'FE'                    => "\xFE",
    'FF'                    => "\xFF",
    'a lone continuation'   => "\x80",
    'two cut short'         => "\xC3",
    'three cut short'       => "\xE4\xBD",
    'four cut short'        => "\xF0\x9F\x98",
    'three with a bad last' => "\xE4\xBD\x41",
    'Latin-1'               => "caf\xE9 ",
);

for my $name (sort keys %bytes) {
    my $bad = $bytes{$name};
    refused("$name in a value", ticket_with("x${bad}y"), 'invalid-json',
        qr/Line 1, column \d+: this is not valid UTF-8\./);
    refused("$name in a name", qq({"x${bad}y":1}), 'invalid-json',
        qr/not valid UTF-8/);
    refused("$name in an array", qq({"tags":["x","${bad}"]}), 'invalid-json',
        qr/not valid UTF-8/);
    refused("$name between members", qq({"subject":"s",${bad}"a":1}),
        'invalid-json', qr/string only|UTF-8/);
}

my %escape = (
    'a lone low surrogate'       => ['\uDC00', qr/low surrogate stands alone/],
    'a lone high surrogate'      => ['\uD800', qr/high surrogate stands/],
    'high and a letter'          => ['\uD800\u0041', qr/high surrogate/],
    'high and raw bytes'         => ['\uD83Dx', qr/high surrogate/],
    'two high ones'              => ['\uD83D\uD83D', qr/high surrogate/],
    'high and beyond low'        => ['\uDBFF\uE000', qr/high surrogate/],
    'swapped'                    => ['\uDE00\uD83D', qr/low surrogate/],
    'three digits'               => ['\u123', qr/four hex digits/],
    'no hex digit'               => ['\u12G4', qr/four hex digits/],
    'a plus sign'                => ['\u+123', qr/four hex digits/],
    'an unknown escape'          => ['\x41', qr/no such escape/],
    'an escaped quote of others' => [q(\'), qr/no such escape/],
    'a big U'                    => ['\U0041', qr/no such escape/],
);

for my $name (sort keys %escape) {
    my ($bad, $says) = @{ $escape{$name} };
    refused("$name in a value", ticket_with("x$bad"), 'invalid-json', $says);
    refused("$name in a name", qq({"x$bad":1}), 'invalid-json', $says);
}

refused('an escape at the end', '{"subject":"x\\', 'invalid-json',
    qr/ends inside a string/);
refused('half an escape at the end', '{"subject":"x\\u00', 'invalid-json',
    qr/four hex digits|ends inside a string/);


# --- Y3: NUL and controls -----------------------------------------------------

my @text = qw(description error_message);
my @line = qw(subject account frequency type feature);
my %contact = map { ("contact/$_" => 1) } qw(name email phone site_url);

# The document with only this member, of this text.
sub member_doc ($pointer, $inside) {
    my $value = qq("$inside");
    for my $part (reverse split m{/}, $pointer) {
        $value = qq({"$part":$value});
    }
    return $value;
}

for my $code (0x00 .. 0x1f, 0x7f) {
    my $escaped = sprintf '\u%04x', $code;
    my $hex     = sprintf 'U+%04X', $code;

    for my $field (@text, @line, sort keys %contact) {
        my $fine = $code == 0x09 || $code == 0x0a;
        next if $fine && grep { $_ eq $field } @text;
        refused("$hex escaped in $field", member_doc($field, "a${escaped}b"),
            'invalid-request', qr{/\Q$field\E control});
    }
    refused("$hex escaped in a tag", qq({"tags":["a${escaped}b"]}),
        'invalid-request', qr{/tags/0 control});
    refused("$hex escaped in a name", qq({"sub${escaped}ject":"s"}),
        'invalid-request', qr/unknown/);

    next if $code == 0x7f;
    my $byte = chr $code;
    refused("$hex raw in a value", ticket_with("a${byte}b"), 'invalid-json',
        qr/control character in a string must be escaped/);
    refused("$hex raw in a name", qq({"a${byte}b":1}), 'invalid-json',
        qr/control character in a string/);
    next if $code =~ /^(?:9|10|13)$/;
    refused("$hex between members", qq({"subject":$byte"s"}), 'invalid-json',
        qr/string only/);
}

refused('U+0085 in a line', encode_utf8(qq({"subject":"a\x{85}b"})),
    'invalid-request', qr{/subject control});
refused('NUL hides nothing', qq({"subject":"s","description":"d\\u0000"}),
    'invalid-request', qr{/description control});
refused('NUL in a name that begins like a known one',
    qq({"subject":"s","description":"d","type\\u0000x":"t"}),
    'invalid-request', qr/unknown/);
refused('controls inside custom',
    qq({"subject":"s","description":"d","custom":{"k":"a\\u0000"}}),
    'invalid-request', qr/control/);


# --- Y4: numbers --------------------------------------------------------------

my $fraction = qr{/follow_up_of type};
my @number = (
    ['-1',                      'invalid-request', qr{/follow_up_of too-small}],
    ['-9223372036854775808',    'invalid-request', qr{too-small}],
    ['18446744073709551616',    'invalid-request', qr{too-large}],
    ['99999999999999999999',    'invalid-request', qr{too-large}],
    ['1.5',                     'invalid-request', $fraction],
    ['1.0',                     'invalid-request', $fraction],
    ['1e2',                     'invalid-request', $fraction],
    ['1E400',                   'invalid-request', $fraction],
    ['-0.0',                    'invalid-request', $fraction],
    ['true',                    'invalid-request', $fraction],
    ['{}',                      'invalid-request', $fraction],
    ['[1]',                     'invalid-request', $fraction],
    ['"01"',                    'invalid-request', qr{/follow_up_of}],
    ['"+1"',                    'invalid-request', qr{/follow_up_of}],
    ['" 1"',                    'invalid-request', qr{/follow_up_of}],
    ['"1e2"',                   'invalid-request', qr{/follow_up_of}],
    ['""',                      'invalid-request', qr{/follow_up_of}],
    ['9' x 30,                  'invalid-json', qr/more than 20 characters/],
    ['1' . '0' x 100_000,       'invalid-json', qr/more than 20 characters/],
    ['1.' . '0' x 100,          'invalid-json', qr/more than 20 characters/],
    map { [$_, 'invalid-json', qr/Line 1, column \d+/] }
        qw(01 -01 +1 .5 1. 1.e1 1e 1e+ -- - 0x10 1_000 NaN Infinity -Infinity
           nan inf 1e1e1 1-1 00 -00 1a tru nul True NULL undefined),
);

for my $case (@number) {
    my ($number, $code, $says) = @$case;
    my $name = length $number > 40 ? length($number) . ' digits' : $number;
    refused("the number $name",
        qq({"subject":"s","description":"d","follow_up_of":$number}),
        $code, $says);
}

my $assess = "/v1/tickets/$ticket->{id}/assess";
for my $case (['0', 'too-small'], ['6', 'too-large'], ['-1', 'too-small'],
    ['9223372036854775807', 'too-large'], ['9223372036854775808', 'too-large'],
    ['9007199254740993', 'too-large'], ['3.0', 'type'], ['"3"', 'type'],
    ['null', 'null'])
{
    my ($number, $says) = @$case;
    refused("complexity $number", qq({"complexity":$number}),
        'invalid-request', qr{/complexity $says}, path => $assess,
        who => 'ann');
}


# --- Y5: duplicates and unknown members ---------------------------------------

my %known = (
    subject => '"s"', description => '"d"', priority => '"low"',
    type => '"t"', feature => '"f"', channel => '"web"', account => '"a"',
    contact => '{"name":"n"}', error_message => '"e"',
    wanted_by => '"2030-01-01T00:00:00Z"', frequency => '"f"',
    custom => '{}', tags => '["x"]', follow_up_of => '1',
);

for my $name (sort keys %known) {
    my $value   = $known{$name};
    my $escaped = join '', map { sprintf '\u%04X', ord } split //, $name;
    my $first   = sprintf('\u%04x', ord $name) . substr $name, 1;
    for my $again ($name, $escaped, $first) {
        refused("$name twice, as $again",
            qq({"subject":"s","description":"d","$name":$value,)
            . qq("$again":$value}) =~ s/"subject":"s",(?=.*"subject")//r
            =~ s/"description":"d",(?=.*"description")//r,
            'invalid-request', qr{/$name duplicate});
    }
}

refused('a nested one twice',
    '{"contact":{"name":"a","n\u0061me":"b"}}', 'invalid-request',
    qr{/contact/name duplicate});
refused('the object twice, other members in each',
    '{"contact":{"name":"a"},"contact":{"phone":"123"}}', 'invalid-request',
    qr{/contact duplicate});
refused('twice inside custom',
    '{"subject":"s","description":"d","custom":{"a":1,"\u0061":2}}',
    'invalid-request', qr/duplicate/);
refused('null does not hide a duplicate',
    '{"subject":"s","description":"d","type":null,"type":"x"}',
    'invalid-request', qr{/type duplicate});

for my $name ('Subject', 'subjects', 'subjec', 'id', 'state', 'version',
    'requester', 'assignee', 'created_at', '', ' subject', 'subject ', '~/a',
    'allowed_actions', '__proto__', 'tenant', 'tenant_id', 'last_event')
{
    my $pointer = $name =~ s/~/~0/gr =~ s{/}{~1}gr;
    refused("the unknown member '$name'",
        qq({"subject":"s","description":"d","$name":"x"}),
        'invalid-request', qr{/\Q$pointer\E unknown});
}

refused('every fault is named', '{"subject":"","typ":1,"priority":"extreme"}',
    'invalid-request',
    qr{/subject\ too-short\ /typ\ unknown\ /priority\ choice
       \ /description\ required$}x);


# --- Y6: completeness ---------------------------------------------------------

my $whole = encode_utf8('{"subject":"é\n","description":"x\uD83D\uDE00 😀",'
    . '"tags":["a","b"],"contact":{"name":"n"},'
    . '"custom":{"k":[1,true,null,-2]},"follow_up_of":null}');
$whole =~ s/\\n//;
my $padded = " \r\n\t$whole \r\n\t";

for my $length (0 .. length($whole) - 1) {
    refused("the first $length bytes", substr($whole, 0, $length),
        'invalid-json', qr/Line 1, column \d+/);
}

my @whole = (
    ['an array',             "[$whole]",          qr/must be one object/],
    ['a string',             '"x"',               qr/must be one object/],
    ['a number',             '1',                 qr/must be one object/],
    ['null',                 'null',              qr/must be one object/],
    ['only white space',     " \n\t ",            qr/there is no JSON text/],
    ['two objects',          "$whole$whole",      qr/column \d+/],
    ['two objects in lines', "$whole\n$whole",    qr/Line 2, column \d+/],
    ['an object and a number', "$whole 1",        qr/column \d+/],
    ['a trailing brace',     "$whole}",           qr/closes nothing/],
    ['a trailing bracket',   "$whole]",           qr/closes nothing/],
    ['a trailing comma',     "$whole,",           qr/column \d+/],
    ['a trailing NUL',       "$whole\0",          qr/string only/],
    ['a NUL in front',       "\0$whole",          qr/column 1/],
    ['a byte order mark',    "\xEF\xBB\xBF$whole", qr/byte order mark/],
    ['a mark at the end',    "$whole\xEF\xBB\xBF", qr/string only/],
    ['UTF-16',               "\xFF\xFE{\0}\0",    qr/column 1/],
    ['a block comment',      "/* x */$whole",     qr/comments|one object/],
    ['a line comment',       "$whole// x",        qr/comments/],
    ['a comment inside',     '{/**/"subject":"s"}', qr/comments/],
    ['a hash comment',       "$whole# x",         qr/column \d+/],
    ['a comma too many',     '{"subject":"s",}',  qr/column \d+/],
    ['a comma too few',      '{"subject":"s" "description":"d"}', qr/column/],
    ['no colon',             '{"subject" "s"}',   qr/column \d+/],
    ['two colons',           '{"subject"::"s"}',  qr/column \d+/],
    ['an equals sign',       '{"subject"="s"}',   qr/column \d+/],
    ['single quotes',        q({'subject':'s'}),  qr/column 2/],
    ['a bare name',          '{subject:"s"}',     qr/column 2/],
    ['a number as name',     '{1:"s"}',           qr/column 2/],
    ['the wrong bracket',    '{"tags":["a"}',     qr/column \d+/],
    ['an item too few',      '{"tags":["a",]}',   qr/column \d+/],
    ['only a comma',         '{,}',               qr/column 2/],
    ['a vertical tab',       "{\x0b}",            qr/string only/],
    ['U+00A0 as space',      "{\xC2\xA0}",        qr/string only/],
    ['a form',               'subject=s&description=d', qr/one object/],
    ['XML',                  '<subject>s</subject>', qr/one object/],
);

refused($_->[0], $_->[1], 'invalid-json', $_->[2]) for @whole;


# --- nothing was stored; and what is allowed is taken -------------------------

ok $sent > 800, "$sent documents were refused";
is_deeply { figures() }, \%before, 'and none of them left anything';

accepted('16 levels', nested(16));
accepted('the whole document', $padded);
accepted('a surrogate pair by escapes', ticket_with('\uD83D\uDE00'),
    '/description' => "\x{1F600}");
accepted('tab and newline in a text', ticket_with('a\tb\nc'),
    '/description' => "a\tb\nc");
accepted('every simple escape', ticket_with('\"\\\\\/ \u00e9'),
    '/description' => "\"\\/ \x{e9}");
accepted('names by escapes',
    '{"\u0073ubject":"s","d\u0065scription":"d"}', '/subject' => 's');
accepted('an id as text', qq({"subject":"s","description":"d",)
    . qq("follow_up_of":null}));
accepted('a text of 20,000 characters in 80,000 bytes',
    encode_utf8(ticket_with("\x{1F600}" x 20_000)),
    '/description' => "\x{1F600}" x 20_000);

$t->verify;
done_testing;


sub accepted ($name, $body, %field) {
    my $answer = $t->request('POST', 'alice', '/v1/tickets', body => $body,
        headers => { 'Content-Type' => 'application/json' });
    $answer->is(201, "accepted: $name");
    is $answer->field($_), $field{$_}, "$name: $_ is kept" for keys %field;
    $before{count}++;
}
