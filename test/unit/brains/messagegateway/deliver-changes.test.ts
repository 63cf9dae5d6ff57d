/** Edits, deletions, receipts and CRM records on their way into MessageGateway. */
import { describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../../src/brains/messagegateway/messagegateway-brain.ts';
import { sendingError } from '../../../../src/brains/messagegateway/outbound/receipts.ts';
import type { BrainAction } from '../../../../src/core/actions.ts';
import type { ConnectorTools } from '../../../../src/core/connector-tools.ts';
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
import { unitTools } from '../../../support/messagegateway-unit.ts';

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

  it('come to an end where MessageGateway confirms everything', async () => {
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

describe('a connection that has not joined', () => {
  it('says so wherever it is used', async () => {
    const { http } = far();
    const config = { crmUrl: 'https://demo.simla.com', apiKey: 'k' };
    const idle = messageGatewayBrain.create({ id: 'c', portal: 'p', config, webhookSecret: 's' }, unitTools(http));
    await expect(idle.deliver(message(), to, key, signal)).rejects.toMatchObject({ code: 'messagegateway.not_joined' });
    expect(idle.receive?.({ headers: {}, query: {}, body: Buffer.from('{}') })).toMatchObject({ refuse: 503 });
  });
});
