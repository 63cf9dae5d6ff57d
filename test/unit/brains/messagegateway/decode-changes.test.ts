/** Reactions, edits, deletions and templates, as webhooks tell them. */
import { describe, expect, it } from 'vitest';
import { decode, sent } from '../../../support/factories/messagegateway-webhook.ts';

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
