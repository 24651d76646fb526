# What nginx -t refuses, with the place and the words; what it leaves behind;
# and how a server fares whose store directory is not as it should be.

use v5.36;
use utf8;

use TicketTest;
use TicketTest::ConfTest;

my $t = TicketTest->new(init => 0, start => 0, workers => 2);
my $uid = $> == 0 ? (getpwnam 'www-data')[2] : $>;


# --- directives ---------------------------------------------------------------

conf_tests_of($t);
my $sizes  = 'client_body_buffer_size 1m;';
my $server = 'server { listen 127.0.0.1:{port}; root {dir}/html;';

my $store = 'ticket_store main path={store};';
my $mount = 'location / { ticket main; }';
my $here  = '# here';

refuses('no arguments', qr/invalid number of arguments in "ticket_store"/,
    "ticket_store;$here");
refuses('a name alone', qr/invalid number of arguments/,
    "ticket_store main;$here");
refuses('no path', qr/the store "main" needs "path=" and the name of a dir/,
    "ticket_store main queue=1;$here");
refuses('an empty path', qr/invalid value "" of "path=", it needs the name/,
    "ticket_store main path=;$here");
my $accepted = 'accepted are path=, map_size=, key_file=, queue=, batch=, '
    . 'batch_bytes=, shared= and cores=';
refuses('an unknown option', qr/invalid parameter "quue=5", $accepted/,
    "ticket_store main path={store} quue=5;$here");
refuses('an option without value', qr/invalid parameter "queue"/,
    "ticket_store main path={store} queue;$here");
refuses('an option twice', qr/"queue=2" is given twice/,
    "ticket_store main path={store} queue=1 queue=2;$here");
refuses('the path twice', qr/"path=.*" is given twice/,
    "ticket_store main path={store} path={store}2;$here");
refuses('a name with =', qr/invalid store name "path=x", it needs 1 to 64/,
    "ticket_store path=x queue=1;$here");
refuses('an empty name', qr/invalid store name ""/,
    "ticket_store \"\" path={store};$here");
refuses('a long name', qr/invalid store name "x+"/,
    'ticket_store ' . 'x' x 65 . " path={store};$here");

for my $case (
    ['queue', '0 -1 65537 x 1k 1.5 99999999999999999999', qr/from 1 to 65536/],
    ['batch', '0 -1 4097 x', qr/from 1 to 4096/],
    ['batch_bytes', '0 -1 65535 2g x 63k', qr/from 64k to 1g/],
    ['map_size', '0 -1 1048575 16385g 99999999999999999999g x 1000001',
        qr/from 1m to 16384g, a multiple of the page size/])
{
    my ($option, $values, $says) = @$case;
    for my $value (split(/ /, $values), '') {
        refuses("$option=$value",
            qr/invalid value "\Q$value\E" of "$option=", it needs .*$says/,
            "ticket_store main path={store} $option=$value;$here");
    }
}

refuses('a name declared twice',
    qr/the store "main" is already declared in .*:\d+, give this one another/,
    $store, "ticket_store main path={dir}/other;$here");
for my $same ('{store}', '{store}/', '{dir}/./store', '{dir}//store',
    '{dir}/tmp/../store', 'store')
{
    refuses("one path for two stores: $same", qr/path|director/,
        $store, "ticket_store other path=$same;$here");
}
symlink $t->store, $t->dir . '/link' or die "symlink: $!\n";
refuses('one path through a link', qr/path|director/,
    $store, "ticket_store other path={dir}/link;$here");
refuses('a missing parent directory', qr/must exist and be searchable/,
    "ticket_store main path={dir}/no/such/store;$here");
refuses('a file as the path', qr/is not a directory/,
    "ticket_store main path={dir}/nginx.conf;$here");
refuses('a file as the parent', qr/must exist and be searchable/,
    "ticket_store main path={dir}/nginx.conf/store;$here");
refuses('ticket_store in a server', qr/directive is not allowed here/,
    "server { listen 127.0.0.1:{port}; $store }$here");

refuses('an unknown store', qr/unknown store "mian", declared is "main"/,
    $store, $sizes, $server, "location / { ticket mian; }$here", '}');
refuses('no store at all', qr/unknown store "main": no "ticket_store" is decl/,
    $sizes, $server, "location / { ticket main; }$here", '}');
refuses('an unknown store of the health', qr/unknown store "x", declared is/,
    $store, $server, "location / { ticket_health x; }$here", '}');
refuses('ticket twice', qr/"ticket" directive is duplicate/,
    $store, $sizes, $server, 'location / { ticket main;',
    "ticket main;$here", '}', '}');
refuses('ticket and ticket_health in one place', qr/cannot share a location/,
    $store, $sizes, $server, 'location / { ticket main;',
    "ticket_health main;$here", '}', '}');
refuses('ticket without a name', qr/invalid number of arguments in "ticket"/,
    $store, $server, "location / { ticket; }$here", '}');
refuses('ticket outside a location', qr/directive is not allowed here/,
    $store, "server { listen 127.0.0.1:{port}; ticket main; }$here");
refuses('a bad flag',
    qr/invalid value "yes" in "ticket_require_match".* must be "on" or "off"/,
    "ticket_require_match yes;$here");
refuses('a flag twice', qr/"ticket_require_idempotency_key" directive is dup/,
    'ticket_require_idempotency_key on;',
    "ticket_require_idempotency_key on;$here");

refuses('a file size of nothing',
    qr/"ticket_attachment_max_size" is "0" where a size from 1 to 4095m is exp/,
    "ticket_attachment_max_size 0;$here");
refuses('a file size that is none',
    qr/"ticket_attachment_max_size" is "many" where a size/,
    "ticket_attachment_max_size many;$here");
refuses('a file size that is too large', qr/ is "4096m" where a size/,
    "ticket_attachment_max_size 4096m;$here");
refuses('a file size twice', qr/"ticket_attachment_max_size" directive is dup/,
    'ticket_attachment_max_size 1m;', "ticket_attachment_max_size 1m;$here");
accepts('a file size', $store, $sizes, $server,
    'location / { ticket main; ticket_attachment_max_size 4095m; }', '}');

refuses('the default body buffer',
    qr/"client_body_buffer_size" is \d+ bytes where "ticket" needs at least /
    . qr/"client_max_body_size", 1048576/,
    $store, $server, "location / { ticket main; }$here", '}');
refuses('a buffer one byte short', qr/"client_body_buffer_size" is 1048575/,
    $store, 'client_body_buffer_size 1048575; client_max_body_size 1m;',
    $server, "location / { ticket main; }$here", '}');
refuses('a limit raised in the location', qr/"client_body_buffer_size" is/,
    $store, $sizes, $server,
    "location / { client_max_body_size 2m; ticket main; }$here", '}');
refuses('no limit of the body', qr/"client_max_body_size" is 0 bytes/,
    $store, 'client_max_body_size 0;', $sizes, $server,
    "location / { ticket main; }$here", '}');

refuses('the store below a root',
    qr/the store directory ".*store" lies below ".*", the root of a server/,
    "$store$here", 'server { listen 127.0.0.1:{port}; root {dir}; }');
refuses('the store as a root', qr/lies below/, "$store$here",
    $server, 'location /s/ { root {store}; }', '}');
refuses('the store below an alias', qr{the alias of location /files/,},
    "$store$here", $server, 'location /files/ { alias {dir}/; }', '}');
refuses('the store below a root, through a link', qr/lies below/,
    "$store$here", $server, 'location /s/ { root {dir}/link; }', '}');
is said($store, $sizes, $server, 'location /a/ { root {dir}/sto; }', $mount,
    '}')->{rc}, 0, 'a name that merely begins alike is no such case';

my $fine = said('ticket_store main path={store} map_size=1g queue=8 batch=4',
    'batch_bytes=64k;', 'ticket_store other path={dir}/other;', $sizes,
    $server, $mount, 'location /o/ { ticket other; }',
    'location /h { ticket_health main; }',
    'location /if/ { ticket main; if ($arg_x) { set $y 1; } }', '}');
is $fine->{rc}, 0, 'two stores and every option' or diag $fine->{err};
is said($sizes, $server, $mount, '}', $store)->{rc}, 0,
    'a store may be declared behind its use';


# --- nginx -t leaves nothing --------------------------------------------------

rmdir $t->store;
said($store, $sizes, $server, $mount, '}');
ok !-e $t->store && !-e $t->dir . '/other', 'nginx -t makes no directory';
mkdir $t->store, 0700;
chown $uid, -1, $t->store;
said($store, $sizes, $server, $mount, '}');
is_deeply [ glob $t->store . '/*' ], [], 'and no file in one that is there';
rmdir $t->store;


# --- the directory in use -----------------------------------------------------

delete $t->{server}{conf};
$t->{server}{http} = 'ticket_store other path={dir}/other;';
$t->{server}{server} = "location /other/ { ticket other; }\n"
    . 'location /health { ticket_health main; }';
$t->{server}{preload} = [];

# Is it so?  Modes and owners of what a start has made.
sub owned ($path, $mode) {
    my @stat = stat $path;
    return is sprintf('%o %d', $stat[2] & 07777, $stat[4]),
        sprintf('%o %d', $mode, $uid), "$path has mode and owner";
}

$t->{check} = 0;
$t->start;
wait_for(sub { $t->get(undef, '/v1/readyz')->code == 200 }, 'the store');
owned($t->store, 0700);
owned($t->dir . '/other', 0700);
owned($_, 0600) for glob $t->store . '/*.mdb';
$t->get(undef, $t->url('')  =~ s/helpdesk$/health/r)->is(200, 'ticket_health');
$t->stop;

# People for both stores.
$t->{check} = 1;
unlink glob $t->store . '/*';
$t->init_store;
$t->start;
my $path = '/v1/tickets/' . $t->some_ticket->{id};

# A reload with a bad configuration: the old workers go on.
my @old = @{ $t->workers };
my $conf = TicketTest::Server::slurp($t->conf_file);
for my $bad ('path={dir}/no/such/store', 'queue=0 path={store}') {
    open my $out, '>', $t->conf_file or die "nginx.conf: $!\n";
    print $out $conf =~ s/ticket_store main path=\S+/ticket_store main $bad/r
        =~ s/\{dir\}/$t->dir/er =~ s/\{store\}/$t->store/er;
    close $out;
    kill HUP => $t->master;
    wait_for(sub { $t->log =~ /\[emerg\].*(?:must exist|invalid value)/ },
        'the complaint');
    $t->get('alice', $path)->is(200, "$bad: the old workers serve on");
    is_deeply $t->workers, \@old, 'and are the same';
}
$t->expect_log(qr/must exist and be searchable/, qr/invalid value "0"/);

# A reload onto a directory that cannot be written: 503, nothing worse.
SKIP: {
    skip 'only root can take a directory away from the workers', 1 if $> != 0;

    $t->stop;
    chown 0, 0, $t->store;
    chmod 0700, $t->store;
    $t->{check} = 0;
    $t->start;
    my $busy = $t->get('alice', $path)->is_problem(503, 'busy',
        'a directory of somebody else: 503');
    ok $busy->header('Retry-After'), 'with Retry-After';
    $t->post('alice', '/v1/tickets', {})->is_problem(503, 'busy',
        'writes too');
    $t->get(undef, '/v1/readyz')->is(503, 'not ready');
    $t->get(undef, $t->url('') =~ s/helpdesk$/other\/v1\/healthz/r)
        ->is(200, 'the other store is in use all the same');
    like $t->log, qr/\[warn\].*does not belong to the user "www-data"/,
        'the log says whose it must be';
    like $t->log, qr/\[error\?\]|\[err.*answers 503, trying on: /,
        'and why it answers 503';

    chown $uid, -1, $t->store;
    chmod 0700, $t->store;
    $t->{check} = 1;
    wait_for(sub { $t->get('alice', $path)->code == 200 },
        'the store to be in use without a restart', 8);
    like $t->log, qr/is in use now/, 'the log says so';
    $t->some_ticket;
}

# The directory is missing; then somebody restores it.
$t->stop;
rename $t->store, $t->dir . '/away' or die "rename: $!\n";
my $away = $t->dir . '/away';
symlink $t->dir . '/no/where', $t->store;
$t->{check} = 0;
my $r = $t->conf_test;
ok $r->{rc} == 0 || $r->{err} =~ /path=/, 'a link to nowhere is judged';
unlink $t->store;
rename $away, $t->store or die "rename: $!\n";
$t->{check} = 1;
$t->start;
$t->get('alice', $path)->is(200, 'a store that comes back is as it was');

# A mode too open is told.
$t->stop;
chmod 0755, $t->store;
$t->start;
like $t->log, qr/\[warn\].*is open to other users, mode 755/, 'an open mode';

$t->verify;
done_testing;
