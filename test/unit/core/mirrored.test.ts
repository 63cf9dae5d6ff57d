/** What a brain that mirrors hears while a person leads, and that others hear nothing. Who leads is not changed by it. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, ChatKind, PortalEvent } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const bot = (mirrors: boolean, changes: Partial<BridgeBot['capabilities']> = {}): BridgeBot => ({
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'O',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ maxTextLength: 10, ownership: true, ...(mirrors ? { mirrors } : {}), ...changes }),
});
const at = new Date('2026-11-21T09:00:00Z');
const talk = (kind: ChatKind, owner: Conversation['owner']): Conversation => ({
  ...newConversation('bridge_x', 'chat7', 'ref'),
  kind,
  owner,
  isGreeted: true,
  sessionId: '1',
});
const place = (kind: ChatKind) => ({
  kind,
  dialogId: 'chat7',
  title: 'Клиент - Линия',
  line: kind === 'line' ? { lineId: '1', connector: 'telegrambot', sessionId: '1', crm: [] } : null,
});
const said = (kind: ChatKind, author: AuthorKind, text = 'слово', mentionsBot = true): PortalEvent =>
  portalMessage({
    messageId: '9',
    text,
    author: { id: '5', name: 'Кто-то', kind: author },
    chat: place(kind),
    mentionsBot,
  });
const changed = (type: 'message_edited' | 'message_deleted', kind: ChatKind, author: AuthorKind): PortalEvent => {
  const base = { messageId: '9', author: { id: '5', name: 'Кто-то', kind: author }, chat: place(kind) };
  if (type === 'message_deleted') return { type, ...base };
  return { type, ...base, text: 'новое', mentionsBot: true, language: 'ru', sentAt: null };
};
const toldOf = (event: PortalEvent, owner: Conversation['owner'], by: BridgeBot, isTold = true): unknown[] =>
  bridge(event, talk(event.type === 'joined' || !('chat' in event) ? 'line' : event.chat.kind, owner), by, {
    at,
    isKnownToBrain: isTold,
  }).actions.flatMap((one) => (one.target === 'brain' ? [one.action.type] : []));

describe('a brain that mirrors', () => {
  it.each<readonly [string, PortalEvent, Conversation['owner'], readonly string[]]>([
    ['a customer while a person leads', said('line', 'client'), 'person', ['mirrored']],
    ['an operator while he leads', said('line', 'employee'), 'person', ['mirrored']],
    ['his hidden note', { ...said('line', 'employee'), isHidden: true } as PortalEvent, 'person', []],
    ['the word with which an operator takes over', said('line', 'employee'), 'brain', ['owner_changed', 'mirrored']],
    ['the 0 that calls a person', said('line', 'client', '0'), 'brain', ['owner_changed', 'mirrored']],
    ['an employee in private while a person leads', said('private', 'employee'), 'person', ['mirrored']],
    ['a customer while the brain leads', said('line', 'client'), 'brain', ['message']],
    ['another bot', said('line', 'bot'), 'person', []],
    ['the portal', said('line', 'system'), 'person', []],
    ['a mention in a group that a person leads', said('group', 'employee'), 'person', []],
    ['talk past the bot in a group', said('group', 'employee', 'слово', false), 'person', []],
    ['a long line, in parts', said('line', 'client', 'раз два три четыре'), 'person', ['mirrored', 'mirrored']],
    ['an edit while a person leads', changed('message_edited', 'line', 'client'), 'person', ['edit']],
    ['a deletion by an operator', changed('message_deleted', 'line', 'employee'), 'brain', ['delete']],
    ['an edit in a group that a person leads', changed('message_edited', 'group', 'employee'), 'person', []],
  ])('hears %s as it should', (_, event, owner, expected) => {
    expect(toldOf(event, owner, bot(true))).toEqual(expected);
    const without = expected.filter((type) => type === 'owner_changed' || type === 'message');
    expect(toldOf(event, owner, bot(false))).toEqual(without);
    const [mirroring, plain] = [true, false].map((mirrors) =>
      bridge(event, talk(place('line').kind, owner), bot(mirrors), { at, isKnownToBrain: true }),
    );
    expect(mirroring?.conversation).toEqual(plain?.conversation);
    expect(mirroring?.outcome).toBe(plain?.outcome);
  });

  it('is told which changes are of what it only mirrors', () => {
    const known = { isKnownToBrain: true };
    const edited = changed('message_edited', 'line', 'client');
    const edit = bridge(edited, talk('line', 'person'), bot(true), { at, ...known }).actions[0];
    expect(edit?.action).toMatchObject({ type: 'edit', mirrored: true });
    const own = bridge(edited, talk('line', 'brain'), bot(true), { at }).actions[0];
    expect(own?.action).not.toHaveProperty('mirrored');
  });

  it.each(['message_edited', 'message_deleted'] as const)('hears no %s of what it was not shown', (type) => {
    expect(toldOf(changed(type, 'line', 'employee'), 'person', bot(true), false)).toEqual([]);
    expect(toldOf(changed(type, 'private', 'employee'), 'person', bot(true), false)).toEqual([]);
    const note = { ...changed(type, 'line', 'employee'), isHidden: true } as PortalEvent;
    expect(toldOf(note, 'person', bot(true), true)).toEqual([]);
    expect(bridge(note, talk('line', 'person'), bot(true), { at }).outcome).toBe('ignored_hidden_note');
  });
});
