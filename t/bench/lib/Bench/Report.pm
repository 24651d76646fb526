package Bench::Report;

# From the rounds of each side to the table.

use v5.36;
use utf8;
use Exporter 'import';
use Bench::Proc qw(read_file write_file);
use Encode qw(decode_utf8 encode_utf8);

our @EXPORT_OK = qw(judge median table write_between);

my @HEAD = ('measure', 'ours', 'peer', 'ratio', 'must', 'goal', 'verdict',
            'worker, µs a request');

my $BEGIN = '<!-- measured: begin -->';
my $END = '<!-- measured: end -->';


sub median (@values) {
    my @sorted = sort { $a <=> $b } @values;
    my $middle = int(@sorted / 2);

    return undef if !@sorted;
    return @sorted % 2 ? $sorted[$middle]
                       : ($sorted[$middle - 1] + $sorted[$middle]) / 2;
}


# judge(row, { side => [result of each round] }) -> row with its figures.
#
# The ratio is the median of the rounds' ratios, not the ratio of medians:
# what slows the machine for a while then slows both sides of a round.
sub judge ($row, $sides) {
    my $take = $row->{take} // 'rate';
    my @ours = map { $_->{$take} } @{ $sides->{$row->{ours}} // [] };
    my @peer = map { $_->{$take} }
               $row->{peer} ? @{ $sides->{$row->{peer}} // [] } : ();
    my %r = (%$row, ours_value => median(@ours), peer_value => median(@peer));

    if ($row->{peer}) {
        my $both = @ours < @peer ? @ours : @peer;
        $r{ratio} = median(map {
            $row->{inverse} ? $peer[$_] / $ours[$_] : $ours[$_] / $peer[$_]
        } 0 .. $both - 1);
    }

    for my $side (grep { $row->{$_} } qw(ours peer)) {
        $r{"${side}_cpu"} = median(grep { defined } map { $_->{cpu_us} }
                                   @{ $sides->{$row->{$side}} // [] });
    }

    $r{verdict} = verdict(\%r, $r{peer} ? $r{ratio} : $r{ours_value});
    return \%r;
}


sub verdict ($r, $value) {
    return $r->{reason} // 'not measured' if !defined $value;
    return '' if !$r->{must};

    my $reaches = $r->{less} ? sub ($target) { $value <= $target }
                             : sub ($target) { $value >= $target };

    return $reaches->($r->{goal}) ? 'goal reached'
         : $reaches->($r->{must}) ? 'reached'
                                  : '**MISSED**';
}


# -> markdown.  names: { word in {braces} => what the run made of it }
sub table ($names, @rows) {
    my @lines = ([@HEAD], [('---') x @HEAD]);

    for my $r (@rows) {
        my $text = $r->{text} =~ s/\{(\w+)\}/number($names->{$1})/ger;
        my $limit = $r->{less} ? '≤' : '≥';

        push @lines, [
            $text,
            value($r->{ours_value}, $r->{unit}),
            $r->{peer} ? value($r->{peer_value}, $r->{unit}) : '',
            defined $r->{ratio} ? sprintf('%.2f', $r->{ratio}) : '',
            $r->{must} ? "$limit $r->{must}" : '',
            $r->{must} ? "$limit $r->{goal}" : '',
            $r->{verdict},
            join(' / ', map { sprintf '%.1f', $_ } grep { defined }
                        @$r{qw(ours_cpu peer_cpu)}),
        ];
    }
    return join '', map { '| ' . join(' | ', @$_) . " |\n" } @lines;
}


sub value ($value, $unit) {
    return '' if !defined $value;
    return number(sprintf '%.0f', $value) . ($unit ? " $unit" : '/s');
}


# 1234567 -> 1,234,567
sub number ($n) {
    return '?' if !defined $n;
    1 while $n =~ s/^(\d+)(\d{3})/$1,$2/;
    return $n;
}


# Replaces what stands between the markers of a document.
sub write_between ($path, $text) {
    my $document = decode_utf8(read_file($path));

    $document =~ s/(\Q$BEGIN\E\n).*?(\Q$END\E)/$1\n$text\n$2/s
        or die "$path has no lines $BEGIN and $END\n";
    write_file($path, encode_utf8($document));
}


1;
