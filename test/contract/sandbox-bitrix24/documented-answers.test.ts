/** Every answer of the sandbox that the official documentation shows an example of has the shape of that example. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { documentedMethods, shapeFaults } from '../../support/documented-methods.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
const ids = { bot: 0, bot2: 0, admin: 0, other: 0, group: 0, message: 0, file: 0, command: 0, line: 0, lineChat: 0 };

beforeAll(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false, botLimit: 100, scope: ['imbot', 'imopenlines', 'im'] });
  portal.placeApp();
  portal.finishInstall();
  ids.bot = await registerBot(portal, app.eventUrl, { CODE: 'main', TYPE: 'S', OPENLINE: 'Y' });
  ids.bot2 = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O' });
  ids.admin = portal.adminId;
  ids.other = portal.addEmployee({ name: 'John Smith', gender: 'M' }).id;
  ids.line = portal.addLine({ name: 'Support', botId: ids.bot, left: 'close', queue: [ids.admin] }).id;
});

/** A fresh group with the bot, a message of a person and a file in it; and an open session. */
async function prepare(): Promise<void> {
  const { chatId } = portal.addGroup({ title: 'G', ownerId: ids.bot, memberIds: [ids.admin], botIds: [ids.bot] });
  ids.group = chatId;
  ids.message = portal.writesInGroup(ids.admin, chatId, 'Hello', {
    files: [{ name: 'a.pdf', content: 'x' }],
  }).messageId;
  ids.file = portal.messages(chatId)[0]?.files[0]?.id ?? 0;
  const client = portal.addClient({ name: 'Ann', lineId: ids.line });
  ids.lineChat = portal.clientWrites(client.id, 'Hi').chatId;
}

afterAll(async () => {
  await portal.close();
  await app.close();
});

const dialogId = (): string => `chat${ids.group}`;
const v2 = (params: object = {}): Record<string, unknown> => ({ botId: ids.bot, dialogId: dialogId(), ...params });
const v1 = (params: object = {}): Record<string, unknown> => ({ BOT_ID: ids.bot, CHAT_ID: ids.group, ...params });

async function ownMessage(): Promise<number> {
  return Number(
    await resultOf(portal, 'imbot.message.add', { BOT_ID: ids.bot, DIALOG_ID: dialogId(), MESSAGE: 'own' }),
  );
}

async function command(): Promise<number> {
  return Number(
    await resultOf(portal, 'imbot.command.register', {
      BOT_ID: ids.bot,
      COMMAND: `c${Math.floor(performance.now() * 1000)}`,
      EVENT_COMMAND_ADD: app.eventUrl,
      LANG: [{ LANGUAGE_ID: 'en', TITLE: 'C' }],
    }),
  );
}

const spare = (): Promise<number> =>
  registerBot(portal, app.eventUrl, { CODE: `spare${Math.floor(performance.now() * 1000)}` });

type Params = Record<string, unknown>;

/** How each documented method is called so that its answer shows everything it can. */
const calls: Readonly<Record<string, () => Params | Promise<Params>>> = {
  'im.search.user.list': () => ({ FIND: 'Smith' }),
  'im.user.list.get': () => ({ ID: [ids.admin] }),
  'imbot.bot.list': () => ({}),
  'imbot.chat.add': () => ({ BOT_ID: ids.bot, TITLE: 'New', USERS: [ids.admin] }),
  'imbot.chat.leave': () => v1(),
  'imbot.chat.sendTyping': () => ({ BOT_ID: ids.bot, DIALOG_ID: dialogId() }),
  'imbot.chat.setManager': () => v1({ USER_ID: ids.admin, IS_MANAGER: 'Y' }),
  'imbot.chat.setOwner': () => v1({ USER_ID: ids.admin }),
  'imbot.chat.updateAvatar': () => v1({ AVATAR: 'iVBORw0KGgo=' }),
  'imbot.chat.updateColor': () => v1({ COLOR: 'MINT' }),
  'imbot.chat.updateTitle': () => v1({ TITLE: 'T' }),
  'imbot.chat.user.add': () => v1({ USERS: [ids.other] }),
  'imbot.chat.user.delete': () => v1({ USER_ID: ids.admin }),
  'imbot.chat.user.list': () => v1(),
  'imbot.chat.get': async () => {
    const pair = { ENTITY_TYPE: 'CRM', ENTITY_ID: String(Math.floor(performance.now() * 1000)) };
    await resultOf(portal, 'imbot.chat.add', { BOT_ID: ids.bot, TITLE: 'E', ...pair });
    return { BOT_ID: ids.bot, ...pair };
  },
  'imbot.command.answer': async () => {
    await resultOf(portal, 'imbot.v2.Command.register', {
      botId: ids.bot,
      fields: { command: 'ask', title: { en: 'Ask' } },
    });
    const rows = (await resultOf(portal, 'imbot.v2.Command.list', { botId: ids.bot })) as {
      commands: { id: number; command: string }[];
    };
    const asked = rows.commands.find((one) => one.command === '/ask')?.id ?? 0;
    const { messageId } = portal.writesInGroup(ids.admin, ids.group, '/ask');
    return { BOT_ID: ids.bot, COMMAND_ID: asked, MESSAGE_ID: messageId, MESSAGE: 'yes' };
  },
  'imbot.command.register': () => ({
    BOT_ID: ids.bot,
    COMMAND: 'one',
    EVENT_COMMAND_ADD: app.eventUrl,
    LANG: [{ LANGUAGE_ID: 'en', TITLE: 'One' }],
  }),
  'imbot.command.unregister': async () => ({ COMMAND_ID: await command() }),
  'imbot.command.update': async () => ({ COMMAND_ID: await command(), FIELDS: { HIDDEN: 'Y' } }),
  'imbot.dialog.get': () => ({ BOT_ID: ids.bot, DIALOG_ID: dialogId() }),
  'imbot.message.add': () => ({ BOT_ID: ids.bot, DIALOG_ID: dialogId(), MESSAGE: 'x' }),
  'imbot.message.delete': async () => ({ BOT_ID: ids.bot, MESSAGE_ID: await ownMessage() }),
  'imbot.message.like': () => ({ BOT_ID: ids.bot, MESSAGE_ID: ids.message, ACTION: 'plus' }),
  'imbot.message.update': async () => ({ BOT_ID: ids.bot, MESSAGE_ID: await ownMessage(), MESSAGE: 'y' }),
  'imbot.register': () => ({ CODE: 'again', EVENT_HANDLER: app.eventUrl, PROPERTIES: { NAME: 'Again' } }),
  'imbot.unregister': async () => ({ BOT_ID: await spare() }),
  'imbot.update': () => ({ BOT_ID: ids.bot, FIELDS: { PROPERTIES: { NAME: 'Main' } } }),
  'imbot.v2.Bot.list': () => ({}),
  'imbot.v2.Bot.register': () => ({ fields: { code: 'v2new', properties: { name: 'New' }, eventMode: 'fetch' } }),
  'imbot.v2.Bot.unregister': async () => ({ botId: await spare() }),
  'imbot.v2.Bot.update': () => ({ botId: ids.bot, fields: { isHidden: false } }),
  'imbot.v2.Chat.InputAction.notify': () => v2(),
  'imbot.v2.Chat.Manager.add': () => v2({ userIds: [ids.admin] }),
  'imbot.v2.Chat.Manager.delete': () => v2({ userIds: [ids.admin] }),
  'imbot.v2.Chat.Message.Reaction.add': () => v2({ messageId: ids.message, reaction: 'like' }),
  'imbot.v2.Chat.Message.Reaction.delete': async () => {
    await resultOf(portal, 'imbot.v2.Chat.Message.Reaction.add', v2({ messageId: ids.message, reaction: 'like' }));
    return v2({ messageId: ids.message, reaction: 'like' });
  },
  'imbot.v2.Chat.Message.delete': async () => ({ botId: ids.bot, messageId: await ownMessage() }),
  'imbot.v2.Chat.Message.get': () => ({ botId: ids.bot, messageId: ids.message }),
  'imbot.v2.Chat.Message.send': () => v2({ fields: { message: 'x' } }),
  'imbot.v2.Chat.Message.update': async () => ({
    botId: ids.bot,
    messageId: await ownMessage(),
    fields: { message: 'y' },
  }),
  'imbot.v2.Chat.TextField.enabled': () => v2({ enabled: true }),
  'imbot.v2.Chat.User.add': () => v2({ userIds: [ids.other] }),
  'imbot.v2.Chat.User.delete': () => v2({ userId: ids.admin }),
  'imbot.v2.Chat.User.list': () => v2({ limit: 200 }),
  'imbot.v2.Chat.add': () => ({ botId: ids.bot, fields: { title: 'New', userIds: [ids.admin] } }),
  'imbot.v2.Chat.get': () => v2(),
  'imbot.v2.Chat.leave': () => v2(),
  'imbot.v2.Chat.setOwner': () => v2({ userId: ids.admin }),
  'imbot.v2.Chat.update': () => v2({ fields: { title: 'T' } }),
  'imbot.v2.Command.answer': async () => {
    const { COMMAND_ID: commandId, MESSAGE_ID: messageId } = (await calls['imbot.command.answer']?.()) ?? {};
    return v2({ commandId, messageId, fields: { message: 'yes' } });
  },
  'imbot.v2.Command.register': () => ({ botId: ids.bot, fields: { command: 'two', title: { en: 'Two' } } }),
  'imbot.v2.Command.unregister': async () => ({ botId: ids.bot, commandId: await command() }),
  'imbot.v2.Command.update': async () => ({ botId: ids.bot, commandId: await command(), fields: { hidden: true } }),
  'imbot.v2.Event.get': async () => {
    const fields = { code: 'fetcher', properties: { name: 'Fetcher' }, eventMode: 'fetch' };
    const answer = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as { bot: { id: number } };
    portal.employeeWritesPrivate(ids.admin, answer.bot.id, 'hello');
    return { botId: answer.bot.id };
  },
  'imbot.v2.File.download': () => ({ botId: ids.bot, fileId: ids.file }),
  'imbot.v2.File.upload': () => v2({ fields: { name: 'b.pdf', content: 'eA==' } }),
  'imbot.v2.Revision.get': () => ({}),
  'imopenlines.bot.session.finish': () => ({ CHAT_ID: ids.lineChat }),
  'imopenlines.bot.session.message.send': () => ({ CHAT_ID: ids.lineChat, NAME: 'DEFAULT', MESSAGE: 'x' }),
  'imopenlines.bot.session.operator': () => ({ CHAT_ID: ids.lineChat }),
  'imopenlines.config.list.get': () => ({ PARAMS: { select: ['ID', 'LINE_NAME', 'ACTIVE'] }, OPTIONS: { QUEUE: 'Y' } }),
  'imopenlines.config.update': () => ({ CONFIG_ID: ids.line, PARAMS: {} }),
  'imopenlines.dialog.get': () => ({ CHAT_ID: ids.lineChat }),
};

describe('an answer of the sandbox', () => {
  const shown = documentedMethods.filter(([, { answers }]) => answers.length > 0);

  it.each(shown.map(([name]) => name))('has the documented shape: %s', async (name) => {
    await prepare();
    const build = calls[name];
    if (build === undefined) throw new Error(`no call is known for ${name}`);
    const { status, json } = await callRest(portal, name, await build());
    expect(json['error'] ?? '').toBe('');
    expect(status).toBe(200);
    const examples = documentedMethods.find(([known]) => known === name)?.[1].answers ?? [];
    const faults = examples.map((example) => shapeFaults(example, json['result']));
    // A page with several examples shows several forms: one of them has to be met.
    expect(faults.find((list) => list.length === 0) ?? faults[0]).toEqual([]);
  });
});
