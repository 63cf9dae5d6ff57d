/** Webhooks to the transport: what they carry, what the answer does to the message, what can go wrong. */
import { describe, expect, it } from 'vitest';
import type { MessageGatewayOptions } from '../../../sandbox/messagegateway/options.ts';
import { FULL_SETTINGS, until } from './fake-transport.ts';
import { bot, channel, gateway, module, start, tokens, transport, write } from './gateway-under-test.ts';

let chat: number;

/** Starts with a manager and a first message of the customer. */
async function begin(options: MessageGatewayOptions = {}, settings: object = FULL_SETTINGS): Promise<void> {
  await start(options, settings);
  gateway.addManager({ name: 'Анна Иванова' });
  await write('раз', {}, { external_id: 'm1' });
  chat = gateway.chats()[0]?.id ?? 0;
}

function lastMessage(): { status: string; error: unknown; externalId: string | null; isRead: boolean } | undefined {
  return gateway.messages(chat).findLast(({ type }) => type !== 'system');
}

describe('the answer to message_sent', () => {
  it('may come without content, as an error or as rubbish', async () => {
    await begin();
    const answers: [string, number, unknown][] = [
      ['{"async":false}', 200, { status: 'sent', externalId: null }],
      [
        '{"error":{"code":"spam_suspicion","message":"нет"}}',
        422,
        { error: { code: 'spam_suspicion', message: 'нет' } },
      ],
      ['{"error":{"code":"what_is_this"}}', 422, { error: { code: 'general' } }],
      ['<html>', 200, { error: { code: 'malformed_response' } }],
      ['[]', 200, { error: { code: 'malformed_response' } }],
      ['{}', 500, { error: { code: 'network_error' } }],
    ];
    for (const [body, status, seen] of answers) {
      module.reply = () => ({ status, body });
      await gateway.managerAnswers(chat, 'ответ');
      expect(lastMessage()).toMatchObject(seen as object);
    }
  });

  it('may not come at all', async () => {
    await begin({ webhooks: { timeoutMs: 50 } });
    module.reply = () => new Promise(() => undefined);
    await gateway.managerAnswers(chat, 'ответ');
    expect(lastMessage()).toMatchObject({ status: 'failed', error: { code: 'network_error' } });
  });

  it('may promise an acknowledgement, which ends the sending', async () => {
    await begin();
    module.reply = () => ({ status: 200, body: '{"async":true}' });
    const id = await gateway.managerAnswers(chat, 'ответ');
    expect(lastMessage()?.status).toBe('sending');
    const ack = { channel, message: { id }, transport_message_id: 'far-1' };
    expect(await transport('POST /messages/ack', ack)).toEqual({ status: 200, body: {} });
    expect(lastMessage()).toMatchObject({ status: 'sent', externalId: 'far-1' });
  });

  it('fails with async_send_timeout when the acknowledgement does not come', async () => {
    await begin({ ackTimeoutMs: 30 });
    module.reply = () => ({ status: 200, body: '{"async":true}' });
    await gateway.managerAnswers(chat, 'ответ');
    await until(() => lastMessage()?.status === 'failed');
    expect(lastMessage()).toMatchObject({ error: { code: 'async_send_timeout' } });
  });

  it('takes an acknowledgement with an error', async () => {
    await begin();
    module.reply = () => ({ status: 200, body: '{"async":true}' });
    const id = await gateway.managerAnswers(chat, 'ответ');
    const error = { code: 'customer_not_exists', message: 'нет чата', external_code: '400' };
    await transport('POST /messages/ack', { channel, message: { id }, error });
    expect(lastMessage()).toMatchObject({
      status: 'failed',
      error: { code: 'customer_not_exists', message: 'нет чата' },
    });
  });

  it('names the chat and the customer when a manager wrote first', async () => {
    await begin();
    const ids = { external_message_id: 'e', external_chat_id: 'new-chat', external_customer_id: 'new-customer' };
    module.reply = () => ({ status: 200, body: JSON.stringify(ids) });
    const first = await gateway.writesFirst(channel, '+79990001122', 'Здравствуйте');
    expect(module.webhooks('message_sent').at(-1)?.data).toMatchObject({
      external_user_id: '+79990001122',
      external_chat_id: '',
    });
    expect(gateway.chats().find(({ id }) => id === first)?.externalChatId).toBe('new-chat');
    expect(gateway.customers().at(-1)?.externalId).toBe('new-customer');
  });
});

describe('media', () => {
  it('go with their items, and with the note as content unless told otherwise', async () => {
    await begin();
    const items = [{ name: 'a.png', content: Buffer.from('89504e470d0a1a0a', 'hex') }];
    await gateway.managerAnswers(chat, 'вот фото', { items });
    const data = module.webhooks('message_sent')[0]?.data;
    expect(data).toMatchObject({ type: 'image', content: 'вот фото', items: [{ size: 8, caption: 'a.png' }] });
    const fileId = gateway.messages(chat).at(-1)?.items[0]?.id;
    expect(data).toHaveProperty('items.0.id', fileId);
    const file = await transport(`GET /files/${fileId}`);
    expect(file.body).toMatchObject({ type: 'image', mime_type: 'image/png', size: 8 });
  });

  it('can leave without their note', async () => {
    await begin({ webhookMediaNote: 'nowhere' });
    await gateway.managerAnswers(chat, 'вот', { items: [{ name: 'a.txt', content: Buffer.from('x') }] });
    expect(module.webhooks('message_sent')[0]?.data).toMatchObject({ type: 'file', content: null });
  });
});

describe('changes', () => {
  it('reach the transport with its own ids', async () => {
    await begin();
    const id = await gateway.managerAnswers(chat, 'ответ', { quote: gateway.messages(chat).at(-1)?.id ?? 0 });
    expect(module.webhooks('message_sent')[0]?.data).toMatchObject({ quote_external_id: 'm1', quote_content: 'раз' });
    await gateway.editMessage(id, 'правка');
    await gateway.react(id, '👍');
    await gateway.react(id, null);
    await gateway.deleteMessage(id);
    await gateway.markRead(chat);
    const ids = { external_user_id: 'c', external_chat_id: 'chat', channel_id: channel, external_message_id: 'ext-1' };
    expect(module.webhooks('message_updated')[0]?.data).toMatchObject({ ...ids, content: 'правка' });
    expect(module.webhooks('message_deleted')[0]?.data).toEqual(ids);
    expect(module.webhooks('reaction_add')[0]?.data).toEqual({
      ...ids,
      new_reaction: '👍',
      all_reactions: [{ reaction: '👍' }],
    });
    expect(module.webhooks('reaction_delete')[0]?.data).toMatchObject({ old_reaction: '👍', all_reactions: [] });
    expect(module.webhooks('message_read')[0]?.data).toEqual({ ...ids, external_message_id: 'm1' });
  });

  it('do not leave when the channel cannot take them', async () => {
    await begin({}, { text: { creating: 'both' } });
    const id = await gateway.managerAnswers(chat, 'ответ');
    await expect(gateway.editMessage(id, 'правка')).rejects.toThrow('can not be edited');
    await gateway.markRead(chat);
    expect(module.webhooks().map(({ type }) => type)).toEqual(['message_sent']);
  });

  it('of private messages stay inside', async () => {
    await begin();
    const id = await gateway.managerAnswers(chat, 'между нами', { private: true });
    await gateway.editMessage(id, 'всё ещё между нами');
    await gateway.deleteMessage(id);
    expect(module.webhooks()).toEqual([]);
  });
});

describe('what the channel declares', () => {
  it('decides what may be written to the customer', async () => {
    await begin({}, { text: { creating: 'receive', max_chars_count: 5 } });
    const send = async (body: object): Promise<number> =>
      (await bot('POST /messages', { chat_id: chat, scope: 'public', ...body })).status;
    // The channel sends no texts to MG at all, so the chat of the preparation does not exist.
    expect(gateway.chats()).toEqual([]);
    expect(await send({ content: 'привет' })).toBe(400);
  });

  it('limits length, kinds and suggestions', async () => {
    await begin({}, { ...FULL_SETTINGS, text: { creating: 'both', max_chars_count: 5 } });
    const send = async (body: object): Promise<unknown> => {
      const whole = { chat_id: chat, scope: 'public', ...body };
      const answer = await bot('POST /messages', whole);
      return answer.status === 200 ? 200 : answer.body;
    };
    expect(await send({ content: 'длинно' })).toEqual({
      errors: ['content must be a maximum of 5 characters in length'],
    });
    const suggestions = (type: string): object => ({
      content: 'ок',
      transport_attachments: { suggestions: [{ type, title: 'x' }] },
    });
    expect(await send(suggestions('text'))).toBe(200);
    expect(await send(suggestions('phone'))).toMatchObject({ errors: [expect.stringContaining('suggestions')] });
    expect(await send({ content: '   ' })).toEqual({ errors: ['content is a required field'] });
  });
});

describe('ordered troubles', () => {
  it('repeat and lose webhooks', async () => {
    await begin();
    gateway.repeatWebhooks(1);
    await gateway.managerAnswers(chat, 'дважды');
    expect(module.webhooks('message_sent')).toHaveLength(2);
    gateway.dropWebhooks(1);
    await gateway.managerAnswers(chat, 'мимо');
    expect(module.webhooks('message_sent')).toHaveLength(2);
    expect(lastMessage()).toMatchObject({ status: 'failed', error: { code: 'network_error' } });
  });

  it('retry when told to', async () => {
    await begin({ webhooks: { attempts: 3, retryDelayMs: 1 } });
    let count = 0;
    module.reply = () => {
      count += 1;
      return count < 3 ? { status: 503, body: '{}' } : { status: 200, body: '{"external_message_id":"e"}' };
    };
    await gateway.managerAnswers(chat, 'ответ');
    expect(gateway.webhooks().map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ]);
    expect(lastMessage()?.status).toBe('sent');
  });

  it('spoil API calls: 429, 500 with an empty body, resets before and after, slowness, HTML', async () => {
    await begin();
    const ask = async (): Promise<number> =>
      (await fetch(`${gateway.mgOrigin}/api/bot/v1/bots`, { headers: { 'x-bot-token': tokens.bot } })).status;
    gateway.storm429({ times: 2, api: 'bot' });
    expect([await ask(), await ask(), await ask()]).toEqual([429, 429, 200]);
    gateway.fail({ api: 'bot', path: '/bots', times: 1, kind: 500 });
    gateway.fail({ api: 'bot', times: 1, kind: 'html' });
    expect([await ask(), await ask(), await ask()]).toEqual([500, 502, 200]);
    gateway.fail({ api: 'bot', times: 1, kind: 'slow', ms: 60 });
    const started = performance.now();
    expect(await ask()).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(50);
    gateway.fail({ api: 'transport', method: 'POST', times: 1, kind: 'reset-before' });
    const again = (externalId: string): Promise<unknown> =>
      transport('POST /messages', {
        channel,
        external_chat_id: 'chat',
        originator: 'customer',
        customer: { external_id: 'c', nickname: 'ivan' },
        message: { external_id: externalId, type: 'text', text: 'два' },
      });
    await expect(again('m2')).rejects.toThrow('fetch failed');
    expect(gateway.messages(chat).some(({ externalId }) => externalId === 'm2')).toBe(false);
    gateway.fail({ api: 'transport', method: 'POST', times: 1, kind: 'reset-after' });
    await expect(again('m2')).rejects.toThrow('fetch failed');
    expect(gateway.messages(chat).some(({ externalId }) => externalId === 'm2')).toBe(true);
  });

  it('never show a token in the records of calls', async () => {
    await begin();
    const records = JSON.stringify([gateway.calls(), gateway.webhooks(), gateway.modules()]);
    for (const secret of [tokens.bot, tokens.transport, gateway.apiKey]) expect(records).not.toContain(secret);
  });
});
