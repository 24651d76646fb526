# Tags, watchers, links, drafts: put by many at once on several workers and
# none lost, kept over kill -9, told in the timeline, seen by whom it is for.

use v5.36;
use utf8;

use Encode ();
use Mojo::Util qw(url_escape);

use TicketTest;
use TicketTest::Life;

my $t;

for my $workers (1, 3) {
    note "workers: $workers";
    $t = TicketTest->new(workers => $workers);

    at_once();
    repeated();
    who_sees();
    drafts();
    over_kill();

    $t->verify;
    $t->finish;
}
done_testing;


sub new_ticket ($who = 'alice') { $t->some_ticket(who => $who)->{id} }

sub ticket ($id, $who = 'ann') { $t->get($who, "/v1/tickets/$id")->json }


# Two agents put different members into one ticket in parallel.
sub at_once {
    my $id     = new_ticket();
    my @others = map { new_ticket() } 1 .. 6;
    my @tags   = map { ("tag $_", "标签$_") } 1 .. 6;
    my @people = qw(alice bob ann andy sue robo);
    my $before = ticket($id)->{version};
    my $n      = 0;

    my @all = (
        (map { "tags/" . url_escape(Encode::encode_utf8($_)) } @tags),
        (map { 'watchers/' . $t->id($_) } @people),
        (map { "links/$_" } @others));
    my @answers = $t->parallel(map { ['PUT', (qw(ann andy))[$n++ % 2],
        "/v1/tickets/$id/$_"] } @all);
    is scalar(grep { $_->code != 200 } @answers), 0, 'all are taken';

    my $now = ticket($id);
    is_deeply [sort @{ $now->{tags} }], [sort @tags], 'no tag is lost';
    is_deeply [sort map { $_->{id} } @{ $now->{watchers} }],
        [sort map { $t->id($_) } @people], 'no watcher';
    is_deeply [sort map { $_->{ticket} } @{ $now->{links} }], [sort @others],
        'no link';
    is $now->{version}, $before + @all, 'one version each';
    is_deeply [map { $_->{ticket} } @{ ticket($_)->{links} }], [$id],
        "the other end has it: $_" for @others;

    # half of them go while others come

    $n = 0;
    @answers = $t->parallel(
        (map { ['DELETE', 'ann', "/v1/tickets/$id/$_"] } @all[0 .. 9]),
        (map { ['PUT', 'andy', "/v1/tickets/$id/tags/new$_"] } 1 .. 8));
    is scalar(grep { $_->code != 200 } @answers), 0, 'taken away, too';
    is_deeply [sort @{ ticket($id)->{tags} }],
        [sort @tags[10, 11], map { "new$_" } 1 .. 8], 'the rest is there';
}


sub repeated {
    my $id = new_ticket();
    my @same = map { $t->parallel(map { ['PUT', $_,
        "/v1/tickets/$id/tags/same"] } qw(ann andy sue root)) } 1 .. 2;
    is ticket($id)->{version}, 2, 'eight times the same is one change';
    is scalar(@{ $t->get('ann', "/v1/tickets/$id/timeline")->json->{data} }),
        2, 'and one event';
    my $timeline = $t->get('ann', "/v1/tickets/$id/timeline")->json->{data};
    is_deeply $timeline->[0]{changes}, { tags => {
        old => [], new => ['same'] } }, 'which tells it';

    # who knows an old version may say so

    $t->put('ann', "/v1/tickets/$id/tags/x", undef,
        'If-Match' => qq("t$id.1"))->is(412);
}


sub who_sees {
    my $id    = new_ticket();
    my $other = new_ticket('bob');
    $t->put('ann', "/v1/tickets/$id/links/$other", { kind => 'child' })
        ->is(200);

    is_deeply ticket($id, 'alice')->{links}, [], 'not what is hidden';
    is_deeply ticket($id)->{links}, [{ ticket => $other,
        number => "T-$other", kind => 'child', state => 'new' }], 'staff do';
    $t->put('alice', "/v1/tickets/$id/tags/x")->is(403);
    $t->put('bob', "/v1/tickets/$id/tags/x")->is(404);
    $t->put('alice', "/v1/tickets/$id/watchers/me")->is(403);
    $t->put('ann', "/v1/tickets/$id/links/$other", { kind => 'split_from' })
        ->is(400);
    $t->put('ann', "/v1/tickets/$other/links/$id", { kind => 'child' })
        ->is(409);

    $t->post('ann', "/v1/tickets/$id/claim", {})->is(200);
    my $refused = $t->post('ann', "/v1/tickets/$id/resolve",
        { solution => 's' });
    $refused->is(409);
    like $refused->json->{detail}, qr/T-$other/, 'the child is named';

    # a watcher sees it, writes, and goes

    $t->get('bob', "/v1/tickets/$id")->is(404);
    $t->put('ann', "/v1/tickets/$id/watchers/" . $t->id('bob'))->is(200);
    is_deeply ticket($id, 'bob')->{watchers},
        [{ id => $t->id('bob'), name => '鲍勃' }], 'he sees himself';
    $t->post('bob', "/v1/tickets/$id/messages", { body => 'me too' })
        ->is(201);
    $t->delete('bob', "/v1/tickets/$id/watchers/me")->is(200);
    $t->get('bob', "/v1/tickets/$id")->is(404);
}


sub drafts {
    my $id   = new_ticket();
    my $path = "/v1/tickets/$id/draft";
    my $long = 'öß' x 5000;

    $t->get('ann', $path)->is(404);
    $t->put('ann', $path, { body => $long })->is(200);
    is $t->get('ann', $path)->json->{body}, $long, 'it is kept';
    $t->get($_, $path)->is(404) for qw(andy sue root);
    $t->get('alice', $path)->is(403);
    is ticket($id)->{version}, 1, 'and is no change of the ticket';

    $t->post('sue', "/v1/tickets/$id/assign", { assignee => $t->id('andy') })
        ->is(200);
    is $t->get('ann', $path)->json->{body}, $long, 'another owner, and still';
    unlike $t->get('sue', '/v1/tickets')->body, qr/ößö/, 'in no list';

    $t->post('ann', "/v1/tickets/$id/messages", { body => 'sent' })->is(201);
    $t->get('ann', $path)->is(404);

    for my $act (['request-info', { question => 'Which?' }],
        ['resolve', { solution => 'Done.' }])
    {
        my ($verb, $body) = @$act;
        $t->put('andy', $path, { body => 'half' })->is(200);
        $t->post('andy', "/v1/tickets/$id/$verb", $body)
            ->is(200, "$verb by its author");
        $t->get('andy', $path)->is(404);
    }
}


sub over_kill {
    my $id    = new_ticket();
    my $other = new_ticket();
    $t->put('ann', "/v1/tickets/$id/$_")->is(200)
        for 'tags/kept', 'watchers/me', "links/$other";
    $t->put('ann', "/v1/tickets/$id/draft", { body => 'half a sent' })
        ->is(200);
    my $before = ticket($id);

    $t->restart('KILL');
    is_deeply ticket($id), $before, 'as before the kill';
    is $t->get('ann', "/v1/tickets/$id/draft")->json->{body}, 'half a sent',
        'the draft, too';
}
