# Forms: the JSON Schema of GET /v1/types/{id}/form is one by the meta-schema
# of 2020-12 and refuses what the server refuses, and nothing else: over
# documents made at random from good ones.  What of them is wrong is told by
# JSON Pointers.  Fields that only staff fills in, and what must be there
# before a ticket is resolved.

use v5.36;
use utf8;

use IPC::Open2;
use Mojo::JSON qw(decode_json encode_json true false);
use Mojo::Util qw(decode);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);
my @tool = map { -x ? $_ : () } '/usr/bin/python3';
my $pid  = open2(my $out, my $in, $tool[0] // 'python3',
    't/lib/schema_tool.py');

# name, kind, and more of the field
my @FIELDS = (
    ['note',     'text',         { max => 20, min => 2 }],
    ['story',    'text',         { required => true }],
    ['count',    'number',       { min => 1, max => 10 }],
    ['ratio',    'number',       { required => true }],
    ['stock',    'number',       { min => 0 }],
    ['degrees',  'number',       { min => -1, max => 0 }],
    ['price',    'money',        { required => true,
        currencies => ['CNY', 'EUR'] }],
    ['fee',      'money',        {}],
    ['when',     'datetime',     { required => true }],
    ['until',    'datetime',     {}],
    ['colour',   'choice',       { required => true,
        choices => ['red', 'dark blue', '绿'] }],
    ['size',     'choice',       { choices => ['s', 'm'],
        choices_zh => ['小', '中'] }],
    ['toppings', 'multi_choice', { choices => ['a', 'b', 'c'], max => 2,
        choices_zh => ['甲', '乙', '丙'] }],
    ['parts',    'multi_choice', { choices => ['x', 'y'],
        required => true }],
    ['account',  'account',      { required => true, max => 12 }],
    ['other',    'account',      {}],
    ['page',     'url',          {}],
    ['home',     'url',          { required => true, max => 40 }],
    ['evidence', 'list',         { required => true, max => 3 }],
    ['names',    'list',         { min => 2 }],
    ['finding',  'text',         { staff_only => true,
        required_to_resolve => true }],
);

# What is put in the place of something.
my @POOL = (
    undef, true, '', ' ', 'x', 'red', 'dark blue', '绿', 's', "a\nb", "a\tb",
    "\x{2003}", "\x{feff}\x{200b}", "\x{85}", "a\x{9f}b", "x\n", 'y' x 12,
    'y' x 13, 'z' x 20, 'z' x 21, 'w' x 200, 'w' x 201, 'v' x 2000,
    'v' x 2001, '字' x 200, 0, -1, 1, 10, 11, 1.5, 1e15, 1.1e15, -1e15,
    '0', '1', '12.50', '012', '0.1', '1.23456', '1.', '.5', '1,5',
    '123456789012345', '1234567890123456', '-1', '1e3', 'CNY', 'USD', 'cny',
    [], ['x'], ['x', 'x'], ['x', 'y'], ['a', 'b', 'c'], ['a', 'b'], ['q'],
    [1], ['one', ''], ['one', ' '], ['a', 'b', 'c', 'd'], ["a\nb", 'c'],
    ['r' x 201, 'b'], [['x']], {}, { amount => '1' }, { currency => 'EUR' },
    { amount => '1', currency => 'EUR' }, { amount => 1, currency => 'EUR' },
    { amount => '1', currency => 'USD' }, { amount => '1', currency => 'US' },
    { amount => '1', currency => 'EUR', more => 1 },
    { email => 'a@b.cd' }, { phone => '+86 10 1' }, { name => 'x' },
    { email => 'a@-b.cd' }, { email => 'a..b@c' }, { phone => '+-' },
    { email => 'a@b-' }, { email => "a\@b\n" }, { email => undef },
    { email => undef, phone => '123' }, { email => 'no', phone => '123' },
    { site_url => 'http://x', phone => '123' },
    '2026-11-22T01:02:03Z', '2026-11-22t01:02:03.123456789z',
    '2026-02-29T00:00:00Z', '2028-02-29T00:00:00Z', '2000-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z', '2026-11-31T00:00:00Z', '2026-13-01T00:00:00Z',
    '2026-11-22T24:00:00Z', '2026-11-22T23:59:60Z', '2026-11-22 01:02:03Z',
    '2026-11-22T01:02:03', '2026-11-22T01:02:03+24:00', '1969-12-31T00:00:00Z',
    '2026-11-22T01:02:03.Z', '2026-11-22', "2026-11-22T01:02:03Z\n",
    '２026-11-22T01:02:03Z', '2026-11-22T01:02:03.1234567890Z',
    'http://example.com', 'https://', 'http:///x', 'HTTP://x.y',
    'ftp://x.y', 'http://x y', "http://x\x{3000}y", "http://x\n", 'http://?x',
    'http://' . 'x' x 33, 'http://' . 'x' x 34, 'javascript:alert(1)',
    { phone => '+8613812345678' }, { phone => '010-12345678 x12' },
    { phone => '12345678' }, { phone => '12 34 56 78 9' }, 'mobile',
    'landline',
    'urgent', 'high', 'web', 'order', 'shop', 'app', 'old', 'four',
);

# Members that are worked on, those of `custom` apart.
my @MEMBERS = qw(subject description feature priority channel account contact
    error_message wanted_by frequency tags custom colour contact phone_kind);

my $type = $t->post('root', '/v1/types', { name => 'order',
    titles => { en => 'Order', 'zh-CN' => '订单' }, prompt => 'All of it',
    needs => ['account', 'contact', 'wanted_by', 'feature'] })
    ->is(201, 'a type')->field('/id');
for my $name ('shop', 'app') {
    $t->post('root', "/v1/types/$type/features", { name => $name })
        ->is(201, "feature $name");
}
$t->post('root', "/v1/types/$type/features", { name => 'old',
    active => false })->is(201, 'a retired one');
my $place = 0;
for my $row (@FIELDS) {
    my ($name, $kind, $more) = @$row;
    $t->post('root', "/v1/types/$type/fields", { name => $name,
        kind => $kind, position => $place++, titles => { en => ucfirst $name,
            'zh-CN' => "字段$name" }, help => "Help for $name", %$more })
        ->is(201, "field $name");
}

records();
words();
same_verdict('alice', 260);
same_verdict('ann', 140);
pointers();
later();
resolving();

$t->verify;
done_testing;


# --- fields that cannot be ----------------------------------------------------

sub records {
    my $path = "/v1/types/$type/fields";
    for my $row (
        [{ kind => 'choice' }, '/choices'],
        [{ kind => 'text', choices => ['a'] }, '/choices'],
        [{ kind => 'choice', choices => ['a', 'b'], choices_zh => ['甲'] },
            '/choices_zh'],
        [{ kind => 'money', min => 3 }, '/min'],
        [{ kind => 'datetime', max => 3 }, '/max'],
        [{ kind => 'text', max => 2001 }, '/max'],
        [{ kind => 'text', min => 5, max => 4 }, '/min'],
        [{ kind => 'text', min => -1 }, '/min'],
        [{ kind => 'list', max => 0 }, '/max'],
        [{ kind => 'number', min => 0, max => -1 }, '/min'],
        [{ kind => 'multi_choice', choices => ['a', 'b'], min => 3 }, '/min'],
        [{ kind => 'number', min => -1000000001 }, '/min'],
        [{ kind => 'number', min => 0.5 }, '/min'],
        [{ kind => 'text', currencies => ['CNY'] }, '/currencies'],
        [{ kind => 'money', currencies => ['CNY', 'cny'] }, '/currencies/1'],
        [{ kind => 'colour' }, '/kind'],
        [{}, '/kind'],
    ) {
        my ($more, $pointer) = @$row;
        $t->post('root', $path, { name => 'bad', %$more })
            ->is_problem(400, 'invalid-request', encode_json($more));
        is $t->post('root', $path, { name => 'bad', %$more })
            ->field('/errors/0/pointer'), $pointer, "  $pointer";
    }
    my $made = $t->post('root', $path, { name => 'bounds', kind => 'number',
        min => -5, max => 0 })->is(201, 'a bound may be negative, or nought');
    my $id = $made->field('/id');
    is_deeply [map { $made->field("/$_") } 'min', 'max'], [-5, 0], '  as told';
    $made = $t->patch('root', "$path/$id", { min => undef, max => undef })
        ->is(200, 'bounds are taken away');
    is_deeply [map { $made->field("/$_") } 'min', 'max'], [undef, undef],
        '  and are none';
    $t->delete('root', "$path/$id")->is(204, 'the field goes');
    $t->patch('root', "$path/1", { kind => 'text' })
        ->is_problem(400, 'invalid-request', 'a kind never changes');
}


# --- languages and people -----------------------------------------------------

sub form ($who, %h) {
    return $t->get($who, "/v1/types/$type/form", %h)->is(200, "form of $who")
        ->json;
}


sub words {
    my $form = form('alice');
    is $form->{title}, 'Order', 'a title';
    is $form->{description}, 'All of it', '  and a prompt';
    my $custom = $form->{properties}{custom};
    is $custom->{properties}{story}{title}, 'Story', 'of a field';
    is $custom->{properties}{story}{description}, 'Help for story', '  help';
    is_deeply $custom->{properties}{size}{enum}, ['s', 'm', undef],
        'what can be chosen';
    ok !$custom->{properties}{finding}, 'no field of the staff';
    ok !$form->{properties}{drill}, '  nor member';

    my $staff = form('ann', 'Accept-Language' => 'zh-CN');
    is $staff->{title}, '订单', 'in Chinese';
    is $staff->{properties}{custom}{properties}{story}{title}, '字段story',
        '  the fields, too';
    is_deeply $staff->{properties}{custom}{properties}{size}{oneOf},
        [{ const => 's', title => '小' }, { const => 'm', title => '中' },
        { type => 'null' }], '  and what can be chosen';
    ok $staff->{properties}{custom}{properties}{finding}, '  for staff';
    ok $staff->{properties}{on_behalf_of}, '  with its members';
    $t->get('alice', '/v1/types/999/form')->is(404, 'no such type');
}


# --- the schema against the server --------------------------------------------

sub ask ($question) {
    say {$in} encode_json($question);
    $in->flush;
    return decode_json(scalar readline $out)->{faults};
}


sub good ($who) {
    my %contact = (email => 'a@example.com', name => 'A');
    return { type => 'order', feature => 'shop', subject => 'An order',
        description => "It is\nlate", account => '4711',
        contact => \%contact, wanted_by => '2027-01-31T08:00:00Z',
        custom => { story => 'once', ratio => 0.5, colour => 'red',
            price => { amount => '12.50', currency => 'CNY' },
            when => '2026-11-22T01:02:03+08:00', parts => ['x'],
            account => 'A-1', home => 'https://example.com/',
            evidence => ['one', '二'] } };
}


sub mutated ($who) {
    my $doc = good($who);
    for (1 .. 1 + int rand 2) {
        my $at = rand() < 0.7 && ref $doc->{custom} eq 'HASH'
            ? $doc->{custom} : $doc;
        my @names = $at == $doc ? @MEMBERS
            : ((map { $_->[0] } @FIELDS), 'unknown', 'a/b~c');
        my $name = $names[rand @names];
        if (rand() < 0.2) {
            delete $at->{$name};
        } else {
            $at->{$name} = $POOL[rand @POOL];
        }
    }
    return $doc;
}


# Those of the pool that mean something to each field, so that both verdicts
# are common.
sub fitting ($who) {
    my $doc = good($who);
    my $row = $FIELDS[rand @FIELDS];
    my ($name, $kind) = @$row;
    my %look = (text => qr/^\w*$|^\s|\n/, number => qr/^-?[\d.e+]+$/,
        datetime => qr/^[12２]\d{3}-/, choice => qr/^[a-z绿 ]*$/,
        account => qr/^.{0,13}$/s, url => qr{://|:});
    my @some = grep {
        $kind =~ /money/ ? ref eq 'HASH'
            : $kind =~ /multi|list/ ? ref eq 'ARRAY'
            : defined && !ref && /$look{$kind}/ } @POOL;
    $doc->{custom}{$name} = $some[rand @some];
    return $doc;
}


sub same_verdict ($who, $count) {
    my $form = form($who, $who eq 'ann' ? ('Accept-Language' => 'zh') : ());
    is_deeply ask({ schema => $form }), [],
        "the form of $who is a schema by the meta-schema";
    ok @{ ask({ schema => { %$form, type => 'thing' } }) },
        '  which finds what is none';
    ask({ schema => $form });

    srand 20261122;
    my (%verdicts, @differ);
    for my $n (0 .. $count) {
        my $doc = $n == 0 ? good($who) : $n % 2 ? mutated($who)
            : fitting($who);
        my $text   = encode_json($doc);
        my $faults = ask({ document => decode('UTF-8', $text) });
        my $answer = $t->request('POST', $who, '/v1/tickets', body => $text,
            headers => { 'Content-Type' => 'application/json' }, check => 0);
        my $code = $answer->code;
        push @differ, "$text: $code, @$faults"
            if $code != 201 && $code != 400
                || ($code == 201) != (@$faults == 0);
        $verdicts{$code}++;
        is $code, 201, 'a good one is taken' if $n == 0;
    }
    is_deeply \@differ, [], "$who: the schema and the server agree";
    cmp_ok $verdicts{$_} // 0, '>', $count / 8, "  with enough of $_"
        for 201, 400;
}


# --- where it is wrong --------------------------------------------------------

sub pointers {
    for my $row (
        [sub ($d) { $d->{custom}{price}{currency} = 'USD' },
            '/custom/price/currency', 'choice'],
        [sub ($d) { $d->{custom}{price}{amount} = '1,5' },
            '/custom/price/amount', 'format'],
        [sub ($d) { delete $d->{custom}{price}{amount} },
            '/custom/price/amount', 'required'],
        [sub ($d) { $d->{custom}{parts} = ['x', 'q'] }, '/custom/parts/1',
            'choice'],
        [sub ($d) { $d->{custom}{parts} = ['x', 'x'] }, '/custom/parts/1',
            'duplicate'],
        [sub ($d) { $d->{custom}{evidence} = ['a', ''] },
            '/custom/evidence/1', 'too-short'],
        [sub ($d) { delete $d->{custom}{story} }, '/custom/story',
            'required'],
        [sub ($d) { delete $d->{custom} }, '/custom/story', 'required'],
        [sub ($d) { $d->{custom}{ratio} = 'x' }, '/custom/ratio', 'type'],
        [sub ($d) { $d->{custom}{count} = 11 }, '/custom/count',
            'too-large'],
        [sub ($d) { $d->{custom}{note} = 'x' }, '/custom/note', 'too-short'],
        [sub ($d) { $d->{custom}{'a/b~c'} = 1 }, '/custom/a~1b~0c',
            'unknown'],
        [sub ($d) { $d->{custom}{finding} = 'x' }, '/custom/finding',
            'forbidden'],
        [sub ($d) { delete $d->{account} }, '/account', 'required'],
        [sub ($d) { $d->{contact} = { name => 'x' } }, '/contact',
            'required'],
        [sub ($d) { $d->{feature} = 'old' }, '/feature', 'choice'],
        [sub ($d) { $d->{type} = 'nothing' }, '/type', 'choice'],
    ) {
        my ($spoil, $pointer, $code) = @$row;
        my $doc = good('alice');
        $spoil->($doc);
        my $no = $t->post('alice', '/v1/tickets', $doc)
            ->is_problem(400, 'invalid-request', "$pointer: $code");
        cmp_deeply $no->field('/errors'), superbagof(superhashof({
            pointer => $pointer, code => $code })), '  told';
    }
    my $doc = good('alice');
    delete @{ $doc->{custom} }{qw(story ratio)};
    is scalar @{ $t->post('alice', '/v1/tickets', $doc)->field('/errors') },
        2, 'every fault is told';
}


# --- filling in later ---------------------------------------------------------

sub later {
    my $id = $t->post('alice', '/v1/tickets', good('alice'))
        ->is(201, 'a ticket')->field('/id');
    $t->patch('alice', "/v1/tickets/$id", { custom => { note => 'more' } })
        ->is(200, 'one field more');
    my $now = $t->get('alice', "/v1/tickets/$id")->field('/custom');
    is $now->{note}, 'more', '  is there';
    is $now->{story}, 'once', '  with the others';
    $t->patch('alice', "/v1/tickets/$id", { custom => { story => undef } })
        ->is_problem(400, 'invalid-request', 'what is required stays');
    $t->patch('alice', "/v1/tickets/$id", { custom => { note => 'x' } })
        ->is_problem(400, 'invalid-request', 'and each is checked');
    $t->patch('alice', "/v1/tickets/$id", { custom => { finding => 'x' } })
        ->is_problem(400, 'invalid-request', 'staff only');
    $t->patch('ann', "/v1/tickets/$id", { custom => { finding => 'x' } })
        ->is(200, 'by staff');
    $t->patch('alice', "/v1/tickets/$id", { custom => { finding => undef } })
        ->is_problem(400, 'invalid-request', 'which stays');
    $t->patch('alice', "/v1/tickets/$id", { custom => { note => 'yes' } })
        ->is(200, 'other fields beside it');

    # a retired type and its tickets

    $t->patch('root', "/v1/types/$type", { active => false })
        ->is(200, 'retired');
    $t->patch('alice', "/v1/tickets/$id", { subject => 'Other' })
        ->is(200, 'its tickets go on');
    $t->patch('alice', "/v1/tickets/$id", { custom => { note => 'so' } })
        ->is(200, '  with their form');
    $t->post('alice', '/v1/tickets', good('alice'))
        ->is_problem(400, 'invalid-request', 'there are no new ones');
    $t->get('alice', "/v1/types/$type/form")->is(404, '  nor a form');
    $t->patch('root', "/v1/types/$type", { active => true })
        ->is(200, 'back again');
}


sub resolving {
    my $id = $t->post('alice', '/v1/tickets', good('alice'))
        ->is(201, 'a ticket')->field('/id');
    $t->post('ann', "/v1/tickets/$id/claim", {})->is(200, 'claimed');
    $t->post('ann', "/v1/tickets/$id/start", {})->is(200, 'begun');
    my $no = $t->post('ann', "/v1/tickets/$id/resolve",
        { solution => 'So.' })->is_problem(409, 'conflict', 'too early');
    is $no->field('/errors/0/pointer'), '/custom/finding', '  told why';
    $t->patch('ann', "/v1/tickets/$id", { custom => { finding => 'Found' } })
        ->is(200, 'filled in');
    $t->post('ann', "/v1/tickets/$id/resolve", { solution => 'So.' })
        ->is(200, 'resolved');
}
