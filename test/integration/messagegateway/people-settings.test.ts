/** An account in which managers take conversations back by answering, and end sessions in Bitrix24 by closing dialogs. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let count = 0;

const stage = useMgStage({
  config: { managerAnswer: 'take', onDialogClosed: 'finish', onPersonTakesOver: 'close' },
});

async function begin(): Promise<LineTalk> {
  count += 1;
  const words = `Добрый день, обращение ${count}`;
  return await openLineTalk(stage, words);
}

const owner = async (talk: LineTalk): Promise<unknown> => {
  const rows = await stage.probe.rows('select owner from conversation where dialog_id = $1', [`chat${talk.chatId}`]);
  return rows[0]?.['owner'];
};
const operatorTakes = async (talk: LineTalk): Promise<void> => {
  stage.bridge.portal.operatorWrites(talk.chatId, talk.operatorId, 'Здравствуйте, я Ольга');
  await stage.done();
  expect(await owner(talk)).toBe('person');
};
/** What operators alone saw of the bot. */
const inside = (talk: LineTalk): string[] =>
  stage.bridge.portal
    .messages(talk.chatId)
    .filter(({ isBot, skipConnector }) => isBot && skipConnector)
    .map(({ text }) => text);
const notes = (talk: LineTalk): string[] =>
  stage.gateway
    .messages(talk.mgChat)
    .filter(({ scope, authorType, type }) => scope === 'private' && authorType === 'bot' && type === 'text')
    .map(({ text }) => text ?? '');
const finished = (talk: LineTalk): number =>
  stage.bridge.portal
    .calls()
    .filter(
      ({ method, params }) =>
        method === 'imopenlines.bot.session.finish' && String(params['CHAT_ID']) === String(talk.chatId),
    ).length;

describe('the answer of a manager while an operator leads', () => {
  it('takes the conversation back, is shown, and both sides are told', async () => {
    const talk = await begin();
    await operatorTakes(talk);
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'Это по нашей части');
    await stage.done();
    expect(talk.shown()).toEqual(['Это по нашей части']);
    expect(await owner(talk)).toBe('brain');
    expect(inside(talk)).toEqual([expect.stringContaining('снова ведёт бот')]);
    expect(notes(talk).at(-1)).toContain('Разговор снова ведётся отсюда');
    expect(stage.gateway.messages(talk.mgChat).find((message) => message.id === id)).toMatchObject({ status: 'sent' });
  });

  it('says nothing of that where nobody had taken it', async () => {
    const talk = await begin();
    await stage.gateway.managerAnswers(talk.mgChat, 'Слушаю');
    await stage.done();
    expect(talk.shown()).toEqual(['Слушаю']);
    expect(inside(talk)).toEqual([]);
    expect(notes(talk)).toEqual([]);
  });

  it('is none when a bot of the account wrote it', async () => {
    const talk = await begin();
    await operatorTakes(talk);
    const externalChatId = stage.gateway.chats().find(({ id }) => id === talk.mgChat)?.externalChatId;
    const data = {
      id: 5_000_000 + talk.mgChat,
      channel_id: stage.config.joined.channelId,
      external_chat_id: externalChatId,
      type: 'text',
      content: 'Я робот',
      bot: { id: 77, name: 'Чужой бот' },
    };
    const headers = { 'content-type': 'application/json', clientid: stage.config.joined.clientId };
    const body = JSON.stringify({ type: 'message_sent', meta: { timestamp: 1 }, data });
    const answer: unknown = await (await fetch(stage.hook, { method: 'POST', headers, body })).json();
    expect(answer).toMatchObject({ error: { code: 'access_restricted' } });
    expect(await owner(talk)).toBe('person');
    expect(talk.shown()).toEqual([]);
  });
});

describe('the closing of a dialog', () => {
  it('ends the session in the Open Channel, once, and no other bot says a word', async () => {
    const talk = await begin();
    const said = (): number => stage.bridge.portal.messages(talk.chatId).filter(({ isBot }) => isBot).length;
    const before = said();
    stage.gateway.closeDialog(talk.dialogId);
    await until(() => finished(talk) === 1);
    await stage.done();
    expect(stage.bridge.portal.operatorOf(talk.chatId)).toBeNull();
    expect(finished(talk)).toBe(1);
    expect(said()).toBe(before);
    talk.say('И ещё одно');
    await stage.done();
    expect(stage.gateway.messages(talk.mgChat).at(-1)?.text).toBe('И ещё одно');
  });

  it('ends none that an operator has taken, though his taking closed the dialog', async () => {
    const talk = await begin();
    await operatorTakes(talk);
    await until(() => stage.gateway.dialogs().find(({ id }) => id === talk.dialogId)?.isOpen === false);
    await stage.done();
    expect(finished(talk)).toBe(0);
    expect(stage.bridge.portal.operatorOf(talk.chatId)).toBe(talk.operatorId);
  });

  it('is caught up with after a gap, unless the customer has written since', async () => {
    const [closed, reopened] = [await begin(), await begin()];
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    await until(() => stage.gateway.sockets().open === 0);
    stage.gateway.closeDialog(closed.dialogId);
    stage.gateway.closeDialog(reopened.dialogId);
    reopened.say('Вы ещё тут?');
    await stage.done();
    stage.gateway.refuseSockets(false);
    await until(() => finished(closed) === 1);
    await stage.done();
    expect(finished(reopened)).toBe(0);
  });
});
