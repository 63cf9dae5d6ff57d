/** Bodies that the HTTP client sends and reads while they move. */

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { StreamedBody } from '../../../src/lib/http-client.ts';
import { bodyOf, engines, sceneFor } from '../../support/factories/http-engines.ts';

const piece = Buffer.alloc(16 * 1024, 'x');

async function* pieces(count: number, fail?: Error): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield piece;
  if (fail !== undefined) throw fail;
}

const body = (count: number, size: number | null = count * piece.length): StreamedBody => ({
  stream: pieces(count),
  size,
});

async function lengthOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const data of stream) length += data.length;
  return length;
}

describe.each(engines)('streams of the HTTP client on %s', (_name, create) => {
  const { clientFor, serve, get } = sceneFor(create);
  const post = (port: number, given: object) => get(port, { method: 'POST' as const, ...given });

  it.each([
    ['a known length', 40 * piece.length, String(40 * piece.length), undefined],
    ['an unknown length', null, undefined, 'chunked'],
  ])('sends a body of %s', async (_what, size, length, encoding) => {
    const { port, client } = await serve((request, response) => {
      const { 'content-length': announced, 'transfer-encoding': coding } = request.headers;
      void bodyOf(request).then((text) => response.end(JSON.stringify([text.length, announced, coding])));
    });
    const answer = await client.send(post(port, { body: body(40, size) }));
    expect(JSON.parse(answer.body.toString())).toEqual([40 * piece.length, length ?? null, encoding ?? null]);
  });

  it.each([
    ['its source breaks', { stream: pieces(3, new Error('broken source')), size: 10 * piece.length }, 'internal'],
    ['it is too short', body(3, 10 * piece.length), 'http.wrong_length'],
    ['it is too long', body(10, 3 * piece.length), 'http.wrong_length'],
  ])('leaves nothing complete behind when %s', async (_what, broken, code) => {
    const ends: Promise<string>[] = [];
    const { port, client } = await serve((request) => void ends.push(endOf(request)));
    await expect(client.send(post(port, { body: broken }))).rejects.toMatchObject({ code, fate: 'none' });
    await expect.poll(() => ends.length).toBeLessThanOrEqual(1);
    expect(await Promise.all(ends)).toEqual(ends.map(() => 'incomplete'));
  });

  it('breaks off by signal without a fate while the body is incomplete, and with an unknown one after it', async () => {
    const { port, client } = await serve((request) => void request.resume());
    const early = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield piece;
      yield piece;
      early.abort();
      await new Promise(() => {});
    }
    const half = client.send(post(port, { body: { stream: endless(), size: null }, signal: early.signal }));
    await expect(half).rejects.toMatchObject({ code: 'http.aborted', fate: 'none' });
    const whole = client.send(post(port, { body: body(2), idleMs: 100 }));
    await expect(whole).rejects.toMatchObject({ code: 'http.timeout', fate: 'unknown' });
  });

  it('gives up a remote that takes nothing more, and blames no remote for a slow source', async () => {
    const stuck = await serve((request) => void request.pause());
    const much = stuck.client.send(post(stuck.port, { body: body(2_000), idleMs: 100 }));
    await expect(much).rejects.toMatchObject({ code: 'http.timeout', fate: 'none' });
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield piece;
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield piece;
    }
    const { port, client } = await serve((request, response) => {
      void bodyOf(request).then((text) => response.end(String(text.length)));
    });
    const answer = await client.send(post(port, { body: { stream: slow(), size: null }, idleMs: 100 }));
    expect(answer.body.toString()).toBe(String(2 * piece.length));
  });

  it('takes a refusal that comes before the body has ended', async () => {
    const { port, client } = await serve((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('no');
    });
    await expect(client.send(post(port, { body: body(2_000) }))).resolves.toMatchObject({ status: 413 });
  });

  it('gives an answer while it comes in, and lets the remote wait for a slow reader', async () => {
    let sent = 0;
    const { port, client } = await serve((_request, response) => {
      const more = (): void => {
        while (sent < 2_000) {
          sent += 1;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const answer = await client.open(get(port, { maxResponseBytes: 2_000 * piece.length, idleMs: 500 }));
    expect(answer.status).toBe(200);
    // Longer than the idle limit: the reader's own time does not count.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(sent).toBeLessThan(1_000);
    expect(await lengthOf(answer.body)).toBe(2_000 * piece.length);
  });

  it.each([
    ['stalls', { idleMs: 100 }, 'http.timeout'],
    ['drips for too long', { timeoutMs: 300, idleMs: 200 }, 'http.timeout'],
    ['is too long', { maxResponseBytes: 5 * piece.length, idleMs: 1_000 }, 'http.too_large'],
    ['is cut', { idleMs: 1_000 }, 'http.broken'],
  ])('fails while it is read when the answer %s', async (what, limits, code) => {
    const { port, client } = await serve((_request, response) => {
      response.writeHead(200).write(piece);
      if (what === 'is too long') for (let index = 0; index < 10; index += 1) response.write(piece);
      if (what === 'is cut') setTimeout(() => response.destroy(), 50);
      if (what === 'drips for too long') {
        const drip = setInterval(() => response.write('.'), 20);
        response.once('close', () => clearInterval(drip));
      }
    });
    const answer = await client.open(get(port, limits));
    await expect(lengthOf(answer.body)).rejects.toMatchObject({ code });
  });

  it('closes the line when the reader stops, cancels or is aborted', async () => {
    const closed: Promise<void>[] = [];
    const { port, client } = await serve((_request, response) => {
      closed.push(new Promise((resolve) => response.once('close', resolve)));
      response.writeHead(200).write(piece);
    });
    for await (const _piece of (await client.open(get(port))).body) break;
    (await client.open(get(port))).cancel();
    const controller = new AbortController();
    const { body: aborted } = await client.open(get(port, { signal: controller.signal }));
    controller.abort();
    await expect(lengthOf(aborted)).rejects.toMatchObject({ code: 'http.aborted' });
    await Promise.all(closed);
    expect(closed).toHaveLength(3);
  });

  it('waits for an opened answer before it closes', async () => {
    const { port } = await serve((_request, response) => void response.end(piece));
    const client = clientFor(port);
    const { body: late } = await client.open(get(port));
    const closing = client.close();
    expect(await lengthOf(late)).toBe(piece.length);
    await closing;
  });
});

/** Whether a request came to its end. */
async function endOf(request: IncomingMessage): Promise<string> {
  try {
    await bodyOf(request);
    return request.complete ? 'complete' : 'incomplete';
  } catch {
    return 'incomplete';
  }
}
