/** Open Channels: the welcome bot's life in a session, hand-over, transfer, closing, line settings. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { until } from '../../support/bridge.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
let first: number;
let bot: number;
let clientId: number;
let lineId: number;

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
  portal.finishInstall();
  first = await registerBot(portal, app.eventUrl, { CODE: 'first' });
  bot = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O' });
  lineId = portal.addLine({ name: 'Support', botId: bot }).id;
  clientId = portal.addClient({ name: 'Иван Тестов', lineId, connector: 'telegrambot' }).id;
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

async function errorOf(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { status, json } = await callRest(portal, method, params);
  if (status === 200) throw new Error(`${method} was not refused`);
  return json['error'];
}

describe('a session', () => {
  it('opens with the first message: the bot joins and becomes the operator', async () => {
    const { chatId } = portal.clientWrites(clientId, 'Здравствуйте');
    expect(portal.members(chatId)).toEqual([clientId, bot]);
    expect(portal.operatorOf(chatId)).toBe(bot);
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD')[0]?.form).toMatchObject({
      data: {
        PARAMS: {
          CHAT_ENTITY_TYPE: 'LINES',
          CHAT_TYPE: 'L',
          CHAT_ENTITY_ID: expect.stringMatching(new RegExp(`^telegrambot\\|${lineId}\\|\\d+\\|${clientId}$`)),
          CHAT_ENTITY_DATA_1: expect.stringMatching(/^N\|NONE\|0\|N\|N\|\d+\|\d+\|0\|0\|0$/),
        },
        USER: { IS_CONNECTOR: 'Y', IS_EXTRANET: 'Y' },
      },
    });
  });

  it('ends for the bot when the client sends 0, right after the event', async () => {
    const { chatId } = portal.clientWrites(clientId, '0');
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(1);
    expect([portal.operatorOf(chatId), portal.members(chatId)]).toEqual([0, [clientId]]);
  });

  it('is handed over by the timer of the line', async () => {
    const quick = portal.addLine({ name: 'Quick', botId: bot, time: 0.05 }).id;
    const other = portal.addClient({ name: 'B', lineId: quick }).id;
    const { chatId } = portal.clientWrites(other, 'hi');
    expect(portal.operatorOf(chatId)).toBe(bot);
    await until(() => portal.operatorOf(chatId) === 0);
  });

  it('opens anew after it was closed; a bot that joins only first contacts stays out', async () => {
    const shy = portal.addLine({ name: 'Shy', botId: bot, join: 'first' }).id;
    const other = portal.addClient({ name: 'B', lineId: shy }).id;
    const { chatId } = portal.clientWrites(other, 'hi');
    portal.finishSession(chatId);
    portal.clientWrites(other, 'again');
    expect(portal.operatorOf(chatId)).toBe(0);
    portal.finishSession(portal.clientWrites(clientId, 'hi').chatId);
    expect(portal.operatorOf(portal.clientWrites(clientId, 'again').chatId)).toBe(bot);
  });

  it('carries no tokens in auth when the portal is told that clients have none', async () => {
    await portal.close();
    portal = await startSandboxPortal({ rate: false, lineEventsWithoutTokens: true });
    portal.placeApp();
    portal.finishInstall();
    const own = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O' });
    const line = portal.addLine({ name: 'L', botId: own });
    portal.clientWrites(portal.addClient({ name: 'C', lineId: line.id }).id, 'hi');
    await portal.idle();
    const auth = app.of('ONIMBOTMESSAGEADD')[0]?.form['auth'] as object;
    expect(Object.keys(auth)).toEqual([
      'domain',
      'server_endpoint',
      'client_endpoint',
      'member_id',
      'application_token',
    ]);
  });
});

describe('imopenlines.bot.session', () => {
  it('operator hands over to the queue; the bot leaves or stays as the line says', async () => {
    const { chatId } = portal.clientWrites(clientId, 'hi');
    expect(await resultOf(portal, 'imopenlines.bot.session.operator', { CHAT_ID: chatId })).toBe(true);
    expect([portal.operatorOf(chatId), portal.members(chatId)]).toEqual([0, [clientId]]);
    expect(await errorOf('imopenlines.bot.session.operator', { CHAT_ID: chatId })).toBe('WRONG_CHAT');
    expect(await errorOf('imopenlines.bot.session.operator', { CHAT_ID: `chat${chatId}` })).toBe('CHAT_ID_EMPTY');
    const staying = portal.addLine({ name: 'Stay', botId: bot, left: 'close' }).id;
    const other = portal.clientWrites(portal.addClient({ name: 'B', lineId: staying }).id, 'hi');
    await resultOf(portal, 'imopenlines.bot.session.operator', { chat_id: other.chatId });
    expect(portal.members(other.chatId)).toContain(bot);
  });

  it('transfer wants upper-case keys, refuses bots and clients, and moves to a person or a line', async () => {
    const { chatId } = portal.clientWrites(clientId, 'hi');
    const person = portal.addEmployee({ name: 'Operator' }).id;
    const transfer = 'imopenlines.bot.session.transfer';
    expect(await errorOf(transfer, { chat_id: chatId, user_id: person })).toBe('CHAT_ID_EMPTY');
    expect(await errorOf(transfer, { CHAT_ID: chatId })).toBe('TRANSFER_ID_EMPTY');
    expect(await errorOf(transfer, { CHAT_ID: chatId, USER_ID: 0 })).toBe('USER_ID_EMPTY');
    expect(await errorOf(transfer, { CHAT_ID: chatId, USER_ID: bot })).toBe('OPERATOR_WRONG');
    expect(await errorOf(transfer, { CHAT_ID: chatId, USER_ID: clientId })).toBe('OPERATOR_WRONG');
    const second = portal.addLine({ name: 'Second' }).id;
    expect(await resultOf(portal, transfer, { CHAT_ID: chatId, TRANSFER_ID: `queue${second}` })).toBe(true);
    expect(await resultOf(portal, transfer, { CHAT_ID: chatId, USER_ID: person, LEAVE: 'Y' })).toBe(true);
    expect(portal.operatorOf(chatId)).toBe(person);
  });

  it('finish acts as the first bot of the app, whichever sits in the chat, and is always true', async () => {
    const { chatId } = portal.clientWrites(clientId, 'hi');
    await portal.idle();
    app.events.length = 0;
    expect(await resultOf(portal, 'imopenlines.bot.session.finish', { CHAT_ID: chatId })).toBe(true);
    await portal.idle();
    expect(app.of('ONIMBOTJOINCHAT')[0]?.form).toMatchObject({ data: { PARAMS: { BOT_ID: String(first) } } });
    expect(portal.operatorOf(chatId)).toBeNull();
    expect(await resultOf(portal, 'imopenlines.bot.session.finish', { CHAT_ID: 999 })).toBe(true);
  });

  it('message.send is true also when nothing is sent, and writes a system message otherwise', async () => {
    const { chatId } = portal.clientWrites(clientId, 'hi');
    const method = 'imopenlines.bot.session.message.send';
    expect(await resultOf(portal, method, { CHAT_ID: chatId, MESSAGE: 'lost' })).toBe(true);
    expect(await resultOf(portal, method, { CHAT_ID: chatId, NAME: 'DEFAULT', MESSAGE: 'seen' })).toBe(true);
    expect(portal.messages(chatId).map(({ text, system }) => [text, system])).toEqual([
      ['hi', false],
      ['seen', true],
    ]);
  });
});

describe('line settings', () => {
  const all = (): Record<string, unknown> => ({
    WELCOME_BOT_ENABLE: 'Y',
    WELCOME_BOT_ID: bot,
    WELCOME_BOT_JOIN: 'always',
    WELCOME_BOT_TIME: 0,
    WELCOME_BOT_LEFT: 'close',
  });
  const update = 'imopenlines.config.update';
  const list = 'imopenlines.config.list.get';

  it('leave alone what is not sent, and take the bot only beside WELCOME_BOT_ENABLE', async () => {
    await resultOf(portal, update, { CONFIG_ID: lineId, PARAMS: all() });
    expect(await resultOf(portal, list, { OPTIONS: { QUEUE: 'Y' } })).toMatchObject([
      { ID: String(lineId), WELCOME_BOT_ID: String(bot), WELCOME_BOT_TIME: '0', QUEUE: [] },
    ]);
    await resultOf(portal, update, { CONFIG_ID: lineId, PARAMS: { LINE_NAME: 'Help' } });
    const kept = { LINE_NAME: 'Help', WELCOME_BOT_ENABLE: 'Y', WELCOME_BOT_ID: String(bot), WELCOME_BOT_LEFT: 'close' };
    expect(await resultOf(portal, list)).toMatchObject([kept]);
    await resultOf(portal, update, { CONFIG_ID: lineId, PARAMS: { WELCOME_BOT_ID: bot } });
    expect(await resultOf(portal, list)).toMatchObject([{ ...kept, WELCOME_BOT_ID: '0' }]);
  });

  it('are named exactly: CONFIG_ID and PARAMS in upper case, what a list is asked with in lower case', async () => {
    expect(await errorOf(update, { config_id: lineId, PARAMS: all() })).toBe('CONFIG_ID_EMPTY');
    portal.addLine({ name: 'Second' });
    expect(await resultOf(portal, list, { PARAMS: { limit: 1 } })).toHaveLength(1);
    expect(await resultOf(portal, list, { PARAMS: { LIMIT: 1 } })).toHaveLength(2);
    expect(await errorOf(list, { PARAMS: { select: 'ID' } })).toBe('INVALID_FORMAT');
  });

  it('need the right to edit the line, which not only administrators have', async () => {
    const call = { CONFIG_ID: lineId, PARAMS: all() };
    const token = portal.issueToken(portal.addEmployee({ name: 'Plain' }).id).accessToken;
    const refused = await callRest(portal, update, call, token);
    expect([refused.status, refused.json['error']]).toEqual([403, 'CONFIG_WRONG_USER_PERMISSION']);
    const editor = portal.issueToken(portal.addEmployee({ name: 'Editor', mayEditLines: true }).id).accessToken;
    expect(await resultOf(portal, update, call, editor)).toBe(true);
  });
});
