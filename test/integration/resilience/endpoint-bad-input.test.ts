import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { until } from '../../support/bridge.ts';
import { formBody, portalAuth, postEvent, privateMessageBody, recordedPairs } from '../../support/event-bodies.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let bridge: OwnBridge['bridge'];
let probe: OwnBridge['probe'];
let bot: SeenBot;
let lastMessageId = 9_000_000;

beforeAll(async () => {
  own = await startInstalled();
  ({ bridge, probe } = own);
  bot = ourBot(bridge.portal, 'assistant');
});

afterAll(() => own.close());

afterEach(async () => {
  // Whatever was thrown at it: the app still takes an event in and answers it.
  const { text, userId, status } = await say('Живой?');
  expect(status).toBe(200);
  await until(() => answersOf(userId).includes(text));
  expect(await probe.rows(`select lane, outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
});

function nextMessageId(): string {
  lastMessageId += 1;
  return String(lastMessageId);
}

const newUser = (): number => bridge.portal.addEmployee({ name: 'Злой Тестер' }).id;
const answersOf = (userId: number): string[] =>
  answersIn(bridge.portal, bridge.portal.privateChatId(userId, bot.id) ?? 0);
const inboxRows = (): Promise<number> => probe.count('select count(*) from inbox');

/** A message of somebody new, its body twisted on the way. */
async function say(
  text: string,
  twist: (body: string) => string | Buffer = (body) => body,
): Promise<{ userId: number; text: string; status: number }> {
  const userId = newUser();
  const body = privateMessageBody(bridge.portal, bot, { userId, messageId: nextMessageId(), text });
  const answer = await postEvent(bridge.url, twist(body));
  return { userId, text, status: answer.status };
}

/** A request whose bytes fetch would not let through. */
function rawRequest(method: string, path: string, headers: Record<string, string>, body?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${bridge.url}${path}`, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

describe('bodies in a strange form that hold an honest message', () => {
  it.each<readonly [string, (body: string) => string]>([
    ['lower-case escapes of brackets', (body) => body.replaceAll('%5B', '%5b').replaceAll('%5D', '%5d')],
    ['raw brackets', (body) => body.replaceAll('%5B', '[').replaceAll('%5D', ']')],
    [
      'escaped letters in every key',
      (body) => body.replaceAll('data%5B', '%64ata%5B').replaceAll('auth%5B', '%61uth%5B'),
    ],
    ['empty pairs and a trailing ampersand', (body) => `&&${body.replaceAll('&', '&&')}&`],
    ['twelve levels of brackets', (body) => `${body}&data%5BPARAMS%5D${'%5Bx%5D'.repeat(12)}=deep`],
    ['a thousand levels of brackets', (body) => `${body}&a${'%5Bx%5D'.repeat(1_000)}=deep`],
    [
      'small numeric keys',
      (body) => `${body}&data%5BPARAMS%5D%5BFILES_OLD%5D%5B0%5D=a&data%5BPARAMS%5D%5BMENTIONED_LIST%5D%5B7%5D=7`,
    ],
    [
      'keys that mean something to JavaScript',
      (body) => `${body}&__proto__%5Bx%5D=1&constructor%5Bprototype%5D%5By%5D=2&data%5B__proto__%5D%5Bz%5D=3`,
    ],
    [
      'three thousand further pairs',
      (body) => `${body}${Array.from({ length: 3_000 }, (_, at) => `&extra%5B${at}%5D=${at}`).join('')}`,
    ],
    ['fields in the opposite order', (body) => body.split('&').reverse().join('&')],
    ['a bot key renumbered on the way', (body) => body.replaceAll(`%5BBOT%5D%5B${bot.id}%5D`, '%5BBOT%5D%5B0%5D')],
  ])('%s', async (_name, twist) => {
    const { userId, text, status } = await say('Обычный вопрос', twist);
    expect(status).toBe(200);
    await until(() => answersOf(userId).includes(text));
  });

  it('takes a body of 240 KB', async () => {
    const text = 'Ж'.repeat(20_000);
    const { userId, status } = await say(
      text,
      (body) => `${body}&data%5BPARAMS%5D%5BMESSAGE_ORIGINAL%5D=${encodeURIComponent(text)}`,
    );
    expect(status).toBe(200);
    await until(() => answersOf(userId).includes(text));
  });

  it('shows the text around NUL characters and broken bytes', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['%00', /^раз ?два$/],
      ['%FF%FE', /^раз.*два$/],
      ['%zz', /^раз.*два$/],
      ['%', /^раз.*два$/],
      // A lone surrogate, as careless programs write it.
      ['%ED%A0%80', /^раз.*два$/],
      ['%F0%9F%98', /^раз.*два$/],
    ];
    for (const [bytes, wanted] of cases) {
      const encoded = encodeURIComponent('разMARKдва').replace('MARK', bytes);
      const { userId, status } = await say('HERE', (body) => body.replace('HERE', encoded));
      expect(status, bytes).toBe(200);
      await until(() => answersOf(userId).length === 1);
      expect(answersOf(userId)[0]?.normalize(), bytes).toMatch(wanted);
    }
  });

  it('takes raw bytes that are no UTF-8', async () => {
    const { userId, status } = await say('HERE', (body) => {
      const [before = '', after = ''] = body.split('HERE');
      return Buffer.concat([
        Buffer.from(`${before}raw`),
        Buffer.from([0xff, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80]),
        Buffer.from(`end${after}`),
      ]);
    });
    expect(status).toBe(200);
    await until(
      () => answersOf(userId)[0]?.startsWith('raw') === true && answersOf(userId)[0]?.endsWith('end') === true,
    );
  });
});

describe('NUL characters and broken bytes where an id should be', () => {
  it.each([
    'data[PARAMS][MESSAGE_ID]',
    'data[PARAMS][DIALOG_ID]',
    'data[PARAMS][CHAT_ENTITY_DATA_1]',
    'data[PARAMS][CHAT_TITLE]',
    'data[USER][NAME]',
    'data[USER][ID]',
    'event_handler_id',
    'ts',
  ])('%s', async (field) => {
    for (const value of ['8\u00007', '\u0000', '\uD800', `${'9'.repeat(5_000)}`]) {
      const userId = newUser();
      const facts = { userId, messageId: nextMessageId(), text: 'Вопрос' };
      const body = privateMessageBody(bridge.portal, bot, facts, { [field]: value });
      expect((await postEvent(bridge.url, body)).status, JSON.stringify(value.slice(0, 10))).toBe(200);
    }
    await everythingDone(bridge.portal, probe);
  });

  it('also in the bot, its code and the name of the event', async () => {
    const facts = { userId: newUser(), messageId: nextMessageId(), text: 'Вопрос' };
    const changes = [
      { [`data[BOT][${bot.id}][BOT_ID]`]: '5\u00006', [`data[BOT][${bot.id}][BOT_CODE]`]: 'x\u0000y' },
      { [`data[BOT][${bot.id}][BOT_CODE]`]: '\u0000' },
      { event: 'ONIMBOT\u0000MESSAGEADD' },
    ];
    for (const change of changes) {
      const body = privateMessageBody(bridge.portal, bot, facts, change);
      expect((await postEvent(bridge.url, body)).status, JSON.stringify(change)).toBe(200);
    }
    await everythingDone(bridge.portal, probe);
  });
});

describe('senders who are not who they should be', () => {
  // What the tests before have set going must not add rows while these count them.
  beforeEach(() => everythingDone(bridge.portal, probe));

  it.each<readonly [string, () => Record<string, string | null>]>([
    ['without auth', () => ({ 'auth[member_id]': null, 'auth[application_token]': null })],
    ['without a token', () => ({ 'auth[application_token]': null })],
    ['with an empty token', () => ({ 'auth[application_token]': '' })],
    ['with a wrong token', () => ({ 'auth[application_token]': 'f'.repeat(32) })],
    ['from an unknown portal', () => ({ 'auth[member_id]': 'a'.repeat(32) })],
    ['from a portal with an impossible id', () => ({ 'auth[member_id]': "' or 1=1 --" })],
    ['with more than the portal id', () => ({ 'auth[member_id]': `${bridge.portal.memberId}\u0000a` })],
  ])('are refused with 403: %s', async (_name, change) => {
    const before = await inboxRows();
    const facts = { userId: newUser(), messageId: nextMessageId(), text: 'Пустите' };
    const answer = await postEvent(bridge.url, privateMessageBody(bridge.portal, bot, facts, change()));
    expect(answer.status).toBe(403);
    expect(await inboxRows()).toBe(before);
  });

  it('finds no token in the names inside the bot block', async () => {
    const facts = { userId: newUser(), messageId: nextMessageId(), text: 'Пустите' };
    const body = privateMessageBody(bridge.portal, bot, facts, {
      'auth[application_token]': null,
      [`data[BOT][${bot.id}][application_token]`]: bridge.portal.applicationToken,
    });
    expect((await postEvent(bridge.url, body)).status).toBe(403);
  });
});

describe('requests that are no events', () => {
  const bodyOf = (text = 'x'): string =>
    privateMessageBody(bridge.portal, bot, { userId: 1, messageId: nextMessageId(), text });

  it('answers 200 to an event it does not know, of a portal it knows', async () => {
    const pairs = recordedPairs('v1-onimbotmessageadd-private');
    const body = formBody(pairs, { ...portalAuth(bridge.portal), event: 'ONSOMETHINGNEW' });
    expect((await postEvent(bridge.url, body)).status).toBe(200);
    await everythingDone(bridge.portal, probe);
  });

  it('answers 413 to five megabytes, announced or not', async () => {
    const big = Buffer.alloc(5 * 1024 * 1024, 'a');
    expect((await postEvent(bridge.url, big)).status).toBe(413);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' };
    expect(await rawRequest('POST', '/bitrix24/events', headers, big)).toBe(413);
  });

  it('answers 415 to another content type and 400 to an empty or senseless body', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await postEvent(bridge.url, '{"event":"ONIMBOTMESSAGEADD"}', headers)).status).toBe(415);
    expect((await postEvent(bridge.url, bodyOf(), { 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(
      415,
    );
    for (const body of ['', '&', '=', 'event', 'event=', '%', '\u0000', '[]=', 'data%5B']) {
      expect((await postEvent(bridge.url, body)).status, JSON.stringify(body)).toBe(400);
    }
  });

  it('answers HEAD with 200 and other methods with 4xx', async () => {
    const path = '/bitrix24/events';
    expect((await fetch(`${bridge.url}${path}`, { method: 'HEAD' })).status).toBe(200);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const { status } = await fetch(`${bridge.url}${path}`, { method });
      expect([404, 405], method).toContain(status);
    }
    expect(await rawRequest('QWERTY', path, {}).catch(() => 400)).toBeLessThan(500);
  });

  it('never answers 5xx to nonsense on any of its addresses', async () => {
    const paths = [
      '/',
      '/bitrix24',
      '/bitrix24/install',
      '/bitrix24/app',
      '/api/app?x=x',
      '/api/setup?x=%00',
      '/bitrix24/assets/__proto__',
      '/bitrix24/assets/constructor',
      '/api/setup/orders',
      '/bitrix24/assets/..%2f..%2fpackage.json',
      '/bitrix24/assets/%00',
      '/bitrix24/assets/%E0%A4%A',
      '/brains/echo/x',
      '/brains/%00/%00',
      '/brains/__proto__/toString',
      '/brains/nobody/%E0%A4%A',
      '/readyz/',
      '/%',
      '/bitrix24/events/../../x',
    ];
    const bodies = [
      '',
      'member_id=1',
      `member_id=${'a'.repeat(32)}&AUTH_ID[]=1&REFRESH_ID[x]=2`,
      'a'.repeat(100_000),
      '%00=%00',
      '{"a":',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'HEAD', 'DELETE']) {
        for (const body of method === 'POST' ? bodies : ['']) {
          const headers = { 'content-type': 'application/x-www-form-urlencoded' };
          const status = await rawRequest(method, path, headers, Buffer.from(body));
          expect(status, `${method} ${path} ${body.slice(0, 40)}`).toBeLessThan(500);
        }
      }
    }
  });
});
