/** A manager's message that had to become several in Bitrix24: its receipt, its edits and its deletion are those of one message. */
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { ourBot } from '../../support/talk.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
/** Just above what an app may fetch of a file. */
const tooLarge = Buffer.alloc(26 * 1024 * 1024, 1);
/** A text that needs as many messages in Bitrix24. */
const long = (word: string, messages: number): string =>
  Array.from({ length: messages }, (_, index) => `${word}${index + 1} ${'а'.repeat(19_000)}`).join('\n');

let talk: LineTalk;
let mgChat: number;
let count = 0;

const stage = useMgStage({
  config: { console: { groups: 'none' } },
  gateway: { enforceChannelSettings: false, maxFileBytes: tooLarge.length },
});
beforeEach(async () => {
  count += 1;
  const words = `Здравствуйте, вопрос ${count}`;
  talk = await openLineTalk(stage, words);
  mgChat = talk.mgChat;
});

const firstWords = (): string[] => talk.shown().map((text) => text.split(' ')[0] ?? '');
const pictures = (): string[] =>
  stage.bridge.portal
    .messages(talk.chatId)
    .flatMap(({ isBot, deleted, files }) => (isBot && !deleted ? files.map(({ name }) => name) : []));
const mgMessage = (id: number) => stage.gateway.messages(mgChat).find((message) => message.id === id);
const receiptsOf = (id: number): Promise<number> =>
  stage.probe.count(
    "select count(*) from outbox where action->>'type' = 'receipt' and action->>'remoteMessageId' = $1",
    [String(id)],
  );

describe('a message of several parts', () => {
  it('is deleted whole: every piece of the text and every picture', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, long('часть', 2));
    const album = await stage.gateway.managerAnswers(mgChat, 'подпись', {
      items: [
        { name: 'а.png', content: png },
        { name: 'б.png', content: png },
      ],
    });
    await stage.done();
    expect(firstWords().filter((word) => word !== '')).toEqual(['часть1', 'часть2', 'подпись']);
    expect(pictures()).toEqual(['а.png', 'б.png']);
    await stage.gateway.deleteMessage(id);
    await stage.done();
    expect(firstWords().filter((word) => word !== '')).toEqual(['подпись']);
    await stage.gateway.deleteMessage(album);
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(pictures()).toEqual([]);
  });

  it('is edited where its text is: the caption, not the picture', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, 'подпис', { items: [{ name: 'а.png', content: png }] });
    await stage.done();
    const [picture] = stage.bridge.portal.messages(talk.chatId).filter(({ files, isBot }) => isBot && files.length > 0);
    await send('message_updated', { external_message_id: String(picture?.id), type: 'image', content: 'подпись' });
    await stage.done();
    expect(talk.shown().filter((text) => text !== '')).toEqual(['подпись']);
    expect(mgMessage(id)?.externalId).toBe(String(picture?.id));
  });

  it('shrinks and grows with its text', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, long('старое', 3));
    await stage.done();
    expect(firstWords()).toEqual(['старое1', 'старое2', 'старое3']);
    await stage.gateway.editMessage(id, 'коротко');
    await stage.done();
    expect(firstWords()).toEqual(['коротко']);
    await stage.gateway.editMessage(id, long('новое', 3));
    await stage.done();
    expect(firstWords()).toEqual(['новое1', 'новое2', 'новое3']);
    await stage.gateway.editMessage(id, long('иное', 2));
    await stage.done();
    expect(firstWords()).toEqual(['иное1', 'иное2']);
    await stage.gateway.deleteMessage(id);
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(await receiptsOf(id)).toBe(1);
  });

  it('has failed when a part has, and that is said once, after the last', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, '', {
      items: [
        { name: 'big.pdf', content: tooLarge },
        { name: 'b.pdf', content: Buffer.from('%PDF-1.4') },
      ],
    });
    await until(() => mgMessage(id)?.status !== 'sending');
    await until(async () => (await stage.probe.count('select count(*) from reported_failure')) === 1);
    await stage.done();
    expect(pictures()).toEqual(['b.pdf']);
    expect(mgMessage(id)).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('файл') } });
    expect(await receiptsOf(id)).toBe(1);
    // Nothing had been begun in Bitrix24 when the file turned out too large.
    const ends = await stage.probe.rows(
      "select state, outcome, attempted_at is null as is_untried from outbox where target = 'portal' and action->>'remoteMessageId' = $1 order by seq",
      [String(id)],
    );
    expect(ends).toEqual([
      { state: 'dropped', outcome: 'http.too_large+withdrawn', is_untried: true },
      { state: 'done', outcome: 'sent', is_untried: false },
    ]);
  });

  it('has failed when a part became a dead letter in an earlier turn than the last', async () => {
    stage.bridge.portal.fault.rest({
      method: 'imbot.v2.Chat.Message.send',
      kind: 'error',
      error: 'ACCESS_DENIED',
      times: 1,
    });
    stage.bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'html502', times: 1 });
    const id = await stage.gateway.managerAnswers(mgChat, long('доля', 2));
    await until(() => mgMessage(id)?.status !== 'sending');
    await stage.done();
    expect(firstWords()).toEqual(['доля2']);
    expect(mgMessage(id)).toMatchObject({ status: 'failed' });
    expect(await receiptsOf(id)).toBe(1);
  });
});

describe('an edit', () => {
  it('brings the new card and takes away what the message no longer has', async () => {
    const product = (name: string) => ({
      name,
      url: `https://shop.example/${name}`,
      cost: { value: 300, currency: 'rub' },
    });
    await stage.gateway.managerAnswers(mgChat, '', {
      product: product('tea'),
      suggestions: [{ type: 'text', title: 'Да' }],
    });
    await stage.done();
    const shown = () => stage.bridge.portal.messages(talk.chatId).findLast(({ isBot }) => isBot);
    const external = String(shown()?.id);
    await send('message_updated', {
      external_message_id: external,
      type: 'product',
      content: '',
      product: product('coffee'),
    });
    await stage.done();
    expect(JSON.stringify(shown()?.attach)).toContain('https://shop.example/coffee');
    expect(JSON.stringify(shown()?.attach)).not.toContain('tea');
    await send('message_updated', {
      external_message_id: external,
      type: 'text',
      content: 'просто слова',
      attachments: { suggestions: [] },
    });
    await stage.done();
    expect(shown()).toMatchObject({ text: 'просто слова', attach: [], keyboard: [] });
  });
});

describe('quick replies', () => {
  it('are heard in a group chat without a mention', async () => {
    const { portal } = stage.bridge;
    const assistant = ourBot(portal, 'assistant');
    const ownerId = portal.addEmployee({ name: 'Глеб Групповой' }).id;
    const group = portal.addGroup({ title: 'Планёрка', ownerId, botIds: [assistant.id] });
    portal.writesInGroup(ownerId, group.chatId, `[USER=${assistant.id}]${assistant.name}[/USER], едем?`);
    await stage.done();
    const asked = stage.gateway.messages().find((message) => message.text?.includes('едем?') === true);
    await stage.gateway.managerAnswers(asked?.chatId ?? 0, 'Когда?', {
      suggestions: [{ type: 'text', title: 'Завтра' }],
    });
    await until(() => portal.messages(group.chatId).some(({ text }) => text === 'Когда?'));
    const question = portal.messages(group.chatId).find(({ text }) => text === 'Когда?');
    portal.pressButton(ownerId, question?.id ?? 0, 0);
    await stage.done();
    expect(stage.gateway.messages(asked?.chatId ?? 0).at(-1)).toMatchObject({
      authorType: 'customer',
      text: expect.stringContaining('Завтра'),
    });
  });
});

/** A webhook of the kind MessageGateway sends for what its page cannot do in the sandbox. */
async function send(type: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const externalChatId = stage.gateway.chats().find(({ id }) => id === mgChat)?.externalChatId;
  const data = { channel_id: stage.config.joined.channelId, external_chat_id: externalChatId, ...changes };
  const headers = { 'content-type': 'application/json', clientid: stage.config.joined.clientId };
  const body = JSON.stringify({ type, meta: { timestamp: Date.now() }, data });
  expect((await fetch(stage.hook, { method: 'POST', headers, body })).status).toBe(200);
}
