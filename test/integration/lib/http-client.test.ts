import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction, Socket, Server as TcpServer } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpClient, HttpClientOptions, HttpRequest } from '../../../src/lib/http-client.ts';
import { createGotClient } from '../../../src/lib/http-engine-got.ts';
import { createUndiciClient } from '../../../src/lib/http-engine-undici.ts';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';

const engines: readonly (readonly [string, (options: HttpClientOptions) => HttpClient])[] = [
  ['got', createGotClient],
  ['undici', createUndiciClient],
];
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Every name leads to this machine, as a hostile or an internal name server might answer. */
const everythingIsHere: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

async function listen(server: Server | TcpServer): Promise<number> {
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

/** A TCP server that treats each connection's first bytes as the tester says. */
async function listenRaw(onData: (socket: Socket) => void): Promise<number> {
  return listen(createTcpServer((socket) => void socket.once('data', () => onData(socket))));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe.each(engines)('HTTP client on %s', (_name, create) => {
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

  it.each([200, 201, 204, 400, 401, 404, 429, 500, 503])('gives status %i as an answer', async (status) => {
    const { port, client } = await serve((_request, response) => {
      response
        .writeHead(status, { 'Retry-After': '7', 'X-Twice': ['a', 'b'] })
        .end(status === 204 ? undefined : 'body');
    });
    const answer = await client.send(get(port));
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-twice': 'a, b' });
    expect(answer.body.toString()).toBe(status === 204 ? '' : 'body');
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)('sends %s with and without a body', async (method) => {
    const { port, client } = await serve((request, response) => {
      void bodyOf(request).then((body) => response.end(`${request.method} ${request.url} ${body}`));
    });
    for (const body of [undefined, 'текст', Buffer.from('bytes')]) {
      const answer = await client.send(get(port, { method, ...(body === undefined ? {} : { body }) }));
      expect(answer.body.toString()).toBe(`${method} /path?token=s3cret-query ${body?.toString() ?? ''}`);
    }
  });

  it('sends the given headers, its own user agent only when asked, and asks for no compression', async () => {
    const { port } = await serve((request, response) => void response.end(JSON.stringify(request.headers)));
    const plain = JSON.parse((await clientFor(port).send(get(port, { headers: { 'x-a': '1' } }))).body.toString());
    expect(plain).toMatchObject({ 'x-a': '1', host: `127.0.0.1:${port}` });
    expect(plain).not.toHaveProperty('user-agent');
    expect(plain).not.toHaveProperty('accept-encoding');
    const named = clientFor(port, { userAgent: 'tester/1' });
    expect(JSON.parse((await named.send(get(port))).body.toString())).toMatchObject({ 'user-agent': 'tester/1' });
  });

  it('does not follow a redirect', async () => {
    const paths: (string | undefined)[] = [];
    const { port, client } = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    await expect(client.send(get(port))).resolves.toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(paths).toHaveLength(1);
  });

  it('keeps its connections for the next calls', async () => {
    const connections = new Set<unknown>();
    const { port, client } = await serve((request, response) => {
      connections.add(request.socket);
      response.end('ok');
    });
    for (let call = 0; call < 20; call += 1) await client.send(get(port));
    // Two for undici: the first is not yet free in the very tick in which its answer ends.
    expect(connections.size).toBeLessThanOrEqual(2);
  });

  it('opens no more connections to one origin than allowed', async () => {
    let open = 0;
    let most = 0;
    const server = createServer((_request, response) => void setTimeout(() => response.end('ok'), 20));
    server.on('connection', (socket: Socket) => {
      most = Math.max(most, ++open);
      socket.once('close', () => --open);
    });
    const port = await listen(server);
    const client = clientFor(port, { connectionsPerOrigin: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.send(get(port))));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(most).toBe(3);
  });

  it('gives up when no headers come in time; the fate is unknown', async () => {
    const { port, client } = await serve(() => undefined);
    await expect(client.send(get(port, { timeoutMs: 100 }))).rejects.toMatchObject({
      name: 'RemoteUnreachable',
      code: 'http.timeout',
      fate: 'unknown',
      retry: 'backoff',
    });
  });

  it('gives up when the body does not end in time', async () => {
    const { port, client } = await serve((_request, response) => {
      response.writeHead(200).write('a part');
    });
    const expected = { code: 'http.timeout', fate: 'unknown' };
    await expect(client.send(get(port, { timeoutMs: 100 }))).rejects.toMatchObject(expected);
  });

  it('knows that a request which never got a connection had no effect', async () => {
    let served = 0;
    const { port } = await serve(() => {
      served += 1;
    });
    const client = clientFor(port, { connectionsPerOrigin: 1 });
    const first = client.send(get(port, { timeoutMs: 300 }));
    const second = client.send(get(port, { timeoutMs: 100, method: 'POST', body: 'x' }));
    await expect(second).rejects.toMatchObject({ code: 'http.timeout', fate: 'none' });
    await expect(first).rejects.toMatchObject({ code: 'http.timeout', fate: 'unknown' });
    expect(served).toBe(1);
  });

  it('breaks off an answer that is too large, announced or not', async () => {
    const { port, client } = await serve((request, response) => {
      if (request.method === 'POST') response.setHeader('content-length', 100_000);
      response.end(Buffer.alloc(100_000));
    });
    const expected = { code: 'http.too_large', fate: 'unknown', retry: 'never' };
    await expect(client.send(get(port, { maxResponseBytes: 50_000 }))).rejects.toMatchObject(expected);
    await expect(client.send(get(port, { method: 'POST', maxResponseBytes: 50_000 }))).rejects.toMatchObject(expected);
    await expect(client.send(get(port, { maxResponseBytes: 100_000 }))).resolves.toMatchObject({ status: 200 });
  });

  it('reports a line that breaks before the answer as unknown', async () => {
    const port = await listenRaw((socket) => socket.resetAndDestroy());
    const call = clientFor(port).send(get(port, { method: 'POST', body: 'x' }));
    await expect(call).rejects.toMatchObject({ code: 'http.broken', fate: 'unknown' });
  });

  it('reports a line that closes quietly before the answer as unknown', async () => {
    const port = await listenRaw((socket) => void socket.end());
    await expect(clientFor(port).send(get(port))).rejects.toMatchObject({ code: 'http.broken', fate: 'unknown' });
  });

  it('reports a line that breaks within the answer as broken', async () => {
    const port = await listenRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart', () => setTimeout(() => socket.destroy(), 20));
    });
    await expect(clientFor(port).send(get(port))).rejects.toMatchObject({ code: 'http.broken', fate: 'unknown' });
  });

  it('reports an answer that is not HTTP as broken', async () => {
    const port = await listenRaw((socket) => void socket.end('hello, this is not HTTP\r\n\r\n'));
    await expect(clientFor(port).send(get(port))).rejects.toMatchObject({ code: 'http.broken', fate: 'unknown' });
  });

  it('does not send again by itself when a kept connection dies under the request', async () => {
    let requests = 0;
    const port = await listen(
      createServer((request, response) => {
        requests += 1;
        if (requests === 1) response.end('ok');
        else request.socket.resetAndDestroy();
      }),
    );
    const client = clientFor(port);
    await client.send(get(port));
    await expect(client.send(get(port))).rejects.toMatchObject({ code: 'http.broken', fate: 'unknown' });
    expect(requests).toBe(2);
  });

  it('reports a refused port as not sent', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(clientFor(port).send(get(port))).rejects.toMatchObject({
      code: 'http.connect',
      fate: 'none',
      message: `GET 127.0.0.1:${port} could not connect (ECONNREFUSED)`,
    });
  });

  it('reports a name that does not resolve as not sent', async () => {
    const unknown: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), '');
    const client = create({ guard: createNetworkGuard({ allowedPrivateHosts: [], resolve: unknown }) });
    cleanups.push(() => client.close());
    const call = client.send(get(1, { url: new URL('https://brain.example/') }));
    await expect(call).rejects.toMatchObject({ code: 'http.connect', fate: 'none' });
  });

  it('reports a failed TLS handshake as not sent', async () => {
    const { port, client } = await serve((_request, response) => void response.end('ok'));
    const call = client.send(get(port, { url: new URL(`https://127.0.0.1:${port}/`) }));
    await expect(call).rejects.toMatchObject({ code: 'http.connect', fate: 'none' });
  });

  it('refuses what the guard refuses, before connecting', async () => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const port = await listen(server);
    const client = clientFor(port);
    const refused = async (url: string): Promise<unknown> => client.send(get(port, { url: new URL(url) }));
    await expect(refused(`http://127.0.0.2:${port}/`)).rejects.toMatchObject({ code: 'network.scheme', fate: 'none' });
    await expect(refused('https://127.0.0.1:1/')).rejects.toMatchObject({ code: 'network.private_address' });
    // The name looks public and resolves to this machine only when the connection is made.
    await expect(refused(`https://rebound.example:${port}/`)).rejects.toMatchObject({
      name: 'BadInput',
      code: 'network.private_address',
      fate: 'none',
      retry: 'never',
    });
    expect(connections).toBe(0);
  });

  it('reaches an allow-listed name through its own lookup', async () => {
    const { port, client } = await serve((request, response) => void response.end(request.headers.host));
    const answer = await client.send(get(port, { url: new URL(`http://brain.local:${port}/`) }));
    expect(answer.body.toString()).toBe(`brain.local:${port}`);
  });

  it('stops at the signal: not sent when it was aborted before, unknown after', async () => {
    let requests = 0;
    const { port, client } = await serve(() => {
      requests += 1;
    });
    const before = client.send(get(port, { signal: AbortSignal.abort() }));
    await expect(before).rejects.toMatchObject({ code: 'http.aborted', fate: 'none' });
    expect(requests).toBe(0);
    const stop = new AbortController();
    const during = client.send(get(port, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    await expect(during).rejects.toMatchObject({ code: 'http.aborted', fate: 'unknown' });
    expect(requests).toBe(1);
  });

  it('refuses a malformed header without repeating it', async () => {
    const { port, client } = await serve((_request, response) => void response.end());
    const call = client.send(get(port, { headers: { authorization: 'Bearer s3cret\r\nX-Evil: 1' } }));
    await expect(call).rejects.toMatchObject({ name: 'BadInput', code: 'http.bad_request', fate: 'none' });
  });

  it('puts no query, header or body into an error, however it is printed', async () => {
    const port = await listenRaw((socket) => socket.resetAndDestroy());
    const error: unknown = await clientFor(port)
      .send(get(port, { method: 'POST', body: 's3cret-body' }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'http.broken' });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret');
    expect((error as Error).message).toMatch(/^POST 127\.0\.0\.1:\d+ broke off/);
  });

  it('waits for calls under way when it closes, and refuses new ones', async () => {
    const { port } = await serve((_request, response) => void setTimeout(() => response.end('late'), 100));
    const client = clientFor(port);
    const call = client.send(get(port));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const closing = client.close();
    await expect(client.send(get(port))).rejects.toMatchObject({ code: 'http.connect', fate: 'none' });
    await expect(call).resolves.toMatchObject({ status: 200 });
    await closing;
  });
});
