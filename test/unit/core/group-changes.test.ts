/** What leaves a group: nothing that does not mean the bot, by whatever kind of event. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot } from '../../../src/core/bridged.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import type { Chat, ChatEvent, PortalEvent } from '../../../src/core/events.ts';
import { capabilitiesWith } from '../../support/factories/rules.ts';

const bot = (overhears = false): BridgeBot => ({
  code: 'bridge_s',
  name: 'Наблюдатель',
  type: 'S',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ maxTextLength: 1_000, overhears }),
});

const chat: Chat = { kind: 'group', dialogId: 'chat7', title: '', line: null };
const author = { id: '27', name: '', kind: 'employee' } as const;
const shown = { author, chat, language: 'ru', sentAt: null } as const;
const known = {
  ...newConversation('bridge_s', 'chat7', 'ref'),
  kind: 'group',
  isGreeted: true,
  remoteId: 'r',
} as const;

const edited = (mentionsBot: boolean): ChatEvent => ({
  type: 'message_edited',
  messageId: '5',
  text: 'новый текст',
  mentionsBot,
  ...shown,
});
const deleted: ChatEvent = { type: 'message_deleted', messageId: '5', author, chat };
const message = (mentionsBot: boolean): ChatEvent => ({
  type: 'message',
  messageId: '5',
  text: 'текст',
  mentionsBot,
  files: [],
  quoteOf: null,
  ...shown,
});

describe('a change of a group message', () => {
  const rows: readonly [string, ChatEvent, boolean, boolean, string, string | null][] = [
    ['an edit of what never meant the bot', edited(false), false, false, 'ignored_not_mentioned', null],
    ['a deletion of what never meant it', deleted, false, false, 'ignored_not_mentioned', null],
    ['an edit that adds the mention', edited(true), false, false, 'forwarded', 'message'],
    ['an edit of what meant it', edited(true), true, false, 'forwarded', 'edit'],
    ['an edit that takes the mention away', edited(false), true, false, 'ignored_not_mentioned', null],
    ['a deletion of what meant it', deleted, true, false, 'forwarded', 'delete'],
    ['an edit of what a brain overheard', edited(false), true, true, 'forwarded', 'edit'],
    ['an edit of what it did not overhear', edited(false), false, true, 'ignored_not_mentioned', null],
    ['a message without a mention', message(false), false, false, 'ignored_not_mentioned', null],
    ['a message with one', message(true), false, false, 'forwarded', 'message'],
    ['a message whose edit came first', message(true), true, false, 'ignored_told_before', null],
  ];

  it.each(rows)('%s', (_, event, isTold, overhears, outcome, told) => {
    const bridged = bridge(event, known, bot(overhears), { at: new Date(), isTold });
    const types = bridged.actions.filter(({ target }) => target === 'brain').map(({ action }) => action.type);
    expect([bridged.outcome, types]).toEqual([outcome, told === null ? [] : [told]]);
  });
});

describe('text beside a command in a group', () => {
  const command = (mentionsBot: boolean): PortalEvent => ({
    type: 'command',
    command: 'help',
    params: '',
    messageId: '5',
    via: 'text',
    text: '/help',
    beside: 'а ещё вопрос',
    mentionsBot,
    quoteOf: null,
    ...shown,
  });

  it('reaches the brain only if the message mentions the bot', () => {
    const told = (event: PortalEvent): unknown[] =>
      bridge(event, known, bot(), { at: new Date() }).actions.filter(({ target }) => target === 'brain');
    expect(told(command(false))).toEqual([]);
    expect(told(command(true))).toMatchObject([{ action: { type: 'message', text: 'а ещё вопрос' } }]);
  });

  it('reaches it in private chats whenever there is some, behind what the command does', () => {
    const place: Chat = { ...chat, kind: 'private', dialogId: '27' };
    const event = { ...command(true), chat: place };
    const actions = bridge(event, { ...known, kind: 'private' }, bot(), { at: new Date() }).actions;
    expect(actions.map(({ target, action }) => [target, action.type])).toEqual([
      ['portal', 'send'],
      ['brain', 'message'],
    ]);
    const handed = bridge({ ...event, command: 'operator' } as PortalEvent, known, bot(), { at: new Date() });
    expect(handed.actions.some(({ target }) => target === 'brain')).toBe(false);
  });
});
