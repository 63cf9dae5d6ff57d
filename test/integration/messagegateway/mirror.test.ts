/** The conversation is whole in MessageGateway, also while a person of Bitrix24 leads it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe.each(['history', 'messages'] as const)('lines that go over as %s while a person leads', (mirrorAs) => {
  let stage: MgStage;
  let talk: LineTalk;
  let mgChat: number;

  beforeAll(async () => {
    stage = await startMgStage({ config: { mirrorAs } });
    talk = await openLineTalk(stage, 'Где заказ?');
    mgChat = talk.mgChat;
  });
  afterAll(() => stage.close());

  const operatorSays = async (text: string): Promise<number> => {
    const { messageId } = stage.bridge.portal.operatorWrites(talk.chatId, talk.operatorId, text);
    await stage.bridge.portal.idle();
    return messageId;
  };
  const customerSays = async (text: string): Promise<number> => {
    const id = talk.say(text);
    await stage.bridge.portal.idle();
    return id;
  };
  const seen = () =>
    stage.gateway
      .messages(mgChat)
      .filter(({ type }) => type !== 'system')
      .map(({ authorType, scope, text }) => [authorType, scope, text?.split('\n')[0]]);

  it('are there once, in order, marked, and the summary does not repeat them', async () => {
    await operatorSays('Здравствуйте, я Ольга');
    const edited = await customerSays('А скидка бует?');
    await operatorSays('Да, завтра');
    await stage.done();
    stage.bridge.portal.editMessage(edited, 'А скидка будет?');
    await stage.done();
    await operatorSays('/bot');
    await stage.done();
    expect(seen()).toEqual([
      ['customer', 'public', 'Где заказ?'],
      ['bot', 'private', expect.stringContaining('Разговор ведёт сотрудник')],
      ['channel', 'public', '[Bitrix24] Ольга Операторова: Здравствуйте, я Ольга'],
      ['customer', 'public', '[Bitrix24] А скидка будет?'],
      ['channel', 'public', '[Bitrix24] Ольга Операторова: Да, завтра'],
      ['bot', 'private', expect.stringContaining('Разговор снова ведётся отсюда')],
    ]);
    const note = stage.gateway.messages(mgChat).findLast(({ scope }) => scope === 'private');
    expect(note?.text).toContain('Разговор вели');
    expect(note?.text).not.toContain('скидка');
    expect(talk.shown()).toEqual([]);
  });

  it('bring their files, and leave the name of the customer and who leads as they are', async () => {
    const { portal } = stage.bridge;
    await operatorSays('Смотрите');
    portal.operatorWrites(talk.chatId, talk.operatorId, '', { files: [{ name: 'вид.png', content: png }] });
    await stage.done();
    expect(stage.gateway.messages(mgChat).at(-1)).toMatchObject({ authorType: 'channel', type: 'image' });
    expect(stage.gateway.customers().map(({ nickname }) => nickname)).toEqual(['Кирилл Клиентов']);
    const [conversation] = await stage.probe.rows('select owner from conversation where dialog_id = $1', [
      `chat${talk.chatId}`,
    ]);
    expect(conversation).toEqual({ owner: 'person' });
    expect(talk.shown()).toEqual([]);
  });

  it('are not answered from here: a manager hears why', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, 'поверх');
    await until(() => stage.gateway.messages(mgChat).find((message) => message.id === id)?.status === 'failed');
    expect(talk.shown()).toEqual([]);
  });
});
