/** Counts connections to a loopback port that the app must never call, by TLS, HTTP or anything else. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Endings } from '../../../bench/support/endings.ts';

export interface Canary {
  readonly port: number;
  /** The first bytes of each connection. */
  readonly visitors: readonly string[];
}

/** The same port on IPv4 (all of 127.0.0.0/8) and, where the machine has it, on IPv6. */
export async function startCanary(endings: Endings): Promise<Canary> {
  const visitors: string[] = [];
  const listener = (): Server =>
    createServer((socket) => {
      const at = visitors.push('nothing') - 1;
      socket.once('data', (bytes) => {
        visitors[at] = JSON.stringify(bytes.toString('latin1').slice(0, 60));
        socket.destroy();
      });
      socket.on('error', () => undefined);
    });
  const first = listener();
  await listen(first, '127.0.0.1', 0);
  const { port } = first.address() as AddressInfo;
  const others = ['127.255.255.254', '127.0.1.1', '::1'].map((host) => ({ host, server: listener() }));
  const opened = [first];
  for (const { host, server } of others) {
    const isThere = await listen(server, host, port).then(
      () => true,
      // Not every machine has the address; without it the app cannot reach it either.
      () => false,
    );
    if (isThere) opened.push(server);
  }
  endings.add(async () => {
    await Promise.all(opened.map((server) => new Promise((resolve) => server.close(resolve))));
  });
  return { port, visitors };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}
