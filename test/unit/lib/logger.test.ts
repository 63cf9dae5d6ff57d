import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misconfigured } from '../../../src/core/errors.ts';
import type { Logger } from '../../../src/lib/logger.ts';
import { createLogger, maskSecrets } from '../../../src/lib/logger.ts';
import { processorMs } from '../../support/linear-time/processor-time.ts';

const secret = 'a141fa690000071b00000844000002370567';

function capture(): { log: Logger; lines: () => Record<string, unknown>[]; written: () => string } {
  const written: string[] = [];
  const log = createLogger({ level: 'debug', name: 'test', destination: { write: (line) => void written.push(line) } });
  return {
    log,
    written: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('createLogger', () => {
  it('writes one JSON object per line with an ISO time and a level name', () => {
    const { log, lines, written } = capture();
    log.info({ portal: 'p1' }, 'portal installed');
    log.trace('not shown');
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'info', name: 'test', portal: 'p1', msg: 'portal installed' }),
    ]);
    expect(String(lines()[0]?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(written()).toMatch(/\n$/);
  });

  it.each([
    'access_token',
    'refresh_token',
    'application_token',
    'APPLICATION_TOKEN',
    'client_secret',
    'auth',
    'AUTH_ID',
    'REFRESH_ID',
    'authorization',
    'Authorization',
    'token',
    'botToken',
    'X-Bot-Token',
    'secret',
    'webhookSecret',
    'password',
    'api_key',
    'apiKey',
    'X-API-KEY',
    'cookie',
    'Set-Cookie',
    'code',
  ])('hides the value of %s at every depth', (name) => {
    const { log, lines, written } = capture();
    log.info({ [name]: secret, a: { [name]: secret, b: { [name]: secret, c: { [name]: secret } } } }, 'm');
    log.info({ list: [{ [name]: secret }], map: new Map([[name, secret]]), [name]: { inner: secret } }, 'm');
    log.child({ [name]: secret }).info('m');
    expect(written()).not.toContain(secret);
    expect(lines()).toHaveLength(3);
    expect(lines()[0]).toMatchObject({ [name]: '[hidden]', a: { b: { c: { [name]: '[hidden]' } } } });
  });

  it('hides secrets in messages, their parameters, fields and addresses', () => {
    const { log, written } = capture();
    log.info(`GET https://p.bitrix24.ru/rest/user.current?auth=${secret}&x=1 failed`);
    log.info('body %s and %o', `access_token=${secret}`, { access_token: secret });
    log.info({ url: new URL(`https://brain.example/hook?token=${secret}`), text: `Bearer ${secret}` });
    log.info({ msg: `token=${secret}` });
    log.child({ url: `https://brain.example/?api_key=${secret}` }).info('m');
    expect(written()).not.toContain(secret);
    expect(written()).toContain('https://p.bitrix24.ru/rest/user.current?auth=[hidden]&x=1 failed');
  });

  it('describes an error by name, code, message, stack and causes, and nothing else of it', () => {
    const { log, lines, written } = capture();
    const inner = Object.assign(new Error(`POST /oauth?client_secret=${secret}`), {
      code: 'ECONNRESET',
      config: { secret },
    });
    const middle = new Error('connection lost', { cause: inner });
    const outer = new Misconfigured({
      code: 'database.in_use',
      message: `refresh_token=${secret} is old`,
      cause: middle,
    });
    Object.assign(outer, { request: { headers: { 'x-custom': secret } } });
    log.error(outer);
    log.error({ err: outer }, 'it failed');
    log.error({ err: outer });
    log.error(outer, 'it failed again');
    log.error({ deep: { failure: outer } }, 'it failed deep');
    expect(written()).not.toContain(secret);
    const described = {
      name: 'Misconfigured',
      code: 'database.in_use',
      message: 'refresh_token=[hidden] is old',
      stack: expect.stringContaining('logger.test.ts'),
      causes: [
        { name: 'Error', message: 'connection lost' },
        { name: 'Error', code: 'ECONNRESET', message: 'POST /oauth?client_secret=[hidden]' },
      ],
    };
    const [alone, named, unnamed, renamed, deep] = lines();
    expect(unnamed).toEqual({ ...alone, time: expect.any(String) });
    expect(alone).toMatchObject({ err: described, msg: 'refresh_token=[hidden] is old' });
    expect(named).toMatchObject({ err: described, msg: 'it failed' });
    expect(renamed).toMatchObject({ err: described, msg: 'it failed again' });
    expect(deep).toMatchObject({ deep: { failure: described } });
    expect(Object.keys(alone?.['err'] as object).sort()).toEqual(['causes', 'code', 'message', 'name', 'stack']);
  });

  it('cuts off what is too deep, circular or binary instead of failing', () => {
    const { log, lines } = capture();
    const circle: Record<string, unknown> = { n: 1 };
    circle['self'] = circle;
    log.info({ circle, bytes: Buffer.from(secret), big: 10n, run: () => secret, when: new Date(0), nothing: null });
    expect(lines()[0]).toMatchObject({
      circle: { n: 1, self: { self: { self: { n: 1, self: '[object]' } } } },
      bytes: '[36 bytes]',
      big: '10',
      run: '[function]',
      when: '1970-01-01T00:00:00.000Z',
      nothing: null,
    });
  });
});

describe('maskSecrets', () => {
  it.each([
    [`https://a.example/rest/x?auth=${secret}&b=1#c`, 'https://a.example/rest/x?auth=[hidden]&b=1#c'],
    [`event=X&auth[access_token]=${secret}&ts=1`, 'event=X&auth[access_token]=[hidden]&ts=1'],
    [
      `data%5BBOT%5D%5B5%5D%5Bapplication_token%5D=${secret}&a=1`,
      'data%5BBOT%5D%5B5%5D%5Bapplication_token%5D=[hidden]&a=1',
    ],
    [`AUTH_ID=${secret}&REFRESH_ID=${secret}`, 'AUTH_ID=[hidden]&REFRESH_ID=[hidden]'],
    [`/oauth/token/?grant_type=a&code=${secret}`, '/oauth/token/?grant_type=a&code=[hidden]'],
    [`{"access_token":"${secret}","expires":1}`, '{"access_token":"[hidden]","expires":1}'],
    [`"{\\"token\\": \\"${secret}\\", \\"a\\": 1}"`, '"{\\"token\\": \\"[hidden]\\", \\"a\\": 1}"'],
    [`{"password":"a\\\\b${secret}","n":1}`, '{"password":"[hidden]","n":1}'],
    [`Authorization: Bearer ${secret}`, 'Authorization: [hidden]'],
    [`sent with Bearer ${secret}, refused`, 'sent with Bearer [hidden], refused'],
    [`X-Bot-Token: ${secret}\nAccept: */*`, 'X-Bot-Token: [hidden]\nAccept: */*'],
    [`Cookie: a=${secret}`, 'Cookie: [hidden]'],
    [`postgres://postgres:${secret}@127.0.0.1:5432/bridge`, 'postgres://[hidden]@127.0.0.1:5432/bridge'],
    [`POST /brains/metabot/abcdEFGH1234abcdEFGH1234abcdEFGH?x=1`, 'POST /brains/metabot/[hidden]?x=1'],
  ])('masks %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'error code: ECONNRESET',
    'the token has expired',
    'message /dialogs/4b2f0c55-3f0e-4b55-9d5e-0c9f7d2f8a11/trace',
    'decode=1&encoded=2&authors=3',
    '/node_modules/some-very-long-package-name-without-digits/index.js',
  ])('leaves %s as it is', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('changes nothing when applied again', () => {
    const once = maskSecrets(
      `token=${secret} Authorization: Bearer ${secret} "secret":"${secret}" https://u:p@h/?code=1`,
    );
    expect(maskSecrets(once)).toBe(once);
  });

  it('takes time in proportion to the length of the text', () => {
    for (const piece of ['a', 'token', 'a-', '"token":"', '\\', 'http://', 'cookie: ', 'a=b&', '/a1']) {
      const text = piece.repeat(Math.ceil(300_000 / piece.length));
      expect(
        processorMs(() => maskSecrets(text)),
        piece,
      ).toBeLessThan(500);
    }
  });

  it('lets no parameter value through, whatever surrounds it', () => {
    const names = fc.constantFrom('access_token', 'AUTH_ID', 'client_secret', 'auth', 'code', 'api_key', 'x-bot-token');
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(around, names, around, (before, name, after) => {
        expect(maskSecrets(`${before}?${name}=${secret}&${after}`)).not.toContain(secret);
        expect(maskSecrets(JSON.stringify({ before, [name]: secret, after }))).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });
});
