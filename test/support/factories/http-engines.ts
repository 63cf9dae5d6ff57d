/** Loopback servers, and HTTP clients of both engines that may call them; everything is closed after the test. */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction, Socket, Server as TcpServer } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach } from 'vitest';
import type { HttpClient, HttpClientOptions, HttpRequest } from '../../../src/lib/http-client.ts';
import { createGotClient } from '../../../src/lib/http-engine-got.ts';
import { createUndiciClient } from '../../../src/lib/http-engine-undici.ts';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';

export const engines: readonly (readonly [string, (options: HttpClientOptions) => HttpClient])[] = [
  ['got', createGotClient],
  ['undici', createUndiciClient],
];
export const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Resolves every name to this machine, as a hostile or an internal name server might. */
const everythingIsHere: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

export async function listen(server: Server | TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A TCP server that calls `onData` with a connection when its first bytes arrive. */
export async function listenRaw(onData: (socket: Socket) => void): Promise<number> {
  return listen(createTcpServer((socket) => void socket.once('data', () => onData(socket))));
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export const sceneFor = (create: (options: HttpClientOptions) => HttpClient) => {
  function clientFor(port: number, options: Partial<HttpClientOptions> = {}): HttpClient {
    const guard = createNetworkGuard({
      allowedPrivateHosts: [`127.0.0.1:${port}`, `brain.local:${port}`],
      resolve: everythingIsHere,
    });
    const client = create({ guard, ...options });
    cleanups.push(() => client.close());
    return client;
  }

  async function serve(listener: RequestListener): Promise<{ port: number; client: HttpClient }> {
    const port = await listen(createServer(listener));
    return { port, client: clientFor(port) };
  }

  function get(port: number, more: Partial<HttpRequest> = {}): HttpRequest {
    const url = new URL(`http://127.0.0.1:${port}/path?token=s3cret-query`);
    return { method: 'GET', url, timeoutMs: 2_000, headers: { authorization: 'Bearer s3cret-header' }, ...more };
  }

  return { clientFor, serve, get };
};
