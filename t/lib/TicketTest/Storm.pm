package TicketTest::Storm;

# Clients create, move and message while workers are killed, reloaded and the
# master is restarted; afterwards what the clients were told is held against
# what is there.  Used by the kill test, and with seeded bugs by the test that
# the kill test would notice.

use v5.36;

use Time::HiRes qw(sleep time);

use TicketTest::Load;

use constant {
    PAUSE_SECONDS => 0.010,     # of a client between two writes
    RECENT        => 12,        # tickets that a client goes on with
    PAGE          => 200,
};

my @users  = qw(alice bob);
my @agents = qw(ann andy sue);

# state => what may be done next: [who, verb, body]; a verb of 'messages' is
# a message.
my %next = (
    new          => [['agent', 'claim', {}], ['agent', 'start', {}],
                     ['user', 'messages', 'body']],
    open         => [['agent', 'start', {}], ['agent', 'messages', 'body'],
                     ['user', 'urge', {}]],
    in_progress  => [['agent', 'request-info', 'question'],
                     ['agent', 'resolve', 'solution'],
                     ['agent', 'hold', 'reason'],
                     ['agent', 'assess', { complexity => 3 }],
                     ['user', 'messages', 'body']],
    waiting_user => [['user', 'messages', 'body']],
    on_hold      => [['agent', 'resume', {}]],
    follow_up    => [['agent', 'resolve', 'solution'],
                     ['agent', 'start', {}]],
    resolved     => [['user', 'confirm', {}], ['user', 'messages', 'body']],
    confirmed    => [['user', 'rating',
                     { speed => 5, attitude => 4, result => 3 }]],
    rated        => [['user', 'close', {}], ['agent', 'reopen', 'reason']],
    closed       => [['user', 'reopen', 'reason']],
);


# Options: seconds, seed, clients, and the weights of what happens.
sub new ($class, $desk, %opt) {
    return bless {
        desk    => $desk,
        seconds => 20,
        seed    => 1,
        clients => 16,
        pause   => [0.15, 0.7],
        weights => { worker => 8, workers => 3, reload => 5, restart => 2,
            quit => 1 },
        %opt,
        faults  => [],
        done    => {},
    }, $class;
}


# Runs it; the faults found, as lines.
sub run ($self) {
    my $load = TicketTest::Load->new($self->{desk},
        clients => $self->{clients}, seconds => $self->{seconds},
        seed => $self->{seed}, grace => 20, script => \&client_step)->start;

    srand $self->{seed};
    my $end = time + $self->{seconds};
    while (time < $end) {
        my ($low, $high) = @{ $self->{pause} };
        sleep $low + rand($high - $low);
        $self->strike;
    }
    $self->{records} = [ $load->finish ];
    $self->check;
    return @{ $self->{faults} };
}


sub records ($self) { @{ $self->{records} } }
sub strikes ($self) { $self->{done} }
sub fault ($self, $text) { push @{ $self->{faults} }, $text }


sub strike ($self) {
    my $desk   = $self->{desk};
    my $weight = $self->{weights};
    my @names  = map { ($_) x $weight->{$_} } sort keys %$weight;
    my $what   = $names[rand @names];
    $self->{done}{$what}++;

    if ($what eq 'worker') {
        my $workers = $desk->workers;
        kill KILL => $workers->[rand @$workers] if @$workers;
    }
    elsif ($what eq 'workers') {
        $desk->kill_workers('KILL');
    }
    elsif ($what eq 'reload') {
        $desk->reload;
    }
    elsif ($what eq 'restart') {
        $desk->stop('KILL');
        $desk->start;
    }
    else {
        $desk->restart('QUIT');
    }
}


# --- what a client does -------------------------------------------------------

sub client_step ($c) {
    my $mine   = $c->mine;
    my $recent = $mine->{recent} //= [];
    my $marker = $c->marker;
    my $user   = $users[$c->number % @users];
    sleep PAUSE_SECONDS;

    if (!@$recent || rand() < 0.3) {
        my $r = $c->post($user, '/v1/tickets',
            { subject => $marker, description => "made as $marker" },
            kind => 'create', marker => $marker);
        push @$recent, { id => $r->{id}, state => 'new' }
            if $r->{outcome} eq 'ok';
        shift @$recent if @$recent > RECENT;
        return;
    }

    my $ticket = $recent->[rand @$recent];
    if (rand() < 0.15) {                  # one that others work at
        my $id = 1 + int rand $ticket->{id};
        $c->post($agents[rand @agents], "/v1/tickets/$id/messages",
            { body => $marker, kind => 'note', visibility => 'internal' },
            kind => 'message', marker => $marker, ticket => $id);
        return;
    }

    my $choices = $next{ $ticket->{state} } // [];
    my ($who, $verb, $body) = @{ $choices->[rand @$choices] // return };
    $body = { $body => $marker } if !ref $body;
    $who  = $who eq 'user' ? $user : $agents[$ticket->{id} % @agents];

    my $r = $c->post($who, "/v1/tickets/$ticket->{id}/$verb", $body,
        kind => $verb eq 'messages' ? 'message' : 'action', verb => $verb,
        (grep { !ref && $_ eq $marker } values %$body)
            ? (marker => $marker) : (),
        ticket => $ticket->{id});
    $ticket->{state} = $r->{state} if $r->{outcome} eq 'ok' && $r->{state};
    # a message moves its ticket as well: ask for the state by the refusal
    $ticket->{state} = state_after($ticket->{state}, $who, $verb)
        if $r->{outcome} eq 'ok' && !$r->{state};
    @$recent = grep { $_ != $ticket } @$recent if $r->{outcome} ne 'ok';
}


# Where a message leads from this state.
sub state_after ($state, $who, $verb) {
    my $agent = $who !~ /^(?:alice|bob)$/;
    return 'in_progress' if $agent && $state =~ /^(?:new|open|follow_up)$/;
    return 'in_progress' if !$agent && $state eq 'waiting_user';
    return 'follow_up'   if !$agent && $state eq 'resolved';
    return $state;
}


# --- what was told and what is there ------------------------------------------

sub check ($self) {
    my $desk  = $self->{desk};
    my $moves = $self->moves;
    my (%told, %unknown, @creates);

    for my $r ($self->records) {
        push @creates, $r if $r->{kind} eq 'create';
        next if $r->{kind} eq 'create';
        push @{ $told{ $r->{ticket} } }, $r    if $r->{outcome} eq 'ok';
        push @{ $unknown{ $r->{ticket} } }, $r if $r->{outcome} eq 'unknown';
    }

    my $tickets = $self->all_tickets;
    $self->check_creates($tickets, @creates);
    for my $ticket (@$tickets) {
        my $id = $ticket->{id};
        $self->check_ticket($ticket, $moves, $told{$id} // [],
            $unknown{$id} // []);
        delete $told{$id};
    }
    $self->fault("ticket $_ was acted on and is not there")
        for sort { $a <=> $b } keys %told;
}


# "action from" => { to => 1 }, from GET /v1/workflow.
sub moves ($self) {
    my %moves;
    my $workflow = $self->{desk}->get(undef, '/v1/workflow')->json;
    for my $row (@{ $workflow->{transitions} }) {
        for my $from (@{ $row->{from} }, @{ $row->{from} } ? () : 'none') {
            $moves{"$row->{action} $from"}{ $row->{to} // $from } = 1;
        }
    }
    return \%moves;
}


sub all_tickets ($self) {
    my @all;
    my $path = '/v1/tickets?limit=' . PAGE;
    my $next = '';
    while (defined $next) {
        my $json = $self->{desk}->request(GET => 'ann', $path
            . ($next eq '' ? '' : "&cursor=$next"), check => 0)->json;
        push @all, @{ $json->{data} };
        $next = $json->{page}{next};
    }
    return \@all;
}


sub check_creates ($self, $tickets, @creates) {
    my (%times, %id);
    for my $ticket (@$tickets) {
        $times{ $ticket->{subject} }++;
        $id{ $ticket->{subject} } = $ticket->{id};
    }
    for my $r (@creates) {
        my $n = delete $times{ $r->{marker} } // 0;
        $self->fault("create $r->{marker}, acknowledged, is there $n times")
            if $r->{outcome} eq 'ok' && $n != 1;
        $self->fault("create $r->{marker}, acknowledged as $r->{id}, "
            . "is $id{ $r->{marker} }")
            if $r->{outcome} eq 'ok' && $n == 1
               && $id{ $r->{marker} } != $r->{id};
        $self->fault("create $r->{marker}, unknown, is there $n times")
            if $r->{outcome} eq 'unknown' && $n > 1;
        $self->fault("create $r->{marker}, refused with $r->{code}")
            if $r->{outcome} eq 'refused';
    }
    $self->fault("there is a ticket that nobody made: $_")
        for sort keys %times;
}


# All entries of a list below a ticket.
sub entries ($self, $id, $what) {
    my @all;
    my $next = '';
    while (defined $next) {
        my $answer = $self->{desk}->request(GET => 'ann',
            "/v1/tickets/$id/$what?limit=" . PAGE
            . ($next eq '' ? '' : "&cursor=$next"), check => 0);
        my $json = $answer->json;
        if ($answer->code != 200 || !$json->{data}) {
            $self->fault("ticket $id: $what: " . $answer->code);
            return ();
        }
        push @all, @{ $json->{data} };
        $next = $json->{page}{next};
    }
    return @all;
}


sub check_ticket ($self, $ticket, $moves, $told, $unknown) {
    my $id     = $ticket->{id};
    my @events = reverse $self->entries($id, 'timeline');
    my %at     = map { $_->{version} => $_ } @events;

    $self->check_chain($ticket, $moves, @events);

    my %used;
    for my $r (grep { $_->{kind} eq 'action' } @$told) {
        my $event = $at{ $r->{version} };
        if (!$event || $event->{action} ne $r->{verb}) {
            $self->fault("ticket $id: $r->{verb} was acknowledged as version "
                . "$r->{version}, which is " . ($event ? $event->{action}
                    : 'absent'));
        }
        elsif ($used{ $r->{version} }++) {
            $self->fault("ticket $id: version $r->{version} was "
                . 'acknowledged twice');
        }
    }

    my $extra = @events - 1 - @$told;     # one is its submission
    $self->fault("ticket $id: $extra events more than were acknowledged, "
        . @$unknown . ' unknown') if $extra > @$unknown;
    $self->fault("ticket $id: " . -$extra . ' acknowledged events are absent')
        if $extra < 0;

    my @marked = grep { defined $_->{marker} } @$told;
    return if !@marked && !@$unknown;
    my %times;
    $times{ $_->{body} }++ for $self->entries($id, 'messages');
    for my $r (@marked) {
        next if ($r->{verb} // '') =~ /^(?:hold|reopen)$/;
        my $n = $times{ $r->{marker} } // 0;
        $self->fault("ticket $id: message $r->{marker} is there $n times")
            if $n != 1;
    }
    for my $r (grep { defined $_->{marker} } @$unknown) {
        my $n = $times{ $r->{marker} } // 0;
        $self->fault("ticket $id: unknown $r->{marker} is there $n times")
            if $n > 1;
    }
}


# Each event follows the one before it and the table of transitions.
sub check_chain ($self, $ticket, $moves, @events) {
    my ($version, $state, $at) = (0, 'none', '');

    for my $event (@events) {
        my $from = $event->{from} // 'none';
        my $to   = $event->{to};
        my $text = "ticket $ticket->{id}: event $event->{id}, "
            . "$event->{action} $from -> $to, version $event->{version}";

        $self->fault("$text, follows version $version")
            if $event->{version} != $version + 1;
        $self->fault("$text, follows the state $state") if $from ne $state;
        $self->fault("$text, is in no table")
            if !($moves->{"$event->{action} $from"} // {})->{$to};
        $self->fault("$text, is before $at") if $event->{at} lt $at;
        ($version, $state, $at) = ($event->{version}, $to, $event->{at});
    }
    $self->fault("ticket $ticket->{id}: $ticket->{state}, version "
        . "$ticket->{version}; its events say $state, $version")
        if $ticket->{state} ne $state || $ticket->{version} != $version;
}


1;
