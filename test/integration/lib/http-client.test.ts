/** What the HTTP client sends, and how it keeps connections. */

import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bodyOf, engines, listen, sceneFor } from '../../support/factories/http-engines.ts';

describe.each(engines)('HTTP client on %s', (_name, create) => {
  const { clientFor, serve, get } = sceneFor(create);

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
});
