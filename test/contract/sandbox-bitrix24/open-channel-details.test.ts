/** What Open Channels of the sandbox do as the server's source does: hand-over, `0`, hidden notes, session and message events. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
let bot: number;
let operators: readonly number[];

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
  portal.finishInstall();
  bot = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O' });
  operators = ['A', 'B'].map((name) => portal.addEmployee({ name }).id);
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

/** A session the bot has, on a line where it stays or leaves after a hand-over. */
function session(left: 'close' | 'queue', queue: readonly number[] = operators): { chatId: number; clientId: number } {
  const line = portal.addLine({ name: 'Support', botId: bot, left, queue });
  const clientId = portal.addClient({ name: 'Ann', lineId: line.id, connector: 'telegrambot' }).id;
  return { clientId, chatId: portal.clientWrites(clientId, 'hi').chatId };
}

async function params(event = 'ONIMBOTMESSAGEADD'): Promise<Record<string, unknown>[]> {
  await portal.idle();
  return app.of(event).map(({ form }) => (form['data'] as { PARAMS: Record<string, unknown> }).PARAMS);
}

describe('a hand-over', () => {
  it('gives the session to the next of the queue, while the chat belongs to nobody until he answers', async () => {
    const line = portal.addLine({ name: 'Turns', botId: bot, left: 'close', queue: operators });
    const seen = ['C', 'D', 'E'].map((name) => {
      const { id } = portal.addClient({ name, lineId: line.id });
      const { chatId } = portal.clientWrites(id, 'hi');
      return { id, chatId };
    });
    for (const { chatId } of seen) await resultOf(portal, 'imopenlines.bot.session.operator', { CHAT_ID: chatId });
    expect(seen.map(({ chatId }) => portal.operatorOf(chatId))).toEqual([operators[0], operators[1], operators[0]]);
    portal.clientWrites(seen[0]?.id ?? 0, 'anybody?');
    expect((await params()).at(-1)).toMatchObject({ MESSAGE: 'anybody?', CHAT_AUTHOR_ID: '0' });
  });

  it('follows a single 0 of anybody in the chat', () => {
    const { chatId } = session('close');
    portal.inviteBot(chatId, operators[0] ?? 0, operators[0]);
    portal.operatorWrites(chatId, operators[0] ?? 0, ' 0 ');
    expect(portal.operatorOf(chatId)).toBe(operators[0]);
  });

  it('does not follow a 0 that no bot hears', () => {
    const { chatId, clientId } = session('queue', []);
    portal.clientWrites(clientId, '0');
    expect(portal.operatorOf(chatId)).toBe(0);
    portal.clientWrites(clientId, '0');
    expect(portal.operatorOf(chatId)).toBe(0);
  });

  it('by the button tells nobody; the next event of the line shows who leads', async () => {
    const { chatId, clientId } = session('close');
    await portal.idle();
    const before = app.events.length;
    portal.operatorJoins(chatId, operators[0] ?? 0);
    await portal.idle();
    expect(app.events).toHaveLength(before);
    portal.clientWrites(clientId, 'and now?');
    expect((await params()).at(-1)).toMatchObject({ CHAT_AUTHOR_ID: String(operators[0]) });
  });
});

describe('a hidden note', () => {
  it('is marked, by itself or by the silent mode of the chat', async () => {
    const { chatId } = session('close');
    portal.inviteBot(chatId, operators[0] ?? 0, operators[0]);
    const write = (text: string, isHidden?: boolean): unknown =>
      portal.operatorWrites(chatId, operators[0] ?? 0, text, isHidden === undefined ? {} : { isHidden });
    write('aloud');
    write('whispered', true);
    portal.setSilentMode(chatId, true);
    write('in silent mode');
    const seen = (await params()).slice(1);
    expect(seen.map((one) => [one['MESSAGE'], one['SILENT_CONNECTOR'], one['CHAT_ENTITY_DATA_3']])).toEqual([
      ['aloud', 'N', 'N'],
      ['whispered', 'Y', 'N'],
      ['in silent mode', 'Y', 'Y'],
    ]);
  });
});

describe('an edit of a hidden note', () => {
  it('shows what it is by the mark of the stored message alone', async () => {
    const { chatId } = session('close');
    portal.inviteBot(chatId, operators[0] ?? 0, operators[0]);
    for (const isHidden of [true, false]) {
      const { messageId } = portal.operatorWrites(chatId, operators[0] ?? 0, 'x', { isHidden });
      portal.editMessage(messageId, 'y');
    }
    const seen = await params('ONIMBOTMESSAGEUPDATE');
    expect(seen.map((one) => (one['PARAMS'] as Record<string, unknown> | undefined)?.['COMPONENT_ID'])).toEqual([
      'HiddenMessage',
      undefined,
    ]);
    for (const one of seen) expect(one).not.toHaveProperty('SILENT_CONNECTOR');
  });
});

describe('events that are bound by hand', () => {
  it('tell of sessions, and of what goes out to the client', async () => {
    const names = ['OnSessionStart', 'OnSessionFinish', 'OnOpenLineMessageAdd', 'OnOpenLineMessageUpdate'];
    for (const event of names) await resultOf(portal, 'event.bind', { event, handler: app.eventUrl });
    const { chatId } = session('close');
    const add = { BOT_ID: bot, DIALOG_ID: `chat${chatId}`, MESSAGE: 'Hello' };
    const MESSAGE_ID = await resultOf(portal, 'imbot.message.add', add);
    await resultOf(portal, 'imbot.message.add', { ...add, MESSAGE: 'for operators', SKIP_CONNECTOR: 'Y' });
    await resultOf(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID, MESSAGE: 'Hello!' });
    portal.finishSession(chatId);
    await portal.idle();
    const bound = names.map((name) => app.of(name.toUpperCase()).map(({ form }) => form['data']));
    expect(bound.map((list) => list.length)).toEqual([1, 1, 1, 1]);
    expect(bound[0]?.[0]).toMatchObject({ DATA: { chat: { chat_id: String(chatId) }, line: { name: 'Support' } } });
    expect(bound[2]?.[0]).toMatchObject({ CONNECTOR: 'telegrambot', DATA: { message: { text: 'Hello' } } });
  });
});
