import { describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../../src/brains/messagegateway/messagegateway-brain.ts';
import { sendingError } from '../../../../src/brains/messagegateway/outbound/receipts.ts';
import type { BrainAction } from '../../../../src/core/actions.ts';
import type { ConnectorTools } from '../../../../src/core/connector-tools.ts';
import { BadInput, RemoteUnreachable } from '../../../../src/core/errors.ts';
import type { Chat, FileRef } from '../../../../src/core/events.ts';
import { mgConfig, unitTools } from '../../../support/messagegateway-unit.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

interface Call {
  readonly line: string;
  readonly json: Record<string, unknown>;
}
type Answer = readonly [status: number, body: unknown];

/** A far side of which each test says what it answers; what is not said is answered with the usual. */
function far(answers: Readonly<Record<string, Answer | readonly Answer[]>> = {}) {
  const calls: Call[] = [];
  const usual: Readonly<Record<string, Answer>> = {
    'POST /messages': [200, { message_id: 500 }],
    'GET /chats': [
      200,
      [
        {
          id: 9000,
          channel: { id: 61 },
          customer: { external_id: 'ref-of-talk' },
          last_dialog: { id: 20, responsible: { id: 12, type: 'user' } },
        },
      ],
    ],
    'GET /messages': [200, []],
    'POST /files/upload': [200, { id: 'b2bdba90-166c-4e0a-829d-69f26a09fd2a' }],
  };
  const left = new Map(Object.entries(answers).map(([line, one]) => [line, isList(one) ? [...one] : [one]]));
  const http: ConnectorTools['http'] = {
    send({ method, url, body }) {
      const line = `${method} ${url.pathname.replace(/^\/api\/(bot|transport)\/v1/, '')}`;
      const api = url.pathname.includes('/bot/') ? 'bot ' : '';
      const isJson = typeof body === 'string' && body.startsWith('{');
      calls.push({ line: api + line, json: isJson ? JSON.parse(body) : { query: url.search } });
      const queue = left.get(line);
      const [status, answer] = (queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0]) ??
        usual[line] ?? [200, {}];
      return Promise.resolve({ status, headers: {}, body: Buffer.from(JSON.stringify(answer)) });
    },
  };
  return { http, calls, lines: () => calls.map(({ line }) => line) };
}

const isList = (value: Answer | readonly Answer[]): value is readonly Answer[] => Array.isArray(value[0]);
const refused = (sentence: string, status = 400): Answer => [status, { errors: [sentence] }];

const chat: Chat = { kind: 'private', dialogId: '7', title: 'Пётр', line: null };
const message = (given: Partial<BrainAction & { type: 'message' }> = {}): BrainAction => ({
  type: 'message',
  messageId: '77',
  text: 'привет',
  author: { id: '7', name: 'Пётр Опытов', kind: 'employee' },
  chat,
  files: [],
  sentAt: null,
  quoteOf: null,
  ...given,
});
const to = { ref: 'ref-of-talk', remoteId: '9000', botCode: 'b', botType: 'O' as const };
const key = '0a1b2c3d-0000-4000-8000-000000000000';
const signal = new AbortController().signal;

function connector(
  http: ConnectorTools['http'],
  given: Record<string, unknown> = {},
  tools: Partial<ConnectorTools> = {},
) {
  const connection = { id: 'c', portal: 'p', config: mgConfig(given), webhookSecret: 's' };
  return messageGatewayBrain.create(connection, { ...unitTools(http), ...tools });
}

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
  const openPortalFile = () => Promise.resolve(Buffer.from('BYTES'));

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

describe('edits and deletions', () => {
  const author = { id: '7', name: 'Пётр Опытов', kind: 'employee' } as const;
  const edit: BrainAction = { type: 'edit', messageId: '77', text: 'новое', author, chat };

  it('go by the id the message was given', async () => {
    const { http, calls } = far({ 'DELETE /messages': [[200, {}], refused('Message not found')] });
    await connector(http).deliver(edit, to, key, signal);
    await connector(http).deliver({ type: 'delete', messageId: '77' }, to, key, signal);
    expect(calls).toEqual([
      { line: 'PUT /messages', json: { channel: 61, message: { external_id: '77:ref-of-t', text: 'новое' } } },
      { line: 'DELETE /messages', json: { channel: 61, message: { external_id: '77:ref-of-t' } } },
      { line: 'DELETE /messages', json: { channel: 61, message: { external_id: '77:ref-of-t+1' } } },
    ]);
  });

  it('of messages MessageGateway never had are done', async () => {
    const { http, calls } = far({
      'PUT /messages': refused('Message not found'),
      'DELETE /messages': refused('Message not found'),
    });
    await expect(connector(http).deliver(edit, to, key, signal)).resolves.toEqual({});
    await expect(connector(http).deliver({ type: 'delete', messageId: '77' }, to, key, signal)).resolves.toEqual({});
    expect(calls).toHaveLength(3);
  });

  it('come to an end where the far side confirms everything', async () => {
    const { http, calls } = far();
    const logged: string[] = [];
    const log: ConnectorTools['log'] = (words) => void logged.push(words);
    await connector(http, {}, { log }).deliver({ type: 'delete', messageId: '77' }, to, key, signal);
    expect(calls).toHaveLength(51);
    expect(logged.join()).toContain('deletions');
  });

  it('go on behind what a first attempt deleted', async () => {
    const gone = refused('Message not found');
    const { http, lines } = far({ 'DELETE /messages': [gone, [200, {}], gone] });
    await connector(http).deliver({ type: 'delete', messageId: '77' }, to, key, signal);
    expect(lines()).toHaveLength(3);
  });

  it('of captions, which cannot be edited, are said anew as an answer', async () => {
    const { http, calls } = far({ 'PUT /messages': refused('only text messages can be edited') });
    await connector(http).deliver(edit, to, key, signal);
    expect(calls[1]).toEqual({
      line: 'POST /messages',
      json: {
        channel: 61,
        external_chat_id: 'ref-of-talk',
        originator: 'customer',
        quote: { external_id: '77:ref-of-t' },
        message: { external_id: '77:ref-of-t~0a1b2c3d', type: 'text', text: '✏️ новое' },
      },
    });
  });

  it('in a group name their author where he is known, and nobody where he is not', async () => {
    const { http, calls } = far({ 'PUT /messages': [[200, {}], refused('only text messages can be edited')] });
    const group = { ...chat, kind: 'group', title: 'Отдел' } as const;
    await connector(http).deliver({ ...edit, chat: group }, to, key, signal);
    await connector(http).deliver({ ...edit, chat: group, author: { ...author, name: '' } }, to, key, signal);
    const texts = calls.map(({ json }) => (json['message'] as { text: string }).text);
    expect(texts).toEqual(['Пётр Опытов: новое', 'новое', '✏️ новое']);
    expect(calls.every(({ json }) => !('customer' in json))).toBe(true);
  });

  it.each([
    ['history', 'POST /messages/history'],
    ['messages', 'POST /messages'],
  ] as const)('that are only shown and have to be said anew go the way such lines go: as %s', async (mirrorAs, way) => {
    const { http, calls } = far({
      'PUT /messages': refused('only text messages can be edited'),
      [way]: [200, { message_id: 502 }],
    });
    await connector(http, { mirrorAs }).deliver({ ...edit, mirrored: true }, to, key, signal);
    expect(calls.at(-1)).toMatchObject({ line: way, json: { message: { text: '✏️ [Bitrix24] новое' } } });
  });

  it('drop a quote MessageGateway does not know', async () => {
    const { http, calls } = far({
      'PUT /messages': refused('only text messages can be edited'),
      'POST /messages': [refused('Message not found'), [200, { message_id: 1 }]],
    });
    await connector(http).deliver(edit, to, key, signal);
    expect(calls.map(({ json }) => 'quote' in json)).toEqual([false, true, false]);
  });
});

describe('receipts', () => {
  const receipt = (portalMessageId: string | null, error: string | null): BrainAction => ({
    type: 'receipt',
    remoteMessageId: '22593',
    portalMessageId,
    error,
  });

  it('end an asynchronous send, with the id Bitrix24 gave', async () => {
    const { http, calls } = far();
    await connector(http).deliver(receipt('901', null), to, key, signal);
    expect(calls).toEqual([
      { line: 'POST /messages/ack', json: { channel: 61, message: { id: 22593 }, transport_message_id: '901' } },
    ]);
  });

  it('tell a failure in one of the five words', async () => {
    const { http, calls } = far();
    await connector(http).deliver(receipt(null, 'person_owns'), to, key, signal);
    expect(calls[0]?.json).toMatchObject({ error: { code: 'access_restricted', external_code: 'person_owns' } });
  });

  it.each([
    ['person_owns', 'access_restricted'],
    ['bitrix24.ACCESS_DENIED', 'access_restricted'],
    ['bitrix24.ACCESS_ERROR', 'access_restricted'],
    ['bitrix24.insufficient_scope', 'access_restricted'],
    ['bitrix24.CHAT_NOT_FOUND', 'customer_not_exists'],
    ['bitrix24.WRONG_CHAT', 'customer_not_exists'],
    ['bot_removed', 'customer_not_exists'],
    ['bitrix24.FILE_NOT_FOUND', 'general'],
    ['bitrix24.ERROR_METHOD_NOT_FOUND', 'general'],
    ['http.timeout', 'general'],
  ])('call %s %s', (reason, code) => {
    for (const language of ['ru', 'en'] as const) {
      const error = sendingError(reason, language);
      expect(error).toMatchObject({ code, external_code: reason });
      expect(error.message.length).toBeGreaterThan(10);
    }
  });

  it('that MessageGateway no longer waits for are let go', async () => {
    const { http } = far({ 'POST /messages/ack': refused('Message not found') });
    await expect(connector(http).deliver(receipt('901', null), to, key, signal)).resolves.toEqual({});
  });
});

describe('CRM records', () => {
  const links = [
    { type: 'LEAD', id: '1209' },
    { type: 'DEAL', id: '31' },
  ];
  const content =
    'Клиент в CRM Битрикс24:\nлид 1209 https://portal.example/crm/lead/details/1209/\nсделка 31 https://portal.example/crm/deal/details/31/';

  it('are told privately, as links into the portal', async () => {
    const { http, calls, lines } = far();
    await connector(http).deliver({ type: 'crm', links }, to, key, signal);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages', 'bot POST /messages']);
    expect(calls[2]?.json).toEqual({ chat_id: 9000, scope: 'private', type: 'text', content });
  });

  it('are told again only when they have changed, whatever else was noted meanwhile', async () => {
    const notes = (last: string) => [
      { id: 5, chat_id: 9000, content: last },
      { id: 6, chat_id: 9000, content: 'Разговор ведёт сотрудник' },
      { id: 4, chat_id: 9000, content: 'Клиент в CRM Битрикс24:\nлид 1' },
    ];
    const same = far({ 'GET /messages': [200, notes(content)] });
    await connector(same.http).deliver({ type: 'crm', links }, to, key, signal);
    expect(same.lines()).toEqual(['bot GET /chats', 'bot GET /messages']);
    const other = far({ 'GET /messages': [200, notes('Клиент в CRM Битрикс24:\nлид 7')] });
    await connector(other.http).deliver({ type: 'crm', links }, to, key, signal);
    expect(other.lines()).toContain('bot POST /messages');
  });
});

describe('a chat number that is of another account', () => {
  const stranger = {
    id: 9000,
    channel: { id: 14 },
    customer: { external_id: 'somebody-else' },
    last_dialog: { id: 20 },
  };
  const own = {
    id: 9100,
    channel: { id: 61 },
    customer: { external_id: 'ref-of-talk' },
    last_dialog: { id: 31, responsible: { id: 12, type: 'user' } },
  };
  const person: BrainAction = { type: 'owner_changed', owner: 'person', at: '2026-11-21T06:00:00.000Z', since: null };
  const crm: BrainAction = { type: 'crm', links: [{ type: 'LEAD', id: '1209' }] };

  it.each<readonly [string, BrainAction]>([
    ['a change of owner', person],
    ['CRM records', crm],
  ])('is not written into: %s goes to our own chat, which is linked', async (_, action) => {
    const { http, calls, lines } = far({
      'GET /chats': [
        [200, [stranger]],
        [200, [stranger, own]],
      ],
    });
    const delivery = await connector(http).deliver(action, to, key, signal);
    expect(delivery).toEqual({ remoteConversationId: '9100' });
    expect(calls.find(({ line }) => line === 'bot POST /messages')?.json).toMatchObject({ chat_id: 9100 });
    expect(lines()).not.toContain('bot PATCH /dialogs/20/unassign');
  });

  it('is not written into where we have no chat yet', async () => {
    const { http, lines } = far({ 'GET /chats': [200, [stranger]] });
    expect(await connector(http).deliver(person, to, key, signal)).toEqual({});
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /chats']);
  });

  it('is not believed of our customer in somebody else’s channel', async () => {
    const { http, lines } = far({ 'GET /chats': [200, [{ ...own, id: 9000, channel: { id: 14 } }]] });
    expect(await connector(http).deliver(person, to, key, signal)).toEqual({});
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /chats']);
  });
});

describe('a change of owner', () => {
  const person: BrainAction = { type: 'owner_changed', owner: 'person', at: '2026-11-21T06:00:00.000Z', since: null };

  it.each([
    ['note', []],
    ['unassign', ['bot PATCH /dialogs/20/unassign']],
    ['close', ['bot DELETE /dialogs/20/close']],
  ])('is noted for managers, and the dialog is let go of as configured (%s)', async (onPersonTakesOver, more) => {
    const { http, lines, calls } = far();
    await connector(http, { onPersonTakesOver }).deliver(person, to, key, signal);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages', 'bot POST /messages', ...more]);
    expect(calls[2]?.json).toMatchObject({ scope: 'private', content: expect.stringContaining('/bot') });
  });

  it('back to the brain is a note alone', async () => {
    const { http, lines, calls } = far();
    await connector(http).deliver(
      { type: 'owner_changed', owner: 'brain', at: '2026-11-21T06:40:11.000Z', since: null },
      to,
      key,
      signal,
    );
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages', 'bot POST /messages']);
    expect(calls[2]?.json).toMatchObject({ content: expect.stringContaining('/operator') });
  });

  it('is not noted twice when it is told again', async () => {
    const text = 'Разговор ведёт сотрудник в Битрикс24: ответы отсюда клиент не увидит. Вернуть разговор: /bot';
    const own = [
      { id: 4, chat_id: 9000, content: 'older' },
      { id: 5, chat_id: 9000, content: ` ${text.replaceAll('/', '&#47;')}` },
    ];
    const { http, lines } = far({ 'GET /messages': [200, own] });
    await connector(http, { onPersonTakesOver: 'note' }).deliver(person, to, key, signal);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages']);
  });

  it.each(['dialog is not assigned', 'dialog is not the latest in the chat', 'dialog #20 not found'])(
    'is done where somebody was quicker (%s)',
    async (sentence) => {
      const { http } = far({ 'PATCH /dialogs/20/unassign': refused(sentence) });
      await expect(connector(http).deliver(person, to, key, signal)).resolves.toEqual({});
    },
  );

  describe('back to the brain', () => {
    const back: BrainAction = {
      type: 'owner_changed',
      owner: 'brain',
      at: '2026-11-21T06:40:11.250Z',
      since: '2026-11-21T06:00:05.100Z',
    };
    const said = (name: string, text: string, files: readonly string[] = []) => ({
      at: new Date('2026-11-21T06:10:00Z'),
      author: { id: '1', name, kind: 'employee' as const },
      text,
      files,
    });
    const talk = [said('Ольга', 'Скидка будет\nзавтра'), said('Кирилл', '', ['чек.png']), said('', 'ясно')];
    const head =
      'Разговор снова ведётся отсюда. Передать сотруднику в Битрикс24: /operator\nРазговор вели сотрудники в Битрикс24: 21.11.2026 09:00:05 – 09:40:11 (Europe/Moscow)';
    const note = async (given: Record<string, unknown>, own: readonly unknown[] = []) => {
      const { http, calls } = far({ 'GET /messages': [200, own] });
      const asked: string[] = [];
      const missedMessages: ConnectorTools['missedMessages'] = (_to, from, until) => {
        asked.push(`${from.toISOString()} ${until.toISOString()}`);
        return Promise.resolve(talk);
      };
      const config = { timeZone: 'Europe/Moscow', mirrorWhilePersonLeads: false, ...given };
      await connector(http, config, { missedMessages }).deliver(back, to, key, signal);
      return { text: calls.find(({ line }) => line === 'bot POST /messages')?.json['content'], asked };
    };

    it('sums up from when to when people led, and what was said', async () => {
      expect(await note({})).toEqual({
        text: `${head}\n\nЗа это время написали:\nОльга: Скидка будет / завтра\nКирилл: 📎 чек.png\n—: ясно`,
        asked: ['2026-11-21T06:00:05.100Z 2026-11-21T06:40:11.250Z'],
      });
    });

    it('keeps the last words where all are too many, and tells how many there were before', async () => {
      const { text } = await note({ summaryLength: 30 });
      expect(text).toBe(`${head}\n\nЗа это время написали:\n… (до этого сообщений: 1)\nКирилл: 📎 чек.png\n—: ясно`);
    });

    it('tells the times alone where that is set', async () => {
      expect(await note({ summaryLength: 0 })).toEqual({ text: head, asked: [] });
      expect(await note({ mirrorWhilePersonLeads: true })).toEqual({ text: head, asked: [] });
    });

    it('is summed up once, even when it is told again after another note', async () => {
      const own = [
        { id: 5, chat_id: 9000, content: `${head}\n\nЗа это время написали:\nОльга: …` },
        { id: 6, chat_id: 9000, content: 'Клиент в CRM Битрикс24:' },
      ];
      expect((await note({}, own)).text).toBeUndefined();
    });
  });

  it('before anything was said there concerns nobody', async () => {
    const { http, lines } = far({ 'GET /chats': [200, []] });
    await connector(http).deliver(person, { ...to, remoteId: null }, key, signal);
    expect(lines()).toEqual(['bot GET /chats']);
  });
});

describe('a connection that has not joined', () => {
  it('says so wherever it is used', async () => {
    const { http } = far();
    const config = { crmUrl: 'https://demo.simla.com', apiKey: 'k' };
    const idle = messageGatewayBrain.create({ id: 'c', portal: 'p', config, webhookSecret: 's' }, unitTools(http));
    await expect(idle.deliver(message(), to, key, signal)).rejects.toMatchObject({ code: 'messagegateway.not_joined' });
    expect(idle.receive?.({ headers: {}, query: {}, body: Buffer.from('{}') })).toMatchObject({ refuse: 503 });
  });
});
