/** What a bot and a transport may do, and how they are refused. */
import { describe, expect, it } from 'vitest';
import { FULL_SETTINGS, mg, until } from './fake-transport.ts';
import { bot, channel, gateway, module, start, tokens, transport, write } from './gateway-under-test.ts';

describe('a bot', () => {
  it('changes and deletes only its own messages', async () => {
    await start();
    const theirs = ((await write('раз')).body as { message_id: number }).message_id;
    const chat = gateway.chats()[0]?.id ?? 0;
    const sent = await bot('POST /messages', { chat_id: chat, scope: 'public', content: ' ответ ' });
    const own = (sent.body as { message_id: number }).message_id;
    await gateway.idle();
    expect((await bot(`PATCH /messages/${theirs}`, { content: 'чужое' })).status).toBe(400);
    expect((await bot(`PATCH /messages/${own}`, { content: 'x'.repeat(2001) })).status).toBe(400);
    expect(await bot(`PATCH /messages/${own}`, { content: 'правка' })).toEqual({ status: 200, body: {} });
    expect(await bot(`DELETE /messages/${own}`)).toEqual({ status: 200, body: {} });
    expect((await bot(`DELETE /messages/${own}`)).status).toBe(404);
    expect(gateway.messages(chat).at(-1)).toMatchObject({ text: 'правка', isDeleted: true });
  });

  it('is answered with nanoseconds, and must attach what there is', async () => {
    await start();
    await write('раз');
    const chat_id = gateway.chats()[0]?.id ?? 0;
    const sent = await bot('POST /messages', { chat_id, scope: 'public', content: 'x' });
    expect(sent.body).toHaveProperty('time', expect.stringMatching(/\.\d{9}Z$/));
    const id = '0b0e1f3e-0000-4000-8000-000000000000';
    const image = { chat_id, scope: 'public', type: 'image' };
    expect((await bot('POST /messages', { ...image, items: [{ id, caption: '' }] })).body).toEqual({
      errors: [`file ${id} not found`],
    });
    expect((await bot('POST /messages', { ...image, items: [{ id, caption: 'x'.repeat(1025) }] })).status).toBe(400);
    expect((await bot('POST /messages', { ...image, items: [{ id, caption: 'a' }] })).body).toEqual({
      errors: [`file ${id} not found`],
    });
    expect((await bot('POST /messages', { ...image })).body).toEqual({ errors: ['items is a required field'] });
  });

  it('assigns only the latest dialog, and to itself only as a responsible', async () => {
    await start();
    await write('раз');
    const { id: chat, dialogId } = gateway.chats()[0] ?? { id: 0, dialogId: 0 };
    const self = gateway.bots()[0]?.id ?? 0;
    expect((await bot(`PATCH /dialogs/${dialogId}/assign`, { bot_id: self })).status).toBe(400);
    await bot('PATCH /my/info', { roles: ['responsible'] });
    const given = await bot(`PATCH /dialogs/${dialogId}/assign`, { bot_id: self, user_id: 0 });
    expect(given.body).toMatchObject({ is_reassign: false, previous_responsible: null, left_user_id: null });
    await bot(`DELETE /dialogs/${dialogId}/close`);
    await bot(`POST /chats/${chat}/dialogs`, {});
    expect((await bot(`PATCH /dialogs/${dialogId}/assign`, { bot_id: self })).body).toEqual({
      errors: ['dialog is not the latest in the chat'],
    });
    const latest = gateway.chats()[0]?.dialogId ?? 0;
    expect((await bot(`PATCH /dialogs/${latest}/unassign`)).body).toEqual({ errors: ['dialog is not assigned'] });
    expect(
      (await bot(`PATCH /dialogs/${latest}/tags/add`, { tags: [{ name: 'x', color_code: 'pink' }] })).body,
    ).toEqual({
      errors: [expect.stringContaining('can contain only the following values: light-red')],
    });
  });

  it('gets a command as a manager typed it', async () => {
    await start();
    gateway.addManager({ name: 'Анна' });
    await bot('PUT /my/commands/payment', { description: 'Оплата', name: 'payment' });
    await write('раз');
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, 'events=message_new');
    gateway.runCommand(gateway.chats()[0]?.dialogId ?? 0, gateway.bots()[0]?.id ?? 0, 'payment сегодня');
    await until(() => socket.frames.length === 2);
    expect(socket.frames[1]?.data).toMatchObject({
      message: { type: 'command', scope: 'private', content: '/payment сегодня', from: { type: 'user' } },
    });
  });
});

describe('a transport', () => {
  it('sees only its own channels', async () => {
    await start();
    const other = await module.register(gateway, 'other');
    expect(
      (await mg({ mgOrigin: gateway.mgOrigin, api: 'transport', token: other.transport }, 'GET /channels')).body,
    ).toEqual([]);
    const answer = await mg(
      { mgOrigin: gateway.mgOrigin, api: 'transport', token: other.transport },
      `PUT /channels/${channel}`,
      { name: 'x' },
    );
    expect(answer).toEqual({ status: 400, body: { errors: ['Channel not found'] } });
  });

  it('cannot use a deactivated channel until it activates it again', async () => {
    await start();
    await transport(`DELETE /channels/${channel}`);
    expect((await write('раз')).body).toEqual({ errors: ['Channel is not active'] });
    const again = await transport('POST /channels', { id: channel, type: 'custom', settings: FULL_SETTINGS });
    expect(again).toMatchObject({ status: 200, body: { id: channel } });
    expect((await write('раз')).status).toBe(200);
  });

  it('is held to the limits of lengths and required fields', async () => {
    await start();
    const customer = { external_id: 'x'.repeat(65), nickname: 'ivan' };
    expect((await write('раз', { customer })).body).toEqual({
      errors: ['customer.external_id must be a maximum of 64 characters in length'],
    });
    expect((await write('раз', { originator: undefined })).body).toEqual({
      errors: ['originator is a required field'],
    });
    expect((await write('раз', { customer: { external_id: 'c', nickname: '', utm: { source: '' } } })).body).toEqual({
      errors: ['customer.nickname is a required field', 'customer.utm.source is a required field'],
    });
    expect((await write('   ')).body).toEqual({ errors: ['message.text is a required field'] });
    expect((await write('x', {}, { external_id: 'x'.repeat(256) })).status).toBe(400);
    expect((await write('x', { quote: { external_id: 'absent' } })).body).toEqual({ errors: ['Message not found'] });
    expect(gateway.customers()).toEqual([]);
  });

  it('may name customers and chats by aliases', async () => {
    await start();
    await write('раз');
    const customer = { external_id: 'new', nickname: 'ivan', secondary_external_ids: ['c'] };
    await write('два', { customer, external_chat_id: 'new-chat', secondary_external_chat_ids: ['chat'] });
    expect([gateway.customers().length, gateway.chats().length]).toEqual([1, 1]);
  });

  it('reports what was typed in the messenger by staff without counting it as unread', async () => {
    await start();
    await write('раз');
    await write('ответ из мессенджера', { originator: 'channel' });
    expect(gateway.chats()[0]?.notRead).toBe(1);
    expect(gateway.messages().at(-1)).toMatchObject({ authorType: 'channel', text: 'ответ из мессенджера' });
  });

  it('is asked for templates that managers make', async () => {
    await start();
    await transport(`PUT /channels/${channel}`, { settings: { ...FULL_SETTINGS, template: { creation: true } } });
    module.reply = () => ({ status: 200, body: '{"code":"ns#hello#ru"}' });
    expect(await gateway.createTemplate(channel, { name: 'hello', lang: 'ru', body: 'Привет' })).toBe('ns#hello#ru');
    await gateway.changeTemplate(channel, 'ns#hello#ru', null);
    expect(module.webhooks().map(({ type }) => type)).toEqual(['template_create', 'template_delete']);
    expect(module.webhooks()[1]?.data).toMatchObject({ channel_id: channel, code: 'ns#hello#ru' });
  });

  it('may find its strings escaped, when told to', async () => {
    await start({ escape: 'html' });
    await write(' <b>"раз" & два</b> ');
    expect(gateway.messages().at(-1)?.text).toBe('&lt;b&gt;&#34;раз&#34; &amp; два&lt;/b&gt;');
  });
});
