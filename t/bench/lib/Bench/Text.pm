package Bench::Text;

# The words of the tickets.  Lengths are in characters: 400 of them are 400
# bytes of English and some 1,200 bytes of Chinese.

use v5.36;
use utf8;
use Exporter 'import';
use JSON::PP ();

our @EXPORT_OK = qw(description http_request subject ticket_json);

my %SUBJECT = (
    en => 'Invoices from last month cannot be printed',
    zh => '上个月的发票无法打印，请尽快处理',
);

my %DESCRIPTION = (
    en => 'Since this morning none of our colleagues in the accounting '
        . 'office can print invoices. The printer answers to a test page, '
        . 'but the window of the program closes after a click on "Print" '
        . 'and nothing arrives in the queue. We restarted two computers '
        . 'and the printer, and the fault is the same for everybody. Other '
        . 'documents are printed well. The month must be closed on Friday, '
        . 'so please tell us whether there is a way around it until then. ',
    zh => '从今天早上开始，财务部的同事都无法打印发票。打印机可以打印测试'
        . '页，但是点击“打印”按钮之后程序窗口会自动关闭，打印队列里也没'
        . '有任何任务。我们已经重新启动了两台电脑和打印机，问题依然存在，'
        . '而且每个人都一样。其他文件可以正常打印。本月的账目必须在星期五'
        . '之前结算完毕，请告诉我们在问题解决之前有没有其他办法可以先把发'
        . '票打印出来。如果需要远程协助，请在工作时间内联系我，电话和邮箱'
        . '都在账户资料里。',
);


sub subject ($language) {
    return $SUBJECT{$language};
}


sub description ($language, $characters) {
    my $text = $DESCRIPTION{$language};
    return substr $text x (1 + $characters / length $text), 0, $characters;
}


# -> bytes
sub ticket_json ($language, $characters) {
    state $json = JSON::PP->new->utf8->canonical;

    return $json->encode({
        subject     => subject($language),
        description => description($language, $characters),
    });
}


# A request ready for the wire.
sub http_request ($method, $path, $token, $body = undef) {
    my $entity = defined $body
               ? "Content-Type: application/json\r\nContent-Length: "
                 . length($body) . "\r\n\r\n$body"
               : "\r\n";

    return "$method $path HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         . "Authorization: Bearer $token\r\n$entity";
}


1;
