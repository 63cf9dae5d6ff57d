import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { until } from '../../support/bridge.ts';
import { formBody, portalAuth, postEvent, privateMessageBody, recordedPairs } from '../../support/event-bodies.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let bridge: OwnBridge['bridge'];
let probe: OwnBridge['probe'];
let bot: SeenBot;

beforeAll(async () => {
  own = await startInstalled();
  ({ bridge, probe } = own);
  bot = ourBot(bridge.portal, 'assistant');
});

afterAll(() => own.close());

const newUser = (): number => bridge.portal.addEmployee({ name: 'Дважды Два' }).id;
const chatOf = (userId: number): number => bridge.portal.privateChatId(userId, bot.id) ?? 0;
const greetingsOf = (userId: number): number =>
  botTalk(bridge.portal, chatOf(userId)).filter(({ text }) => isGreeting(text)).length;

async function postMany(body: string, times: number): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => postEvent(bridge.url, body)));
  return answers.map(({ status }) => status);
}

describe('the same event twenty times', () => {
  it('gives one answer to a message, at once or one after the other', async () => {
    const userId = newUser();
    const body = privateMessageBody(bridge.portal, bot, { userId, messageId: '7000001', text: 'Один раз' });
    expect(await postMany(body, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    for (let again = 0; again < 3; again += 1) expect(await postMany(body, 1)).toEqual([200]);
    await until(() => answersIn(bridge.portal, chatOf(userId)).length > 0);
    await everythingDone(bridge.portal, probe);
    expect(answersIn(bridge.portal, chatOf(userId))).toEqual(['Один раз']);
    expect(greetingsOf(userId)).toBe(1);
  });

  it('knows a message again though its tokens, time and handler are others', async () => {
    const userId = newUser();
    const message = { userId, messageId: '7000002', text: 'Один раз' };
    const bodies = Array.from({ length: 20 }, (_, at) =>
      privateMessageBody(bridge.portal, bot, message, {
        ts: String(1_771_928_985 + at),
        event_handler_id: String(at),
        'auth[access_token]': `token-${at}`,
      }),
    );
    await Promise.all(bodies.map((body) => postEvent(bridge.url, body)));
    await everythingDone(bridge.portal, probe);
    expect(answersIn(bridge.portal, chatOf(userId))).toEqual(['Один раз']);
  });

  it('tells equal texts of different messages apart', async () => {
    const userId = newUser();
    for (const messageId of ['7000011', '7000012', '7000013']) {
      await postMany(privateMessageBody(bridge.portal, bot, { userId, messageId, text: 'да' }), 2);
    }
    await everythingDone(bridge.portal, probe);
    expect(answersIn(bridge.portal, chatOf(userId))).toEqual(['да', 'да', 'да']);
  });

  it('greets once for a join, and hands over once for a command', async () => {
    const { portal } = bridge;
    const userId = newUser();
    portal.employeeWritesPrivate(userId, bot.id, '/operator');
    await everythingDone(portal, probe);
    const sent = portal.deliveries().filter(({ body }) => body.includes(`DIALOG_ID%5D=${userId}`));
    expect(sent.map(({ event }) => event).toSorted()).toEqual(['ONIMBOTJOINCHAT', 'ONIMCOMMANDADD']);
    for (const { body } of sent) expect(new Set(await postMany(body, 20))).toEqual(new Set([200]));
    await everythingDone(portal, probe);
    expect(greetingsOf(userId)).toBe(1);
    expect(answersIn(portal, chatOf(userId))).toHaveLength(1);
  });

  it('lets a portal that doubles its deliveries see one answer each', async () => {
    const { portal } = bridge;
    const userId = newUser();
    for (const text of ['а', 'б', 'в']) {
      portal.duplicateNextDelivery();
      portal.duplicateNextDelivery();
      portal.employeeWritesPrivate(userId, bot.id, text);
      await everythingDone(portal, probe);
    }
    expect(answersIn(portal, chatOf(userId))).toEqual(['а', 'б', 'в']);
  });

  it('stores nothing for duplicates', async () => {
    const userId = newUser();
    const body = privateMessageBody(bridge.portal, bot, { userId, messageId: '7000021', text: 'раз' });
    await postMany(body, 20);
    const lane = `${bot.code}/${userId}`;
    expect(await probe.count('select count(*) from inbox where lane = $1 and source = $2', [lane, 'bitrix24'])).toBe(1);
  });
});

describe('events in a wrong order', () => {
  it('answers both of a shuffled pair', async () => {
    const { portal } = bridge;
    const userId = newUser();
    portal.employeeWritesPrivate(userId, bot.id, 'начало');
    await everythingDone(portal, probe);
    for (let pair = 0; pair < 3; pair += 1) {
      portal.swapNextTwoDeliveries();
      portal.employeeWritesPrivate(userId, bot.id, `${pair} первое`);
      portal.employeeWritesPrivate(userId, bot.id, `${pair} второе`);
      await everythingDone(portal, probe);
    }
    const wanted = ['начало', ...[0, 1, 2].flatMap((pair) => [`${pair} первое`, `${pair} второе`])];
    expect(answersIn(portal, chatOf(userId)).toSorted()).toEqual(wanted.toSorted());
  });

  it('puts up with an edit and a deletion that come before their message', async () => {
    const userId = newUser();
    const facts = {
      ...portalAuth(bridge.portal),
      'data[PARAMS][DIALOG_ID]': String(userId),
      'data[PARAMS][MESSAGE_ID]': '7000031',
      'data[BOT][571][BOT_ID]': String(bot.id),
      'data[BOT][571][BOT_CODE]': bot.code,
    };
    expect(await postMany(formBody(recordedPairs('v1-onimbotmessageupdate-private'), facts), 2)).toEqual([200, 200]);
    const message = privateMessageBody(bridge.portal, bot, { userId, messageId: '7000031', text: 'поздно' });
    expect(await postMany(message, 1)).toEqual([200]);
    await everythingDone(bridge.portal, probe);
    expect(answersIn(bridge.portal, chatOf(userId))).toEqual(['поздно']);
  });
});

describe('payloads of a wrong shape', () => {
  const odd: readonly (readonly [string, Record<string, string | null>])[] = [
    ['PARAMS is a text', { 'data[PARAMS]': 'text' }],
    ['USER is a text', { 'data[USER]': 'text' }],
    ['USER is missing', { 'data[USER][ID]': null, 'data[USER][NAME]': null, 'data[USER][IS_BOT]': null }],
    ['FILES is a text', { 'data[PARAMS][FILES]': 'text' }],
    ['a file is a text', { 'data[PARAMS][FILES][5]': 'text' }],
    ['MENTIONED_LIST is a text', { 'data[PARAMS][MENTIONED_LIST]': 'text' }],
    [
      'the chat entity is nonsense',
      { 'data[PARAMS][CHAT_ENTITY_TYPE]': 'LINES', 'data[PARAMS][CHAT_ENTITY_ID]': '|||' },
    ],
    ['the chat entity is deep', { 'data[PARAMS][CHAT_ENTITY_ID][a][b]': 'x' }],
    ['the message is a tree', { 'data[PARAMS][MESSAGE][a][b]': 'x' }],
    ['the message id is a tree', { 'data[PARAMS][MESSAGE_ID][a]': 'x' }],
    ['the bot is a text', { 'data[BOT]': 'text' }],
    ['the dialog is zero', { 'data[PARAMS][DIALOG_ID]': '0' }],
    ['the dialog is a path', { 'data[PARAMS][DIALOG_ID]': '../../~x/y>portal' }],
    ['the bot code is a path', { 'data[BOT][567][BOT_CODE]': '/app', 'data[BOT][567][BOT_ID]': '0' }],
    ['SYSTEM is nonsense', { 'data[PARAMS][SYSTEM]': 'maybe' }],
    [
      'everything but the envelope is missing',
      Object.fromEntries(
        recordedPairs('v1-onimbotmessageadd-private')
          .filter(([key]) => key.startsWith('data'))
          .map(([key]) => [key, null]),
      ),
    ],
  ];
  const events = [
    'ONIMBOTMESSAGEADD',
    'ONIMBOTMESSAGEUPDATE',
    'ONIMBOTMESSAGEDELETE',
    'ONIMBOTJOINCHAT',
    'ONIMBOTCONTEXTGET',
    'ONIMCOMMANDADD',
    'ONIMBOTDELETE',
    'ONAPPPAYMENT',
    'ONAPPUPDATE',
  ];

  it.each(odd)('never break the work: %s', async (_name, change) => {
    let messageId = 7_100_000;
    for (const event of events) {
      messageId += 1;
      const facts = { ...portalAuth(bridge.portal), 'data[PARAMS][MESSAGE_ID]': String(messageId), event, ...change };
      const answer = await postEvent(bridge.url, formBody(recordedPairs('v1-onimbotmessageadd-private'), facts));
      // A claim of an installation with tokens of another portal is the one thing that is refused.
      expect(event === 'ONAPPUPDATE' ? [200, 403] : [200], event).toContain(answer.status);
    }
    await everythingDone(bridge.portal, probe);
    expect(await probe.rows(`select lane, outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
    expect(bridge.portal.bots()).toHaveLength(3);
  });
});
