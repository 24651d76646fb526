package Bench::Peer::Plain;

# The same bytes from nginx without a desk: `return` and static files, as
# locations of the very nginx that has the module.

use v5.36;
use Exporter 'import';
use Bench::Nginx qw(constant_body);
use Bench::Proc qw(write_file);

our @EXPORT_OK = qw(plain_locations);


# plain_locations(dir, name => bytes, ...) -> text for a server block:
# /plain/NAME answers by `return`, /file/NAME as a static file, /plain/empty
# is `return 204`.
#
# Of the settings for a file the faster ones are taken: sendfile for large
# bodies, reading them into a buffer for those of about one segment.
sub plain_locations ($dir, %bodies) {
    my $text = "location = /plain/empty { return 204; }\n";

    mkdir "$dir/html";
    mkdir "$dir/html/file";

    for my $name (sort keys %bodies) {
        my $sendfile = length $bodies{$name} > 4096 ? 'on' : 'off';

        write_file("$dir/html/file/$name", $bodies{$name});
        $text .= "location = /plain/$name {\n"
               . constant_body($bodies{$name}) . "\n}\n"
               . <<~"CONF";
                location = /file/$name {
                    root $dir/html;
                    sendfile $sendfile;
                    open_file_cache max=100 inactive=1h;
                    open_file_cache_valid 1h;
                }
                CONF
    }
    return $text;
}


1;
