/** Buttons for customers of an Open Channel: what they read, and which answers stand for a button. */
import { describe, expect, it } from 'vitest';
import type { ChatAction } from '../../../src/core/actions.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { Button, Card } from '../../../src/core/decorations.ts';
import { type BrainEvent, type PortalEvent, textReply } from '../../../src/core/events.ts';
import { bot, chat, from, message, talked } from '../../support/factories/plain-talk.ts';

const at = (clock: string): Date => new Date(`2026-11-21T${clock}:00Z`);
const offeredAt = at('06:00');

const yes: Button = { type: 'say', label: 'Да', text: 'да, везите' };
const person: Button = { type: 'command', label: 'Позвать человека', command: 'operator', params: '' };
const site: Button = { type: 'link', label: 'Сайт', url: 'https://shop.example/1' };

const asked = (buttons: readonly Button[], changes: Partial<BrainEvent & { type: 'reply' }> = {}): BrainEvent => ({
  ...textReply('Везём?'),
  buttons,
  ...changes,
});

function offer(buttons: readonly Button[], before: Partial<Conversation> = {}) {
  return bridge(asked(buttons), talked({ kind: 'line', ...before }), bot(), { at: offeredAt });
}

const customer = (text: string, changes: Partial<PortalEvent & { type: 'message' }> = {}): PortalEvent =>
  message({ chat: chat('line'), author: from('client'), text, ...changes });

const said = (actions: readonly ChatAction[]): string[] =>
  actions.flatMap(({ target, action }) => (target === 'brain' && action.type === 'message' ? [action.text] : []));
const shown = (actions: readonly ChatAction[]) =>
  actions.flatMap(({ target, action }) => (target === 'portal' && action.type === 'send' ? [action] : []));

describe('what a customer reads', () => {
  const rows: readonly [string, readonly Button[], string][] = [
    ['numbers before what can be said', [yes, { ...yes, label: 'Нет' }], 'Везём?\n1 – Да\n2 – Нет'],
    ['addresses, without a number', [site, yes], 'Везём?\nСайт: https://shop.example/1\n1 – Да'],
    [
      'phones and texts to copy',
      [
        { type: 'call', label: 'Звонок', phone: '+7 495' },
        { type: 'copy', label: 'Код', text: 'A1' },
      ],
      'Везём?\nЗвонок: +7 495\nКод: A1',
    ],
    ['what a command is called', [person], 'Везём?\n1 – Позвать человека'],
    [
      'the text itself where there is no label',
      [{ type: 'put', label: '', text: 'Хочу\nскидку' }],
      'Везём?\n1 – Хочу скидку',
    ],
    [
      'nothing of what is disabled, empty, or in the portal only',
      [
        { ...yes, isDisabled: true },
        { type: 'say', label: 'Пусто', text: ' ' },
        { type: 'dialog', label: 'Чат', dialogId: 'chat5' },
      ],
      'Везём?',
    ],
    [
      'long answers without a number',
      [{ type: 'say', label: 'Всё', text: 'x'.repeat(1_001) }, yes],
      'Везём?\n– Всё\n1 – Да',
    ],
  ];
  it.each(rows)('%s', (_, buttons, text) => {
    expect(shown(offer(buttons).actions)).toMatchObject([{ text, buttons: [] }]);
  });

  it('numbers up to twenty', () => {
    const many = Array.from({ length: 25 }, (_, index): Button => ({ ...yes, label: `Выбор ${index + 1}` }));
    const [first] = shown(offer(many).actions);
    expect(first?.text).toContain('20 – Выбор 20\n– Выбор 21');
    expect(offer(many).conversation.choices?.choices).toHaveLength(20);
  });

  it('cards as text, unless the text says it already', () => {
    const card: Card = {
      title: 'Чайник',
      url: 'https://shop.example/1',
      image: null,
      facts: [{ name: 'Цена', value: '100' }],
    };
    const words = 'Чайник\nЦена: 100\nhttps://shop.example/1';
    for (const text of ['', words]) {
      const { actions } = bridge(asked([], { text, cards: [card] }), talked({ kind: 'line' }), bot(), {
        at: offeredAt,
      });
      expect(shown(actions)).toMatchObject([{ text: words, cards: [card] }]);
    }
  });

  it('nothing else in notes for staff, and buttons where the portal shows them', () => {
    const note = bridge(asked([yes], { isInternal: true }), talked({ kind: 'line' }), bot(), { at: offeredAt });
    expect(shown(note.actions)).toMatchObject([{ text: 'Везём?', buttons: [yes] }]);
    expect(note.conversation.choices).toBeNull();
    const inPrivate = bridge(asked([yes]), talked({ kind: 'private' }), bot(), { at: offeredAt });
    expect(shown(inPrivate.actions)).toMatchObject([{ text: 'Везём?', buttons: [yes] }]);
    expect(inPrivate.conversation.choices).toBeNull();
  });
});

describe('what a customer answers', () => {
  const buttons = [yes, { ...yes, label: 'Нет', text: 'нет' }, { ...yes, label: 'нет', text: 'никогда' }];
  const rows: readonly [string, string, string, string, string][] = [
    ['the number', '1', '06:05', 'да, везите', 'chosen'],
    ['the number between blanks', ' 2 ', '06:05', 'нет', 'chosen'],
    ['the label', 'да', '06:05', 'да, везите', 'chosen'],
    ['a label that two buttons have', 'Нет', '06:05', 'Нет', 'forwarded'],
    ['a number that was not offered', '4', '06:05', '4', 'forwarded'],
    ['a number with more words', '1 шт', '06:05', '1 шт', 'forwarded'],
    ['a number with a dot', '1.', '06:05', '1.', 'forwarded'],
    ['a number with a nought before it', '01', '06:05', '01', 'forwarded'],
    ['the number a day later', '1', '06:00', 'да, везите', 'chosen'],
  ];
  it.each(rows)('%s', (_, text, clock, heard, outcome) => {
    const { conversation } = offer(buttons);
    const bridged = bridge(customer(text), conversation, bot(), { at: at(clock) });
    expect(said(bridged.actions)).toEqual([heard]);
    expect(bridged.outcome).toBe(outcome);
    expect(bridged.conversation.choices).toBeNull();
  });

  it('too late is an ordinary message', () => {
    const { conversation } = offer(buttons);
    const late = bridge(customer('1'), conversation, bot(), { at: new Date(offeredAt.getTime() + 24 * 3_600_000 + 1) });
    expect([said(late.actions), late.outcome]).toEqual([['1'], 'forwarded']);
  });

  it('with a file is an ordinary message', () => {
    const files = [{ id: '5', name: 'a.png', kind: 'image' as const, size: 1 }];
    const bridged = bridge(customer('1', { files }), offer(buttons).conversation, bot(), { at: offeredAt });
    expect(said(bridged.actions)).toEqual(['1']);
  });

  it('0 calls a person, however many buttons there are', () => {
    const bridged = bridge(customer('0'), offer(buttons).conversation, bot(), { at: offeredAt });
    expect(bridged).toMatchObject({
      outcome: 'ignored_operator_called',
      conversation: { owner: 'person', choices: null },
    });
  });

  it('runs the command of a button, and words of the same command reach the brain where it is not ours', () => {
    const called = bridge(customer('1'), offer([person]).conversation, bot(), { at: offeredAt });
    expect(called).toMatchObject({ outcome: 'handed_over', conversation: { owner: 'person' } });
    const own: Button = { type: 'command', label: 'Баланс', command: 'balance', params: 'rub' };
    const heard = bridge(customer('1'), offer([own]).conversation, bot(), { at: offeredAt });
    expect(said(heard.actions)).toEqual(['/balance rub']);
  });

  it('once: the next number is an ordinary message, also after other words', () => {
    for (const first of ['1', 'а сколько стоит?']) {
      const { conversation } = bridge(customer(first), offer(buttons).conversation, bot(), { at: offeredAt });
      const next = bridge(customer('2'), conversation, bot(), { at: offeredAt });
      expect([said(next.actions), next.outcome]).toEqual([['2'], 'forwarded']);
    }
  });
});

describe('choices', () => {
  const standing = () => offer([yes]).conversation;
  const choicesAfter = (event: BrainEvent | PortalEvent, before = standing()) =>
    bridge(event, before, bot(), { at: offeredAt }).conversation.choices?.choices.map(({ label }) => label) ?? null;

  it('are replaced by those of a later message, and outlive one without any', () => {
    expect(choicesAfter(asked([{ ...yes, label: 'Новый' }]))).toEqual(['Новый']);
    expect(choicesAfter(textReply('Я подожду'))).toEqual(['Да']);
    expect(choicesAfter(asked([site]))).toEqual(['Да']);
  });

  it('are replaced by an edit with other buttons, ended by one without, and kept by one that says nothing of them', () => {
    const edited = (buttons: readonly Button[] | null): BrainEvent => {
      return { type: 'reply_edited', portalMessageId: '9', text: 'Везём?', cards: [], buttons };
    };
    expect(choicesAfter(edited([{ ...yes, label: 'Новый' }]))).toEqual(['Новый']);
    expect(choicesAfter(edited([]))).toBeNull();
    expect(choicesAfter(edited(null))).toEqual(['Да']);
    const [edit] = bridge(edited([yes]), talked({ kind: 'line' }), bot(), { at: offeredAt }).actions;
    expect(edit?.action).toMatchObject({ type: 'edit', text: 'Везём?\n1 – Да', buttons: [] });
  });

  it('end when the portal refused the message that offered them, and no others do', () => {
    const [first] = shown(offer([yes]).actions);
    const [second] = shown(offer([{ ...yes, label: 'Новый' }], standing()).actions);
    const offers = [first?.offer ?? '', second?.offer ?? ''];
    expect(new Set(offers).size).toBe(2);
    const after = (refused: string): string[] | null => {
      const before = offer([{ ...yes, label: 'Новый' }], standing()).conversation;
      const { conversation } = bridge({ type: 'offer_refused', offer: refused }, before, bot(), { at: at('06:01') });
      return conversation.choices?.choices.map(({ label }) => label) ?? null;
    };
    expect(offers.map(after)).toEqual([['Новый'], null]);
  });

  it('stand in every edit that leaves the buttons of their message as they are', () => {
    const before = bridge(asked([yes, site], { remoteMessageId: 'm1' }), talked({ kind: 'line' }), bot(), {
      at: offeredAt,
    }).conversation;
    const unchanged = { type: 'reply_edited', text: 'Везём завтра?', cards: [], buttons: null } as const;
    const textOf = (event: BrainEvent, remoteMessageId: string): unknown => {
      const part = { messageId: '9', remoteMessageId, kind: 'text', internal: false } as const;
      return bridge(event, before, bot(), { at: offeredAt, parts: [part] }).actions[0]?.action;
    };
    const whole = 'Везём завтра?\n1 – Да\nСайт: https://shop.example/1';
    expect(textOf({ ...unchanged, remoteMessageId: 'm1' }, 'm1')).toMatchObject({ text: whole });
    expect(textOf({ ...unchanged, portalMessageId: '9' }, 'm1')).toMatchObject({ text: whole });
    expect(textOf({ ...unchanged, portalMessageId: '9' }, 'm0')).toMatchObject({ text: 'Везём завтра?' });
  });

  it('end when a person leads, and with the session', () => {
    expect(choicesAfter(message({ chat: chat('line'), author: from('employee') }))).toBeNull();
    const before = { ...standing(), sessionId: '343' };
    const next = bridge(customer('1', { chat: chat('line', '344') }), before, bot(), { at: offeredAt });
    expect([said(next.actions), next.conversation.choices]).toEqual([['1'], null]);
  });
});
