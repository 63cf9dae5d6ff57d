import { describe, expect, it } from 'vitest';
import type { ConsoleContext } from '../../../../../src/brains/messagegateway/console/console.ts';
import { decodeGroupRow } from '../../../../../src/brains/messagegateway/console/decode-group-row.ts';
import type { BrainEvent, Reply } from '../../../../../src/core/events.ts';
import { consoleContext, mgConfig, unitTools } from '../../../../support/messagegateway-unit.ts';

const contextWith = (given: Record<string, unknown> = {}): ConsoleContext =>
  consoleContext({}, unitTools({ send: () => Promise.reject(new Error('decode must not call')) }), mgConfig(given));
const customer = { id: 5, type: 'customer', name: 'Анна' };
const showing = { what: 'new', customer: 'Анна', channel: 'WhatsApp', portalMessageId: null };

const decode = (message: object, changes: object = {}, given: Record<string, unknown> = {}): readonly BrainEvent[] => {
  const whole = { id: 7, chat_id: 3, type: 'text', scope: 'public', from: customer, ...message };
  const row = { console: { message: whole, showing: { ...showing, ...changes } } };
  return decodeGroupRow(Buffer.from(JSON.stringify(row)), contextWith(given)) ?? [];
};
const shown = (message: object): Reply => decode(message)[0] as Reply;

describe('a message in a bound group', () => {
  it('names the customer and the channel, and is for staff alone', () => {
    expect(shown({ content: 'привет' })).toMatchObject({
      text: '💬 Анна · WhatsApp:\nпривет',
      remoteMessageId: 'group:7',
      isInternal: true,
    });
  });

  it.each(['private', 'undefined', null, undefined, 'secret'])('of scope %s is marked as staff talk', (scope) => {
    expect(shown({ content: 'x', scope, from: { id: 1, type: 'user', name: 'Марина' } }).text).toBe(
      '🔒 Марина (только сотрудникам):\nx',
    );
  });

  it('without a sender is the customer’s', () => {
    expect(shown({ content: 'x', from: undefined }).text).toBe('💬 Анна · WhatsApp:\nx');
  });

  it('brings quotes, files and cards', () => {
    const reply = shown({
      type: 'image',
      note: 'вот',
      quote: { content: 'какой?\nэтот?' },
      items: [
        { id: 'a1b2c3d4-0000', kind: 'image', size: 10 },
        { id: 'f', caption: 'счёт.pdf' },
        { caption: 'без номера' },
      ],
    });
    expect(reply.text).toBe('💬 Анна · WhatsApp:\n> какой?\n> этот?\nвот');
    expect(reply.files).toEqual([
      { id: 'bot:a1b2c3d4-0000', name: 'image-a1b2c3d4.jpg', kind: 'image', size: 10 },
      { id: 'bot:f', name: 'счёт.pdf', kind: 'image', size: null },
    ]);
    expect(shown({ type: 'product', product: { name: 'Кеды' } }).cards).toMatchObject([{ title: 'Кеды' }]);
  });

  it('is unescaped when the account escapes', () => {
    const [reply] = decode({ content: '2 &lt; 3' }, {}, { unescapeHtml: true });
    expect(reply).toMatchObject({ text: '💬 Анна · WhatsApp:\n2 < 3' });
  });
});

describe('a change in a bound group', () => {
  it('is made in place where the message is known', () => {
    expect(decode({ content: 'стало' }, { what: 'edited', portalMessageId: '91' })).toEqual([
      { type: 'reply_edited', portalMessageId: '91', text: '✏️ 💬 Анна · WhatsApp:\nстало', cards: [], buttons: null },
    ]);
    expect(decode({ content: 'было' }, { what: 'deleted', portalMessageId: '91' })).toMatchObject([
      { type: 'reply_edited', portalMessageId: '91', text: expect.stringContaining('🗑 Анна: сообщение удалено') },
    ]);
  });

  it('is said anew where it is not', () => {
    expect(decode({ content: 'стало' }, { what: 'edited' })).toMatchObject([
      { type: 'reply', text: '✏️ 💬 Анна · WhatsApp:\nстало', remoteMessageId: 'group:7' },
    ]);
  });

  it('names the reason of a failure under the words that failed', () => {
    const error = { code: 'network_error' };
    expect(decode({ error }, { what: 'failed', portalMessageId: '91' })).toMatchObject([
      { type: 'reply', text: '⚠️ Клиент этого не получил: network_error', quoteOf: '91', remoteMessageId: null },
    ]);
  });

  it('that cannot be read is refused', () => {
    expect(() => decode({ id: 'x' })).toThrow('could not be read');
  });

  it.each(['', '{', 'null', '{"type":"message_new","data":{}}'])(
    'is none where the console has not made the row: %j',
    (body) => {
      expect(decodeGroupRow(Buffer.from(body), contextWith())).toBeNull();
    },
  );
});
