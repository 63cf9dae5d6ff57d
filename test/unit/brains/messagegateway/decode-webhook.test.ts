/** Messages of managers and bots, as webhooks bring them. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { decode, plainReply, sent } from '../../../support/factories/messagegateway-webhook.ts';
import { mgBytes, mgNames, mgPayload } from '../../../support/messagegateway-unit.ts';

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
      { ...plainReply, remoteMessageId: '22593', text: 'Hello!' },
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
      ...plainReply,
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
