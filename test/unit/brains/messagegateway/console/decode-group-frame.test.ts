import { describe, expect, it } from 'vitest';
import { decodeGroupFrame } from '../../../../../src/brains/messagegateway/console/decode-group-frame.ts';
import type { Reply } from '../../../../../src/core/events.ts';

const rules = { language: 'ru', unescapeHtml: false } as const;
const customer = { id: 5, type: 'customer', name: 'Анна' };
const showing = { what: 'new', customer: 'Анна', channel: 'WhatsApp', portalMessageId: null };

const decode = (message: object, changes: object = {}, given: Parameters<typeof decodeGroupFrame>[1] = rules) =>
  decodeGroupFrame(
    {
      type: 'message_new',
      data: {
        message: { id: 7, chat_id: 3, type: 'text', scope: 'public', from: customer, ...message },
        showing: { ...showing, ...changes },
      },
    },
    given,
  );
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
    const [reply] = decode({ content: '2 &lt; 3' }, {}, { ...rules, unescapeHtml: true });
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
    const frame = { type: 'message_new', data: { showing, message: { id: 'x' } } };
    expect(() => decodeGroupFrame(frame, rules)).toThrow('could not be read');
  });
});
