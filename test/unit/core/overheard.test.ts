/** What a brain hears without being spoken to, and what a pressed button says. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot } from '../../../src/core/bridged.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { Chat, PortalEvent } from '../../../src/core/events.ts';
import { pressCommand } from '../../../src/core/texts.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const bot = (overhears: boolean, files = true): BridgeBot => ({
  code: 'bridge_x',
  name: 'Надзор',
  type: 'S',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ maxTextLength: 10, files, ...(overhears ? { overhears } : {}) }),
});

const at = new Date('2026-11-21T09:00:00Z');
const chat: Chat = { kind: 'group', dialogId: 'chat7', title: 'Отдел', line: null };
const author = { id: '27', name: 'Анна', kind: 'employee' } as const;
const known: Conversation = {
  ...newConversation('bridge_x', 'chat7', 'ref'),
  kind: 'group',
  isGreeted: true,
  remoteId: 'x',
};
const aside = (changes: Partial<PortalEvent & { type: 'message' }> = {}): PortalEvent =>
  portalMessage({ text: 'между нами', author, chat, mentionsBot: false, ...changes });

describe('talk past the bot in a group', () => {
  it('reaches a brain that wants it, where it takes part', () => {
    const { actions, outcome } = bridge(aside(), known, bot(true), { at });
    expect(outcome).toBe('overheard');
    expect(actions.map(({ action }) => action)).toEqual([
      { type: 'overheard', messageId: '1', text: 'между нами', author, chat, files: [] },
    ]);
  });

  it.each<[string, PortalEvent, Conversation, BridgeBot]>([
    ['a brain that does not want it', aside(), known, bot(false)],
    ['a group the brain takes no part in', aside(), { ...known, remoteId: null }, bot(true)],
    ['a group a person leads', aside(), { ...known, owner: 'person' }, bot(true)],
    ['words of another bot', aside({ author: { ...author, kind: 'bot' } }), known, bot(true)],
    ['words of the portal', aside({ author: { ...author, kind: 'system' } }), known, bot(true)],
    ['nothing but a file for a brain without files', aside({ text: '' }), known, bot(true, false)],
  ])('stays where it is for %s', (_, event, conversation, listener) => {
    expect(bridge(event, conversation, listener, { at }).actions).toEqual([]);
  });

  it('is cut to what the brain takes: it is a note, not a message', () => {
    const { actions } = bridge(aside({ text: 'очень долгий разговор' }), known, bot(true), { at });
    expect(actions).toHaveLength(1);
  });
});

describe('a pressed button', () => {
  const press: PortalEvent = {
    type: 'command',
    command: pressCommand,
    params: '/bind 12',
    messageId: '5',
    via: 'keyboard',
    text: 'what the message with the button says',
    author,
    chat,
    mentionsBot: false,
    language: 'ru',
    sentAt: null,
    quoteOf: null,
  };

  it('says its words to the bot as if it had been mentioned', () => {
    const { actions, outcome } = bridge(press, known, bot(false), { at });
    expect(outcome).toBe('forwarded');
    expect(actions[0]?.action).toMatchObject({ type: 'message', text: '/bind 12', author });
  });

  it('says nothing while a person leads', () => {
    expect(bridge(press, { ...known, owner: 'person' }, bot(false), { at }).actions).toEqual([]);
  });
});
