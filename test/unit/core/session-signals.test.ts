/** Brains that want it are told when a session of an Open Channel begins and ends, each once. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { ChatEvent } from '../../../src/core/events.ts';
import { chat, joined, bot as lineBot, said, start } from '../../support/factories/open-channel-talk.ts';

const bot = (changes: Partial<BridgeBot> = {}): BridgeBot => ({
  ...lineBot,
  ...changes,
  capabilities: { ...lineBot.capabilities, sessions: true, ...changes.capabilities },
});
const at = new Date('2026-11-22T06:00:00Z');
const finished = (sentAt: string | null = '2026-11-22T05:59:58Z'): ChatEvent => ({ type: 'session_finished', sentAt });
const inSession = (sessionId: string | null, id = '1'): ChatEvent =>
  said('client', chat('900', sessionId), { messageId: id });

/** What the brain is told by the events, in order. */
function told(events: readonly ChatEvent[], by = bot(), from: Conversation = start()): string[] {
  let conversation = from;
  return events.flatMap((event) => {
    const bridged = bridge(event, conversation, by, { at });
    ({ conversation } = bridged);
    return bridged.actions.flatMap(({ target, action }) => {
      if (target !== 'brain') return [];
      return ['sessionId' in action ? `${action.type} ${action.sessionId}` : action.type];
    });
  });
}

describe('the start of a session', () => {
  it('is told once, before its first message', () => {
    expect(told([inSession('343'), inSession('343', '2')])).toEqual(['session_started 343', 'message', 'message']);
  });

  it('is told again for the next one, after what still waits of the one before, and before who leads', () => {
    const by = bot({ burst: { quietMs: 1_000, maxMs: 5_000 } });
    expect(told([inSession('343'), inSession('344', '2')], by)).toEqual([
      'session_started 343',
      'message',
      'session_started 344',
    ]);
    const people = { ...start(), sessionId: '343', owner: 'person' } as const;
    expect(told([inSession('344')], bot(), people)).toEqual(['session_started 344', 'owner_changed', 'message']);
  });

  it('is not told by events that name none, or one that is over', () => {
    expect(told([joined('900')])).toEqual([]);
    expect(told([inSession('342')], bot(), { ...start(), sessionId: '343' })).toEqual(['message']);
  });
});

describe('the end of a session', () => {
  it('is told with the session that is known', () => {
    expect(told([inSession('343'), finished()])).toEqual(['session_started 343', 'message', 'session_finished 343']);
    expect(told([finished(null)])).toEqual(['session_finished null']);
  });

  it('is not told when it comes late: it may be of an earlier session', () => {
    expect(told([inSession('344'), finished('2026-11-22T05:58:00Z')])).toEqual(['session_started 344', 'message']);
  });
});

it.each([
  ['a brain that has not asked for it', bot({ capabilities: { ...lineBot.capabilities, sessions: false } })],
  ['the brain of a supervisor', bot({ type: 'S' })],
])('%s is told neither', (_, by) => {
  expect(told([inSession('343'), finished()], by).filter((type) => type.startsWith('session_'))).toEqual([]);
});

it('in other chats there is none', () => {
  expect(told([finished()], bot(), { ...start(), kind: 'private' })).toEqual([]);
});
