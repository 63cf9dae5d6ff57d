/** Messages and files through v1 and v2: validation, cutting, idempotence, edits, downloads. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
let bot: number;

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
  portal.finishInstall();
  bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

type Fields = Readonly<Record<string, unknown>>;

async function errorOf(method: string, params: Fields): Promise<unknown> {
  const { status, json } = await callRest(portal, method, params);
  if (status === 200) throw new Error(`${method} was not refused`);
  return json['error'];
}

function add(fields: Fields): Promise<unknown> {
  return resultOf(portal, 'imbot.message.add', { BOT_ID: bot, DIALOG_ID: portal.adminId, ...fields });
}

async function send(fields: Fields): Promise<{ id: number }> {
  const params = { botId: bot, dialogId: String(portal.adminId), fields };
  return (await resultOf(portal, 'imbot.v2.Chat.Message.send', params)) as { id: number };
}

describe('imbot.message.add', () => {
  it('refuses in the order bot, owner, dialog, text, attach, keyboard, chat', async () => {
    const call = (fields: Fields): Promise<unknown> => errorOf('imbot.message.add', fields);
    expect(await call({ BOT_ID: 999 })).toBe('BOT_ID_ERROR');
    expect(await call({ BOT_ID: portal.plantForeignBot({ code: 'f' }) })).toBe('APP_ID_ERROR');
    expect(await call({ BOT_ID: bot, DIALOG_ID: 'nobody' })).toBe('DIALOG_ID_EMPTY');
    expect(await call({ BOT_ID: bot, DIALOG_ID: 1, KEYBOARD: [{ TEXT: 'a', LINK: '/x' }] })).toBe('MESSAGE_EMPTY');
    const text = { BOT_ID: bot, DIALOG_ID: 1, MESSAGE: 'x' };
    expect(await call({ ...text, ATTACH: [{ MESSAGE: 'a'.repeat(60_000) }] })).toBe('ATTACH_OVERSIZE');
    expect(await call({ ...text, ATTACH: [{ NONSENSE: 1 }] })).toBe('ATTACH_ERROR');
    expect(await call({ ...text, KEYBOARD: [{ TEXT: '', LINK: '/x' }] })).toBe('KEYBOARD_ERROR');
    expect(await call({ ...text, MENU: [{ TEXT: 'x' }] })).toBe('MENU_ERROR');
    const { dialogId } = portal.addGroup({ title: 'G', ownerId: portal.adminId });
    expect(await call({ ...text, DIALOG_ID: dialogId })).toBe('WRONG_REQUEST');
  });

  it('cuts a text beyond 20 000 characters and drops bad buttons without a word', async () => {
    await add({
      MESSAGE: 'я'.repeat(20_001),
      KEYBOARD: [{ TEXT: 'ok', LINK: 'https://example.com' }, { TEXT: 'bad' }],
    });
    const [message] = portal.allBotMessages();
    expect([...(message?.text ?? '')]).toHaveLength(20_000);
    expect(message?.text.endsWith(' (...)')).toBe(true);
    expect(message?.keyboard).toHaveLength(1);
  });
});

describe('imbot.message.update', () => {
  it('keeps, replaces, or deletes by an empty text, and only within three days', async () => {
    const id = await add({ MESSAGE: 'one', KEYBOARD: [{ TEXT: 'a', LINK: '/x' }] });
    await resultOf(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID: id, KEYBOARD: 'N' });
    expect(portal.allBotMessages()[0]).toMatchObject({ text: 'one', keyboard: [], edited: false });
    await resultOf(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID: id, MESSAGE: '' });
    expect(portal.allBotMessages()[0]).toMatchObject({ deleted: true, text: '' });
    const late = await add({ MESSAGE: 'two' });
    portal.skipTime(259_201_000);
    const { status, json } = await callRest(portal, 'imbot.message.update', {
      BOT_ID: bot,
      MESSAGE_ID: late,
      MESSAGE: 'x',
    });
    expect([status, json['error']]).toEqual([403, 'CANT_EDIT_MESSAGE']);
  });
});

describe('imbot.v2.Chat.Message.send', () => {
  it('sends once for one lower-case v4 uuid and returns the same id', async () => {
    const templateId = randomUUID();
    const first = await send({ message: 'x', templateId });
    expect(await send({ message: 'x', templateId })).toEqual(first);
    expect(portal.allBotMessages()).toHaveLength(1);
  });

  it('does not protect with an upper-case uuid, another version, or a system message', async () => {
    const weak = [randomUUID().toUpperCase(), '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'order-17'];
    for (const templateId of weak) {
      await send({ message: 'x', templateId });
      await send({ message: 'x', templateId });
    }
    const templateId = randomUUID();
    await send({ message: 'x', templateId, system: true });
    await send({ message: 'x', templateId, system: true });
    expect(portal.allBotMessages()).toHaveLength(8);
  });

  it('answers SENDING_FAILED while the first attempt is unfinished', async () => {
    const fields = { message: 'x', templateId: randomUUID() };
    const params = { botId: bot, dialogId: String(portal.adminId), fields };
    await send({ message: 'opens the chat' });
    portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', times: 1, ms: 150 });
    const slow = callRest(portal, 'imbot.v2.Chat.Message.send', params);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await errorOf('imbot.v2.Chat.Message.send', params)).toBe('SENDING_FAILED');
    const { json } = await slow;
    expect(await resultOf(portal, 'imbot.v2.Chat.Message.send', params)).toEqual(json['result']);
  });

  it('keeps the reservation of an attempt that died, for an hour', async () => {
    const params = { botId: bot, dialogId: String(portal.adminId), fields: { message: 'x', templateId: randomUUID() } };
    portal.fault.rest({ kind: 'die-inside', times: 1 });
    await expect(callRest(portal, 'imbot.v2.Chat.Message.send', params)).rejects.toThrow('fetch failed');
    expect(await errorOf('imbot.v2.Chat.Message.send', params)).toBe('SENDING_FAILED');
    portal.skipTime(3_600_000);
    await resultOf(portal, 'imbot.v2.Chat.Message.send', params);
    expect(portal.allBotMessages()).toHaveLength(1);
  });

  it('refuses an empty message, a chat the bot is not in, and a missing dialog', async () => {
    const base = { botId: bot, dialogId: String(portal.adminId) };
    expect(await errorOf('imbot.v2.Chat.Message.send', { ...base, fields: {} })).toBe('EMPTY_MESSAGE');
    const { dialogId } = portal.addGroup({ title: 'G', ownerId: portal.adminId });
    const foreign = { ...base, dialogId, fields: { message: 'x' } };
    expect(await errorOf('imbot.v2.Chat.Message.send', foreign)).toBe('ACCESS_DENIED');
    expect(await errorOf('imbot.v2.Chat.Message.send', { botId: bot, fields: { message: 'x' } })).toBe('100');
    expect(await errorOf('imbot.v2.Chat.Message.send', { dialogId: '1' })).toBe('BOT_ID_REQUIRED');
  });

  it('gives way to edits, deletions and reactions of the bot’s own messages', async () => {
    const { id } = await send({ message: 'x' });
    await resultOf(portal, 'imbot.v2.Chat.Message.update', { botId: bot, messageId: id, fields: { message: 'y' } });
    expect(portal.allBotMessages()[0]?.text).toBe('y');
    const reaction = { botId: bot, messageId: id, reaction: 'like' };
    await resultOf(portal, 'imbot.v2.Chat.Message.Reaction.add', reaction);
    expect(await errorOf('imbot.v2.Chat.Message.Reaction.add', reaction)).toBe('REACTION_ALREADY_SET');
    await resultOf(portal, 'imbot.v2.Chat.Message.delete', { botId: bot, messageId: id });
    expect(portal.allBotMessages()[0]?.deleted).toBe(true);
    expect(await errorOf('imbot.v2.Chat.Message.get', { botId: bot, messageId: id })).toBe('BOT_TYPE_NOT_ALLOWED');
  });
});

describe('typing', () => {
  it('opens no chat, and in v2 is refused where the bot is not a member', async () => {
    const typing = { BOT_ID: bot, DIALOG_ID: portal.adminId };
    expect(await resultOf(portal, 'imbot.chat.sendTyping', typing)).toBe(true);
    expect(portal.privateChatId(portal.adminId, bot)).toBeNull();
    const notify = { botId: bot, dialogId: String(portal.adminId), statusMessageCode: 'IMBOT_AGENT_ACTION_THINKING' };
    expect(await errorOf('imbot.v2.Chat.InputAction.notify', notify)).toBe('ACCESS_DENIED');
    await send({ message: 'x' });
    expect(await resultOf(portal, 'imbot.v2.Chat.InputAction.notify', notify)).toEqual({ result: true });
  });
});

describe('files', () => {
  it('go up as the bot and come down through a link that works once', async () => {
    const content = Buffer.from('hello file').toString('base64');
    const dialogId = String(portal.adminId);
    const up = (await resultOf(portal, 'imbot.v2.File.upload', {
      botId: bot,
      dialogId,
      fields: { name: 'a.txt', content, message: 'see' },
    })) as { file: { id: number; size: number } };
    expect(up.file.size).toBe(10);
    expect(portal.allBotMessages()[0]).toMatchObject({ text: 'see', files: [{ name: 'a.txt' }] });
    const down = { botId: bot, fileId: up.file.id };
    const { downloadUrl } = (await resultOf(portal, 'imbot.v2.File.download', down)) as { downloadUrl: string };
    expect(await (await fetch(downloadUrl)).text()).toBe('hello file');
    expect((await fetch(downloadUrl)).status).toBe(403);
    const bad = { botId: bot, dialogId, fields: { name: 'a', content: '###' } };
    expect(await errorOf('imbot.v2.File.upload', bad)).toBe('FILE_INVALID_CONTENT');
  });

  it('of people can be fetched by a bot of that chat only', async () => {
    portal.employeeWritesPrivate(portal.adminId, bot, '', { files: [{ name: 'p.txt', content: 'secret' }] });
    await portal.idle();
    const params = app.of('ONIMBOTMESSAGEADD')[0]?.form['data'] as {
      PARAMS: { FILES: Record<string, { id: string }> };
    };
    const fileId = Object.values(params.PARAMS.FILES)[0]?.id;
    const other = await registerBot(portal, app.eventUrl, { CODE: 'other' });
    expect(await errorOf('imbot.v2.File.download', { botId: other, fileId })).toBe('FILE_ACCESS_ERROR');
    const { downloadUrl } = (await resultOf(portal, 'imbot.v2.File.download', { botId: bot, fileId })) as {
      downloadUrl: string;
    };
    expect(await (await fetch(downloadUrl)).text()).toBe('secret');
  });
});

interface Page {
  readonly events: readonly { readonly eventId: number }[];
  readonly nextOffset: number;
  readonly hasMore: boolean;
}

describe('imbot.v2.Event.get', () => {
  it('deletes below the offset, pages, echoes the offset when empty, and forgets after a day', async () => {
    const fields = { code: 'fetch', properties: { name: 'F' } };
    const made = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as { bot: { id: number } };
    const get = async (extra: Fields): Promise<Page> =>
      (await resultOf(portal, 'imbot.v2.Event.get', { botId: made.bot.id, ...extra })) as Page;
    for (const text of ['a', 'b', 'c']) portal.employeeWritesPrivate(portal.adminId, made.bot.id, text);
    const first = await get({ limit: 2 });
    expect([first.events.length, first.hasMore]).toEqual([2, true]);
    expect((await get({ limit: 2 })).events).toEqual(first.events);
    const second = await get({ offset: first.nextOffset });
    expect([second.events.length, second.hasMore]).toEqual([2, false]);
    expect(await get({ offset: 0 })).toMatchObject({ events: second.events });
    const empty = await get({ offset: second.nextOffset });
    expect(empty).toEqual({ events: [], nextOffset: second.nextOffset, hasMore: false });
    portal.employeeWritesPrivate(portal.adminId, made.bot.id, 'old');
    portal.skipTime(86_400_001);
    expect((await get({})).events).toEqual([]);
    await portal.idle();
    expect(app.events).toHaveLength(0);
  });
});
