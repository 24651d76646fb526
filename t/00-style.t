# The tree keeps the rules of t/style, the generated documents are fresh, and
# the checker finds each fault that it is there to find.

use v5.36;
use utf8;

use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output);

my $said = qx(t/style 2>&1);
is $?, 0, 'the tree keeps the rules' or diag $said;

for my $program (glob 'build/docs/*') {
    my ($name) = $program =~ m{([^/]+)$};
    my $doc = 'docs/' . ($name =~ tr/_/-/r) . '.md';
    is slurp($doc), scalar(qx($program)), "$doc is fresh";
}


# --- the checker itself -------------------------------------------------------

my $src  = 'ngx_ticket_module';
my $tree = tempdir(CLEANUP => 1);
my $good = <<'END';
#include "base/tkt_one.h"


int
tkt_one(int a)
{
    return a;
}
END

fresh();
is fault_of(), '', 'a small good tree has no fault';

my $long_line = '/* ' . 'x' x 80 . ' */';
my $long_body = "    a++;\n" x 70;
my $many      = "int  tkt_x(int a);\n" x 601;

# file, text (undef: removed), what the checker says
my @seeds = (
    ['upward include', 'base/tkt_one.c', qq(#include "store/tkt_two.h"\n$good),
        qr/base includes store/],
    ['sibling include', 'store/tkt_two.c', qq(#include "codec/tkt_c.h"\n),
        qr/store includes codec/],
    ['absent include', 'base/tkt_one.c', qq(#include "base/tkt_no.h"\n$good),
        qr/does not exist/],
    ['foreign header', 'app/tkt_app.c', "#include <lmdb.h>\n",
        qr/<lmdb.h> belongs to store/],
    ['yajl outside codec', 'store/tkt_two.c', "#include <yajl/yajl_gen.h>\n",
        qr/belongs to codec/],
    ['sodium outside crypto', 'app/tkt_app.c', "#include <sodium.h>\n",
        qr/belongs to crypto/],
    ['nginx below worker', 'app/tkt_app.c', "#include <ngx_core.h>\n",
        qr/<ngx_core.h> belongs to/],
    ['an nginx name below worker', 'app/tkt_app.c',
        "typedef ngx_int_t  tkt_t;\n", qr/ngx_int_t belongs to/],
    ['DUPSORT', 'store/tkt_two.c', "enum { A = MDB_DUPSORT };\n",
        qr/a DUPSORT database/],
    ['a sync flag', 'store/tkt_two.c', "enum { A = MDB_NOSYNC };\n",
        qr/the flag MDB_NOSYNC/],
    ['a long line', 'base/tkt_one.h', "$long_line\n", qr/86 columns/],
    ['a tab', 'base/tkt_one.h', "int\ttkt_one(int a);\n", qr/a tab/],
    ['trailing space', 'base/tkt_one.h', "int  tkt_one(int a); \n",
        qr/trailing space/],
    ['unfinished work', 'base/tkt_one.h', '/* TO' . "DO: more */\n",
        qr/unfinished work/],
    ['// comment', 'base/tkt_one.h', "int  tkt_one(int a);  // one\n",
        qr{a // comment}],
    ['a long function', 'base/tkt_one.c', $good =~ s/    return/$long_body$&/r,
        qr/a function of 73 lines/],
    ['a long file', 'base/tkt_one.h', $many, qr/601 lines besides tables/],
    ['one blank line between', 'base/tkt_one.c',
        $good . "\n" . $good =~ s/.*?\n\n\n//sr =~ s/one/two/r,
        qr/1 blank lines/],
    ['type and name on one line', 'base/tkt_one.c',
        $good =~ s/int\ntkt/int tkt/r, qr/begins its line/],
    ['a file not in config', 'base/tkt_new.c', $good, qr/base lacks tkt_new.c/],
    ['a file gone', 'base/tkt_one.c', undef, qr/names tkt_one.c, which/],
);

for my $seed (@seeds) {
    my ($name, $file, $text, $says) = @$seed;
    fresh();
    defined $text ? spew("$src/$file", $text) : unlink "$tree/$src/$file";
    like fault_of(), $says, "found: $name";
}

# file, source, what the checker says about its object
my @symbols = (
    ['an export without prefix', 'base/tkt_one.c', "int one(void);\n$good"
        . "\n\nint\none(void)\n{\n    return 1;\n}\n",
        qr/the exported name one/],
    ['mutable data', 'base/tkt_one.c', "static int  tkt_calls;\n\n\n"
        . $good =~ s/return a/return a + tkt_calls++/r,
        qr/mutable data at file scope: tkt_calls/],
    ['mutable data in a function', 'base/tkt_one.c',
        $good =~ s/    return a/    static int  n = 3;\n    return a + n++/r,
        qr/mutable data at file scope: n\.\d+/],
    ['const data with pointers is no fault', 'base/tkt_one.c',
        qq(extern const char *const  tkt_n[];\n)
        . qq(const char *const  tkt_n[] = { "a" };\n\n\n$good), qr/^$/],
);

for my $seed (@symbols) {
    my ($name, $file, $text, $says) = @$seed;
    fresh();
    spew("$src/$file", $text);
    my $object = "$tree/build/obj/$src/$file" =~ s/c$/o/r;
    make_path($object =~ s{/[^/]+$}{}r);
    system 'gcc', '-fPIE', "-I$tree/$src", '-c', '-o', $object,
        "$tree/$src/$file";
    like fault_of(), $says, "found: $name";
}

fresh();
spew("$src/base/tkt_new.c", $good);
system 't/style', '--lists', '--root', $tree;
is fault_of(), '', '--lists brings the lists up to date';

done_testing;


# The small tree as it should be.
sub fresh () {
    system 'rm', '-rf', $tree;
    spew("$src/base/tkt_one.h", "int  tkt_one(int a);\n");
    spew("$src/base/tkt_one.c", $good);
    spew("$src/store/tkt_two.h", "int  tkt_two(int a);\n");
    spew("$src/store/tkt_two.c", qq(#include "store/tkt_two.h"\n));
    spew("$src/codec/tkt_c.h", "int  tkt_c(int a);\n");
    spew("$src/app/tkt_app.c", qq(#include "store/tkt_two.h"\n));
    spew('config', join '', map { "ticket_$_->[0]=\"$_->[1]\"\n" }
        [base => 'tkt_one.c tkt_one.h'], [store => 'tkt_two.c tkt_two.h'],
        [codec => 'tkt_c.h'], [app => 'tkt_app.c'],
        map { [$_, ''] } qw(crypto domain worker jobs http module));
}


sub fault_of () {
    my @lines = qx(t/style --root $tree 2>&1);
    return join '', grep { !/^style: / } @lines;
}


sub spew ($file, $text) {
    make_path("$tree/$file" =~ s{/[^/]+$}{}r);
    open my $out, '>:encoding(UTF-8)', "$tree/$file" or die "$file: $!\n";
    print $out $text;
    close $out;
}


sub slurp ($file) {
    open my $in, '<', $file or return '';
    local $/;
    return readline $in;
}
