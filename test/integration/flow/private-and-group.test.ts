import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { type Bridge, install, startBridge, until } from '../../support/bridge.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

let database: ClonedDatabase;
let bridge: Bridge;
let probe: DatabaseProbe;
let assistant: SeenBot;
let supervisor: SeenBot;

beforeAll(async () => {
  database = await cloneDatabase();
  probe = openProbe(database.url);
  bridge = await startBridge({ databaseUrl: database.url });
  await install(bridge);
  await afterEverything();
  assistant = ourBot(bridge.portal, 'assistant');
  supervisor = ourBot(bridge.portal, 'supervisor');
});

afterAll(async () => {
  await bridge.close();
  await probe.close();
  await database.drop();
});

const mention = (bot: SeenBot): string => `[USER=${bot.id}]${bot.name}[/USER]`;
const employee = (name = 'Иван Петров'): number => bridge.portal.addEmployee({ name }).id;

const afterEverything = (): Promise<void> => everythingDone(bridge.portal, probe);

describe('a private chat', () => {
  it('answers an employee and greets him once, before the answer', async () => {
    const { portal } = bridge;
    const userId = employee();
    const { chatId } = portal.employeeWritesPrivate(userId, assistant.id, 'Привет!');
    await until(() => botTalk(portal, chatId).length === 2);
    const [greeting, answer] = botTalk(portal, chatId);
    expect(isGreeting(greeting?.text ?? '')).toBe(true);
    expect(greeting?.text).toContain('/help');
    expect(answer?.text).toBe('Привет!');
    portal.employeeWritesPrivate(userId, assistant.id, 'Ещё раз');
    await until(() => answersIn(portal, chatId).length === 2);
    expect(botTalk(portal, chatId).filter(({ text }) => isGreeting(text))).toHaveLength(1);
  });

  it('keeps a greeting single when the message overtakes the news of the new chat', async () => {
    const { portal } = bridge;
    portal.swapNextTwoDeliveries();
    const { chatId } = portal.employeeWritesPrivate(employee(), assistant.id, 'Кто первый?');
    await until(() => answersIn(portal, chatId).length === 1);
    await afterEverything();
    const talk = botTalk(portal, chatId).map(({ text }) => text);
    expect(talk).toHaveLength(2);
    expect(talk.filter(isGreeting)).toHaveLength(1);
    expect(talk[1]).toBe('Кто первый?');
  });

  it('answers /help and hands over and back on /operator and /bot', async () => {
    const { portal } = bridge;
    const userId = employee();
    const say = (text: string): number => portal.employeeWritesPrivate(userId, assistant.id, text).chatId;
    const chatId = say('/help');
    await until(() => botTalk(portal, chatId).some(({ text }) => text.includes('каждое сообщение получит ответ')));
    say('/operator');
    await until(() => botTalk(portal, chatId).some(({ text }) => text.includes('передан человеку')));
    say('Это человеку');
    await afterEverything();
    expect(answersIn(portal, chatId)).not.toContain('Это человеку');
    say('/bot');
    await until(() => botTalk(portal, chatId).some(({ text }) => text.includes('снова ведёт бот')));
    say('А это боту');
    await until(() => answersIn(portal, chatId).includes('А это боту'));
  });

  it('takes a slash line nobody has registered to the brain', async () => {
    const { portal } = bridge;
    const { chatId } = portal.employeeWritesPrivate(employee(), assistant.id, '/balance 42');
    await afterEverything();
    expect(answersIn(portal, chatId)).toEqual(['/balance 42']);
  });

  it('puts up with edits and deletions, before and after the answer', async () => {
    const { portal } = bridge;
    const userId = employee();
    const first = portal.employeeWritesPrivate(userId, assistant.id, 'Было');
    portal.editMessage(first.messageId, 'Стало');
    await until(() => answersIn(portal, first.chatId).length === 1);
    portal.editMessage(first.messageId, 'Стало снова');
    portal.deleteMessage(first.messageId);
    const second = portal.employeeWritesPrivate(userId, assistant.id, 'Дальше');
    portal.deleteMessage(second.messageId, true);
    await until(() => answersIn(portal, first.chatId).includes('Дальше'));
    portal.employeeWritesPrivate(userId, assistant.id, 'Живой?');
    await until(() => answersIn(portal, first.chatId).at(-1) === 'Живой?');
    expect(answersIn(portal, first.chatId)).toHaveLength(3);
  });

  it('greets somebody who only opens the bot by a link', async () => {
    const { portal } = bridge;
    const userId = employee();
    portal.openBotContext(userId, assistant.id, { from: 'button' });
    await until(() => botTalk(portal, portal.privateChatId(userId, assistant.id) ?? 0).length > 0);
    await afterEverything();
    expect(botTalk(portal, portal.privateChatId(userId, assistant.id) ?? 0)).toHaveLength(1);
  });
});

describe('a group', () => {
  it('hears the supervisor only when it is mentioned', async () => {
    const { portal } = bridge;
    const ownerId = employee('Хозяйка Чата');
    const group = portal.addGroup({ title: 'Отдел', ownerId, botIds: [supervisor.id] });
    await until(() => botTalk(portal, group.chatId).length === 1);
    portal.writesInGroup(ownerId, group.chatId, 'Обед в час');
    portal.writesInGroup(ownerId, group.chatId, `[USER=${ownerId}]Хозяйка Чата[/USER], напомни себе`);
    await afterEverything();
    expect(answersIn(portal, group.chatId)).toEqual([]);
    portal.writesInGroup(ownerId, group.chatId, `${mention(supervisor)}, который час?`);
    await until(() => answersIn(portal, group.chatId).length === 1);
    expect(answersIn(portal, group.chatId)).toEqual(['который час?']);
  });

  it('lets each of two mentioned bots answer for itself, once', async () => {
    const { portal } = bridge;
    const ownerId = employee('Хозяин Чата');
    const group = portal.addGroup({ title: 'Двое', ownerId, botIds: [supervisor.id, assistant.id] });
    await until(() => botTalk(portal, group.chatId).length === 2);
    portal.writesInGroup(ownerId, group.chatId, `${mention(assistant)} ${mention(supervisor)} как дела?`);
    await until(() => answersIn(portal, group.chatId).length >= 2);
    await afterEverything();
    const answers = botTalk(portal, group.chatId).filter(({ text }) => !isGreeting(text));
    expect(answers).toHaveLength(2);
    expect(new Set(answers.map(({ authorId }) => authorId))).toEqual(new Set([assistant.id, supervisor.id]));
    expect(answers.every(({ text }) => text.includes('как дела?'))).toBe(true);
    portal.writesInGroup(ownerId, group.chatId, `${mention(assistant)} только ты`);
    await until(() => answersIn(portal, group.chatId).length >= 3);
    await afterEverything();
    const last = botTalk(portal, group.chatId).filter(({ text }) => text.includes('только ты'));
    expect(last.map(({ authorId }) => authorId)).toEqual([assistant.id]);
  });
});
