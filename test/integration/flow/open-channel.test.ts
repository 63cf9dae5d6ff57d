import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let bot: SeenBot;
let operatorId: number;
let clientId: number;

beforeAll(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  // The echo is quick: with a greeting that waits for it there would be none.
  await own.probe.rows('update bot set greet_after_seconds = 0');
  bot = ourBot(own.bridge.portal, 'line');
});

afterAll(() => own.close());

beforeEach(() => {
  const { portal } = own.bridge;
  operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  // The bot stays in the chat beside the operator: the harder case.
  const line = portal.addLine({ name: 'Поддержка', botId: bot.id, left: 'close', queue: [operatorId] });
  clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id }).id;
});

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);
const say = (text: string): number => own.bridge.portal.clientWrites(clientId, text).chatId;

/** Says it as the customer and returns once everything has come of it. */
async function hear(text: string): Promise<{ chatId: number; answers: string[] }> {
  const chatId = say(text);
  await done();
  return { chatId, answers: answersIn(own.bridge.portal, chatId) };
}

/** What the customer behind the line can see of the bot's words. */
const shownToClient = (chatId: number): string[] =>
  botTalk(own.bridge.portal, chatId)
    .filter(({ skipConnector }) => !skipConnector)
    .map(({ text }) => text);

describe('a customer in an Open Channel', () => {
  it('is greeted once, without commands he cannot type, and answered', async () => {
    const { chatId } = await hear('Сколько стоит доставка?');
    await hear('А самовывоз?');
    const talk = botTalk(own.bridge.portal, chatId).map(({ text }) => text);
    expect(talk.slice(1)).toEqual(['Сколько стоит доставка?', 'А самовывоз?']);
    expect(isGreeting(talk[0] ?? '')).toBe(true);
    expect(talk[0]).not.toContain('/help');
    expect(shownToClient(chatId)).toEqual(talk);
  });

  it('is greeted once when his message overtakes the news of the session', async () => {
    own.bridge.portal.swapNextTwoDeliveries();
    const { chatId, answers } = await hear('Ау!');
    expect(answers).toEqual(['Ау!']);
    expect(botTalk(own.bridge.portal, chatId)).toHaveLength(2);
  });

  it('is not greeted where the brain is quicker than the greeting', async () => {
    const quick = await startOwnBridge();
    try {
      const { portal } = quick.bridge;
      await install(quick.bridge);
      await everythingDone(portal, quick.probe);
      const line = portal.addLine({ name: 'Быстрая', botCode: 'bridge_line' });
      const { chatId } = portal.clientWrites(portal.addClient({ name: 'Быстрый', lineId: line.id }).id, 'Слышно?');
      await everythingDone(portal, quick.probe);
      await quick.probe.rows(`update lane set ready_at = now() where key like '%>greet' and ready_at < 'infinity'`);
      await everythingDone(portal, quick.probe);
      expect(botTalk(portal, chatId).map(({ text }) => text)).toEqual(['Слышно?']);
    } finally {
      await quick.close();
    }
  });

  it('gets no answer to the single 0 by which he calls a person, nor to what he says to that person', async () => {
    await hear('Здравствуйте');
    const { answers } = await hear('0');
    expect(answers).toEqual(['Здравствуйте']);
    expect((await hear('Вы человек?')).answers).toEqual(['Здравствуйте']);
  });

  it('is answered although the events of the line carry no tokens', async () => {
    const poor = await startOwnBridge({ portal: { lineEventsWithoutTokens: true } });
    try {
      const { portal } = poor.bridge;
      await install(poor.bridge);
      await everythingDone(portal, poor.probe);
      const line = portal.addLine({ name: 'Без токенов', botCode: 'bridge_line' });
      const { chatId } = portal.clientWrites(portal.addClient({ name: 'Тихий', lineId: line.id }).id, 'Слышно?');
      await until(() => answersIn(portal, chatId).length > 0);
      expect(answersIn(portal, chatId)).toEqual(['Слышно?']);
    } finally {
      await poor.close();
    }
  });

  it('sees nothing of what the bot tells the operators', async () => {
    const { chatId } = await hear('Здравствуйте');
    own.bridge.portal.operatorWrites(chatId, operatorId, '/operator');
    await done();
    const internal = botTalk(own.bridge.portal, chatId).filter(({ text }) => text.includes('передан человеку'));
    expect(internal.map(({ skipConnector }) => skipConnector)).toEqual([true]);
    expect(shownToClient(chatId).some((text) => text.includes('/bot'))).toBe(false);
  });
});

describe('an operator in an Open Channel', () => {
  it('silences the bot by his first word, and nobody talks over him', async () => {
    const { chatId } = await hear('Мне нужен человек');
    own.bridge.portal.operatorWrites(chatId, operatorId, 'Я здесь, чем помочь?');
    await done();
    const { answers } = await hear('Где мой заказ?');
    expect(answers).toEqual(['Мне нужен человек']);
  });

  it('gives the conversation back with /bot', async () => {
    const { portal } = own.bridge;
    const { chatId } = await hear('Начнём');
    portal.operatorWrites(chatId, operatorId, 'Минуту');
    await done();
    await hear('Жду');
    portal.operatorWrites(chatId, operatorId, '/bot');
    await done();
    const { answers } = await hear('Продолжим');
    expect(answers.filter((text) => !text.includes('снова ведёт бот'))).toEqual(['Начнём', 'Продолжим']);
    expect(shownToClient(chatId).some((text) => text.includes('снова ведёт бот'))).toBe(false);
  });

  it('has the bot back with the next session', async () => {
    const { portal } = own.bridge;
    const { chatId } = await hear('Первое обращение');
    portal.operatorWrites(chatId, operatorId, 'Решено');
    await done();
    expect(portal.finishSession(chatId)).toBe(true);
    const { answers } = await hear('Второе обращение');
    expect(answers).toEqual(['Первое обращение', 'Второе обращение']);
    expect(botTalk(portal, chatId).filter(({ text }) => isGreeting(text))).toHaveLength(1);
  });

  it('gets the session itself when /operator is typed, and the bot lets go of it', async () => {
    const { portal } = own.bridge;
    const line = portal.addLine({ name: 'С выходом', botId: bot.id, left: 'queue', queue: [operatorId] });
    const { chatId } = portal.clientWrites(portal.addClient({ name: 'Переданный', lineId: line.id }).id, 'Привет');
    await done();
    expect(portal.operatorOf(chatId)).toBe(bot.id);
    portal.inviteBot(chatId, operatorId, operatorId);
    portal.operatorWrites(chatId, operatorId, '/operator');
    await done();
    expect(portal.operatorOf(chatId)).not.toBe(bot.id);
  });
});
