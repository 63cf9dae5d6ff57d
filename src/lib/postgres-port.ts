/** Finds a port for the embedded PostgreSQL. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { type LaunchOptions, launch, PortTaken, type PostgresProcess } from './postgres-server.ts';

/**
 * Launches the server on that port, or on any when it is 0. Returns `port_taken` if another process uses it. Otherwise throws what `launch`
 * throws.
 */
export async function launchOnPort(
  options: Omit<LaunchOptions, 'port'>,
  port: number,
): Promise<PostgresProcess | 'port_taken'> {
  // Another process may take a free port before the server binds it: then we try another one.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch({ ...options, port: port === 0 ? await freePort() : port });
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (port !== 0 || attempt === 3) return 'port_taken';
    }
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((answer, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => answer(port));
    });
  });
}
