/** What the HTTP client says of calls that go wrong: whether the request may have arrived. */

import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';
import { cleanups, engines, listen, listenRaw, sceneFor } from '../../support/factories/http-engines.ts';

describe.each(engines)('a failed call of the HTTP client on %s', (_name, create) => {
  const { clientFor, serve, get } = sceneFor(create);

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
