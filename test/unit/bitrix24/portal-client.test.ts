import { describe, expect, it } from 'vitest';
import type { PortalAccess, TokenProvider } from '../../../src/bitrix24/rest/portal-access.ts';
import { createPortalClient } from '../../../src/bitrix24/rest/portal-client.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { HttpClient, HttpResponse } from '../../../src/lib/http-client.ts';

const home: PortalAccess = { portal: 'p', endpoint: 'https://p.example/rest/', accessToken: 'old', clientId: null };
const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: {},
  body: Buffer.from(JSON.stringify(value)),
});
const refusal = (status: number, error: string): HttpResponse => json(status, { error });
const moved = (location: string): HttpResponse => ({ status: 302, headers: { location }, body: Buffer.alloc(0) });

interface Setting {
  /** What the portal answers, by method. */
  readonly answers: (method: string, url: URL) => HttpResponse;
  readonly access?: PortalAccess;
  readonly renewed?: PortalAccess;
}

function setUp({ answers, access = home, renewed = { ...home, accessToken: 'new' } }: Setting) {
  const told: string[] = [];
  let asked = 0;
  const called: string[] = [];
  const tokenProvider: TokenProvider = {
    current: () => {
      asked += 1;
      return Promise.resolve(access);
    },
    renew: (_portal, _stale, reason) => {
      told.push(`renew:${reason}`);
      return Promise.resolve(renewed);
    },
    lost: (_portal, _access, cause) => {
      told.push('lost');
      return Promise.resolve(cause);
    },
    suspended: (_access, cause) => {
      told.push(`suspended:${cause.code}`);
      return Promise.resolve(cause);
    },
    recovered: () => {
      told.push('recovered');
      return Promise.resolve();
    },
  };
  const http: HttpClient = {
    send: ({ url }) => {
      const method = url.pathname.split('/').at(-1) ?? '';
      called.push(method);
      return Promise.resolve(answers(method, url));
    },
    open: () => Promise.reject(new Error('nothing is opened here')),
    close: () => Promise.resolve(),
  };
  const patiences: number[] = [];
  const pass = async (_portal: string, patienceMs: number): Promise<void> => {
    patiences.push(patienceMs);
    if (patienceMs > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const rateLimiter = { pass, tryPass: () => Promise.resolve(0), exhausted: () => undefined };
  const client = createPortalClient(http, tokenProvider, rateLimiter, { observe: () => undefined });
  const call = async (method = 'imbot.message.add'): Promise<unknown> =>
    await client.call('p', method).catch((error: unknown) => error);
  return { client, call, told, called, patiences, asked: () => asked };
}

const pause = { isThrottled: true, fate: 'none' };

describe('QUERY_LIMIT_EXCEEDED', () => {
  const exhausted = { answers: () => refusal(503, 'QUERY_LIMIT_EXCEEDED') };

  it('is waited out as long as the patience of the call lasts in all', async () => {
    const { client, patiences } = setUp(exhausted);
    const refused = await client.call('p', 'user.get', {}, { patienceMs: 100 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'bitrix24.QUERY_LIMIT_EXCEEDED' });
    expect(patiences[0]).toBe(100);
    expect(patiences.length).toBeGreaterThan(1);
    expect(patiences.every((left, index) => index === 0 || left < (patiences[index - 1] ?? 0))).toBe(true);
  });

  it('is told at once to a call without patience', async () => {
    const { call, called } = setUp(exhausted);
    expect(await call()).toMatchObject({ code: 'bitrix24.QUERY_LIMIT_EXCEEDED' });
    expect(called).toHaveLength(1);
  });
});

describe('ACCESS_DENIED', () => {
  it('of one method is a refusal, and the portal is asked once whether it refuses everything', async () => {
    const { call, told, called } = setUp({
      answers: (method) => (method === 'profile' ? json(200, { result: { ID: '1' } }) : refusal(403, 'ACCESS_DENIED')),
    });
    for (let at = 0; at < 3; at += 1) {
      expect(await call()).toMatchObject({ code: 'bitrix24.ACCESS_DENIED', retry: 'never', isThrottled: false });
    }
    expect(called.filter((method) => method === 'profile')).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it.each([401, 403])('of everything (status %i) is the state of the account: it is waited for', async (status) => {
    const { call, told } = setUp({ answers: () => refusal(status, 'ACCESS_DENIED') });
    expect(await call()).toMatchObject({ code: 'bitrix24.payment_required', ...pause });
    expect(told).toEqual(['suspended:bitrix24.payment_required']);
  });

  it('is tried again when the portal cannot be asked why', async () => {
    const { call, told } = setUp({
      answers: (method) => (method === 'profile' ? json(502, 'no') : refusal(403, 'ACCESS_DENIED')),
    });
    expect(await call()).toMatchObject({ code: 'bitrix24.refusal_unclear', retry: 'backoff', fate: 'none' });
    expect(told).toEqual([]);
  });
});

describe('PAYMENT_REQUIRED', () => {
  it('is the state of the account, whatever the status', async () => {
    const { call, told } = setUp({ answers: () => refusal(401, 'PAYMENT_REQUIRED') });
    expect(await call()).toMatchObject({ ...pause, retry: { afterMs: 300_000 } });
    expect(told).toEqual(['suspended:bitrix24.PAYMENT_REQUIRED']);
  });
});

describe('a redirect', () => {
  it('that the OAuth host confirms is followed', async () => {
    const { call, told } = setUp({
      answers: (_method, url) =>
        url.host === 'p.example' ? moved('https://q.example/rest/x') : json(200, { result: 7 }),
      renewed: { ...home, endpoint: 'https://q.example/rest/', accessToken: 'new' },
    });
    expect(await call()).toBe(7);
    expect(told).toEqual(['renew:moved']);
  });

  it.each([
    ['elsewhere', 'https://closed.example/'],
    ['to a page of its own', '/auth/'],
    ['to nothing readable', 'http://['],
  ])('%s that it does not confirm is waited for', async (_name, location) => {
    const { call, told } = setUp({ answers: () => moved(location) });
    const error = await call();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'bitrix24.moved_elsewhere', ...pause });
    expect(told).toEqual(['renew:moved', 'suspended:bitrix24.moved_elsewhere']);
  });
});

describe('the one call by which a portal in trouble is tried again', () => {
  const access = { ...home, isProbe: true };

  it('tells when the portal works again', async () => {
    const { call, told } = setUp({ answers: () => json(200, { result: true }), access });
    expect(await call()).toBe(true);
    expect(told).toEqual(['recovered']);
  });

  it('tells nothing when the portal is still in trouble', async () => {
    const { call, told } = setUp({ answers: () => refusal(401, 'PAYMENT_REQUIRED'), access });
    expect(await call()).toMatchObject(pause);
    expect(told).toEqual(['suspended:bitrix24.PAYMENT_REQUIRED']);
  });
});

describe('a batch', () => {
  it('may be the one call by which a portal in trouble is tried again: it asks for the access once', async () => {
    const { client, told, asked } = setUp({
      answers: () => json(200, { result: { result: { c0: 1 }, result_error: { c1: { error: 'X' } } } }),
      access: { ...home, isProbe: true },
    });
    await client.batch('p', [
      { method: 'a', params: {} },
      { method: 'b', params: {} },
    ]);
    expect(asked()).toBe(1);
    expect(told).toEqual(['recovered']);
  });

  it('tells the state of the account by the refusal of one of its calls', async () => {
    const { client, told } = setUp({
      answers: () => json(200, { result: { result: { c0: 1 }, result_error: { c1: { error: 'PAYMENT_REQUIRED' } } } }),
    });
    const calls = ['a', 'b'].map((method) => ({ method, params: {} }));
    expect((await client.batch('p', calls))[1]).toMatchObject({ error: pause });
    expect(told).toEqual(['suspended:bitrix24.PAYMENT_REQUIRED']);
  });

  it('hands on which of its sub-calls met a limit', async () => {
    const { client } = setUp({
      answers: () =>
        json(200, {
          result: { result: { c0: 1 }, result_error: { c1: { error: 'OPERATION_TIME_LIMIT' }, c2: { error: 'X' } } },
        }),
    });
    const calls = ['a', 'b', 'c'].map((method) => ({ method, params: {} }));
    const [first, second, third] = await client.batch('p', calls);
    expect(first).toEqual({ result: 1, time: null });
    expect(second).toMatchObject({ error: pause });
    expect(third).toMatchObject({ error: { isThrottled: false, retry: 'never' } });
  });
});

describe('a portal in webhook mode', () => {
  const webhook = { ...home, endpoint: 'https://p.example/rest/1/secret/', accessToken: null, clientId: 'owner' };

  it.each(['INVALID_CREDENTIALS', 'NO_AUTH_FOUND', 'authorization_error'])(
    'that refuses its webhook with %s is lost, and no token is renewed',
    async (code) => {
      const { call, told, called } = setUp({ answers: () => refusal(401, code), access: webhook });
      await call();
      expect([told, called]).toEqual([['lost'], ['imbot.message.add']]);
    },
  );

  it('whose plan has no REST is suspended', async () => {
    const { call, told } = setUp({ answers: () => refusal(403, 'ACCESS_DENIED'), access: webhook });
    expect(await call()).toMatchObject(pause);
    expect(told).toEqual(['suspended:bitrix24.payment_required']);
  });
});

describe('PORTAL_DELETED', () => {
  it.each([403, 500])('with status %i suspends the portal, whose messages wait', async (status) => {
    const { call, told } = setUp({ answers: () => refusal(status, 'PORTAL_DELETED') });
    expect(await call()).toMatchObject(pause);
    expect(told).toEqual(['suspended:bitrix24.PORTAL_DELETED']);
  });

  it('of a call in a batch suspends it as well', async () => {
    const error = { error: 'PORTAL_DELETED', error_description: '' };
    const answer = { result: { result: [], result_error: { c0: error } } };
    const { client, told } = setUp({ answers: () => json(200, answer) });
    await client.batch('p', [{ method: 'imbot.message.add', params: {} }]);
    expect(told).toEqual(['suspended:bitrix24.PORTAL_DELETED']);
  });
});
