# Does what systemd does for socket activation: opens a socket on a free port, prints the port, and starts the program given as arguments
# with that socket as file descriptor 3. Starts the program again each time it ends. On SIGTERM both end.
use strict;
use warnings;
use Socket;
use POSIX ();

socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($socket, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($socket, 1024) or die "listen: $!";
$| = 1;
print +(unpack_sockaddr_in(getsockname($socket)))[0], "\n";

my $child;
my $ending = 0;
$SIG{TERM} = sub { $ending = 1; kill 'TERM', $child };
$SIG{HUP} = sub { kill 'TERM', $child };
until ($ending) {
  $child = fork() // die "fork: $!";
  if ($child == 0) {
    if (fileno($socket) != 3) { POSIX::dup2(fileno($socket), 3) // die "dup2: $!" }
    else { use Fcntl; fcntl($socket, F_SETFD, 0) or die "fcntl: $!" }
    ($ENV{LISTEN_FDS}, $ENV{LISTEN_PID}) = (1, $$);
    exec(@ARGV) or die "exec: $!";
  }
  1 while waitpid($child, 0) == -1 && $!{EINTR};
}
