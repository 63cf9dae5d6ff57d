/** What becomes of a brain's wish to be asked later, and of a request, whoever leads. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, StoredFacts } from '../../../src/core/bridge-result.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import type { ChatEvent } from '../../../src/core/events.ts';
import { capabilitiesWith } from '../../support/factories/rules.ts';

const at = new Date('2026-11-21T06:00:00.000Z');
const bot: BridgeBot = {
  code: 'bridge_line',
  name: 'Помощник',
  type: 'O',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith(),
};
const day = 86_400_000;

function judged(event: ChatEvent, facts: StoredFacts = {}, owner: 'brain' | 'person' = 'brain') {
  const conversation = { ...newConversation('bridge_line', 'chat1777', 'ref'), owner };
  return bridge(event, conversation, bot, { at, ...facts });
}
const wish = (given: object = {}): ChatEvent => ({
  type: 'follow_up',
  id: 'remind',
  afterMs: 60_000,
  name: 'script',
  params: { code: 'hello' },
  ...given,
});
const pending = Array.from({ length: 50 }, (_, index) => `f${index}`);

describe('a follow-up', () => {
  it.each(['brain', 'person'] as const)('is set while a %s leads', (owner) => {
    expect(judged(wish(), {}, owner)).toMatchObject({
      outcome: 'follow_up_set',
      actions: [],
      followUps: [
        { type: 'set', id: 'remind', name: 'script', params: { code: 'hello' }, dueAt: '2026-11-21T06:01:00.000Z' },
      ],
    });
  });

  it.each([
    ['the 51st of a conversation', wish(), { pendingFollowUps: pending }],
    ['more than 90 days ahead', wish({ afterMs: 90 * day + 1 }), {}],
    ['in the past', wish({ afterMs: -1 }), {}],
    ['at no time', wish({ afterMs: Number.NaN }), {}],
    ['without an id', wish({ id: '' }), {}],
    ['with a long id', wish({ id: 'x'.repeat(201) }), {}],
    ['with a long name', wish({ name: 'x'.repeat(33) }), {}],
    ['with large parameters', wish({ params: { text: 'x'.repeat(16_384) } }), {}],
  ])('is refused %s', (_, event, facts) => {
    expect(judged(event, facts)).toMatchObject({ outcome: 'follow_up_refused', actions: [] });
    expect(judged(event, facts).followUps).toBeUndefined();
  });

  it.each([
    ['the 50th of a conversation', wish(), { pendingFollowUps: pending.slice(1) }],
    ['in place of one of 50', wish({ id: 'f7' }), { pendingFollowUps: pending }],
    ['90 days ahead', wish({ afterMs: 90 * day }), {}],
    ['at once', wish({ afterMs: 0 }), {}],
  ])('is taken: %s', (_, event, facts) => {
    expect(judged(event, facts)).toMatchObject({ outcome: 'follow_up_set' });
  });

  it('is cancelled', () => {
    expect(judged({ type: 'follow_up_cancelled', id: 'remind' })).toMatchObject({
      outcome: 'follow_up_cancelled',
      followUps: [{ type: 'cancel', id: 'remind' }],
    });
  });
});

describe('a request', () => {
  it.each([
    ['brain', 'follow_up'],
    ['person', 'follow_up'],
    ['person', 'person'],
  ] as const)('reaches the brain while a %s leads, asked by a %s', (owner, by) => {
    const asked: ChatEvent = { type: 'requested', id: '1', name: 'script', params: { code: 'x' }, by };
    expect(judged(asked, {}, owner)).toMatchObject({
      outcome: 'requested',
      actions: [{ target: 'brain', action: { type: 'request', id: '1', name: 'script', params: { code: 'x' }, by } }],
    });
  });
});
