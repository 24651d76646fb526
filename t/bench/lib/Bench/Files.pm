package Bench::Files;

# Attachments: downloads beside nginx's own of the same bytes, and what an
# upload does to a worker's memory.

use v5.36;
use Exporter 'import';
use HTTP::Tiny;
use JSON::PP ();
use Bench::Proc qw(read_file write_file);

our @EXPORT_OK = qw(file_locations upload_kib);

use constant UPLOAD_MIB => 100;
use constant MIB        => 1024 * 1024;

my %SIZE = ('100k' => 100 * 1024, '10m' => 10 * MIB);


# Uploads a file of each size, and puts the same bytes where nginx serves
# them: the text of that location.
sub file_locations ($desk) {
    my $dir = "$desk->{dir}/static";
    mkdir $dir;

    for my $name (sort keys %SIZE) {
        my $bytes = bytes_of($SIZE{$name});
        write_file("$dir/$name", $bytes);
        $desk->{file}{$name} = '/helpdesk/v1/attachments/'
            . upload($desk, $name, $bytes)->{token};
    }
    return "location /static/ { alias $dir/; }\n";
}


sub bytes_of ($size) {
    return substr join('', map { pack 'NN', $_, $_ * 2_654_435_761 & ~0 >> 32 }
        1 .. $size / 8 + 1), 0, $size;
}


sub upload ($desk, $name, $content) {
    my $answer = HTTP::Tiny->new(timeout => 60)->post(
        "$desk->{origin}/helpdesk/v1/attachments?name=$name", {
            headers => { Authorization => "Bearer $desk->{user_tokens}[0]",
                         'Content-Type' => 'application/octet-stream',
                         ref $content ? ('Content-Length'
                                         => UPLOAD_MIB * MIB) : () },
            content => $content });

    die "upload: $answer->{status} $answer->{content}\n"
        if $answer->{status} != 201;
    return JSON::PP::decode_json($answer->{content});
}


# KiB by which a large upload raises the greatest size that a worker had.
sub upload_kib ($desk) {
    my $master = $desk->{nginx}{proc}{pid};
    my ($pid) = split ' ', read_file("/proc/$master/task/$master/children");
    my $before = high_water($pid);
    my $left = UPLOAD_MIB;
    my $piece = bytes_of(MIB);

    upload($desk, 'large', sub { $left-- > 0 ? $piece : undef });
    return high_water($pid) - $before;
}


sub high_water ($pid) {
    my ($kib) = read_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+)/m;
    return $kib;
}


1;
