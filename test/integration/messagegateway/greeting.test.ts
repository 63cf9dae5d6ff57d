/** The bot's greeting between a customer and managers who are quick, or slow. */
import { beforeAll, describe, expect, it } from 'vitest';
import { updateBot } from '../../../src/store/tenants/bots.ts';
import { until } from '../../support/bridge.ts';
import { mgChatOf, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const stage = useMgStage();
beforeAll(async () => {
  await updateBot(stage.db, stage.bridge.portal.memberId, 'bridge_line', {
    greeting: { ru: 'Добрый день, это {name}' },
    greet_after_seconds: 2,
  });
});

const greeted = (chatId: number): string[] =>
  stage.bridge.portal
    .messages(chatId)
    .filter(({ isBot, skipConnector }) => isBot && !skipConnector)
    .map(({ text }) => text);

describe('the greeting of an Open Channel', () => {
  it('comes where nobody has answered in time, and managers see it behind the question', async () => {
    const talk = await openLineTalk(stage, 'Есть кто?');
    await until(() => greeted(talk.chatId).length === 1);
    await stage.done();
    expect(greeted(talk.chatId)[0]).toMatch(/^Добрый день, это /);
    const lines = stage.gateway.messages(mgChatOf(stage, 'Есть кто?')).filter(({ type }) => type !== 'system');
    expect(lines.map(({ authorType, text }) => [authorType, text])).toEqual([
      ['customer', 'Есть кто?'],
      ['channel', expect.stringMatching(/^\[Bitrix24\] .*Добрый день, это /)],
    ]);
  });

  it('is left out where a manager was quicker', async () => {
    const talk = await openLineTalk(stage, 'А вы?');
    const chat = talk.mgChat;
    await stage.gateway.managerAnswers(chat, 'Я здесь');
    await until(() => greeted(talk.chatId).length > 0);
    const waits = async (): Promise<number> =>
      await stage.probe.count(`select count(*) from outbox where action->>'type' = 'greet' and state = 'waiting'`);
    await until(async () => (await waits()) === 0);
    await stage.done();
    expect(greeted(talk.chatId)).toEqual(['Я здесь']);
  });
});
