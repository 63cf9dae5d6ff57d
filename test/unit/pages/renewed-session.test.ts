/** A page whose session no longer says enough of the visitor's role renews it and repeats what was refused. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api, beginSession, download, isSessionOver } from '../../../install/src/api/client.ts';

/** What the server was asked, in order. */
let asked: string[];

/** A server that wants a session renewed with a fresh token. */
function answer(path: string, { method, headers, body }: RequestInit): Response {
  asked.push(`${method} ${path}`);
  const isFresh = typeof body === 'string' && body.includes('fresh');
  if (path === '/api/session') return Response.json({ session: isFresh ? 'renewed' : 'same' });
  return new Headers(headers).get('Authorization') === 'Bearer renewed'
    ? Response.json({ done: true })
    : Response.json({ error: { code: 'api.session_over' } }, { status: 401 });
}

beforeEach(() => {
  asked = [];
  isSessionOver.value = false;
  vi.useFakeTimers({ toFake: ['setInterval'] });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => Promise.resolve(answer(path, init)));
  beginSession('stale', (isFresh) => Promise.resolve(isFresh ? 'fresh' : 'known'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it.each([
  ['a change', 'POST /api/x', () => api.post('/api/x', {})],
  ['a file that holds everything', 'GET /api/export', () => download('/api/export')],
])('is repeated once: %s', async (_, call, send) => {
  await send();
  expect(asked).toEqual([call, 'POST /api/session', call]);
  expect(isSessionOver.value).toBe(false);
});

it('is over at once where no role is asked for', async () => {
  await expect(api.get('/api/x')).rejects.toMatchObject({ status: 401 });
  expect(asked).toEqual(['GET /api/x']);
  expect(isSessionOver.value).toBe(true);
});
