import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';
import { ourBot } from '../../support/talk.ts';

/** The smallest thing both sides take for a picture: its first bytes. */
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let stage: MgStage;
let count = 0;

beforeAll(async () => {
  stage = await startMgStage({ config: { console: { groups: 'none' } } });
});
afterAll(() => stage.close());

/** A new talk of a customer, and its chat in MessageGateway. */
async function begin(): Promise<LineTalk & { readonly mgChat: number; readonly words: string }> {
  count += 1;
  const words = `Здравствуйте, вопрос ${count}`;
  const talk = await openLineTalk(stage, words);
  return { ...talk, words };
}

const mgMessage = (id: number) => stage.gateway.messages().find((message) => message.id === id);
const portalMessages = (chatId: number) => stage.bridge.portal.messages(chatId);

describe('a customer of an Open Channel and a manager in MessageGateway', () => {
  it('talk to each other, and the manager sees that his answer was shown', async () => {
    const talk = await begin();
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'Уже в пути');
    await until(() => talk.shown().length > 0);
    await stage.done();
    expect(talk.shown()).toEqual(['Уже в пути']);
    const home = portalMessages(talk.chatId).find(({ text }) => text === 'Уже в пути');
    expect(mgMessage(id)).toMatchObject({ status: 'sent', externalId: String(home?.id), error: null });
    const customer = stage.gateway.customers().find(({ nickname }) => nickname === 'Кирилл Клиентов');
    expect(customer?.externalId).not.toBe('');
    const [bound] = await stage.probe.rows('select ref, remote_id from conversation where dialog_id = $1', [
      `chat${talk.chatId}`,
    ]);
    expect(bound).toEqual({ ref: expect.any(String), remote_id: String(talk.mgChat) });
  });

  it('keep their order over many lines', async () => {
    const talk = await begin();
    const lines = Array.from({ length: 12 }, (_, index) => `строка ${talk.mgChat}-${index}`);
    for (const line of lines) {
      talk.say(line);
      await stage.bridge.portal.idle();
    }
    await stage.done();
    const arrived = stage.gateway.messages(talk.mgChat).filter(({ authorType }) => authorType === 'customer');
    expect(arrived.map(({ text }) => text)).toEqual([talk.words, ...lines]);
  });

  it('send each other pictures', async () => {
    const talk = await begin();
    talk.say('смотрите', [{ name: 'вид.png', content: png }]);
    await stage.done();
    // The bot's greeting may come after it.
    const [got, ...others] = stage.gateway.messages(talk.mgChat).filter(({ type }) => type === 'image');
    expect(others).toEqual([]);
    expect(got).toMatchObject({
      note: 'смотрите',
      items: [{ caption: 'вид.png', kind: 'image', name: 'вид.png' }],
    });
    expect(stage.gateway.fileContent(got?.items[0]?.id ?? '')).toEqual(png);

    const id = await stage.gateway.managerAnswers(talk.mgChat, 'а вот наш', {
      items: [{ name: 'план.png', content: png }],
    });
    await until(() => portalMessages(talk.chatId).some(({ files }) => files.some(({ name }) => name === 'план.png')));
    await stage.done();
    expect(portalMessages(talk.chatId).flatMap(({ isBot, files }) => (isBot ? files : []))).toMatchObject([
      { name: 'план.png', size: png.length },
    ]);
    expect(talk.shown()).toContain('а вот наш');
    expect(mgMessage(id)).toMatchObject({ status: 'sent' });
  });

  it('see the picture of a template once, though MessageGateway names it twice', async () => {
    const talk = await begin();
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'по шаблону', {
      items: [{ name: 'акция.png', content: png }],
      template: 'promo#ru',
    });
    await until(() => mgMessage(id)?.status === 'sent');
    await stage.done();
    const files = portalMessages(talk.chatId).flatMap((message) => (message.isBot ? message.files : []));
    expect(files.map(({ name }) => name)).toEqual(['акция.png']);
  });

  it('edit and delete what they said', async () => {
    const talk = await begin();
    const messageId = talk.say('опичатка');
    await stage.done();
    stage.bridge.portal.editMessage(messageId, 'опечатка');
    await stage.done();
    expect(stage.gateway.messages(talk.mgChat).at(-1)).toMatchObject({ text: 'опечатка', isEdited: true });
    stage.bridge.portal.deleteMessage(messageId);
    await stage.done();
    expect(stage.gateway.messages(talk.mgChat).at(-1)).toMatchObject({ text: 'опечатка', isDeleted: true });

    const id = await stage.gateway.managerAnswers(talk.mgChat, 'сегодя');
    await stage.done();
    await stage.gateway.editMessage(id, 'сегодня');
    await until(() => talk.shown().includes('сегодня'));
    await stage.done();
    expect(talk.shown()).toEqual(['сегодня']);
    await stage.gateway.deleteMessage(id);
    await until(() => talk.shown().length === 0);
  });

  it('see the edit of a caption as a new line, since MessageGateway cannot change it', async () => {
    const talk = await begin();
    const messageId = talk.say('подпис', [{ name: 'а.png', content: png }]);
    await stage.done();
    const picture = stage.gateway.messages(talk.mgChat).at(-1);
    stage.bridge.portal.editMessage(messageId, 'подпись');
    await stage.done();
    expect(stage.gateway.messages(talk.mgChat).at(-1)).toMatchObject({
      text: '✏️ подпись',
      quoteId: picture?.id,
      authorType: 'customer',
    });
  });

  it('may quote each other, answer buttons by their numbers and look at cards', async () => {
    const talk = await begin();
    const asked = stage.gateway.messages(talk.mgChat).find(({ text }) => text === talk.words);
    const suggestions = [
      { type: 'text', title: 'Да' },
      { type: 'url', title: 'Сайт', payload: 'https://shop.example/1' },
    ];
    await stage.gateway.managerAnswers(talk.mgChat, 'Про это?', {
      suggestions,
      ...(asked === undefined ? {} : { quote: asked.id }),
    });
    await stage.gateway.managerAnswers(talk.mgChat, '', {
      product: { name: 'Чай', url: 'https://shop.example/tea', cost: { value: 300, currency: 'rub' } },
    });
    await until(() => talk.shown().length === 2);
    const [answer, card] = portalMessages(talk.chatId).filter(
      ({ isBot, text }) => isBot && !text.startsWith('Здравствуйте! Я'),
    );
    expect(portalMessages(talk.chatId).find(({ id }) => id === answer?.replyTo)?.text).toBe(talk.words);
    // No button reaches the customer's messenger.
    expect(answer).toMatchObject({ text: 'Про это?\n1 – Да\nСайт: https://shop.example/1', keyboard: [] });
    expect(card?.text).toContain('Чай');
    expect(JSON.stringify(card?.attach)).toContain('https://shop.example/tea');
    stage.bridge.portal.clientWrites(talk.clientId, '1');
    await stage.done();
    expect(stage.gateway.messages(talk.mgChat).at(-1)?.text).toBe('Да');
  });

  it('know when it was said, and what a customer answers to', async () => {
    const talk = await begin();
    await stage.gateway.managerAnswers(talk.mgChat, 'Синий или красный?');
    await until(() => talk.shown().length > 0);
    await stage.done();
    const { portal } = stage.bridge;
    const question = portalMessages(talk.chatId).find(({ text }) => text === 'Синий или красный?');
    const own = portal.clientWrites(talk.clientId, 'Синий', { quoteOf: question?.id ?? 0 });
    await stage.done();
    portal.clientWrites(talk.clientId, 'передумал', { quoteOf: own.messageId });
    await stage.done();
    const inMg = stage.gateway.messages(talk.mgChat);
    const id = (text: string) => inMg.find((message) => message.text === text)?.id;
    const quoteOf = (text: string) => inMg.find((message) => message.text === text)?.quoteId;
    expect(quoteOf('Синий')).toBe(id('Синий или красный?'));
    expect(quoteOf('передумал')).toBe(id('Синий'));
    const bodies = stage.gateway.calls().filter(({ path, status }) => path === '/messages' && status === 200);
    const said = bodies.map(({ body }) => JSON.stringify(body)).find((body) => body.includes('передумал'));
    const [, time = ''] = /"created_at":"([^"]+)"/.exec(said ?? '') ?? [];
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
  });

  it('know what the other has read', async () => {
    const talk = await begin();
    await stage.gateway.markRead(talk.mgChat);
    await stage.done();
    const reads = stage.bridge.portal.calls().filter(({ method }) => method === 'imbot.v2.Chat.Message.read');
    expect(reads.at(-1)?.params).toMatchObject({ dialogId: `chat${talk.chatId}` });
  });

  it('do not hear what managers say among themselves', async () => {
    const talk = await begin();
    await stage.gateway.managerAnswers(talk.mgChat, 'клиент скандалист', { private: true });
    await stage.gateway.managerAnswers(talk.mgChat, 'Добрый день');
    await until(() => talk.shown().length > 0);
    await stage.done();
    expect(
      portalMessages(talk.chatId)
        .map(({ text }) => text)
        .join(),
    ).not.toContain('скандалист');
    expect(await stage.probe.everything()).not.toContain('скандалист');
  });
});

describe('bots that think with one account', () => {
  it('hear one message of a shared chat each, and neither is lost', async () => {
    const { portal } = stage.bridge;
    const [assistant, supervisor] = [ourBot(portal, 'assistant'), ourBot(portal, 'supervisor')];
    const ownerId = portal.addEmployee({ name: 'Глеб Групповой' }).id;
    const group = portal.addGroup({ title: 'Планёрка', ownerId, botIds: [assistant.id, supervisor.id] });
    const text = `[USER=${assistant.id}]${assistant.name}[/USER] и [USER=${supervisor.id}]${supervisor.name}[/USER], что нового?`;
    portal.writesInGroup(ownerId, group.chatId, text);
    await stage.done();
    const heard = stage.gateway.messages().filter((message) => message.text?.includes('что нового?') === true);
    expect(heard).toHaveLength(2);
    expect(new Set(heard.map(({ chatId }) => chatId)).size).toBe(2);
    expect(heard[0]?.text).toMatch(/^Глеб Групповой: /);
    expect(stage.gateway.chats().find(({ id }) => id === heard[0]?.chatId)?.customerName).toBe('Планёрка');
  });
});

describe('the webhook endpoint', () => {
  const post = async (body: unknown, clientId: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', clientid: clientId };
    return (await fetch(stage.hook, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
  const forged = (talk: { readonly mgChat: number }, channelId: number) => {
    const chat = stage.gateway.chats().find(({ id }) => id === talk.mgChat);
    const data = {
      id: 1_000_000 + talk.mgChat,
      channel_id: channelId,
      external_chat_id: chat?.externalChatId,
      type: 'text',
      content: 'подделка',
    };
    return { type: 'message_sent', meta: { timestamp: 1 }, data };
  };

  it('shows a message once, however often its webhook comes', async () => {
    const talk = await begin();
    stage.gateway.repeatWebhooks(1);
    await stage.gateway.managerAnswers(talk.mgChat, 'только раз');
    const last = stage.gateway.webhooks().findLast(({ type }) => type === 'message_sent');
    expect(await post(last?.body, stage.config.joined.clientId)).toBe(200);
    await until(() => talk.shown().length > 0);
    await stage.done();
    expect(talk.shown()).toEqual(['только раз']);
  });

  it('says at once that a chat nobody knows is gone, and keeps nothing of it', async () => {
    const { clientId, channelId } = stage.config.joined;
    const headers = { 'content-type': 'application/json', clientid: clientId };
    const data = { id: 77, channel_id: channelId, external_chat_id: 'nobody', type: 'text', content: 'в пустоту' };
    const send = async (type: string): Promise<unknown> => {
      const body = JSON.stringify({ type, meta: { timestamp: 1 }, data });
      return await (await fetch(stage.hook, { method: 'POST', headers, body })).json();
    };
    expect(await send('message_sent')).toMatchObject({ async: false, error: { code: 'customer_not_exists' } });
    expect(await send('message_updated')).toEqual({});
    expect(await stage.probe.everything()).not.toContain('в пустоту');
  });

  it('answers refusals, reactions and templates in JSON too', async () => {
    const answers: unknown[] = [];
    for (const body of [
      '{',
      '[]',
      JSON.stringify({ type: 'template_create', data: {} }),
      '{"type":"reaction_add","data":{}}',
    ]) {
      const headers = { 'content-type': 'application/json', clientid: stage.config.joined.clientId };
      const response = await fetch(stage.hook, { method: 'POST', headers, body });
      answers.push([response.status, await response.json()]);
    }
    expect(answers).toEqual([
      [400, { error: 'brain.refused' }],
      [400, { error: 'brain.refused' }],
      [400, { async: false, error: expect.objectContaining({ code: 'general' }) }],
      [400, { async: false, error: expect.objectContaining({ code: 'general' }) }],
    ]);
  });

  it('lets in neither a wrong ClientId nor a foreign channel', async () => {
    const talk = await begin();
    const { clientId, channelId } = stage.config.joined;
    expect(await post(forged(talk, channelId), 'somebody')).toBe(403);
    expect(await post(forged(talk, channelId + 1_000), clientId)).toBe(400);
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(await post(forged(talk, channelId), clientId)).toBe(200);
    await until(() => talk.shown().includes('подделка'));
  });
});
