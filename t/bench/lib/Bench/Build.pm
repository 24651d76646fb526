package Bench::Build;

# What a desk has before it is measured: people, teams, tickets.  All is made
# through the API, in batches of operations over several connections.

use v5.36;
use Exporter 'import';
use JSON::PP ();
use Bench::Client qw(ask_all);
use Bench::Text qw(http_request ticket_json);

our @EXPORT_OK = qw(each_at_once fill operations people teams);

use constant AGENTS           => 20;
use constant BATCH_OPERATIONS => 500;
use constant CONNECTIONS      => 8;

my $BASE = '/helpdesk/v1';
my $json = JSON::PP->new->utf8->canonical;


# operations(desk, token, [[method, path, body], ...], ...) -> bodies
#
# The operations of a list stay together: $0 in a path is what the first of
# them made.  Dies unless all are done.
sub operations ($desk, $token, @lists) {
    my (@batches, @bodies);

    for my $list (@lists) {
        push @batches, []
            if !@batches || @{ $batches[-1] } + @$list > BATCH_OPERATIONS;

        my $first = @{ $batches[-1] };
        push @{ $batches[-1] }, map {
            my ($method, $path, $body) = @$_;
            { method => $method,
              path   => '/v1' . $path =~ s/\$(\d+)/'$' . ($first + $1)/er,
              defined $body ? (body => $body) : () }
        } @$list;
    }

    my @requests = map {
        http_request('POST', "$BASE/batch", $token,
                     $json->encode({ operations => $_ }))
    } @batches;

    ask_all($desk->{nginx}{port}, CONNECTIONS, sub { shift @requests },
        sub ($n, $answer) {
            die "batch: $answer->{status} $answer->{content}\n"
                if $answer->{status} != 200;

            my $data = $json->decode($answer->{content})->{data};
            my ($failed) = grep { $_->{status} >= 300 } @$data;
            die 'batch: ' . $json->encode($failed) . "\n" if $failed;
            $bodies[$n] = [map { $_->{body} } @$data];
        });

    return map { @$_ } @bodies;
}


# Single requests where a batch does not serve, since each is somebody's own.
sub each_at_once ($desk, @requests) {
    ask_all($desk->{nginx}{port}, CONNECTIONS, sub { shift @requests },
        sub ($n, $answer) {
            die "request $n: $answer->{status} $answer->{content}\n"
                if $answer->{status} >= 300;
        });
}


# Users and agents with a token each.
sub people ($desk) {
    my @made = operations($desk, $desk->{root}, map {
        my ($role, $number) = @$_;
        [['POST', '/users', { login => "$role$number", role => $role,
                              name => "$role $number" }],
         ['POST', '/users/$0/tokens', {}]]
    } (map { ['user', $_] } 1 .. $desk->{users}),
      (map { ['agent', $_] } 1 .. AGENTS));

    while (my ($user, $token) = splice @made, 0, 2) {
        push @{ $desk->{"$user->{role}_ids"} }, $user->{id};
        push @{ $desk->{"$user->{role}_tokens"} }, $token->{token};
    }
}


# Teams, each with a type whose tickets go to it, and an agent's views of them.
sub teams ($desk, $teams) {
    my @team = map { $_->{id} } operations($desk, $desk->{root},
        map { [['POST', '/teams', { name => "team$_" }]] } 1 .. $teams);

    operations($desk, $desk->{root}, map {
        [['POST', '/types', { name => "type$_", team => $team[$_ - 1] }]]
    } 1 .. $teams);

    my @filters = ('state=new', 'assignee=none&sort=queue',
        'priority=urgent,high', 'assignee=me', 'complaint=false',
        map { "team=$_&state=new,open&sort=queue" } @team[0 .. 4]);

    operations($desk, $desk->{agent_tokens}[0], map {
        [['POST', '/views', { name => "view$_", filter => $filters[$_ - 1] }]]
    } 1 .. @filters);

    $desk->{team_ids} = \@team;
}


# Makes so many tickets, of the size of the sample: as many bytes of text in
# either language, two for each user in turn, shared out among the types.
sub fill ($desk, $tickets) {
    my @head = map {
        '{"method":"POST","path":"/v1/tickets","body":{'
        . ($desk->{teams} ? qq("type":"type$_",) : '') . '"on_behalf_of":'
    } 1 .. $desk->{teams} || 1;
    my $n = $desk->{characters};
    my @tail = map { ticket_json(@$_) =~ s/^\{/,/r . '}' }
        ['en', $n], ['zh', int(($n + 2) / 3)];
    my @user = @{ $desk->{user_ids} };
    my $made = 0;

    my $request = sub {
        my $from = $made;
        my $left = $tickets - $made;
        return undef if $left <= 0;

        $made += $left < BATCH_OPERATIONS ? $left : BATCH_OPERATIONS;
        return http_request('POST', "$BASE/batch", $desk->{agent_tokens}[0],
            '{"return":"minimal","operations":[' . join(',', map {
                $head[$_ % @head] . $user[($_ >> 1) % @user] . $tail[$_ & 1]
            } $from .. $made - 1) . ']}');
    };

    ask_all($desk->{nginx}{port}, CONNECTIONS, $request, sub ($n, $answer) {
        my $done = () = $answer->{content} =~ /"status":201,/g;
        my $all = $tickets - $n * BATCH_OPERATIONS;

        $all = BATCH_OPERATIONS if $all > BATCH_OPERATIONS;
        die "fill: $answer->{status} $answer->{content}\n" if $done != $all;
        $desk->{created} += $done;
    });
}


1;
