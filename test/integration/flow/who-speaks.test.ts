/** Who speaks in an Open Channel and what leaves a group, through the whole app. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

const echo = scriptBrain(
  { deliver: ({ text }) => Promise.resolve({ replies: [reply(text)] }) },
  { capabilities: { edits: true, deletes: true } },
);

const reply = (text: string) =>
  ({
    type: 'reply',
    remoteMessageId: null,
    text,
    buttons: [],
    cards: [],
    files: [],
    quoteOf: null,
    isInternal: false,
  }) as const;

async function open(portal: NonNullable<Parameters<typeof startOwnBridge>[0]>['portal'] = {}): Promise<OwnBridge> {
  const own = await startOwnBridge({ portal, brains: [echo.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

let own: OwnBridge;
let line: SeenBot;

beforeAll(async () => {
  own = await open();
  line = ourBot(own.bridge.portal, 'line');
});

afterAll(() => own.close());

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** A customer and an operator on a line where the bot stays beside the operator, or leaves. */
async function talkOn(left: 'close' | 'queue') {
  const { portal } = own.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const lineId = portal.addLine({ name: 'Поддержка', botId: line.id, left, queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, 'Начало');
  await done();
  const hear = async (text: string): Promise<boolean> => {
    portal.clientWrites(clientId, text);
    await done();
    return answersIn(portal, chatId).includes(text);
  };
  return { portal, operatorId, chatId, hear };
}

describe('in an Open Channel', () => {
  it.each(['close', 'queue'] as const)(
    'an operator who only pressed the button is not talked over (%s)',
    async (left) => {
      const { portal, operatorId, chatId, hear } = await talkOn(left);
      portal.operatorJoins(chatId, operatorId);
      expect(await hear('Вы тут?')).toBe(false);
      expect(await hear('Ау')).toBe(false);
      portal.finishSession(chatId);
      expect(await hear('Снова я')).toBe(true);
    },
  );

  it('a hidden note of an operator takes nothing over, and no brain is told of it', async () => {
    const { portal, operatorId, chatId, hear } = await talkOn('close');
    portal.inviteBot(chatId, operatorId, operatorId);
    portal.operatorWrites(chatId, operatorId, 'пусть бот ответит', { isHidden: true });
    expect(await hear('Сколько стоит?')).toBe(true);
    portal.operatorWrites(chatId, operatorId, 'Я отвечу', {});
    expect(await hear('А доставка?')).toBe(false);
    expect(await own.probe.count(`select count(*) from outbox where action::text like '%пусть бот%'`)).toBe(0);
  });

  it('the 0 of an operator silences the bot as that of a customer does', async () => {
    const { portal, operatorId, chatId, hear } = await talkOn('close');
    portal.inviteBot(chatId, operatorId, operatorId);
    portal.operatorWrites(chatId, operatorId, '0', { isHidden: true });
    expect(portal.operatorOf(chatId)).toBe(operatorId);
    expect(await hear('Кто здесь?')).toBe(false);
  });

  it('the first /start of a customer is greeted once, and nobody else answers it', async () => {
    const { portal } = own.bridge;
    const lineId = portal.addLine({ name: 'Бот', botId: line.id }).id;
    const { chatId } = portal.clientWrites(portal.addClient({ name: 'Новый', lineId }).id, '/start');
    await done();
    const talk = botTalk(portal, chatId);
    expect(talk).toHaveLength(1);
    expect(talk.every(({ text, skipConnector }) => isGreeting(text) && !skipConnector)).toBe(true);
  });
});

describe('a private chat', () => {
  it('runs both of two commands, and passes on what stands beside them', async () => {
    const { portal } = own.bridge;
    const userId = portal.addEmployee({ name: 'Иван' }).id;
    const bot = ourBot(portal, 'assistant');
    const { chatId } = portal.employeeWritesPrivate(userId, bot.id, '/help\n/bot\nА теперь вопрос');
    await done();
    const talk = botTalk(portal, chatId).map(({ text }) => text);
    expect(talk.some((text) => text.includes('каждое сообщение получит ответ'))).toBe(true);
    expect(talk.some((text) => text.includes('снова ведёт бот'))).toBe(true);
    expect(answersIn(portal, chatId)).toContain('А теперь вопрос');
  });
});

describe.each([
  ['a portal of today', {}],
  ['a portal with an im from before July 2025', { oldIm: true }],
] as const)('a group of %s', (_, options) => {
  let there: OwnBridge;
  let supervisor: SeenBot;
  beforeAll(async () => {
    there = await open(options);
    supervisor = ourBot(there.bridge.portal, 'supervisor');
  });
  afterAll(() => there.close());

  const settled = (): Promise<void> => everythingDone(there.bridge.portal, there.probe);
  const toldBrain = async (): Promise<string[]> => {
    const rows = await there.probe.rows(
      `select action->>'type' as type, coalesce(action->>'text', '') as text from outbox where target = 'brain' order by seq`,
    );
    return rows.map((row) => `${String(row['type'])}: ${String(row['text'])}`);
  };

  it('lets nothing out that does not mean the bot, by messages, edits or deletions', async () => {
    const { portal } = there.bridge;
    const ownerId = portal.addEmployee({ name: 'Хозяйка' }).id;
    const { chatId } = portal.addGroup({ title: 'Отдел', ownerId, botIds: [supervisor.id] });
    const mention = `[USER=${supervisor.id}]${supervisor.name}[/USER]`;
    const aside = portal.writesInGroup(ownerId, chatId, 'тайна один');
    await settled();
    portal.editMessage(aside.messageId, 'тайна два');
    await settled();
    portal.deleteMessage(aside.messageId);
    await settled();
    expect(await toldBrain()).toEqual([]);

    const late = portal.writesInGroup(ownerId, chatId, 'без упоминания');
    await settled();
    portal.editMessage(late.messageId, `${mention} с упоминанием`);
    await settled();
    portal.editMessage(late.messageId, `${mention} с упоминанием снова`);
    await settled();
    portal.editMessage(late.messageId, 'тайна три');
    await settled();
    portal.deleteMessage(late.messageId);
    await until(() => answersIn(portal, chatId).length > 0);
    await settled();
    expect(answersIn(portal, chatId)).toEqual(['с упоминанием']);
    expect(await toldBrain()).toEqual(['message: с упоминанием', 'edit: с упоминанием снова', 'delete: ']);
  });

  it('does not hear the commands it explains itself', async () => {
    const { portal } = there.bridge;
    const ownerId = portal.addEmployee({ name: 'Хозяйка' }).id;
    const { chatId } = portal.addGroup({ title: 'Подсказки', ownerId, botIds: [supervisor.id] });
    // The portal does not promise the order of events that are under way together.
    await until(() => botTalk(portal, chatId).length === 1);
    portal.writesInGroup(ownerId, chatId, '/help');
    await until(() => botTalk(portal, chatId).length > 1);
    await settled();
    const talk = botTalk(portal, chatId).map(({ text }) => text);
    expect(talk.map((text) => /\/operator/.test(text))).toEqual([true, true]);
    const commands = `select count(*) from inbox where lane like '%/chat${chatId}' and convert_from(body, 'utf8') like '%ONIMCOMMANDADD%'`;
    expect(await there.probe.count(commands)).toBe(1);
  });

  it('answers once a message whose edit came before it', async () => {
    const { portal } = there.bridge;
    const ownerId = portal.addEmployee({ name: 'Хозяин' }).id;
    const { chatId } = portal.addGroup({ title: 'Быстрый', ownerId, botIds: [supervisor.id] });
    const mention = `[USER=${supervisor.id}]${supervisor.name}[/USER]`;
    await settled();
    portal.swapNextTwoDeliveries();
    const { messageId } = portal.writesInGroup(ownerId, chatId, `${mention} первый`);
    portal.editMessage(messageId, `${mention} второй`);
    await settled();
    expect(answersIn(portal, chatId)).toEqual(['второй']);
  });
});
