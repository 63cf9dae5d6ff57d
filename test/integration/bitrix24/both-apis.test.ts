/** One portal tells everything that happens through both bot APIs at once: each happening means the same in both, and is one event. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import type { LaneBot } from '../../../src/bitrix24/events/read-params.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { firstApiName } from '../../../src/bitrix24/events/second-api.ts';
import { toNewEvents } from '../../../src/queue/event-intake.ts';
import type { BotRow } from '../../../src/store/tenants/bots.ts';
import { Receiver, registerBot, resultOf } from '../../contract/sandbox-bitrix24/receiver.ts';
import { until } from '../../support/bridge.ts';
import { bindSecondApi } from '../../support/event-apis.ts';

let portal: SandboxPortal;
let app: Receiver;
let bots: LaneBot[];
let ids: { line: number; supervisor: number; assistant: number };
let employee: number;
let client: number;

beforeAll(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false, orderedDelivery: true });
  portal.placeApp();
  portal.finishInstall();
  const register = (CODE: string, TYPE: string): Promise<number> => registerBot(portal, app.eventUrl, { CODE, TYPE });
  ids = {
    line: await register('line', 'O'),
    supervisor: await register('supervisor', 'S'),
    assistant: await register('assistant', 'B'),
  };
  const all = Object.entries(ids).map(([code, id]) => ({ code, id: String(id) }));
  const commands: Record<string, string> = {};
  const lang = [{ LANGUAGE_ID: 'ru', TITLE: 'T' }];
  for (const command of ['help', 'bot']) {
    const wanted = { BOT_ID: ids.assistant, COMMAND: command, EVENT_COMMAND_ADD: app.eventUrl, LANG: lang };
    commands[command] = String(await resultOf(portal, 'imbot.command.register', wanted));
  }
  bots = all.map((bot) => ({
    ...bot,
    otherBotIds: all.map(({ id }) => id).filter((id) => id !== bot.id),
    ...(bot.code === 'assistant' ? { commands } : {}),
  }));
  await bindSecondApi(portal, app.eventUrl);
  employee = portal.addEmployee({ name: 'Вера Проверкина', extranet: false }).id;
  const line = portal.addLine({ name: 'Support', botCode: 'line' });
  client = portal.addClient({ name: 'Анна Клиентова', lineId: line.id }).id;
});

afterAll(async () => {
  await portal.close();
  await app.close();
});

/** What each bot was told by one API: its events in order, and what makes each of them the same as another. */
function told(events: readonly string[]) {
  const rows = bots.map(({ code, id }) => ({ code, bot_id: id }) as BotRow);
  return bots.map((bot) => {
    const own = events.filter((body) => scanEvent(Buffer.from(body)).bots.some(({ id }) => id === bot.id));
    return own.flatMap((body) => {
      const decoded = decodeEvent(Buffer.from(body), bot);
      if (decoded.kind !== 'chat') return [];
      const keys = toNewEvents('p', scanEvent(Buffer.from(body)), rows);
      const key = keys.find(({ lane }) => lane.startsWith(`${bot.code}/`))?.dedupeKey;
      return [{ bot: bot.code, key, events: decoded.events.map(comparable) }];
    });
  });
}

/** Left out: what only one API tells. Of files the second tells nothing but the ids; of edits in groups the first tells no name. */
function comparable(event: object): object {
  const { author, files, ...rest } = event as { author?: { id: string; kind: string }; files?: { id: string }[] };
  return {
    ...rest,
    ...(author === undefined ? {} : { author: { id: author.id, kind: author.kind } }),
    ...(files === undefined ? {} : { files: files.map(({ id }) => id) }),
  };
}

/** Lets something happen, and returns what the two APIs told about it. */
async function hear(happening: () => void): Promise<{ first: object[]; second: object[] }> {
  // Both name the second in which they tell it, which must not end between them.
  await until(() => Date.now() % 1_000 < 300);
  await portal.idle();
  const before = app.events.length;
  happening();
  await portal.idle();
  const bodies = app.events.slice(before).map(({ body }) => body);
  const nameOf = (body: string): string => scanEvent(Buffer.from(body)).event;
  const first = told(bodies.filter((body) => firstApiName(nameOf(body)) === nameOf(body))).flat();
  const second = told(bodies.filter((body) => firstApiName(nameOf(body)) !== nameOf(body))).flat();
  return { first, second };
}

const mention = (id: number, name: string): string => `[USER=${id}]${name}[/USER]`;

describe('both APIs tell the same', () => {
  let chatId: number;
  let messageId: number;
  let lineChat: number;

  it.each<[string, number, () => void]>([
    [
      'a first private message',
      2,
      () => {
        messageId = portal.employeeWritesPrivate(employee, ids.assistant, 'Привет [b]всем[/b]').messageId;
      },
    ],
    ['an edit', 1, () => portal.editMessage(messageId, 'Поправлено')],
    ['a deletion', 1, () => portal.deleteMessage(messageId)],
    [
      'a file',
      1,
      () =>
        void portal.employeeWritesPrivate(employee, ids.assistant, '', {
          files: [{ name: 'a.txt', content: Buffer.from('a') }],
        }),
    ],
    [
      'two commands and a line',
      1,
      () => void portal.employeeWritesPrivate(employee, ids.assistant, '/bot now\n/help\nи ещё'),
    ],
    ['an unknown command', 1, () => void portal.employeeWritesPrivate(employee, ids.assistant, '/unknown x')],
    ['a context link', 1, () => portal.openBotContext(employee, ids.assistant, { entityId: 5 })],
    [
      'a group with two bots',
      2,
      () => {
        chatId = portal.addGroup({
          title: 'Отдел',
          ownerId: employee,
          botIds: [ids.assistant, ids.supervisor],
        }).chatId;
      },
    ],
    [
      'a mention of one of them',
      2,
      () => {
        messageId = portal.writesInGroup(employee, chatId, `${mention(ids.assistant, 'Bot')}, как дела?`).messageId;
      },
    ],
    [
      'a message that mentions somebody else',
      1,
      () => void portal.writesInGroup(employee, chatId, `${mention(employee, 'Вера')} сама себе`),
    ],
    ['an edit in a group', 2, () => portal.editMessage(messageId, `${mention(ids.assistant, 'Bot')} иначе`)],
    ['a deletion in a group', 2, () => portal.deleteMessage(messageId)],
    [
      'a command in a group',
      1,
      () => void portal.writesInGroup(employee, chatId, `/help ${mention(ids.assistant, 'Bot')}`),
    ],
    [
      'a first message of a customer',
      2,
      () => {
        lineChat = portal.clientWrites(client, 'Где заказ?').chatId;
      },
    ],
    ['a call for a person', 1, () => void portal.clientWrites(client, ' 0 ')],
  ])('%s', async (_, count, happening) => {
    const { first, second } = await hear(happening);
    expect(second).toEqual(first);
    expect(first).toHaveLength(count);
  });

  it('what operators write to the customer and to each other, and who leads', async () => {
    portal.inviteBot(lineChat, ids.line);
    portal.operatorJoins(lineChat, employee);
    await portal.idle();
    const { first, second } = await hear(() => void portal.operatorWrites(lineChat, employee, 'Сейчас'));
    expect(second).toEqual(first);
    expect(first).toMatchObject([
      { events: [{ author: { kind: 'employee' }, chat: { line: { leaderId: String(employee) } } }] },
    ]);
    const hidden = await hear(() => void portal.operatorWrites(lineChat, employee, 'тихо', { isHidden: true }));
    expect(hidden.second).toEqual(hidden.first);
    expect(hidden.first).toMatchObject([{ events: [{ isHidden: true }] }]);
  });
});
