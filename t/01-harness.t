# The harness sees what it is there to see: answers that the document does not
# describe, alerts and sanitizer reports in a log.

use v5.36;
use utf8;

use Mojo::JSON qw(decode_json encode_json);

use TicketTest;
use TicketTest::Answer;
use TicketTest::OpenAPI;
use TicketTest::Server;

my %thing = (
    type                 => 'object',
    required             => ['id', 'name', 'owner'],
    additionalProperties => \0,
    properties           => {
        id    => { type => 'integer' },
        name  => { type => ['string', 'null'] },
        owner => { '$ref' => '#/components/schemas/Owner' },
    },
);

my $api = TicketTest::OpenAPI->new(decode_json(encode_json({
    openapi => '3.1.0',
    paths   => {
        '/v1/things/{id}' => { get => { responses => {
            200 => { description => 'it',
                headers => { ETag => { required => \1 } },
                content => { 'application/json' => { schema =>
                    { '$ref' => '#/components/schemas/Thing' } } } },
            304 => { description => 'not modified' },
            404 => { '$ref' => '#/components/responses/Problem' },
        } } },
        '/v1/things/first' => { get => { responses => {
            204 => { description => 'nothing' } } } },
    },
    components => {
        schemas => {
            Thing   => \%thing,
            Owner   => { type => 'object', required => ['id'] },
            Problem => { type => 'object', required => ['type', 'status'] },
        },
        responses => { Problem => { description => 'p', content => {
            'application/problem+json' => { schema =>
                { '$ref' => '#/components/schemas/Problem' } } } } },
    },
})), '/helpdesk');

my $good    = '{"id":1,"name":null,"owner":{"id":2}}';
my $problem = '{"type":"/problems/not-found","status":404}';
my %json    = ('Content-Type' => 'application/json; charset=utf-8',
    ETag => '"t1.1"');
my %prob    = ('Content-Type' => 'application/problem+json');

# method, path, code, headers, body, what is said ('' for nothing)
my @cases = (
    ['GET', '/v1/things/7', 200, \%json, $good, qr/^$/],
    ['GET', '/v1/things/7?a=b', 200, \%json, $good, qr/^$/],
    ['HEAD', '/v1/things/7', 200, \%json, '', qr/^$/],
    ['HEAD', '/v1/things/7', 200, \%json, 'x', qr/with a body/],
    ['GET', '/v1/things/7', 304, {}, '', qr/^$/],
    ['GET', '/v1/things/7', 304, {}, 'x', qr/304 with a body/],
    ['GET', '/v1/things/7', 201, \%json, $good, qr/201 is not documented/],
    ['GET', '/v1/things/7', 200, \%json, '{"id":1,"name":"x"}', qr/owner/],
    ['GET', '/v1/things/7', 200, \%json,
        '{"id":"1","name":"x","owner":{"id":2}}', qr/integer/],
    ['GET', '/v1/things/7', 200, \%json,
        '{"id":1,"name":"x","owner":{}}', qr/owner/],
    ['GET', '/v1/things/7', 200, \%json,
        '{"id":1,"name":"x","owner":{"id":2},"more":1}', qr/more|additional/i],
    ['GET', '/v1/things/7', 200, \%json, 'not json', qr/not JSON/],
    ['GET', '/v1/things/7', 200, { %json, 'Content-Type' => 'text/html' },
        $good, qr/content type text\/html/],
    ['GET', '/v1/things/7', 200, { 'Content-Type' => 'application/json' },
        $good, qr/the header ETag is absent/],
    ['GET', '/v1/things/7', 404, \%prob, $problem, qr/^$/],
    ['GET', '/v1/things/7', 404, \%prob, '{}', qr/type/],
    ['GET', '/v1/things/first', 204, {}, '', qr/^$/],
    ['GET', '/v1/things/first', 200, \%json, $good, qr/not documented/],
    ['GET', '/v1/nothing', 404, \%prob, $problem, qr/^$/],
    ['GET', '/v1/nothing', 404, { 'Content-Type' => 'text/html' }, 'x',
        qr/instead of application\/problem/],
    ['GET', '/v1/nothing', 200, \%json, '{}', qr/no such path/],
    ['POST', '/v1/things/7', 405, { %prob, Allow => 'GET' }, $problem, qr/^$/],
    ['POST', '/v1/things/7', 405, \%prob, $problem, qr/without Allow/],
    ['POST', '/v1/things/7', 200, \%json, $good, qr/is not in the document/],
    ['OPTIONS', '/v1/things/7', 204, { Allow => 'GET, HEAD' }, '', qr/^$/],
    ['OPTIONS', '/v1/things/7', 204, { Allow => 'HEAD' }, '', qr/lacks GET/],
);

for my $case (@cases) {
    my ($method, $path, $code, $headers, $body, $says) = @$case;
    my $answer = TicketTest::Answer->new(code => $code, headers => $headers,
        body => $body);
    like join("\n", $api->faults($method, $path, $answer)), $says,
        "$method $path $code $body";
}


# --- logs ---------------------------------------------------------------------

my $server = TicketTest::Server->new;

my %line = (
    '2026/01/01 00:00:00 [info] 1#1: fine'                     => 0,
    '2026/01/01 00:00:00 [alert] 1#1: open socket #3 left'     => 1,
    '2026/01/01 00:00:00 [emerg] 1#1: bind() failed'           => 1,
    '2026/01/01 00:00:00 [notice] 1#1: worker process 7 exited'
        . ' on signal 11'                                      => 1,
    'x.c:1:2: runtime error: signed integer overflow'          => 1,
    '==7==ERROR: AddressSanitizer: heap-use-after-free'        => 1,
);

for my $text (sort keys %line) {
    write_file('logs/error.log', $text);
    is scalar(my @bad = $server->bad_lines), $line{$text}, $text;
}

write_file('logs/error.log', '[alert] worker process 7 exited on signal 9');
is scalar(my @allowed = $server->bad_lines(qr/on signal 9/)), 0,
    'an expected line is no fault';
write_file('asan/report.77', "==77==ERROR: LeakSanitizer\n");
is scalar(my @report = $server->bad_lines(qr/on signal 9/)), 2,
    'a sanitizer report always is';

done_testing;


sub write_file ($name, $text) {
    open my $out, '>', $server->dir . "/$name" or die "$name: $!\n";
    print $out "$text\n";
    close $out;
}
