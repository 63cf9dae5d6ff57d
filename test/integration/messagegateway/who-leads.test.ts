import { beforeAll, describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startApp } from '../../../src/start-app.ts';
import { updateBot } from '../../../src/store/tenants/bots.ts';
import { until } from '../../support/bridge.ts';
import { type LineTalk, mgChatOf, openLineTalk } from '../../support/messagegateway-stage.ts';
import { ourBot } from '../../support/talk.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let count = 0;

const stage = useMgStage({ config: { timeZone: 'Europe/Moscow', mirrorWhilePersonLeads: false } });
beforeAll(async () => {
  await updateBot(stage.db, stage.bridge.portal.memberId, 'bridge_line', { give_back_minutes: 30 });
});

async function begin(): Promise<LineTalk> {
  count += 1;
  const words = `Обращение номер ${count}`;
  return await openLineTalk(stage, words);
}

const operatorSays = (talk: LineTalk, text: string) =>
  stage.bridge.portal.operatorWrites(talk.chatId, talk.operatorId, text);
const conversation = async (talk: LineTalk): Promise<Record<string, unknown>> =>
  (await stage.probe.rows('select * from conversation where dialog_id = $1', [`chat${talk.chatId}`]))[0] ?? {};
const becomes = (talk: LineTalk, owner: string): Promise<void> =>
  until(async () => (await conversation(talk))['owner'] === owner);
const notes = (talk: LineTalk): string[] =>
  stage.gateway
    .messages(talk.mgChat)
    .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot')
    .map(({ text }) => text ?? '');

/** Makes the silence of a talk as old as that, and its reminder due. */
async function letTimePass(talk: LineTalk, minutes: number): Promise<void> {
  const chat = `chat${talk.chatId}`;
  await stage.probe.rows(
    `update conversation set inactive_since = inactive_since - $1 * interval '1 minute' where dialog_id = $2`,
    [minutes, chat],
  );
  await stage.probe.rows(`update lane set ready_at = now() where key like '%' || $1 || '>later' and seq > done`, [
    chat,
  ]);
}

describe('a conversation that comes back from people', () => {
  it('brings one private note along: from when to when, and what was said meanwhile', async () => {
    const talk = await begin();
    operatorSays(talk, 'Здравствуйте, я Ольга');
    await stage.bridge.portal.idle();
    talk.say('А скидка будет?');
    await stage.bridge.portal.idle();
    operatorSays(talk, 'Да, завтра');
    await stage.done();
    operatorSays(talk, '/bot');
    await becomes(talk, 'brain');
    await stage.done();
    const told = notes(talk);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(
      /^Разговор снова ведётся отсюда[^\n]*\nРазговор вели сотрудники в Битрикс24: \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d – \d\d:\d\d:\d\d \(Europe\/Moscow\)\n\nЗа это время написали:\n/,
    );
    expect(told[1]?.split('\n').slice(4)).toEqual([
      'Ольга Операторова: Здравствуйте, я Ольга',
      'Кирилл Клиентов: А скидка будет?',
      'Ольга Операторова: Да, завтра',
    ]);
    expect(talk.shown().join()).not.toContain('Разговор вели');
  });

  it('comes back in a new session too, and the note is there before the message', async () => {
    const talk = await begin();
    operatorSays(talk, 'Решим');
    await becomes(talk, 'person');
    await stage.done();
    stage.bridge.portal.finishSession(talk.chatId);
    talk.say('Это снова я');
    await stage.done();
    const last = stage.gateway.messages(talk.mgChat).slice(-2);
    expect(last.map(({ text }) => text?.split('\n').at(-1))).toEqual(['Ольга Операторова: Решим', 'Это снова я']);
  });
});

describe("a button under the bot's word", () => {
  it('gives a private conversation back', async () => {
    const { portal } = stage.bridge;
    const bot = ourBot(portal, 'assistant');
    const person = portal.addEmployee({ name: 'Пётр Приватов' }).id;
    const { chatId } = portal.employeeWritesPrivate(person, bot.id, 'Мне бы человека');
    await stage.done();
    portal.employeeWritesPrivate(person, bot.id, '/operator');
    await stage.done();
    const offered = portal.messages(chatId).findLast(({ isBot, keyboard }) => isBot && keyboard.length > 0);
    expect(offered?.text).toContain('передан человеку');
    portal.employeeWritesPrivate(person, bot.id, 'Пока никого?');
    await stage.done();
    expect(portal.pressButton(person, offered?.id ?? 0, 0)).toMatchObject({ fired: true });
    await stage.done();
    const mgChat = mgChatOf(stage, 'Мне бы человека');
    const told = stage.gateway
      .messages(mgChat)
      .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot');
    expect(told.at(-1)?.text).toContain('Пётр Приватов: Пока никого?');
    portal.employeeWritesPrivate(person, bot.id, 'Тогда вам');
    await stage.done();
    expect(stage.gateway.messages(mgChat).at(-1)?.text).toBe('Тогда вам');
  });
});

describe('the silence of an operator', () => {
  it('gives the conversation back, and both sides are told why', async () => {
    const talk = await begin();
    operatorSays(talk, 'Минуту');
    await becomes(talk, 'person');
    await stage.done();
    await letTimePass(talk, 20);
    await stage.done();
    expect(await conversation(talk)).toMatchObject({ owner: 'person', has_inactivity_timer: true });
    await letTimePass(talk, 20);
    await becomes(talk, 'brain');
    await stage.done();
    expect(notes(talk).at(-1)).toContain('Ольга Операторова: Минуту');
    expect(talk.shown()).toEqual([]);
    const inside = stage.bridge.portal
      .messages(talk.chatId)
      .filter(({ isBot, skipConnector }) => isBot && skipConnector);
    expect(inside.at(-1)?.text).toContain('молчат 30 мин');
    await stage.gateway.managerAnswers(talk.mgChat, 'мы снова здесь');
    await until(() => talk.shown().includes('мы снова здесь'));
  });

  it('does not end while he still speaks', async () => {
    const talk = await begin();
    operatorSays(talk, 'Минуту');
    await becomes(talk, 'person');
    await stage.done();
    await letTimePass(talk, 29);
    operatorSays(talk, 'Ещё минуту');
    await stage.done();
    await letTimePass(talk, 29);
    await stage.done();
    expect(await conversation(talk)).toMatchObject({ owner: 'person' });
  });

  it('ends on time when the app was away meanwhile', async () => {
    const talk = await begin();
    operatorSays(talk, 'Отойду');
    await becomes(talk, 'person');
    await stage.done();
    await stage.bridge.app.stop();
    await letTimePass(talk, 31);
    const { settings, appSecret } = stage.bridge;
    const log = createLogger({ level: 'silent', name: 'second' });
    const app = await startApp({
      settings,
      databaseUrl: stage.databaseUrl,
      appSecret,
      brains: [messageGatewayBrain],
      log,
    });
    try {
      await becomes(talk, 'brain');
      await until(() => notes(talk).length === 2);
      expect(notes(talk)[1]).toContain('Отойду');
    } finally {
      await app.stop();
    }
  });
});
