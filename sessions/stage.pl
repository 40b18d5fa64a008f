# The stage of a recording: everyday programs of a web server, and two miners that mine nothing.
#
# Runs as process 1 of its own namespaces; sessions/record.sh prepares them.
use strict;
use warnings;
use Socket;
use POSIX ();

my ($what, $tape) = @ARGV;

# Brings the loopback interface up where there is no ip(8): SIOCSIFFLAGS, IFF_UP | IFF_RUNNING.
if ($what eq 'loopback') {
    socket(my $any, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
    ioctl($any, 0x8914, pack('a16 s x22', 'lo', 0x41)) or die "lo: $!";
    exit 0;
}

# The kernel's name of this process, as a real program of that name would have it.
sub name {
    open my $comm, '>', '/proc/self/comm' or return;
    print $comm $_[0];
}

# A program that listens, waits, and works a little now and then.
sub everyday {
    my ($program, $title, $uid, $busy, @ports) = @_;
    my $pid = fork() // die "fork: $!";
    return $pid if $pid;
    POSIX::setgid($uid);
    exec { "/usr/local/sbin/$program" } $program, '/usr/local/stage/stage.pl', 'act', $title, $uid, $busy, @ports;
    die "exec: $!";
}

if ($what eq 'act') {
    my ($title, $uid, $busy, @ports) = @ARGV[1 .. $#ARGV];
    my @open;
    for my $port (@ports) {
        my ($kind, $number) = $port =~ /^([lc])(\d+)$/ or die;
        socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
        if ($kind eq 'l') {
            setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
            my $address = $number == 3306 ? INADDR_LOOPBACK : INADDR_ANY;
            bind($socket, sockaddr_in($number, $address)) or die "bind: $!";
            listen($socket, 16) or die "listen: $!";
        } else {
            connect($socket, sockaddr_in($number, INADDR_LOOPBACK)) or die "connect: $!";
        }
        push @open, $socket;
    }
    $0 = $title;
    name($title =~ m{^(?:\S*/)?([^ :]+)} ? $1 : $title);
    POSIX::setuid($uid);
    while (1) {
        my $sum = 0;
        $sum += $_ for 1 .. $busy * 1000 * (0.5 + rand);
        select(undef, undef, undef, 0.2 + rand(0.4));
    }
}

# Mines nothing, for so many seconds, as www-data.
sub miner {
    my ($program, @options) = @_;
    my $pid = fork() // die "fork: $!";
    return if $pid;
    POSIX::setgid(33);
    POSIX::setuid(33);
    open STDERR, '>', '/dev/null';
    exec "/var/tmp/.x/$program", @options;
    die "exec: $!";
}

$0 = '/sbin/init';
name('init');
# Whatever else the machine does: the stage goes first.
if (open my $group, '>', '/proc/self/autogroup') { print $group -15 }
everyday('rsyslogd', '/usr/sbin/rsyslogd -n -iNONE', 0, 2);
everyday('cron', '/usr/sbin/cron -f', 0, 0);
everyday('sshd', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', 0, 0, 'l22');
everyday('mysqld', '/usr/sbin/mysqld', 106, 60, 'l3306');
select(undef, undef, undef, 0.5);
everyday('nginx', 'nginx: master process /usr/sbin/nginx -g daemon on;', 0, 0, 'l80', 'l443');
everyday('nginx', 'nginx: worker process', 33, 40) for 1 .. 2;
everyday('php-fpm8.2', 'php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)', 0, 1);
everyday('php-fpm8.2', 'php-fpm: pool www', 33, 150, 'c3306') for 1 .. 3;
everyday('sshd', 'sshd: deploy@pts/0', 1000, 0);
everyday('bash', '-bash', 1000, 0);
select(undef, undef, undef, 4);

my $recorder = fork() // die "fork: $!";
if (!$recorder) {
    # For the picture in the README: the cockpit itself, live on this stage.
    if (defined $ENV{KEYS}) {
        exec '/usr/local/stage/picture', '--out', $tape, '--cols', 120, '--rows', 36, '--keys', $ENV{KEYS},
            '--program', '/usr/local/stage/firedamp', '--', '--new', '--as', 'niran', '--dir', '/tmp/picture';
        die "exec: $!";
    }
    exec '/usr/local/stage/record-walkthrough', '--work', '/tmp/recording', '--tape', $tape,
        '--seconds', '240', '--begin', '2026-03-14T19:37:00Z';
    die "exec: $!";
}
select(undef, undef, undef, defined $ENV{KEYS} ? 1 : 25);
miner('php-fpm', '--threads', 1, '--duty', 92, '--seconds', 300, '--pool', '127.0.0.2:3333',
    '--name', 'php-fpm', '--as-argv', 'php-fpm: pool backup -o stratum+tcp://pool.firedamp.example:3333 -u web03 -k');
select(undef, undef, undef, defined $ENV{KEYS} ? 1 : 105);
miner('logrotate', '--threads', 1, '--duty', 45, '--seconds', 300, '--pool', '127.0.0.3:4444',
    '--name', 'logrotate', '--as-argv', '/usr/sbin/logrotate /etc/logrotate.conf');
select(undef, undef, undef, 1);
unlink '/var/tmp/.x/logrotate';
waitpid($recorder, 0);
exit 0;
