/** The way a message takes: registration, channel, customer's message, socket, answer, webhook. */
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from './fake-transport.ts';
import { bot, channel, gateway, module, start, tokens, transport, write } from './gateway-under-test.ts';

beforeEach(async () => {
  await start();
});

async function customerWrites(externalId: string, text: string): Promise<number> {
  const customer = { external_id: 'cust-1', nickname: 'ivan', first_name: 'Иван' };
  const answer = await write(text, { customer, external_chat_id: 'chat-1' }, { external_id: externalId });
  expect(answer).toMatchObject({ status: 200, body: { warnings: [] } });
  return (answer.body as { message_id: number }).message_id;
}

describe('a message', () => {
  it("brings a customer's message to the bot's socket with chat, dialog and customer", async () => {
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, 'events=chat_created,dialog_opened,message_new');
    const id = await customerWrites('m-1', 'Здравствуйте');
    await until(() => socket.frames.length === 4);
    expect(socket.types()).toEqual(['chat_created', 'dialog_opened', 'message_new', 'message_new']);
    const [chat] = gateway.chats();
    expect(socket.frames[2]?.data).toMatchObject({ message: { type: 'system', action: 'dialog_opened' } });
    expect(socket.frames[3]?.data).toMatchObject({
      message: {
        id,
        type: 'text',
        scope: 'public',
        content: 'Здравствуйте',
        status: 'received',
        from: { type: 'customer', external_id: 'cust-1', name: 'Иван' },
        dialog: { id: chat?.dialogId },
        chat: { id: chat?.id, last_dialog: { id: chat?.dialogId }, channel: { type: 'custom' } },
      },
    });
  });

  it("carries a bot's answer to the transport and reports it as sent", async () => {
    const socket = await module.listen(gateway.mgOrigin, tokens.bot);
    await customerWrites('m-1', 'Где заказ?');
    const chatId = gateway.chats()[0]?.id ?? 0;
    const answer = await bot('POST /messages', {
      chat_id: chatId,
      scope: 'public',
      type: 'text',
      content: 'В пути',
    });
    expect(answer.status).toBe(200);
    await gateway.idle();
    const [hook] = module.webhooks('message_sent');
    expect(hook?.data).toMatchObject({
      external_user_id: 'cust-1',
      external_chat_id: 'chat-1',
      type: 'text',
      content: 'В пути',
      quote_external_id: null,
      bot: { name: 'Bridge under test' },
    });
    expect(module.received.find(({ path }) => path === '/webhook')?.headers['clientid']).toBe('client-bridge');
    expect(gateway.messages(chatId).at(-1)).toMatchObject({ status: 'sent', externalId: 'ext-1', text: 'В пути' });
    await until(() => socket.types().includes('message_updated'));
  });

  it("carries a manager's answer to the transport with the manager's name", async () => {
    const manager = gateway.addManager({ name: 'Николай Замышляев', email: 'n@example.test' });
    await customerWrites('m-1', 'Алло');
    await gateway.managerAnswers(gateway.chats()[0]?.id ?? 0, 'Слушаю');
    expect(module.webhooks('message_sent')[0]?.data).toMatchObject({
      content: 'Слушаю',
      user: { id: manager.id, first_name: 'Николай', last_name: 'Замышляев' },
    });
  });

  it('refuses a message whose external id it already has', async () => {
    await customerWrites('m-1', 'раз');
    const again = await transport('POST /messages', {
      channel,
      originator: 'customer',
      customer: { external_id: 'cust-1', nickname: 'ivan' },
      message: { external_id: 'm-1', type: 'text', text: 'раз' },
    });
    expect(again).toEqual({ status: 400, body: { errors: ['Message with passed external_id already exists'] } });
  });
});
