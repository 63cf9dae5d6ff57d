import { describe, expect, it } from 'vitest';
import { createSelartiClient } from '../../../../src/brains/selarti/api/selarti-client.ts';
import { AppError, RemoteUnreachable } from '../../../../src/core/errors.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { apiKey, scriptedService, selartiPayload, selartiStage, taskId } from '../../../support/selarti-unit.ts';

const signal = new AbortController().signal;

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('no AppError was thrown');
  return error;
}

describe('the client of Selarti', () => {
  it('exchanges the key as recorded, and sends a message as documented', async () => {
    const service = scriptedService([], () => ({ status: 200, body: selartiPayload('auth-response') }));
    await selartiStage(service).client.send('123456789', 'Test message via api', signal);
    const [exchange] = service.exchanges;
    expect(exchange?.url.href).toBe('https://selarti.com/api/1.1/wf/auth');
    expect(JSON.parse(exchange?.body as string)).toEqual({ ...selartiPayload('auth-request'), api_key: apiKey });
    expect(service.sent).toEqual([{ token: '<BEARER>', body: selartiPayload('send-message-external-request') }]);
  });

  it.each([
    ['query', 'https://selarti.com/api/1.1/wf/auth?token=key-of-a-unit-test', {}, undefined],
    ['header', 'https://selarti.com/api/1.1/wf/auth', {}, `Bearer ${apiKey}`],
    ['body', 'https://selarti.com/api/1.1/wf/auth', { token: apiKey }, undefined],
  ])('gives the key in another place where the setting says so (%s)', async (keyPlace, href, body, header) => {
    const service = scriptedService();
    await selartiStage(service, { keyPlace, keyField: 'token' }).client.send('1', 'x', signal);
    const [exchange] = service.exchanges;
    expect(exchange?.url.href).toBe(href);
    expect(JSON.parse(exchange?.body as string)).toEqual(body);
    expect(exchange?.headers?.['authorization']).toBe(header);
  });

  it.each([
    [{ token: 'token-in-its-place' }, 'response.token'],
    [{ response: { access_token: 'token-in-its-place' } }, 'response.token'],
    [{ data: { session: 'token-in-its-place' } }, 'data.session'],
  ])('finds the token in %j', async (body, tokenField) => {
    const service = scriptedService([], () => ({ status: 200, body }));
    await selartiStage(service, { tokenField }).client.send('1', 'x', signal);
    expect(service.sent[0]?.token).toBe('token-in-its-place');
  });

  it('holds back all messages of the connection while Selarti asks for fewer calls', async () => {
    const stage = selartiStage(scriptedService([{ status: 429, headers: { 'retry-after': '7' } }]));
    const waits: number[] = [];
    const throttle = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const tools = { ...stage.tools, rateLimiter: () => ({ acquire: () => Promise.resolve(), throttle }) };
    const client = createSelartiClient({ ...stage, tools });
    expect((await errorOf(client.send('1', 'x', signal))).isThrottled).toBe(true);
    expect(waits).toEqual([7_000]);
  });

  it('obtains one token for messages that go at once, in all processes', async () => {
    const service = scriptedService();
    const facts = new Map<string, string>();
    const clients = Array.from({ length: 3 }, () => selartiStage(service, {}, { facts, clock: systemClock }).client);
    await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => client.send('1', 'x', signal))));
    expect(service.exchanges).toHaveLength(1);
    expect(new Set(service.sent.map(({ token }) => token))).toEqual(new Set(['bearer-1']));
  });

  it('obtains one new token when all messages of all processes are refused, and sends each again', async () => {
    const facts = new Map<string, string>();
    const service = scriptedService([
      { status: 200 },
      { status: 200 },
      ...Array.from({ length: 6 }, () => ({ status: 401 })),
    ]);
    const clients = Array.from({ length: 2 }, () => selartiStage(service, {}, { facts, clock: systemClock }).client);
    for (const client of clients) await client.send('1', 'before', signal);
    await Promise.all(clients.flatMap((client) => Array.from({ length: 3 }, () => client.send('1', 'x', signal))));
    expect(service.exchanges).toHaveLength(2);
    expect(service.sent.slice(-6).map(({ token }) => token)).toEqual(Array(6).fill('bearer-2'));
  });

  it('gives up at the second refusal, so that the account is checked', async () => {
    const error = await errorOf(
      selartiStage(scriptedService([{ status: 401 }, { status: 401 }])).client.send('1', 'x', signal),
    );
    expect(error).toMatchObject({ code: 'selarti.token_refused', status: 401, fate: 'none' });
  });

  it('takes other statuses for an expired token where the setting says so', async () => {
    const service = scriptedService([{ status: 403 }]);
    await selartiStage(service, { refusedStatuses: [401, 403] }).client.send('1', 'x', signal);
    expect(service.sent.map(({ token }) => token)).toEqual(['bearer-1', 'bearer-2']);
  });

  it('stores the token only sealed, and forgets it when the key is another', async () => {
    const facts = new Map<string, string>();
    const service = scriptedService();
    await selartiStage(service, {}, { facts }).client.send('1', 'x', signal);
    expect([...facts.values()].join()).not.toContain('bearer-1');
    await selartiStage(service, { apiKey: 'another-key-of-a-test' }, { facts }).client.send('1', 'x', signal);
    expect(service.exchanges).toHaveLength(2);
  });

  it('uses a given bearer and remembers that it was refused', async () => {
    const service = scriptedService([{ status: 401 }]);
    const stage = selartiStage(service, { apiKey: undefined, bearer: 'given-bearer-token' });
    const error = await errorOf(stage.client.send('1', 'x', signal));
    expect(error.code).toBe('selarti.token_refused');
    expect(service.exchanges).toHaveLength(0);
    expect(String(await stage.tools.state.get('bearer:refused'))).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { isThrottled: true, retry: { afterMs: 7_000 }, fate: 'none' },
    ],
    [{ status: 500 }, { code: 'selarti.failed', retry: 'backoff', fate: 'none' }],
    [{ status: 504 }, { code: 'selarti.failed', retry: 'backoff', fate: 'unknown' }],
    [{ status: 400 }, { code: 'selarti.refused', retry: 'never', fate: 'none' }],
    [{ status: 404 }, { code: 'selarti.wrong_address', retry: 'never', fate: 'none' }],
    [{ status: 302 }, { code: 'selarti.unreadable_answer', fate: 'unknown' }],
    [
      { status: 200, body: '<html>' },
      { code: 'selarti.unreadable_answer', fate: 'unknown' },
    ],
    [
      { status: 200, body: { status: 'error' } },
      { code: 'selarti.refused', fate: 'none' },
    ],
    [
      { status: 200, body: { statusCode: 400 } },
      { code: 'selarti.refused', fate: 'none' },
    ],
  ])('translates %j', async (answer, expected) => {
    const error = await errorOf(selartiStage(scriptedService([answer])).client.send('1', 'x', signal));
    expect(error).toMatchObject(expected);
  });

  it('takes an empty answer for yes: its body is not documented', async () => {
    const service = scriptedService([{ status: 200, body: '' }]);
    await selartiStage(service).client.send('1', 'x', signal);
    expect(service.sent).toHaveLength(1);
  });

  it.each([
    [{ status: 401, body: { echo: apiKey } }, 'selarti.key_refused'],
    [{ status: 200, body: { status: 'error', token: apiKey } }, 'selarti.key_refused'],
    [{ status: 200, body: { hello: apiKey } }, 'selarti.unreadable_answer'],
    [{ status: 500, body: apiKey }, 'selarti.failed'],
    [new RemoteUnreachable({ code: 'http.timeout', message: 'slow', fate: 'unknown' }), 'http.timeout'],
  ])('says of a failed exchange (%j) that no message was sent, and never names the key', async (answer, code) => {
    const error = await errorOf(selartiStage(scriptedService([], () => answer)).client.send('1', 'x', signal));
    expect(error).toMatchObject({ code, fate: 'none' });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(apiKey);
    expect(error.message).not.toContain(taskId);
  });
});
