import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureLog } from '../../support/captured-log.ts';
import { postEvent } from '../../support/event-bodies.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';

const captured = captureLog();
let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge({ log: captured.log, settings: { TRUSTED_PROXIES: '127.0.0.1' } });
});

afterAll(() => own.close());

/** Everything that comes back until the connection is closed. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(own.bridge.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('every answer', () => {
  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/metrics', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/api/app', 401],
    ['HEAD', '/bitrix24/events', 200],
    ['HEAD', '/bitrix24/install', 200],
    ['HEAD', '/bitrix24/app', 200],
    ['GET', '/bitrix24/events', 405],
    ['POST', '/bitrix24/events', 400],
    ['POST', '/bitrix24/app', 400],
    ['POST', '/brains/echo/secret', 404],
    ['GET', '/bitrix24/assets/none.js', 404],
    ['GET', '/bitrix24/assets/__proto__', 404],
    ['GET', '/bitrix24/assets/constructor', 404],
    ['GET', '/bitrix24/assets/toString', 404],
    ['GET', '/messagegateway/connect', 200],
  ])('to %s %s (%i) forbids guessing its type and keeping it', async (method, path, status) => {
    // As behind a proxy, from a stranger.
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const answer = await fetch(`${own.bridge.url}${path}`, { method, headers });
    await answer.text();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('to what is no HTTP does so too', async () => {
    for (const text of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`]) {
      const answer = await raw(text);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).toMatch(/x-content-type-options: nosniff/i);
      expect(answer).toMatch(/cache-control: no-store/i);
    }
  });

  it('that may be kept says for how long', async () => {
    const kept = await fetch(`${own.bridge.url}/messagegateway/logo.svg`);
    expect(kept.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(kept.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a flood of forged events', () => {
  it('costs a line for each sender, and no more', async () => {
    const before = captured.text().length;
    for (let event = 0; event < 400; event += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${event % 2}` };
      const body = `event=ONIMBOTMESSAGEADD&auth%5Bmember_id%5D=${'a'.repeat(32)}&auth%5Bapplication_token%5D=no`;
      expect((await postEvent(own.bridge.url, body, headers)).status).toBe(403);
    }
    const written = captured.text().slice(before);
    expect(written.split('\n').filter((line) => line.includes('a request was refused'))).toHaveLength(2);
    expect(written).toContain('198.51.100.1');
    expect(written.length).toBeLessThan(2_000);
  });
});

describe('behind a proxy', () => {
  const form = (from: string, code: string): Promise<Response> =>
    fetch(`${own.bridge.url}/messagegateway/connect`, {
      method: 'POST',
      headers: { 'x-forwarded-for': from, 'content-type': 'application/json' },
      body: JSON.stringify({
        step: 'check',
        values: { crmUrl: 'https://a.example.com', apiKey: 'x'.repeat(32) },
        code,
      }),
    });

  it('somebody who guesses codes is stopped, and nobody else is', async () => {
    const statuses = new Map<number, number>();
    for (let round = 0; round < 14; round += 1) {
      const guesses = Array.from({ length: 10 }, (_, at) => form('203.0.113.50', `AAAA-BBBB-${10 * round + at}`));
      for (const { status } of await Promise.all(guesses)) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get(422)).toBe(120);
    expect(statuses.get(429)).toBe(20);
    expect((await form('203.0.113.51', 'AAAA-BBBB-CCCC')).status).toBe(422);
    // What the guesser writes into the header itself helps nothing.
    expect((await form('1.2.3.4, 203.0.113.50', 'AAAA-BBBB-CCCC')).status).toBe(429);
  });

  it('any number of visitors may share an address', async () => {
    for (let visit = 0; visit < 320; visit += 1) {
      const answer = await fetch(`${own.bridge.url}/messagegateway/logo.svg`);
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
    }
  });
});
