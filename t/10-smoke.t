# A desk starts, takes a ticket, and gives it back.

use v5.36;
use utf8;

use TicketTest;

my $t = TicketTest->new(workers => 1);

$t->get(undef, '/v1/healthz')->is(200, 'healthz answers anybody');

my $made = $t->post('alice', '/v1/tickets', {
    subject     => '打印机卡纸 Printer jams',
    description => "Every second page.\n每隔一页。",
})->is(201, 'a user creates a ticket');

my $ticket = $made->json;
my $path   = "/v1/tickets/$ticket->{id}";

is $ticket->{subject}, '打印机卡纸 Printer jams', 'the subject is kept';
is $ticket->{state}, 'new', 'a ticket begins as new';
is $ticket->{requester}{id}, $t->id('alice'), 'its requester is the user';
like $made->header('Location'), qr{\Q$path\E$}, 'Location names it';

my $read = $t->get('alice', $path)->is(200, 'the user reads it');
is_deeply $read->json, $ticket, 'as it was answered';
is $read->etag, qq("t$ticket->{id}.$ticket->{version}"), 'its ETag';

$t->get('alice', $path, 'If-None-Match' => $read->etag)
    ->is(304, 'nothing new since');
$t->get('bob', $path)->is_problem(404, 'not-found');
$t->get(undef, $path)->is_problem(401, 'unauthorized');

my $list = $t->get('alice', '/v1/me/tickets')->is(200, 'the list of her own');
is_deeply [ map { $_->{id} } @{ $list->json->{data} } ], [ $ticket->{id} ],
    'holds the one ticket';
is $list->field('/page/next'), undef, 'and no further page';

$t->restart;
is_deeply $t->get('alice', $path)->json, $ticket, 'a restart keeps it';

$t->verify;
done_testing;
