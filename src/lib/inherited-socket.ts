/**
 * The socket that systemd opened for this process (sd_listen_fds(3)). It stays open while the process is replaced: a client that connects
 * meanwhile waits for the next process instead of being refused.
 */

const firstFd = 3;

/** The socket's file descriptor; null when systemd gave this process none. */
export function inheritedSocket(environment: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  const isForUs = environment['LISTEN_PID'] === String(pid);
  return isForUs && Number(environment['LISTEN_FDS']) >= 1 ? firstFd : null;
}
