package TicketTest::Life;

# Tickets in any state, many at a time: the shortest way to each state, the
# smallest body of each action, and parallel requests to walk them.

use v5.36;
use utf8;

use Exporter 'import';

our @EXPORT = qw(@STATES @ROUTES body_of act_request make_tickets
                 read_tickets act);

use constant PARALLEL_MAX => 64;

our @STATES = qw(new open in_progress waiting_user on_hold follow_up resolved
                 confirmed rated closed);

# The actions that have a route of their own.
our @ROUTES = qw(verify reject claim assign start assess transfer escalate
                 de-escalate request-info hold resume resolve confirm rating
                 close reopen urge complain merge timeout archive);

my %BODY = (
    'verify'       => {},
    'reject'       => { reason => 'This is no request for help.' },
    'claim'        => {},
    'start'        => {},
    'assess'       => { complexity => 3 },
    'transfer'     => { reason => 'Another team knows this better.' },
    'escalate'     => { reason => 'Beyond the first line.' },
    'de-escalate'  => {},
    'request-info' => { question => 'Which version is it? 请问版本号？' },
    'hold'         => { reason => 'Waiting for a spare part.' },
    'resume'       => {},
    'resolve'      => { solution => 'Please restart it. 请重启。' },
    'confirm'      => {},
    'rating'       => { speed => 5, attitude => 4, result => 3 },
    'close'        => { reason => 'It is over.' },
    'reopen'       => { reason => 'It happens again. 又出现了。' },
    'urge'         => {},
    'complain'     => { reason => 'Nobody answers me.' },
    'timeout'      => {},
    'archive'      => {},
    'reply'        => { body => 'We look into it.' },
    'message'      => { body => 'Here is what you asked for.' },
    'note'         => { body => 'Seen before.', visibility => 'internal' },
    'courtesy'     => { body => 'Thank you! 谢谢！', kind => 'courtesy' },
    'edit'         => { subject => 'Another subject' },
);

# R is the requester, O the owner.
my %WAY = (
    new          => [],
    open         => [[qw(O claim)]],
    in_progress  => [[qw(O start)]],
    waiting_user => [[qw(O start)], [qw(O request-info)]],
    on_hold      => [[qw(O start)], [qw(O hold)]],
    follow_up    => [[qw(O start)], [qw(O resolve)], [qw(R message)]],
    resolved     => [[qw(O start)], [qw(O resolve)]],
    confirmed    => [[qw(O start)], [qw(O resolve)], [qw(R confirm)]],
    rated        => [[qw(O start)], [qw(O resolve)], [qw(R confirm)],
                     [qw(R rating)]],
    closed       => [[qw(R close)]],
);


# The smallest valid body of an action; %more are further members.  assign and
# merge name what they need themselves.
sub body_of ($action, %more) {
    return { %{ $BODY{$action} // {} }, %more };
}


# A request for $t->parallel or ->request: an action by whatever route it has.
sub act_request ($who, $id, $action, %more) {
    my $path = "/v1/tickets/$id";
    my $body = body_of($action, %more);

    return ('PATCH', $who, $path, json => $body) if $action eq 'edit';
    return ('POST', $who, "$path/messages", json => $body)
        if $action =~ /^(?:reply|message|note|courtesy)$/;
    return ('POST', $who, "$path/$action", json => $body);
}


# Does it and returns the answer.
sub act ($t, $who, $id, $action, %more) {
    return $t->request(act_request($who, $id, $action, %more));
}


# Many requests, some at a time.
sub _all ($t, @requests) {
    my @answers;
    push @answers, $t->parallel(splice @requests, 0, PARALLEL_MAX)
        while @requests;
    return @answers;
}


# Each spec is a hash: state, requester (alice), owner (ann), way (instead of
# the state's), then (further steps), new (members of the ticket).  A step is
# [who, action, body members...]; R and O stand for requester and owner.
# Returns the ids in the same order.
sub make_tickets ($t, @specs) {
    my @todo;
    my @ids = map { $_->field('/id') // die 'not made: ' . $_->body . "\n" }
        _all($t, map { ['POST', $_->{requester} // 'alice', '/v1/tickets',
            check => 0,
            json => { subject => 'A ticket', description => 'For a test',
                %{ $_->{new} // {} } }] } @specs);

    for my $i (0 .. $#specs) {
        my $spec = $specs[$i];
        my %name = (R => $spec->{requester} // 'alice',
            O => $spec->{owner} // 'ann');
        my @steps = (@{ $spec->{way} // $WAY{ $spec->{state} // 'new' } },
            @{ $spec->{then} // [] });
        $todo[$i] = [ map { my ($who, $action, @more) = @$_;
            [ $name{$who} // $who, $action, @more ] } @steps ];
    }

    while (my @now = grep { @{ $todo[$_] } } 0 .. $#todo) {
        my @steps = map { shift @{ $todo[$_] } } @now;
        my @answers = _all($t, map {
            my ($who, $action, @more) = @{ $steps[$_] };
            [ act_request($who, $ids[ $now[$_] ], $action, @more),
                check => 0 ]
        } 0 .. $#now);

        for my $i (grep { $answers[$_]->code >= 300
                          || $answers[$_]->code == 0 } 0 .. $#now) {
            die "$steps[$i][0] $steps[$i][1] on ticket $ids[$now[$i]]: "
                . $answers[$i]->code . ' '
                . ($answers[$i]->error // $answers[$i]->body) . "\n";
        }
    }

    return @ids;
}


# The tickets with messages and timeline as $who sees them, in order.
sub read_tickets ($t, $who, @ids) {
    return map {
        $_->code == 200 ? $_->json : die $_->code . ' ' . $_->body . "\n"
    } _all($t, map { ['GET', $who,
        "/v1/tickets/$_?include=messages,timeline", check => 0] } @ids);
}


1;
