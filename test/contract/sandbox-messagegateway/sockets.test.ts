/** The Bot API's WebSocket: admission, subscriptions, cuts, and that a crowd can listen. */
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { mg, until } from './fake-transport.ts';
import { channel, gateway, module, start, tokens, write } from './gateway-under-test.ts';

async function refusal(query: string, token: string): Promise<{ status: number; text: string }> {
  const url = `${gateway.mgOrigin.replace('http', 'ws')}/api/bot/v1/ws${query}`;
  const socket = new WebSocket(url, { headers: { 'x-bot-token': token } });
  return await new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('was admitted')));
    socket.once('error', () => resolve({ status: 0, text: '' }));
    socket.once('unexpected-response', (_, answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => {
        text += part.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
  });
}

describe('admission', () => {
  it('refuses a wrong token, missing events and unknown events with a list of errors', async () => {
    await start();
    expect((await refusal('?events=message_new', 'wrong')).status).toBe(403);
    expect(await refusal('', tokens.bot)).toEqual({ status: 400, text: '{"errors":["events is a required field"]}' });
    expect((await refusal('?events=message_new,message_read', tokens.bot)).status).toBe(400);
    expect((await refusal('?events=message_new', tokens.transport)).status).toBe(403);
  });

  it('takes names with spaces after the commas, and all seventeen of them', async () => {
    await start();
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, 'events=message_new,%20dialog_opened');
    await write('раз');
    await until(() => socket.frames.length === 3);
    expect(socket.types()).toEqual(['dialog_opened', 'message_new', 'message_new']);
  });

  it('can leave unknown names out instead', async () => {
    await start({ unknownEvents: 'ignore' });
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, 'events=no_such_event,chat_created&options=');
    await write('раз');
    await until(() => socket.frames.length === 1);
    expect(socket.types()).toEqual(['chat_created']);
  });

  it('counts handshakes towards the limit of requests a second', async () => {
    await start({ mgRate: 1 });
    const sockets = await Promise.allSettled(
      Array.from({ length: 4 }, () => module.listen(gateway.mgOrigin, tokens.bot)),
    );
    expect(sockets.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'GET /bots')).status).toBe(429);
  });
});

describe('events', () => {
  it('hides mailings from sockets that did not ask for them', async () => {
    await start();
    gateway.addManager({ name: 'Анна' });
    const plain = await module.listen(gateway.mgOrigin, tokens.bot, 'events=message_new');
    const all = await module.listen(
      gateway.mgOrigin,
      tokens.bot,
      'events=message_new&options=include_mass_communication',
    );
    await write('раз');
    await gateway.sendsMailing(gateway.chats()[0]?.id ?? 0, 'Скидки');
    await until(() => all.frames.length === 3);
    expect(plain.frames).toHaveLength(2);
    expect(gateway.dialogs()).toHaveLength(1);
  });

  it('tells of assigning, leaving, unassigning, tags, reading, blocking, online and closing', async () => {
    await start({ botNeedsResponsibleRole: false });
    const names =
      'message_new,message_updated,message_deleted,message_restored,dialog_opened,dialog_closed,dialog_assign,chat_created,chat_updated,chats_deleted,user_joined_chat,user_left_chat,user_updated,user_online_updated,channel_updated,customer_updated,bot_updated';
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, `events=${names}`);
    const manager = gateway.addManager({ name: 'Анна Иванова' });
    await write('раз');
    const chat = gateway.chats()[0];
    const dialog = chat?.dialogId ?? 0;
    const botId = gateway.bots()[0]?.id ?? 0;
    gateway.assign(dialog, { botId });
    gateway.assign(dialog, { userId: manager.id });
    const answer = await gateway.managerAnswers(dialog, 'слушаю');
    await gateway.editMessage(answer, 'слушаю вас');
    await gateway.deleteMessage(answer);
    gateway.restore(answer);
    await gateway.markRead(chat?.id ?? 0);
    gateway.unassign(dialog);
    gateway.setOnline(manager.id, false);
    gateway.blockCustomer(chat?.customerId ?? 0, true);
    await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'PATCH /my/info', { name: 'Другой' });
    await mg({ mgOrigin: gateway.mgOrigin, api: 'transport', token: tokens.transport }, `PUT /channels/${channel}`, {
      name: 'Линия',
    });
    gateway.closeDialog(dialog);
    gateway.deleteChats([chat?.id ?? 0]);
    await until(() => socket.types().includes('chats_deleted'));
    expect(new Set(socket.types())).toEqual(new Set(names.split(',')));
    const assign = socket.frames.find(({ type }) => type === 'dialog_assign')?.data;
    expect(assign).toMatchObject({ dialog: { responsible: { type: 'bot', id: botId } }, chat: { id: chat?.id } });
    expect(assign).not.toHaveProperty('dialog.responsible.external_id');
    const left = socket.frames.find(({ type }) => type === 'user_left_chat')?.data;
    expect(left).toEqual({ reason: 'kicked', chat: { id: chat?.id }, user: { id: botId } });
  });
});

describe('troubles', () => {
  it('closes with a code or cuts the line', async () => {
    await start();
    const first = await module.listen(gateway.mgOrigin, tokens.bot);
    gateway.cutSockets({ code: 1001 });
    expect(await first.closed).toBe(1001);
    const second = await module.listen(gateway.mgOrigin, tokens.bot);
    gateway.cutSockets();
    expect(await second.closed).toBe(1006);
    expect(gateway.sockets().open).toBe(0);
  });

  it('refuses handshakes for a while, and closes sockets of a revoked token', async () => {
    await start();
    gateway.refuseSockets(true);
    await expect(module.listen(gateway.mgOrigin, tokens.bot)).rejects.toThrow('socket hang up');
    gateway.refuseSockets(false);
    const socket = await module.listen(gateway.mgOrigin, tokens.bot);
    gateway.revokeToken('bridge', 'bot');
    await socket.closed;
    expect((await refusal('?events=message_new', tokens.bot)).status).toBe(403);
  });

  it('sends frames that are no JSON', async () => {
    await start();
    const url = `${gateway.mgOrigin.replace('http', 'ws')}/api/bot/v1/ws?events=message_new`;
    const socket = new WebSocket(url, { headers: { 'x-bot-token': tokens.bot } });
    await new Promise((resolve) => socket.once('open', resolve));
    const frame = new Promise<string>((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
    gateway.garbageFrame();
    expect(await frame).toBe('{"type":"message_new","data":');
    socket.terminate();
  });

  it('cuts a socket that shows no life, when told to', async () => {
    await start({ idleTimeoutMs: 40 });
    const socket = await module.listen(gateway.mgOrigin, tokens.bot);
    expect(await socket.closed).toBe(1006);
  });
});

describe('signs of life', () => {
  it('answers pings, and sends its own when told to', async () => {
    await start({ pingIntervalMs: 20, idleTimeoutMs: 200 });
    const { socket } = await module.listen(gateway.mgOrigin, tokens.bot);
    await new Promise((resolve) => socket.once('ping', resolve));
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    expect(gateway.sockets().open).toBe(1);
  });

  it('limits the sockets of one token when told to', async () => {
    await start({ socketsPerToken: 1 });
    await module.listen(gateway.mgOrigin, tokens.bot);
    expect((await refusal('?events=message_new', tokens.bot)).status).toBe(429);
  });
});

describe('new dialogs', () => {
  it('go to the responsible bot when told to, so that dialog_assign follows the message', async () => {
    await start({ newDialogs: 'responsible-bot' });
    await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'PATCH /my/info', {
      roles: ['responsible'],
    });
    const socket = await module.listen(gateway.mgOrigin, tokens.bot, 'events=dialog_assign');
    await write('раз');
    await until(() => socket.frames.length === 1);
    expect(gateway.dialogs()[0]?.responsible).toEqual({ type: 'bot', id: gateway.bots()[0]?.id });
  });
});

describe('a crowd', () => {
  it('of a thousand sockets may listen, and hundreds of messages come through once each', async () => {
    await start();
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => module.listen(gateway.mgOrigin, tokens.bot)));
    expect(gateway.sockets().open).toBe(1_000);
    for (const { socket } of crowd.slice(1)) socket.terminate();
    await until(() => gateway.sockets().open === 1);
    const customer = (at: number): object => ({ external_id: `c${at % 50}`, nickname: 'ivan' });
    const more = (at: number): object => ({ customer: customer(at), external_chat_id: `c${at % 50}` });
    const answers = await Promise.all(Array.from({ length: 600 }, (_, at) => write(`текст ${at}`, more(at))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const texts = Array.from({ length: 600 }, (_, at) => `текст ${at}`);
    const heard = (): unknown[] =>
      (crowd[0]?.frames ?? []).map(({ data }) => (data['message'] as { content: unknown }).content);
    await until(() => heard().length === 600 + 50);
    expect(
      heard()
        .filter((content) => typeof content === 'string')
        .sort(),
    ).toEqual(texts.sort());
  });
});
