/** The page of a fake server made of the kit alone: what it serves, to whom, and who may act. */
import { request, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServer, listen, originOf } from '../../../sandbox/kit/http.ts';
import { PageServer } from '../../../sandbox/kit/page-server.ts';

let page: PageServer;
let server: Server;
let origin: string;

beforeEach(async () => {
  page = new PageServer(new URL('../../../sandbox/bitrix24/page/', import.meta.url));
  page.attach({
    snapshot: (query) => ({ chat: query.get('chat') }),
    act: (body) => {
      if (JSON.stringify(body) === '{"act":"refused"}') throw new Error('not now');
      return body;
    },
    file: (id) => (id === 'x' ? undefined : { name: id, content: Buffer.from('<script>') }),
  });
  server = await listen({ host: '127.0.0.1', port: 0 }, (incoming, answer) =>
    page.handle(incoming, answer, new URL(incoming.url ?? '/', 'http://fake')),
  );
  origin = originOf(server);
});

afterEach(async () => {
  page.close();
  await closeServer(server);
});

/** The status for a request whose path and Host header are sent as they stand. */
function statusOf(path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ port: new URL(origin).port, host: '127.0.0.1', path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}

async function act(body: unknown, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const sent = { 'content-type': 'application/json', ...headers };
  const answer = await fetch(`${origin}/sandbox/act`, { method: 'POST', headers: sent, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}

describe('the page of a fake server', () => {
  it('has its own files and those of the kit, and no others', async () => {
    for (const path of ['/', '/page/main.js', '/page/style.css', '/kit/page/page.css', '/kit/page/live.js']) {
      expect(await statusOf(path, '127.0.0.1'), path).toBe(200);
    }
    for (const path of ['/page/absent.js', '/page/../start-portal.ts', '/kit/page/..%2fhttp.ts', '/kit/http.ts']) {
      expect(await statusOf(path, '127.0.0.1'), path).toBe(404);
    }
  });

  it('is for this machine, under its own names', async () => {
    for (const host of ['127.0.0.1:1', 'localhost', '[::1]:80']) {
      expect(await statusOf('/sandbox/state', host), host).toBe(200);
    }
    for (const host of ['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test:80']) {
      for (const path of ['/sandbox/state', '/sandbox/stream', '/sandbox/files/a.png']) {
        expect(await statusOf(path, host), `${host} ${path}`).toBe(403);
      }
    }
    const state = await fetch(`${origin}/sandbox/state?chat=5`);
    expect(await state.json()).toEqual({ chat: '5' });
    expect(state.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('acts for itself alone, and says why it does not', async () => {
    expect(await act({ act: 'a' }, { origin })).toEqual([200, { done: { act: 'a' } }]);
    expect(await act({ act: 'refused' })).toEqual([400, { error: 'not now' }]);
    for (const headers of [{ origin: 'http://evil.test' }, { origin: 'null' }, { 'content-type': 'text/plain' }]) {
      expect(await act({ act: 'a' }, headers)).toEqual([403, { error: 'only the page may do this' }]);
    }
  });

  it('shows pictures and lets anything else be downloaded', async () => {
    const picture = await fetch(`${origin}/sandbox/files/a.png`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    const other = await fetch(`${origin}/sandbox/files/a.html`);
    expect(other.headers.get('content-type')).toBe('application/octet-stream');
    expect(other.headers.get('content-disposition')).toContain('attachment');
    expect((await fetch(`${origin}/sandbox/files/x`)).status).toBe(404);
  });

  it('tells open pages of changes, which are described only when somebody listens', async () => {
    page.announce(() => expect.unreachable());
    const stream = await fetch(`${origin}/sandbox/stream`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('retry: 1000\n\n');
    page.announce(() => ({ kind: 'message' }));
    expect((await reader?.read())?.value).toBe('data: {"kind":"message"}\n\n');
  });
});
