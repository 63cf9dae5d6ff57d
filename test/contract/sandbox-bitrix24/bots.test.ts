/** Bots and commands of the sandbox: registration rules of v1 and v2, ownership, collisions, limits. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
  portal.finishInstall();
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

async function errorOf(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { status, json } = await callRest(portal, method, params);
  if (status === 200) throw new Error(`${method} was not refused`);
  return json['error'];
}

describe('imbot.register', () => {
  it('checks handler URLs first, then the code, then the limit, then the name', async () => {
    const base = { CODE: 'a', PROPERTIES: { NAME: 'A' } };
    expect(await errorOf('imbot.register', {})).toBe('EVENT_MESSAGE_ADD_ERROR');
    expect(await errorOf('imbot.register', { EVENT_HANDLER: 'ftp://a.b/c' })).toBe('EVENT_MESSAGE_ADD_ERROR');
    expect(await errorOf('imbot.register', { EVENT_HANDLER: 'http://localhost/x' })).toBe('EVENT_MESSAGE_ADD_ERROR');
    const single = { ...base, EVENT_MESSAGE_ADD: app.eventUrl };
    expect(await errorOf('imbot.register', single)).toBe('EVENT_WELCOME_MESSAGE_ERROR');
    const two = { ...single, EVENT_WELCOME_MESSAGE: app.eventUrl };
    expect(await errorOf('imbot.register', two)).toBe('EVENT_BOT_DELETE_ERROR');
    expect(await errorOf('imbot.register', { EVENT_HANDLER: app.eventUrl })).toBe('CODE_ERROR');
    expect(await errorOf('imbot.register', { EVENT_HANDLER: app.eventUrl, CODE: 'a' })).toBe('NAME_ERROR');
    for (const code of ['b1', 'b2', 'b3', 'b4', 'b5']) await registerBot(portal, app.eventUrl, { CODE: code });
    expect(await errorOf('imbot.register', { EVENT_HANDLER: app.eventUrl, CODE: 'a' })).toBe('MAX_COUNT_ERROR');
  });

  it('returns the existing id for a known code, changes no property, but rewrites the handler URL', async () => {
    const first = await registerBot(portal, app.eventUrl, { CODE: 'a', PROPERTIES: { NAME: 'Old' } });
    const rows = portal.bindings();
    const params = { CODE: 'a', TYPE: 'S', EVENT_HANDLER: `${app.origin}/other`, PROPERTIES: { NAME: 'New' } };
    expect(await resultOf(portal, 'imbot.register', params)).toBe(String(first));
    expect(portal.bots()).toMatchObject([{ id: first, name: 'Old', type: 'B' }]);
    expect(portal.bindings().every(({ handler }) => handler.endsWith('/other'))).toBe(true);
    expect(portal.bindings()).toHaveLength(rows.length);
    expect(portal.bindings()[0]?.id).not.toBe(rows[0]?.id);
  });

  it('hands out a foreign app’s bot with 200 when the code collides, and refuses the next call', async () => {
    const foreign = portal.plantForeignBot({ code: 'taken' });
    expect(await registerBot(portal, app.eventUrl, { CODE: 'taken' })).toBe(foreign);
    expect(await errorOf('imbot.update', { BOT_ID: foreign, FIELDS: { PROPERTIES: { NAME: 'x' } } })).toBe(
      'APP_ID_ERROR',
    );
    expect(await errorOf('imbot.v2.Bot.update', { botId: foreign })).toBe('BOT_OWNERSHIP_ERROR');
    const shown = (await resultOf(portal, 'imbot.v2.Bot.get', { botId: foreign })) as { bot: object };
    expect(Object.keys(shown.bot)).not.toContain('moduleId');
  });

  it('stores H as B, forces OPENLINE for O, and ignores a photo that is not a bare image', async () => {
    await registerBot(portal, app.eventUrl, { CODE: 'h', TYPE: 'H' });
    await registerBot(portal, app.eventUrl, { CODE: 'o', TYPE: 'O', OPENLINE: 'N' });
    await registerBot(portal, app.eventUrl, { CODE: 'p', PROPERTIES: { NAME: 'P', PERSONAL_PHOTO: PNG } });
    const prefixed = `data:image/png;base64,${PNG}`;
    await registerBot(portal, app.eventUrl, { CODE: 'q', PROPERTIES: { NAME: 'Q', PERSONAL_PHOTO: prefixed } });
    const seen = portal.bots().map(({ type, openline, hasAvatar }) => [type, openline, hasAvatar]);
    expect(seen).toEqual([
      ['B', false, false],
      ['O', true, false],
      ['B', false, true],
      ['B', false, false],
    ]);
  });

  it('binds one URL per app and event: the last bot registered redirects the first', async () => {
    const first = await registerBot(portal, `${app.origin}/one`, { CODE: 'a' });
    await registerBot(portal, `${app.origin}/two`, { CODE: 'b' });
    portal.employeeWritesPrivate(portal.adminId, first, 'hello');
    await portal.idle();
    expect(app.events.map(({ path }) => path)).toEqual(['/two', '/two']);
  });
});

describe('imbot.unregister', () => {
  it('sends ONIMBOTDELETE and takes private chats and commands along', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    const { chatId } = portal.employeeWritesPrivate(portal.adminId, bot, 'hello');
    await resultOf(portal, 'imbot.unregister', { BOT_ID: bot });
    await portal.idle();
    expect(app.of('ONIMBOTDELETE')).toHaveLength(1);
    expect(portal.bots()).toHaveLength(0);
    expect(portal.messages(chatId)).toEqual([]);
    expect(portal.bindings().length).toBeGreaterThan(0);
  });
});

describe('a missing BOT_ID', () => {
  it('means the first bot of the app', async () => {
    const first = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    await registerBot(portal, app.eventUrl, { CODE: 'b' });
    await resultOf(portal, 'imbot.message.add', { DIALOG_ID: portal.adminId, MESSAGE: 'x' });
    expect(portal.allBotMessages()[0]?.authorId).toBe(first);
  });
});

describe('imbot.v2.Bot.register', () => {
  it('checks its fields in order', async () => {
    const register = (fields: object): Promise<unknown> => errorOf('imbot.v2.Bot.register', { fields });
    const named = { code: 'a', properties: { name: 'A' } };
    expect(await register({})).toBe('BOT_CODE_REQUIRED');
    expect(await register({ code: 'a' })).toBe('BOT_PROPERTIES_REQUIRED');
    expect(await register({ ...named, eventMode: 'pull' })).toBe('BOT_INVALID_EVENT_MODE');
    expect(await register({ ...named, eventMode: 'webhook' })).toBe('BOT_WEBHOOK_URL_REQUIRED');
    expect(await register({ ...named, type: 'human' })).toBe('BOT_INVALID_TYPE');
    expect(await register({ ...named, eventMode: 'webhook', webhookUrl: 'nonsense' })).toBe('BOT_INVALID_CALLBACK');
    portal.plantForeignBot({ code: 'taken' });
    expect(await register({ ...named, code: 'taken' })).toBe('BOT_CODE_ALREADY_TAKEN');
  });

  it('is in fetch mode unless told otherwise, and returns the same bot for the same code', async () => {
    const fields = { code: 'a', properties: { name: 'A' } };
    const first = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as {
      bot: { id: number; eventMode: string };
    };
    expect(first.bot.eventMode).toBe('fetch');
    const again = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as { bot: { id: number } };
    expect(again.bot.id).toBe(first.bot.id);
  });

  it('refuses the bot beyond the limit, and a webhook call without botToken', async () => {
    await portal.close();
    portal = await startSandboxPortal({ rate: false, v2BotLimit: 1 });
    portal.placeApp();
    await resultOf(portal, 'imbot.v2.Bot.register', { fields: { code: 'a', properties: { name: 'A' } } });
    const second = { fields: { code: 'b', properties: { name: 'B' } } };
    expect(await errorOf('imbot.v2.Bot.register', second)).toBe('BOT_LIMIT_EXCEEDED');
    const hook = await fetch(`${portal.webhook}imbot.v2.Bot.list`);
    expect(await hook.json()).toMatchObject({ error: 'BOT_TOKEN_NOT_SPECIFIED' });
  });

  it.each([
    {
      name: 'since revision 35, the old URL goes when a lone bot changes it',
      v2Revision: 36,
      others: 0,
      left: ['/new'],
    },
    { name: 'before, the old URL stays bound', v2Revision: 34, others: 0, left: ['/new', '/old'] },
    { name: 'and it stays bound where the app has other bots', v2Revision: 36, others: 1, left: ['/new', '/old'] },
  ])('$name', async ({ v2Revision, others, left }) => {
    await portal.close();
    portal = await startSandboxPortal({ rate: false, v2Revision });
    portal.placeApp();
    portal.finishInstall();
    for (let other = 0; other < others; other += 1) await registerBot(portal, app.eventUrl, { CODE: `other${other}` });
    const fields = { code: 'a', properties: { name: 'A' }, eventMode: 'webhook', webhookUrl: `${app.origin}/old` };
    const { bot } = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as { bot: { id: number } };
    const change = { botId: bot.id, fields: { webhookUrl: `${app.origin}/new` } };
    await resultOf(portal, 'imbot.v2.Bot.update', change);
    portal.employeeWritesPrivate(portal.adminId, bot.id, 'hi');
    await portal.idle();
    const heard = app.of('ONIMBOTV2MESSAGEADD').map(({ path }) => path);
    expect(heard.sort()).toEqual(left);
    const off = { event: 'ONIMBOTV2MESSAGEADD', handler: `${app.origin}/old` };
    expect(await resultOf(portal, 'event.unbind', off)).toEqual({ count: left.length - 1 });
  });
});

describe('a v2 bot of an incoming webhook', () => {
  it('hears only at an address that carries its botToken as CLIENT_ID', async () => {
    const register = async (code: string, webhookUrl: string): Promise<number> => {
      const fields = { code, properties: { name: code }, eventMode: 'webhook', webhookUrl, botToken: code };
      const answer = await fetch(`${portal.webhook}imbot.v2.Bot.register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fields }),
      });
      return ((await answer.json()) as { result: { bot: { id: number } } }).result.bot.id;
    };
    const deaf = await register('deaf', app.eventUrl);
    const hearing = await register('hearing', `${app.eventUrl}?CLIENT_ID=hearing`);
    for (const bot of [deaf, hearing]) portal.employeeWritesPrivate(portal.adminId, bot, 'hi');
    await portal.idle();
    expect(app.of('ONIMBOTV2MESSAGEADD').map(({ path }) => path)).toEqual(['/events?CLIENT_ID=hearing']);
  });
});

describe('v1 and v2 in one app', () => {
  it('deliver every event twice to webhook bots, once per format', async () => {
    const v1 = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    const fields = { code: 'b', properties: { name: 'B' }, eventMode: 'webhook', webhookUrl: app.eventUrl };
    await resultOf(portal, 'imbot.v2.Bot.register', { fields });
    portal.employeeWritesPrivate(portal.adminId, v1, 'hi');
    await portal.idle();
    expect([app.of('ONIMBOTMESSAGEADD').length, app.of('ONIMBOTV2MESSAGEADD').length]).toEqual([1, 1]);
  });
});

describe('commands', () => {
  const lang = [{ LANGUAGE_ID: 'ru', TITLE: 'Помощь' }];

  it('need LANG even when hidden, are registered once, and are owned', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    const base = { BOT_ID: bot, COMMAND: '/help', EVENT_COMMAND_ADD: app.eventUrl };
    expect(await errorOf('imbot.command.register', { ...base, HIDDEN: 'Y' })).toBe('LANG_ERROR');
    expect(await errorOf('imbot.command.register', { ...base, COMMAND: 'при вет', LANG: lang })).toBe('COMMAND_ERROR');
    const id = await resultOf(portal, 'imbot.command.register', { ...base, LANG: lang });
    expect(await resultOf(portal, 'imbot.command.register', { ...base, LANG: lang })).toBe(id);
    expect(await errorOf('imbot.command.unregister', { COMMAND_ID: 1 })).toBe('COMMAND_ID_ERROR');
  });

  it('fire for all bots that know them, on any line, and swallow the message', async () => {
    const a = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    const b = await registerBot(portal, app.eventUrl, { CODE: 'b', TYPE: 'S' });
    for (const bot of [a, b]) {
      const command = { BOT_ID: bot, COMMAND: 'help', EVENT_COMMAND_ADD: app.eventUrl, LANG: lang };
      await resultOf(portal, 'imbot.command.register', command);
    }
    const { chatId } = portal.addGroup({ title: 'G', ownerId: portal.adminId, botIds: [a, b] });
    portal.writesInGroup(portal.adminId, chatId, 'first line\n/help topic');
    portal.writesInGroup(portal.adminId, chatId, '/unknown');
    await portal.idle();
    const commands = app.of('ONIMCOMMANDADD');
    expect(commands).toHaveLength(1);
    const data = commands[0]?.form['data'] as { COMMAND: Record<string, { COMMAND_PARAMS: string }> };
    expect(Object.values(data.COMMAND).map(({ COMMAND_PARAMS }) => COMMAND_PARAMS)).toEqual(['topic', 'topic']);
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(1);
  });

  it('can be answered for ten minutes; afterwards the answer is true and nothing is sent', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    const command = { BOT_ID: bot, COMMAND: 'help', EVENT_COMMAND_ADD: app.eventUrl, LANG: lang };
    const commandId = await resultOf(portal, 'imbot.command.register', command);
    const { messageId, chatId } = portal.employeeWritesPrivate(portal.adminId, bot, '/help');
    const answer = { COMMAND_ID: commandId, MESSAGE_ID: messageId, MESSAGE: 'Here' };
    expect(await resultOf(portal, 'imbot.command.answer', answer)).toBeTypeOf('number');
    portal.skipTime(601_000);
    expect(await resultOf(portal, 'imbot.command.answer', answer)).toBe(true);
    const v2 = { botId: bot, commandId, messageId, dialogId: String(portal.adminId), fields: { message: 'late' } };
    expect(await resultOf(portal, 'imbot.v2.Command.answer', v2)).toEqual({ result: true });
    expect(portal.messages(chatId).map(({ text }) => text)).toEqual(['/help', 'Here']);
  });
});
