import { describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../../src/brains/messagegateway/messagegateway-brain.ts';
import { AppError } from '../../../../src/core/errors.ts';
import type { BrainEvent, Reply } from '../../../../src/core/events.ts';
import { mgBytes, mgConfig, mgNames, mgPayload, unitTools } from '../../../support/messagegateway-unit.ts';

const noHttp = { send: () => Promise.reject(new Error('decode must not call')) };

function decode(body: unknown, given: Record<string, unknown> = {}): readonly BrainEvent[] {
  const connection = { id: 'c', portal: 'p', config: mgConfig(given), webhookSecret: 's' };
  const connector = messageGatewayBrain.create(connection, unitTools(noHttp));
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return connector.decode({ body: bytes, receivedAt: new Date(), ingress: 'webhook' });
}

function sent(data: Record<string, unknown>, given: Record<string, unknown> = {}): Reply {
  const [event] = decode({ type: 'message_sent', data: { id: 9, type: 'text', content: null, ...data } }, given);
  if (event?.type !== 'reply') throw new Error(`expected a reply, got ${JSON.stringify(event)}`);
  return event;
}

const plain = { type: 'reply', buttons: [], cards: [], files: [], quoteOf: null, isInternal: false };

describe('a reaction', () => {
  const reacted = (type: string, data: object) =>
    decode({ type, data: { channel_id: 1, external_message_id: '55', ...data } });
  const all = (...found: string[]) => found.map((reaction) => ({ reaction }));

  it.each<readonly [string, string, object, object[]]>([
    ['is put on', 'reaction_add', { new_reaction: '👍', all_reactions: all('👍') }, [{ added: ['👍'], removed: [] }]],
    [
      'replaces an earlier one',
      'reaction_add',
      { new_reaction: '❤️', old_reaction: '👍', all_reactions: all('❤️') },
      [{ added: ['❤'], removed: ['👍'] }],
    ],
    [
      'leaves that of somebody else',
      'reaction_add',
      { new_reaction: '🔥', old_reaction: '👍', all_reactions: all('🔥', '👍') },
      [{ added: ['🔥'], removed: [] }],
    ],
    ['is taken off', 'reaction_delete', { old_reaction: '👍', all_reactions: [] }, [{ added: [], removed: ['👍'] }]],
    ['is taken off by one of two', 'reaction_delete', { old_reaction: '👍', all_reactions: all('👍') }, []],
    ['that Bitrix24 does not have is left out', 'reaction_add', { new_reaction: '🦄', all_reactions: all('🦄') }, []],
    ['without any word', 'reaction_add', {}, []],
  ])('%s', (_, type, data, events) => {
    expect(reacted(type, data)).toEqual(events.map((event) => ({ type: 'reacted', portalMessageId: '55', ...event })));
  });
});

describe('a message made of a template', () => {
  const attachments = (...items: readonly object[]) => ({ variables: { header: { attachments: items } } });
  it.each<readonly [string, readonly object[], readonly object[], readonly string[], string]>([
    ['the same file in both places', [{ id: 'a', caption: 'а.png' }], [{ id: 'a', caption: 'а.png' }], ['а.png'], ''],
    ['named in one place only', [{ id: 'a' }], [{ id: 'a', caption: 'а.png' }], ['а.png'], ''],
    [
      'the same words about it in both',
      [{ id: 'a', caption: 'чек' }],
      [{ id: 'a', caption: 'чек' }],
      ['image-a.jpg'],
      'чек',
    ],
    ['two files', [{ id: 'a', caption: 'а.png' }], [{ id: 'b', caption: 'б.png' }], ['а.png', 'б.png'], ''],
    [
      'one item twice',
      [
        { id: 'a', caption: 'а.png' },
        { id: 'a', caption: 'а.png' },
      ],
      [],
      ['а.png'],
      '',
    ],
  ])('shows each file once: %s', (_, items, header, names, text) => {
    const reply = sent({ type: 'image', items, template: attachments(...header) });
    expect(reply.files.map(({ name }) => name)).toEqual(names);
    expect(reply.text).toBe(text);
  });
});

describe('recorded webhooks', () => {
  const nothing = mgNames('webhook-template').concat(
    'webhook-reaction-add',
    'webhook-message-deleted',
    'webhook-message-read',
  );
  it.each(nothing.map((name) => [name]))('%s says nothing to a chat of ours', (name) => {
    expect(decode(mgBytes(name))).toEqual([]);
  });

  it('webhook-message-sent-user-text is a reply', () => {
    expect(decode(mgBytes('webhook-message-sent-user-text'))).toEqual([
      { ...plain, remoteMessageId: '22593', text: 'Hello!' },
    ]);
  });

  it('webhook-message-sent-bot-text-suggestions is a reply with buttons', () => {
    const [event] = decode(mgBytes('webhook-message-sent-bot-text-suggestions'));
    expect(event).toMatchObject({
      remoteMessageId: null,
      text: expect.stringMatching(/^Thank you for your order\n/),
      buttons: [
        { type: 'say', label: 'ОК', text: 'ОК' },
        { type: 'link', label: 'Our site', url: 'https://site.com/8061' },
      ],
    });
  });
});

describe('a message of a manager or bot', () => {
  it.each([{ scope: 'private' }, { scope: 'undefined' }, { type: 'command' }, { type: 'system' }])(
    'is not shown when it is for staff (%j)',
    (data) => {
      expect(decode({ type: 'message_sent', data: { id: 9, type: 'text', content: 'between us', ...data } })).toEqual(
        [],
      );
    },
  );

  it('that is empty is none', () => {
    expect(decode({ type: 'message_sent', data: { id: 9, type: 'text', content: '  ' } })).toEqual([]);
  });

  it('answers the message it quotes, by our own id of it', () => {
    expect(sent({ content: 'yes', quote_external_id: '77:ref-mark' }).quoteOf).toBe('77');
    expect(sent({ content: 'yes', quote_external_id: 'foreign' }).quoteOf).toBeNull();
  });

  it('brings pictures, under their names where they have some', () => {
    const items = [
      { id: 'b2bdba90-166c-4e0a-829d-69f26a09fd2a', size: 214, caption: 'plan.png' },
      { id: 'aa4ff988-bafb-43a0-9551-b8e00f677e34', caption: 'our new office' },
    ];
    expect(sent({ type: 'image', content: 'look', items })).toEqual({
      ...plain,
      remoteMessageId: '9',
      text: 'look\nour new office',
      files: [
        { id: items[0]?.id, name: 'plan.png', kind: 'image', size: 214 },
        { id: items[1]?.id, name: 'image-aa4ff988.jpg', kind: 'image', size: null },
      ],
    });
  });

  it.each([
    ['audio', 'audio', 'audio-aa4ff988.ogg'],
    ['file', 'file', 'file-aa4ff988'],
  ])('brings what is %s', (type, kind, name) => {
    const items = [{ id: 'aa4ff988-bafb-43a0-9551-b8e00f677e34' }];
    expect(sent({ type, note: 'the words', items })).toMatchObject({ text: 'the words', files: [{ kind, name }] });
  });

  it('with a product is a card, and says the same in words', () => {
    const { product } = mgPayload('bot-send-product-request') as { product: unknown };
    const reply = sent({ type: 'product', product }, { language: 'en' });
    expect(reply.cards).toEqual([
      {
        title: 'Some Product',
        url: 'https://example.com/',
        image: 'http://example.com/pic.jpg',
        facts: [
          { name: 'Article', value: 'Art-111' },
          { name: 'Price', value: '29900 RUB' },
        ],
      },
    ]);
    expect(reply.text).toBe('Some Product\nArticle: Art-111\nPrice: 29900 RUB\nhttps://example.com/');
  });

  it('with an order is a card of its goods, delivery and sum', () => {
    const { order } = mgPayload('bot-send-order-request') as { order: Record<string, unknown> };
    const payments = [{ name: 'Карта', amount: { value: 29900, currency: 'rub' }, status: { payed: true } }];
    expect(sent({ type: 'order', order: { ...order, payments } }).cards).toEqual([
      {
        title: 'Заказ № AbCdEfG',
        url: null,
        image: 'https://example.com/picture.png',
        facts: [
          { name: 'Статус', value: 'Новый' },
          { name: 'iPhone 6', value: '1 × 29900 RUB' },
          {
            name: 'Доставка',
            value: 'Курьерская доставка, Проспект Мира, 9, 1100 RUB'.replace('Проспект', 'г. Москва, Проспект'),
          },
          { name: 'Оплата', value: 'Карта, 29900 RUB, оплачено' },
          { name: 'Итого', value: '29900 RUB' },
        ],
      },
    ]);
  });

  it('takes the old spellings of payments and paid', () => {
    const order = { number: '1', payment: [{ name: 'Cash', status: { paid: true } }] };
    expect(sent({ type: 'order', order }, { language: 'en' }).cards[0]?.facts).toEqual([
      { name: 'Payment', value: 'Cash, paid' },
    ]);
  });

  it.each([
    [
      { type: 'text', title: 'Yes' },
      { type: 'say', label: 'Yes', text: 'Yes' },
    ],
    [{ title: 'No type' }, { type: 'say', label: 'No type', text: 'No type' }],
    [
      { type: 'url', title: 'Site', payload: 'https://a.example/x?y=1' },
      { type: 'link', label: 'Site', url: 'https://a.example/x?y=1' },
    ],
    [
      { type: 'phone', title: 'Call', payload: '+7 (999) 000-11-22' },
      { type: 'link', label: 'Call', url: 'tel:+79990001122' },
    ],
    [
      { type: 'email', title: 'Mail', payload: 'a+b@c.example' },
      { type: 'link', label: 'Mail', url: 'mailto:a%2Bb@c.example' },
    ],
    [
      { type: 'email', payload: 'a@c.example' },
      { type: 'link', label: 'a@c.example', url: 'mailto:a@c.example' },
    ],
  ])('makes a button of %j', (suggestion, button) => {
    expect(sent({ content: 'choose', attachments: { suggestions: [suggestion] } }).buttons).toEqual([button]);
  });

  it.each([
    { type: 'url', title: 'x', payload: 'javascript:alert(1)' },
    { type: 'url', title: 'x', payload: 'not an address' },
    { type: 'phone', title: 'call me' },
    { type: 'email', title: 'x', payload: 'nobody' },
    { type: 'text', title: ' ' },
    { type: 'dance', title: 'x' },
  ])('makes no button of %j', (suggestion) => {
    expect(sent({ content: 'choose', attachments: { suggestions: [suggestion] } }).buttons).toEqual([]);
  });

  it('that is buttons alone still has something to hang them on', () => {
    expect(sent({ content: '', attachments: { suggestions: [{ type: 'text', title: 'Yes' }] } })).toMatchObject({
      text: '…',
    });
  });

  it('is unescaped only where the account is known to escape', () => {
    expect(sent({ content: 'a &lt; b &amp;amp; c' }).text).toBe('a &lt; b &amp;amp; c');
    expect(sent({ content: 'a &lt; b &amp;amp; c' }, { unescapeHtml: true }).text).toBe('a < b &amp; c');
  });
});

describe('changes', () => {
  const about = { external_message_id: '77', external_chat_id: 'r', channel_id: 61 };

  it('become edits, deletions and read marks of the message Bitrix24 has', () => {
    expect(decode({ type: 'message_updated', data: { ...about, type: 'text', content: 'new' } })).toEqual([
      { type: 'reply_edited', portalMessageId: '77', text: 'new', cards: [], buttons: null },
    ]);
    expect(decode({ type: 'message_deleted', data: about })).toEqual([
      { type: 'reply_deleted', portalMessageId: '77' },
    ]);
    const read = { ...about, external_message_id: '78:ref-mark' };
    expect(decode({ type: 'message_read', data: read })).toEqual([{ type: 'read', portalMessageId: '78' }]);
  });

  it('of a card are told in words, and bring the card itself', () => {
    const data = { ...about, type: 'product', product: { name: 'Tea', cost: { value: 5, currency: 'eur' } } };
    expect(decode({ type: 'message_updated', data }, { language: 'en' })).toEqual([
      {
        type: 'reply_edited',
        portalMessageId: '77',
        text: 'Tea\nPrice: 5 EUR',
        cards: [{ title: 'Tea', url: null, image: null, facts: [{ name: 'Price', value: '5 EUR' }] }],
        buttons: null,
      },
    ]);
  });

  it('take buttons away only where they are told of', () => {
    const edit = (more: object) => decode({ type: 'message_updated', data: { ...about, content: 'x', ...more } });
    expect(edit({})).toMatchObject([{ buttons: null }]);
    expect(edit({ attachments: null })).toMatchObject([{ buttons: null }]);
    expect(edit({ attachments: {} })).toMatchObject([{ buttons: [] }]);
    expect(edit({ attachments: { suggestions: [{ title: 'Yes' }] } })).toMatchObject([{ buttons: [{ label: 'Yes' }] }]);
  });

  it('to nothing are no edit: an empty text would delete the message', () => {
    expect(decode({ type: 'message_updated', data: { ...about, type: 'text', content: ' ' } })).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it.each(['', '{', '[]', 'null', '{"a":1}', '\u0000', '<html>', '{"type":"message_sent","data":{"items":7}}'])(
    'is refused as bad input (%j)',
    (body) => {
      let outcome: unknown = 'nothing was thrown';
      try {
        decode(Buffer.from(body));
      } catch (error) {
        outcome = error;
      }
      expect(outcome).toBeInstanceOf(AppError);
      expect(outcome).toMatchObject({ code: 'messagegateway.unreadable' });
    },
  );
});
