# Verification of submissions over HTTP: the rules, what is held, what is
# rejected and how one appeals.

use v5.36;
use utf8;

use Mojo::JSON qw(true false);
use Test::Deep;

use TicketTest;

my $t = TicketTest->new(workers => 2);
my %least = (subject => 'Printer', description => '打印机卡纸');

rules();
held();
spam();
insisted();
staff();

$t->verify;
done_testing;


sub submit ($who, %more) {
    return $t->post($who, '/v1/tickets', { %least, %more })->is(201)->json;
}

sub rules {
    is submit('alice')->{verified}, false, 'nothing is looked at';
    my $first = $t->get('root', '/v1/verification')->is(200);
    is $first->field('/enabled'), false, 'off at first';
    $t->get('sue', '/v1/verification')->is_problem(403, 'forbidden');
    $t->patch('root', '/v1/verification', { reject_at => 10 })
        ->is_problem(400, 'invalid-request', 'not less than hold_at');
    $t->patch('root', '/v1/verification', { enabled => true,
        blocked_words => ['加微信', 'Casino'], word_points => 100,
        reject_at => 100 }, 'If-Match' => $first->etag)
        ->is(200, 'turned on');
    $t->patch('root', '/v1/verification', { enabled => false },
        'If-Match' => $first->etag)->is_problem(412, 'version-mismatch');
    is $t->get('root', '/v1/verification')->field('/version'), 1, 'once';
}

# The same again: an agent has to look.
sub held {
    my $again = submit('alice');
    is $again->{verified}, false, 'a duplicate';
    ok !exists $again->{held}, '  she is not told why';
    my $path = "/v1/tickets/$again->{id}";
    my $seen = $t->get('ann', $path)->is(200)->json;
    cmp_deeply $seen, superhashof({ held => bool(1), score => 80 }),
        '  staff is';
    my ($why) = @{ $t->get('ann', "$path/timeline")->json->{data} };
    is $why->{reason}, 'score 80: contact not proved 20, same as T-1 60',
        '  with reasons';
    unlike $t->get('alice', "$path/timeline")->body, qr/score|proved/,
        '  which she does not read';
    my $list = $t->get('ann', '/v1/tickets?held=true')->is(200)->json;
    is_deeply [ map { $_->{id} } @{ $list->{data} } ], [ $again->{id} ],
        '  listed as such';

    my $passed = $t->post('ann', "$path/verify", {})->is(200)->json;
    cmp_deeply $passed, superhashof({ verified => bool(1), held => bool(0),
        state => 'new' }), 'an agent lets it pass';
}

sub spam {
    my $no = submit('bob', subject => '快来 ＣＡＳＩＮＯ');
    is "$no->{state} $no->{close_reason}", 'closed spam', 'closed at once';
    my $path = "/v1/tickets/$no->{id}";
    my ($event) = @{ $t->get('bob', "$path/timeline")->json->{data} };
    is $event->{action}, 'reject', '  rejected by the desk';
    like $event->{reason}, qr/complain/, '  politely';
    is $t->get('bob', '/v1/notifications')->json->{data}[0]{kind}, 'state',
        '  he is told';
    my $appeal = $t->post('bob', "$path/complain", { reason => 'A novel.' })
        ->is(200, 'he appeals')->json;
    $t->post('sue', "$path/reopen", { reason => 'So it is.' })
        ->is(200, '  and is heard');
    is $t->get('sue', $path)->field('/held'), false, '  nothing holds it';
}

# Who was rejected and opens it again by himself has it looked at first.
sub insisted {
    my $no   = submit('alice', subject => 'Casino again');
    my $path = "/v1/tickets/$no->{id}";
    is $t->post('alice', "$path/reopen", { reason => 'I want it.' })
        ->is(200, 'opened again')->field('/state'), 'follow_up', '  it is';
    is $t->get('ann', $path)->field('/held'), true, '  but held';
    is $t->post('ann', "$path/claim", {})->is(200, '  until an agent')
        ->field('/held'), false, '  takes it in hand';
}

sub staff {
    my $made = $t->post('ann', '/v1/tickets', { %least,
        description => '加微信', on_behalf_of => $t->id('bob') })
        ->is(201, 'what staff submits')->json;
    is "$made->{state} " . ($made->{score} // 0), 'new 0', '  is not scored';
}
