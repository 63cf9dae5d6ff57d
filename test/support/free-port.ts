/**
 * A loopback port for a server that is started later. It is below the range from which the system assigns ports to servers that ask for any:
 * a port in that range could be assigned to another test's app before the server listens.
 */
import { randomInt } from 'node:crypto';
import { freePort as firstFree } from '../../sandbox/free-port.ts';

const first = 20_000;
const count = 12_000;
let next = randomInt(count);

export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + next;
    next = (next + 1) % count;
    if ((await firstFree('127.0.0.1', port)) === port) return port;
  }
}
