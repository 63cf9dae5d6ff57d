import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { joinGateway } from '../../support/messagegateway-join.ts';
import { type LineTalk, mgChatOf, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let count = 0;

const stage = useMgStage({
  configFor: (managerId) => ({ handover: { tag: 'В Битрикс24', userIds: [managerId] } }),
});
beforeAll(() => {
  stage.gateway.addManager({ name: 'Семён Сменщиков' });
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
const becomes = (talk: LineTalk, who: 'brain' | 'person'): Promise<void> =>
  until(async () => (await owner(talk)) === who);
const notes = (talk: LineTalk): (string | null)[] =>
  stage.gateway
    .messages(talk.mgChat)
    .filter(({ scope, authorType, type }) => scope === 'private' && authorType === 'bot' && type === 'text')
    .map(({ text }) => text);
const type = (talk: LineTalk, line: string): number =>
  stage.gateway.runCommand(talk.dialogId, stage.config.joined.bot.botId, line);
const dialog = (talk: LineTalk) => stage.gateway.dialogs().find(({ id }) => id === talk.dialogId);

describe('a manager gives a conversation to Bitrix24', () => {
  it('with /operator: the bot is silent, managers are told, and their answers fail with the reason', async () => {
    const talk = await begin();
    type(talk, '/operator посмотрите сами');
    await becomes(talk, 'person');
    await stage.done();
    expect(notes(talk)).toEqual([expect.stringContaining('ведёт сотрудник в Битрикс24')]);
    const calledOperators = stage.bridge.portal
      .calls()
      .filter(({ method }) => method === 'imopenlines.bot.session.operator')
      .map(({ params }) => String(params['CHAT_ID']));
    expect(calledOperators).toEqual([String(talk.chatId)]);
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'ещё слово');
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(stage.gateway.messages(talk.mgChat).find((message) => message.id === id)).toMatchObject({
      status: 'failed',
      error: { code: 'access_restricted', message: expect.stringContaining('ведёт сотрудник') },
    });
    expect(JSON.stringify(stage.bridge.portal.messages(talk.chatId))).not.toContain('посмотрите сами');
  });

  it('and takes it back with /bot', async () => {
    const talk = await begin();
    type(talk, '/operator');
    await becomes(talk, 'person');
    await stage.done();
    type(talk, '/bot');
    await becomes(talk, 'brain');
    await stage.done();
    await stage.gateway.managerAnswers(talk.mgChat, 'снова мы');
    await until(() => talk.shown().includes('снова мы'));
    expect(notes(talk).map((text) => text?.slice(0, 22))).toEqual(['Разговор ведёт сотрудн', 'Разговор снова ведётся']);
  });

  it('by assigning the dialog, which is then free for others; assigning it to our bot takes it back', async () => {
    const talk = await begin();
    stage.gateway.assign(talk.dialogId, { userId: stage.managerId });
    await becomes(talk, 'person');
    await stage.done();
    expect(dialog(talk)?.responsible).toBeNull();
    stage.gateway.assign(talk.dialogId, { botId: stage.config.joined.bot.botId });
    await becomes(talk, 'brain');
  });

  it('not by assigning it to somebody else', async () => {
    const talk = await begin();
    const other = stage.gateway.managers().find(({ name }) => name === 'Семён Сменщиков');
    stage.gateway.assign(talk.dialogId, { userId: other?.id ?? 0 });
    await stage.done();
    expect(await owner(talk)).toBe('brain');
    expect(dialog(talk)?.responsible).toMatchObject({ id: other?.id });
  });

  it('by the tag, once: another tag beside it changes nothing', async () => {
    const talk = await begin();
    stage.gateway.addTag(talk.dialogId, 'срочно');
    await stage.done();
    expect(await owner(talk)).toBe('brain');
    stage.gateway.addTag(talk.dialogId, 'в битрикс24');
    await becomes(talk, 'person');
    type(talk, '/bot');
    await becomes(talk, 'brain');
    stage.gateway.addTag(talk.dialogId, 'важно');
    await stage.done();
    expect(await owner(talk)).toBe('brain');
    const looks = (): number =>
      stage.gateway.calls().filter(({ path }) => path === `/dialogs?id=${talk.dialogId}`).length;
    const before = looks();
    stage.gateway.removeTag(talk.dialogId, 'в битрикс24');
    await until(() => looks() > before);
    stage.gateway.addTag(talk.dialogId, 'в битрикс24');
    await becomes(talk, 'person');
  });

  it('not in a chat of another channel', async () => {
    const foreign = await joinGateway(stage.gateway, {
      connectionId: randomUUID(),
      hookUrl: 'http://127.0.0.1:9/none',
      publicUrl: 'http://127.0.0.1:9',
    });
    const { channelId, transport } = foreign.joined;
    const message = {
      channel: channelId,
      external_chat_id: 'foreign-chat',
      originator: 'customer',
      customer: { external_id: 'foreign-chat', nickname: 'Чужой' },
      message: { external_id: '1', type: 'text', text: 'чужой канал' },
    };
    const sent = await fetch(`${transport.endpointUrl}/api/transport/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-transport-token': transport.token },
      body: JSON.stringify(message),
    });
    expect(sent.status).toBe(200);
    const chat = mgChatOf(stage, 'чужой канал');
    const before = await stage.probe.count('select count(*) from inbox');
    stage.gateway.runCommand(chat, stage.config.joined.bot.botId, '/operator');
    const dialogId = stage.gateway.dialogs().findLast(({ chatId }) => chatId === chat)?.id ?? 0;
    stage.gateway.assign(dialogId, { userId: stage.managerId });
    stage.gateway.addTag(dialogId, 'В Битрикс24');
    // A word in our own channel afterwards proves that the socket has passed the foreign ones.
    const talk = await begin();
    type(talk, '/operator');
    await becomes(talk, 'person');
    const rows = await stage.probe.rows('select lane from inbox order by 1');
    expect(JSON.stringify(rows)).not.toContain(`id:${chat}`);
    expect(await stage.probe.count('select count(*) from inbox')).toBeGreaterThan(before);
  });
});

describe('the other way round', () => {
  it('an operator who writes in Bitrix24 takes over, and managers are told', async () => {
    const talk = await begin();
    stage.gateway.assign(talk.dialogId, { userId: stage.gateway.managers().at(-1)?.id ?? 0 });
    await stage.done();
    stage.bridge.portal.operatorWrites(talk.chatId, talk.operatorId, 'Здравствуйте, я Ольга');
    await stage.done();
    expect(await owner(talk)).toBe('person');
    expect(notes(talk)).toEqual([expect.stringContaining('ведёт сотрудник в Битрикс24')]);
    expect(dialog(talk)?.responsible).toBeNull();
  });

  it('/help is answered where it was asked, for staff alone', async () => {
    const talk = await begin();
    type(talk, '/help');
    await until(() => notes(talk).length > 0);
    expect(notes(talk)).toEqual([expect.stringContaining('/operator')]);
    expect(talk.shown()).toEqual([]);
  });
});
