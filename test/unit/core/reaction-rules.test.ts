/** Whose reactions reach the brain, and which of the brain's reach a message in Bitrix24. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { SentPart } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, ChatKind, PortalEvent } from '../../../src/core/events.ts';
import { bot, chat, from, talked } from '../../support/factories/plain-talk.ts';

const at = new Date('2026-11-21T06:00:00Z');
const part = (messageId: string, changes: Partial<SentPart> = {}): SentPart => {
  return { messageId, remoteMessageId: 'm1', kind: 'text', internal: false, ...changes };
};

type Reaction = PortalEvent & { type: 'reaction_changed' };
const reaction = (kind: ChatKind, who: AuthorKind, changes: Partial<Reaction> = {}): Reaction => ({
  ...{ type: 'reaction_changed', messageId: '70', reaction: '👍', isOn: true, sentAt: null },
  ...{ author: from(who), chat: chat(kind), ...changes },
});

describe('a reaction of a person', () => {
  const told = (event: Reaction, parts: readonly SentPart[] = [part('70')], before: Partial<Conversation> = {}) =>
    bridge(event, talked({ kind: event.chat.kind, ...before }), bot({ reactions: true }), { at, parts });

  it.each([
    ['of an employee in a private chat', 'private', 'employee', 'forwarded_reaction'],
    ['of a member of a group', 'group', 'employee', 'forwarded_reaction'],
    ['of a customer', 'line', 'client', 'forwarded_reaction'],
    ['of an operator', 'line', 'employee', 'ignored_operator'],
    ['of a bot', 'group', 'bot', 'ignored_bot'],
  ] as const)('%s: %s, %s is %s', (_, kind, who, outcome) => {
    const bridged = told(reaction(kind, who));
    expect(bridged.outcome).toBe(outcome);
    expect(bridged.actions).toHaveLength(outcome === 'forwarded_reaction' ? 1 : 0);
  });

  it.each([true, false])('names the brain’s message by its last part (put: %s)', (isOn) => {
    const parts = [part('70'), part('71'), part('72', { kind: 'file' })];
    expect(told(reaction('private', 'employee', { isOn }), parts).actions).toMatchObject([
      { target: 'brain', action: { type: 'reaction', messageId: '72', remoteMessageId: 'm1', reaction: '👍', isOn } },
    ]);
  });

  it('on a message of another conversation, a note, or of an unknown kind reaches nobody', () => {
    const event = reaction('private', 'employee');
    expect(told(event, []).outcome).toBe('ignored_unknown_message');
    expect(told(event, [part('70', { internal: true })]).outcome).toBe('ignored_unknown_message');
    expect(told({ ...event, reaction: null }).outcome).toBe('ignored_unsupported');
    expect(bridge(event, talked(), bot(), { at, parts: [part('70')] }).outcome).toBe('ignored_unsupported');
  });

  it('while a person leads reaches only brains that want the whole conversation', () => {
    const event = reaction('line', 'client');
    expect(told(event, [part('70')], { owner: 'person' }).outcome).toBe('ignored_person_owns');
    const mirroring = bot({ reactions: true, mirrors: true });
    const bridged = bridge(event, talked({ owner: 'person' }), mirroring, { at, parts: [part('70')] });
    expect(bridged.outcome).toBe('forwarded_reaction');
  });
});

describe('a reaction of the brain', () => {
  const event = { type: 'reacted', portalMessageId: '70', added: ['👍'], removed: ['🔥'] } as const;

  it.each([
    ['a message of the conversation', { isKnownToBrain: true }, 2],
    ['an answer of the bot', { parts: [part('70')] }, 2],
    ['a message of another conversation', {}, 0],
  ] as const)('on %s', (_, known, count) => {
    expect(bridge(event, talked(), bot(), { at, ...known }).actions).toHaveLength(count);
  });
});
