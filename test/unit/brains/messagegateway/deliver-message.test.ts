/** Messages and files on their way into MessageGateway. */
import { describe, expect, it } from 'vitest';
import type { BrainAction } from '../../../../src/core/actions.ts';
import { BadInput, RemoteUnreachable } from '../../../../src/core/errors.ts';
import type { FileRef } from '../../../../src/core/events.ts';
import {
  chat,
  connector,
  far,
  key,
  message,
  refused,
  signal,
  to,
} from '../../../support/factories/messagegateway-delivery.ts';
import { openedFile } from '../../../support/opened-file.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

describe('a message into MessageGateway', () => {
  it('comes from the conversation as customer, under an id of its own', async () => {
    const { http, calls } = far();
    expect(await connector(http).deliver(message(), to, key, signal)).toEqual({ remoteMessageId: '500' });
    expect(calls).toEqual([
      {
        line: 'POST /messages',
        json: {
          channel: 61,
          external_chat_id: 'ref-of-talk',
          originator: 'customer',
          customer: { external_id: 'ref-of-talk', nickname: 'Пётр Опытов', first_name: 'Пётр Опытов' },
          message: { type: 'text', text: 'привет', external_id: '77:ref-of-t' },
        },
      },
    ]);
  });

  it('that MessageGateway already has is delivered', async () => {
    const { http } = far({ 'POST /messages': refused('Message with passed external_id already exists') });
    await expect(connector(http).deliver(message(), to, key, signal)).resolves.toEqual({});
  });

  it('that is refused for another reason is not', async () => {
    const { http } = far({ 'POST /messages': refused('customer is blocked') });
    await expect(connector(http).deliver(message(), to, key, signal)).rejects.toMatchObject({
      code: 'messagegateway.refused',
      retry: 'never',
    });
  });

  it('from a group names its author, and the group is the customer', async () => {
    const { http, calls } = far();
    await connector(http).deliver(message({ chat: { ...chat, kind: 'group', title: 'Отдел' } }), to, key, signal);
    expect(calls[0]?.json).toMatchObject({ customer: { nickname: 'Отдел' }, message: { text: 'Пётр Опытов: привет' } });
  });

  it('names its customer in parts where the portal tells them', async () => {
    const { http, calls } = far();
    const author = {
      id: '7',
      name: 'Анна Мария Опытова',
      kind: 'client',
      firstName: 'Анна Мария',
      lastName: 'Опытова',
    } as const;
    await connector(http).deliver(message({ author }), to, key, signal);
    await connector(http).deliver(message({ author: { ...author, name: ' ' } }), to, key, signal);
    const names = { first_name: 'Анна Мария', last_name: 'Опытова', nickname: 'Анна Мария Опытова' };
    expect(calls.map(({ json }) => json['customer'])).toEqual([
      { external_id: 'ref-of-talk', ...names },
      { external_id: 'ref-of-talk', ...names },
    ]);
  });

  describe('with facts about its customer', () => {
    const author = { id: '9', name: 'Кирилл', kind: 'client' } as const;
    const line = { lineId: '3', connector: 'livechat', sessionId: '1', crm: [] };
    const outside = message({ author, chat: { kind: 'line', dialogId: 'chat5', title: 'Кирилл - Линия', line } });
    const client = { phone: '+7999', email: 'k@example.com', avatar: null, profile: 'https://me.example/' };
    const tools = { customerInfo: () => Promise.resolve(client), state: stateInMemory() };
    const main = { channels: { perLine: false } };

    it('that are refused goes without them, and they are not tried again with the next', async () => {
      const { http, calls } = far({
        'POST /messages': [refused('customer.profile_url is invalid'), [200, { message_id: 500 }]],
      });
      const known = { ...tools, state: stateInMemory() };
      const joined = connector(http, main, known);
      expect(await joined.deliver(outside, to, key, signal)).toEqual({ remoteMessageId: '500' });
      await joined.deliver(outside, to, key, signal);
      const customers = calls.map(({ json }) => Object.keys(json['customer'] as object));
      const bare = ['external_id', 'nickname', 'first_name'];
      expect(customers).toEqual([[...bare, 'phone', 'email', 'profile_url'], bare, bare]);
    });

    it('is refused where they were not the reason', async () => {
      const { http } = far({ 'POST /messages': refused('customer is blocked') });
      await expect(connector(http, main, tools).deliver(outside, to, key, signal)).rejects.toMatchObject({
        code: 'messagegateway.refused',
      });
    });

    it('leaves addresses out that are longer than any page', async () => {
      const { http, calls } = far();
      const long = { ...client, profile: `https://me.example/${'x'.repeat(5_000)}` };
      const known = { customerInfo: () => Promise.resolve(long), state: stateInMemory() };
      await connector(http, main, known).deliver(outside, to, key, signal);
      expect(calls[0]?.json).toMatchObject({ customer: { phone: '+7999' } });
      expect(calls[0]?.json['customer']).not.toHaveProperty('profile_url');
    });
  });

  it('brings its time along', async () => {
    const { http, calls } = far();
    await connector(http).deliver(message({ sentAt: '2026-11-21T06:00:00Z' }), to, key, signal);
    expect(calls[0]?.json).toMatchObject({ message: { created_at: '2026-11-21T06:00:00Z' } });
  });

  it('quotes by whichever name the quoted one has over there, and goes without a quote where it has none', async () => {
    const { http, calls } = far({ 'POST /messages': refused('Message not found') });
    const quoting = connector(http).deliver(message({ quoteOf: '70' }), to, key, signal);
    await expect(quoting).rejects.toMatchObject({ code: 'messagegateway.refused' });
    expect(calls.map(({ json }) => json['quote'])).toEqual([
      { external_id: '70' },
      { external_id: '70:ref-of-t' },
      undefined,
    ]);
  });

  it('from somebody without a name has one all the same', async () => {
    const { http, calls } = far();
    await connector(http).deliver(message({ author: { id: '7', name: ' ', kind: 'client' } }), to, key, signal);
    expect(calls[0]?.json).toMatchObject({ customer: { nickname: 'Bitrix24' } });
  });

  it('of spaces alone is left out: MessageGateway trims it to nothing', async () => {
    const { http, calls } = far();
    expect(await connector(http).deliver(message({ text: ' \n ' }), to, key, signal)).toEqual({});
    expect(calls).toEqual([]);
  });

  it('learns the name of a new conversation', async () => {
    const { http, lines } = far();
    expect(await connector(http).deliver(message(), { ...to, remoteId: null }, key, signal)).toEqual({
      remoteMessageId: '500',
      remoteConversationId: '9000',
    });
    expect(lines()).toEqual(['POST /messages', 'bot GET /chats']);
  });

  it('is delivered even where the name of its conversation cannot be learned', async () => {
    const { http } = far({ 'GET /chats': refused('Access denied', 403) });
    expect(await connector(http).deliver(message(), { ...to, remoteId: null }, key, signal)).toEqual({
      remoteMessageId: '500',
    });
  });
});

describe('files into MessageGateway', () => {
  const file = (name: string, kind: FileRef['kind'], size: number | null = 10): FileRef => ({
    id: `f-${name}`,
    name,
    kind,
    size,
  });
  const openPortalFile = () => Promise.resolve(openedFile('BYTES'));

  it('are uploaded and grouped by kind, the words with the first', async () => {
    const { http, calls, lines } = far();
    const files = [file('a.png', 'image'), file('b.pdf', 'file'), file('c.png', 'image')];
    await connector(http, {}, { openPortalFile }).deliver(message({ files }), to, key, signal);
    expect(lines()).toEqual([
      'POST /files/upload',
      'POST /files/upload',
      'POST /files/upload',
      'POST /messages',
      'POST /messages',
    ]);
    const item = (caption: string) => ({ id: 'b2bdba90-166c-4e0a-829d-69f26a09fd2a', caption });
    expect(calls[3]?.json['message']).toEqual({
      type: 'image',
      items: [item('a.png'), item('c.png')],
      note: 'привет',
      external_id: '77:ref-of-t',
    });
    expect(calls[4]?.json['message']).toEqual({ type: 'file', items: [item('b.pdf')], external_id: '77:ref-of-t+1' });
  });

  it('that are too large, gone or refused are named', async () => {
    const { http, calls } = far({ 'POST /files/upload': refused('file is empty') });
    const gone = () => Promise.reject(new BadInput({ code: 'bitrix24.no_file', message: 'gone' }));
    const huge = file('film.mp4', 'video', 30 * 1024 * 1024);
    await connector(http, {}, { openPortalFile: gone }).deliver(
      message({ files: [huge, file('a.png', 'image', null)] }),
      to,
      key,
      signal,
    );
    await connector(http, {}, { openPortalFile }).deliver(
      message({ text: '', files: [file('b.png', 'image', null)] }),
      to,
      key,
      signal,
    );
    const texts = calls
      .filter(({ line }) => line === 'POST /messages')
      .map(({ json }) => (json['message'] as { text: string }).text);
    expect(texts).toEqual(['привет\n📎 film.mp4 (30.0 MB)\n📎 a.png', '📎 b.png']);
  });

  it('that cannot be had now are waited for', async () => {
    const { http } = far();
    const away = () => Promise.reject(new RemoteUnreachable({ code: 'bitrix24.file_away', message: 'away' }));
    const delivery = connector(http, {}, { openPortalFile: away }).deliver(
      message({ files: [file('a.png', 'image')] }),
      to,
      key,
      signal,
    );
    await expect(delivery).rejects.toMatchObject({ code: 'bitrix24.file_away', retry: 'backoff' });
  });
});

describe('a line that is only shown', () => {
  const operator: BrainAction = {
    type: 'mirrored',
    messageId: '78',
    text: 'сейчас посмотрю',
    author: { id: '5', name: 'Ольга', kind: 'employee' },
    chat: { kind: 'line', dialogId: 'chat5', title: 'Кирилл - Линия', line: null },
    files: [],
    sentAt: null,
    quoteOf: null,
  };

  it('names the customer as he is known, whatever the service has made of the signs in his name', async () => {
    const chats = [
      { id: 9000, channel: { id: 61 }, customer: { external_id: 'ref-of-talk', name: 'O&#39;Neil &amp; Co' } },
    ];
    const { http, calls } = far({ 'GET /chats': [200, chats], 'POST /messages/history': [200, { message_id: 501 }] });
    await connector(http).deliver(operator, to, key, signal);
    expect(calls.at(-1)?.json).toMatchObject({ customer: { nickname: "O'Neil & Co" } });
  });

  it('brings the warnings of the service along', async () => {
    const { http } = far({ 'POST /messages/history': [200, { message_id: 501, warnings: ['too old'] }] });
    expect(await connector(http).deliver(operator, to, key, signal)).toEqual({
      remoteMessageId: '501',
      warnings: ['too old'],
    });
  });
});
