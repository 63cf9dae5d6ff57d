/** The sandbox's events against recorded and documented payloads: same keys, same order. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { decodePairs } from '../../../sandbox/bitrix24/wire-format.ts';
import { Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false, orderedDelivery: true });
  portal.placeApp();
  portal.finishInstall();
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

function fixture(name: string): { body: string } {
  const url = new URL(`fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as { body: string };
}

/** Keys with ids blanked, so that only the shape is compared. */
function shape(body: string): string[] {
  return decodePairs(body).map(([key]) => key.replaceAll(/\[\d+\]/g, '[#]'));
}

function expectShape(event: string, name: string): void {
  const received = app.of(event);
  expect(received).toHaveLength(1);
  expect(shape(received[0]?.body ?? '')).toEqual(shape(fixture(name).body));
}

/** Every key of the fixture comes in this order; the sandbox may send more between. */
function expectShapeInside(event: string, name: string): void {
  const received = shape(app.of(event)[0]?.body ?? '');
  const wanted = shape(fixture(name).body);
  expect(received.filter((key) => wanted.includes(key))).toEqual(wanted);
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

describe('v1 message events have the documented keys in the documented order', () => {
  it('for a private message', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    portal.employeeWritesPrivate(portal.adminId, bot, 'Привет');
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-private');
  });

  it('for a file without text', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    portal.employeeWritesPrivate(portal.adminId, bot, '', { files: [{ name: 'image.png', content: PNG }] });
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-file');
  });

  it('for a mention in a group', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    const { chatId } = portal.addGroup({ title: 'Бурый чат', ownerId: portal.adminId, botIds: [bot] });
    portal.writesInGroup(portal.adminId, chatId, `[USER=${bot}]NewBot[/USER] , как настроить левое меню`);
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-group-mention');
    expect(app.of('ONIMBOTMESSAGEADD')[0]?.form).toMatchObject({
      data: { PARAMS: { MESSAGE: ', как настроить левое меню' } },
    });
  });

  it('for three bots of one app in one request', async () => {
    const helper = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    const sales = await registerBot(portal, app.eventUrl, { CODE: 'sales' });
    const watcher = await registerBot(portal, app.eventUrl, { CODE: 'supervisor', TYPE: 'S' });
    const { chatId } = portal.addGroup({ title: 'Чат', ownerId: portal.adminId, botIds: [helper, sales, watcher] });
    portal.writesInGroup(
      portal.adminId,
      chatId,
      `[USER=${helper}]Helper[/USER] и [USER=${sales}]Sales[/USER] сравните цены`,
    );
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-multibot');
    expect(app.of('ONIMBOTMESSAGEADD')[0]?.form).toMatchObject({
      data: { PARAMS: { MESSAGE: 'и  сравните цены', TO_USER_ID: String(helper) } },
    });
  });

  it('for a supervisor that is not mentioned', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'supervisor', TYPE: 'S' });
    const { chatId } = portal.addGroup({ title: 'Чат', ownerId: portal.adminId, botIds: [bot] });
    portal.writesInGroup(portal.adminId, chatId, 'всем привет');
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-supervisor-no-mention');
  });

  it('for an Open Channel client and for the operator beside the bot', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O' });
    const line = portal.addLine({ name: 'Поддержка', botId: bot, left: 'close' });
    const client = portal.addClient({ name: 'Иван Тестов', lineId: line.id, connector: 'telegrambot' });
    const operator = portal.addEmployee({ name: 'Светлана Иванова', workPosition: null });
    const { chatId } = portal.clientWrites(client.id, 'добрый день, где мой заказ?');
    await portal.idle();
    expectShape('ONIMBOTJOINCHAT', 'v1-onimbotjoinchat-openline');
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-openline');
    app.events.length = 0;
    portal.operatorWrites(chatId, operator.id, 'Здравствуйте, это оператор');
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-openline-operator');
  });

  it('for a bot of an incoming webhook, whose handler gets CLIENT_ID and no tokens', async () => {
    const register = await fetch(`${portal.webhook}imbot.register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        CODE: 'hook',
        CLIENT_ID: 'secret1',
        EVENT_HANDLER: app.eventUrl,
        PROPERTIES: { NAME: 'Hook' },
      }),
    });
    const { result } = (await register.json()) as { result: number };
    const { chatId } = portal.addGroup({ title: 'Чат', ownerId: portal.adminId, botIds: [result] });
    portal.writesInGroup(portal.adminId, chatId, `[USER=${result}]Hook[/USER] , привет`);
    await portal.idle();
    expectShape('ONIMBOTMESSAGEADD', 'v1-onimbotmessageadd-webhook-mode');
    expect(app.of('ONIMBOTMESSAGEADD')[0]?.path).toBe('/events?CLIENT_ID=secret1');
    expect(app.of('ONIMBOTMESSAGEADD')[0]?.form).toMatchObject({ auth: { application_token: 'secret1' } });
  });

  it('for edits in private and deletions in groups', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'supervisor', TYPE: 'S' });
    const own = portal.employeeWritesPrivate(portal.adminId, bot, 'Как?');
    portal.editMessage(own.messageId, 'Как добавить наблюдателя в задачу?');
    const { chatId } = portal.addGroup({ title: 'Чат', ownerId: portal.adminId, botIds: [bot] });
    const inGroup = portal.writesInGroup(portal.adminId, chatId, 'опечатка');
    portal.deleteMessage(inGroup.messageId);
    await portal.idle();
    expectShape('ONIMBOTMESSAGEUPDATE', 'v1-onimbotmessageupdate-private');
    expectShape('ONIMBOTMESSAGEDELETE', 'v1-onimbotmessagedelete-group');
  });
});

describe('v1 bot and command events have the documented keys in the documented order', () => {
  it('for the first private message written by the bot, and for an invitation to a group', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    await resultOf(portal, 'imbot.message.add', { BOT_ID: bot, DIALOG_ID: portal.adminId, MESSAGE: 'Здравствуйте' });
    await portal.idle();
    expectShape('ONIMBOTJOINCHAT', 'v1-onimbotjoinchat-private');
    app.events.length = 0;
    portal.addGroup({ title: 'Чат', ownerId: portal.adminId, botIds: [bot] });
    await portal.idle();
    expectShape('ONIMBOTJOINCHAT', 'v1-onimbotjoinchat-group');
  });

  it('for a deleted bot and for a context link', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    portal.openBotContext(portal.adminId, bot, { entityId: 164, entityType: 'task', source: 'link' });
    await portal.idle();
    expectShape('ONIMBOTCONTEXTGET', 'v1-onimbotcontextget');
    await resultOf(portal, 'imbot.unregister', { BOT_ID: bot });
    await portal.idle();
    expectShape('ONIMBOTDELETE', 'v1-onimbotdelete');
  });

  it('for commands typed in private, typed in a group, and clicked', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper' });
    const lang = [{ LANGUAGE_ID: 'ru', TITLE: 'Эхо' }];
    const command = { BOT_ID: bot, COMMAND: 'echo', EVENT_COMMAND_ADD: app.eventUrl, LANG: lang };
    await resultOf(portal, 'imbot.command.register', command);
    const person = portal.addEmployee({ name: 'Иван Смирнов', gender: 'M', workPosition: null });
    portal.employeeWritesPrivate(person.id, bot, '/echo test');
    await portal.idle();
    expectShape('ONIMCOMMANDADD', 'v1-onimcommandadd-private');
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(0);
    app.events.length = 0;
    const { chatId } = portal.addGroup({ title: 'Чат', ownerId: person.id, botIds: [bot], entityType: 'CHAT' });
    portal.writesInGroup(person.id, chatId, '/echo test');
    await portal.idle();
    expectShape('ONIMCOMMANDADD', 'v1-onimcommandadd-group');
    app.events.length = 0;
    const button = { TEXT: 'Меню', COMMAND: 'echo', COMMAND_PARAMS: '3' };
    const keyboard = { BOT_ID: bot, DIALOG_ID: person.id, MESSAGE: 'Выберите', KEYBOARD: [button] };
    const messageId = Number(await resultOf(portal, 'imbot.message.add', keyboard));
    expect(portal.pressButton(person.id, messageId, 0).fired).toBe(true);
    await portal.idle();
    expectShape('ONIMCOMMANDADD', 'v1-onimcommandadd-keyboard-button');
  });
});

describe('app events', () => {
  it('carry what the documentation shows, plus the envelope fields of real deliveries', async () => {
    for (const event of ['ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPUNINSTALL']) {
      await resultOf(portal, 'event.bind', { event, handler: app.eventUrl });
    }
    portal.updateApp({ version: 2 });
    portal.setCard({ eventUrl: app.eventUrl });
    portal.installApiOnly();
    portal.uninstallApp({ clean: true });
    await portal.idle();
    for (const [event, name] of [
      ['ONAPPUPDATE', 'app-onappupdate'],
      ['ONAPPINSTALL', 'app-onappinstall'],
      ['ONAPPUNINSTALL', 'app-onappuninstall-clean'],
    ] as const) {
      const received = shape(app.of(event)[0]?.body ?? '');
      expect(received).toEqual(expect.arrayContaining(shape(fixture(name).body)));
      expect(received[1]).toBe('event_handler_id');
    }
    expect(app.of('ONAPPUNINSTALL')[0]?.body).not.toContain('access_token');
  });
});

describe('v2 webhook events hold every documented key in order', () => {
  it('for messages, edits, deletions, joins, contexts and the end of a bot', async () => {
    const registered = await resultOf(portal, 'imbot.v2.Bot.register', {
      fields: { code: 'support', properties: { name: 'Support' }, eventMode: 'webhook', webhookUrl: app.eventUrl },
    });
    const bot = (registered as { bot: { id: number } }).bot.id;
    const written = portal.employeeWritesPrivate(portal.adminId, bot, 'Hello bot!');
    portal.editMessage(written.messageId, 'Hello bot! (edited)');
    portal.deleteMessage(written.messageId);
    portal.openBotContext(portal.adminId, bot, { entityId: 164, entityType: 'task', source: 'link' });
    await resultOf(portal, 'imbot.v2.Bot.unregister', { botId: bot });
    await portal.idle();
    for (const kind of ['messageadd', 'messageupdate', 'messagedelete', 'joinchat', 'contextget', 'delete']) {
      expectShapeInside(`ONIMBOTV2${kind.toUpperCase()}`, `v2-webhook-onimbotv2${kind}`);
    }
  });
});

interface Fetched {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe('v2 fetched events hold the documented fields', () => {
  it('for all eight kinds', async () => {
    const fields = { code: 'support', properties: { name: 'Support' }, eventMode: 'fetch' };
    const registered = await resultOf(portal, 'imbot.v2.Bot.register', { fields });
    const bot = (registered as { bot: { id: number } }).bot.id;
    const command = { command: 'help', title: { en: 'Help' } };
    await resultOf(portal, 'imbot.v2.Command.register', { botId: bot, fields: command });
    const written = portal.employeeWritesPrivate(portal.adminId, bot, 'Hello bot!');
    portal.employeeWritesPrivate(portal.adminId, bot, '/help topic');
    portal.editMessage(written.messageId, 'Hello bot! (edited)');
    const sent = await resultOf(portal, 'imbot.v2.Chat.Message.send', {
      botId: bot,
      dialogId: String(portal.adminId),
      fields: { message: 'Hello! How can I help?' },
    });
    portal.react(portal.adminId, (sent as { id: number }).id, 'like');
    portal.deleteMessage(written.messageId);
    portal.openBotContext(portal.adminId, bot, { entityId: 164 });
    const { events } = (await resultOf(portal, 'imbot.v2.Event.get', { botId: bot })) as { events: Fetched[] };
    for (const kind of [
      'messageadd',
      'messageupdate',
      'messagedelete',
      'joinchat',
      'contextget',
      'commandadd',
      'reactionchange',
    ]) {
      const wanted = JSON.parse(fixture(`v2-fetch-onimbotv2${kind}`).body) as Fetched;
      const got = events.find(({ type }) => type === wanted.type);
      expect(Object.keys(got?.data ?? {}), kind).toEqual(Object.keys(wanted.data));
      for (const [part, value] of Object.entries(wanted.data)) {
        if (typeof value !== 'object' || value === null || part === 'context') continue;
        expect(Object.keys((got?.data[part] ?? {}) as object), `${kind}.${part}`).toEqual(
          expect.arrayContaining(Object.keys(value)),
        );
      }
    }
  });
});
