import { describe, expect, it } from 'vitest';
import { readWebhook, withKnown } from '../../../../src/brains/selarti/inbound/webhook.ts';
import {
  chatId,
  selartiConfig,
  selartiPayload,
  selartiWebhook,
  selartiWebhooks,
  taskId,
} from '../../../support/selarti-unit.ts';

const words = selartiConfig({ yesWords: ['Ага'], operatorWords: ['Human'] });
const read = (changes: Readonly<Record<string, unknown>>) => readWebhook(selartiWebhook('bot-reply', changes), words);

describe('a webhook of Selarti', () => {
  it.each(selartiWebhooks())('is read as it was recorded (%s)', (name) => {
    const payload = selartiPayload(`webhook-${name}`);
    const webhook = readWebhook(selartiWebhook(name), words);
    expect(webhook).toMatchObject({
      kind: 'all_messages',
      type: payload['message_type'],
      text: payload['message_text'],
      messageId: payload['message_id'],
      chatId,
      taskId,
      contacts: '',
      panelUrl: 'https://selarti.com/panel?menu=chats&thread=EXAMPLE',
      shareUrl: 'https://selarti.com/share/EXAMPLE',
    });
    expect(Object.keys(payload)).toHaveLength(20);
  });

  it.each([true, 'true', 'TRUE', 1, '1', 'yes', 'Yes', 'y', 'да', 'Да', ' on ', 'ага'])('takes %j for yes', (value) => {
    expect(read({ operator: value })?.flags.has('operator')).toBe(true);
  });

  it.each([false, 'false', 0, '0', '', 'no', 'нет', null, undefined, 'maybe', [], {}, [true], 2, 'x'.repeat(200)])(
    'takes %j for no',
    (value) => {
      expect(read({ operator: value })?.flags.has('operator')).toBe(false);
    },
  );

  it.each([
    ['bot', 'bot'],
    ['бот', 'bot'],
    ['Operator', 'operator'],
    ['оператор', 'operator'],
    ['human', 'operator'],
    ['user', 'user'],
    ['ПОЛЬЗОВАТЕЛЬ', 'user'],
    ['system', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('reads the message type %j', (word, type) => {
    expect(read({ message_type: word })?.type).toBe(type);
  });

  it('keeps kinds it does not know, and takes numbers for texts', () => {
    const webhook = read({ wh_type: 'something new', message_id: 17, external_chat_id: 42, message_text: 5 });
    expect(webhook).toMatchObject({ kind: 'something new', messageId: '17', chatId: '42', text: '5' });
  });

  it.each([
    ['+7 900 000-00-00', '+7 900 000-00-00'],
    [['+7 900', '@ivan', ''], '+7 900, @ivan'],
    [{ phone: '+7 900', username: 'ivan', email: null }, 'phone: +7 900, username: ivan'],
    [[{ type: 'phone', value: 79000000000 }], 'type: phone, value: 79000000000'],
    [null, ''],
    ['a\nb', 'a b'],
  ])('reads contacts of any form (%j)', (contacts, line) => {
    expect(read({ contacts })?.contacts).toBe(line);
  });

  it('cuts what is too long', () => {
    expect(read({ contacts: 'x'.repeat(10_000) })?.contacts.length).toBeLessThan(510);
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 'v'.repeat(400)]));
    expect(read({ contacts: wide })?.contacts.length).toBeLessThan(510);
  });

  it.each(['javascript:alert(1)', 'https://a b', `https://x/${'y'.repeat(2_000)}`, 'x', 7, null, 'https://x\n[url]'])(
    'takes %j for no address',
    (address) => {
      expect(read({ panel_url: address })?.panelUrl).toBe('');
    },
  );

  it.each(['', '{', '[]', 'null', '"text"', '<html>'])('is not %j', (text) => {
    expect(readWebhook(Buffer.from(text), words)).toBeNull();
  });

  it('keeps what is known of its flags, and every field it came with', () => {
    const body = selartiWebhook('handover', { extra: [1] });
    const stored = withKnown(body, ['operator']);
    expect(readWebhook(stored, words)?.known).toEqual(new Set(['operator']));
    expect(JSON.parse(stored.toString())).toMatchObject(JSON.parse(body.toString()));
    expect(withKnown(body, [])).toBe(body);
    expect(readWebhook(withKnown(stored, []), words)?.known).toEqual(new Set());
  });
});
