/** A customer who waits for the brain too long is given to people; nobody else is. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import { type ChatEvent, type ChatKind, textReply } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const bot = (callPersonAfterMinutes: number | null = 5): BridgeBot => ({
  code: 'b',
  name: 'B',
  type: 'O',
  giveBackAfterMinutes: null,
  callPersonAfterMinutes,
  greeting: { texts: {}, isOff: true, afterSeconds: 0 },
  capabilities: capabilitiesWith(),
});

const asked = (kind: ChatKind = 'line', text = 'Где заказ?'): ChatEvent =>
  portalMessage({
    text,
    author: { id: '5', name: 'Анна', kind: kind === 'line' ? 'client' : 'employee' },
    chat: {
      kind,
      dialogId: 'chat7',
      title: '',
      line: kind === 'line' ? { lineId: '1', connector: 'livechat', sessionId: '1', crm: [] } : null,
    },
  });

const due: ChatEvent = { type: 'silence_timer_due' };
const minute = (count: number): Date => new Date(Date.UTC(2026, 10, 21, 9, count));

/** Applies events at their minutes; returns the last result and the minutes at which timers were asked for. */
function play(steps: readonly (readonly [number, ChatEvent])[], by: BridgeBot = bot()) {
  let conversation: Conversation = { ...newConversation('b', 'chat7', 'ref'), kind: 'line', sessionId: '1' };
  const timers: number[] = [];
  let last: Bridged | undefined;
  for (const [at, event] of steps) {
    last = bridge(event, conversation, by, { at: minute(at) });
    conversation = last.conversation;
    for (const decided of last.actions) {
      if (decided.target === 'app' && decided.action.type === 'silence_timer')
        timers.push(at + decided.delayMs / 60_000);
    }
  }
  const done = (last?.actions ?? []).map(({ target, action }) => `${target} ${action.type}`);
  return { timers, done, outcome: last?.outcome, conversation };
}

describe('a customer who waits for the brain', () => {
  it('is told, and given to people, when the time is over', () => {
    const { timers, done, outcome, conversation } = play([
      [0, asked()],
      [5, due],
    ]);
    expect(timers).toEqual([5]);
    expect(outcome).toBe('handed_over_after_silence');
    expect(done).toEqual(['portal send', 'portal send', 'portal handover']);
    expect(conversation).toMatchObject({ owner: 'person', waitingSince: null, silenceTimerAt: null });
  });

  it('is told in words of his own, and staff in others that he does not see', () => {
    const { actions } = bridge(due, { ...play([[0, asked()]]).conversation }, bot(), { at: minute(5) });
    const sends = actions.flatMap(({ action }) => (action.type === 'send' ? [action.internal] : []));
    expect(sends).toEqual([false, true]);
  });

  it.each<readonly [string, readonly (readonly [number, ChatEvent])[], readonly number[], string]>([
    [
      'has been answered',
      [
        [0, asked()],
        [2, textReply('Едет')],
        [5, due],
      ],
      [5],
      'noted',
    ],
    [
      'has asked again after an answer',
      [
        [0, asked()],
        [2, textReply('Едет')],
        [4, asked()],
        [5, due],
      ],
      [5, 9],
      'noted',
    ],
    [
      'counts from his first question',
      [
        [0, asked()],
        [4, asked()],
        [5, due],
      ],
      [5],
      'handed_over_after_silence',
    ],
    [
      'was answered by a note for staff only',
      [
        [0, asked()],
        [2, { ...textReply('!'), isInternal: true }],
        [5, due],
      ],
      [5],
      'handed_over_after_silence',
    ],
    [
      'has heard the brain type only',
      [
        [0, asked()],
        [2, { type: 'typing' }],
        [5, due],
      ],
      [5],
      'handed_over_after_silence',
    ],
    [
      'was handed over before',
      [
        [0, asked()],
        [2, { type: 'handover', note: null }],
        [5, due],
      ],
      [5],
      'noted',
    ],
    [
      'has said goodbye',
      [
        [0, asked()],
        [2, { type: 'finish' }],
        [5, due],
      ],
      [5],
      'noted',
    ],
    [
      'has called a person',
      [
        [0, asked()],
        [2, asked('line', '0')],
        [5, due],
      ],
      [5],
      'noted',
    ],
  ])('%s', (_, steps, timers, outcome) => {
    expect(play(steps)).toMatchObject({ timers, outcome });
  });

  it('goes on waiting when a timer was lost', () => {
    expect(
      play([
        [0, asked()],
        [30, asked()],
      ]).timers,
    ).toEqual([5, 30]);
  });

  it.each([
    ['in a private chat', 'private', bot()],
    ['in a group', 'group', bot()],
    ['of a bot that was not told to', 'line', bot(null)],
  ] as const)('is not measured %s', (_, kind, by) => {
    const { timers, conversation } = play([[0, asked(kind)]], by);
    expect({ timers, waitingSince: conversation.waitingSince }).toEqual({ timers: [], waitingSince: null });
  });

  it('is forgotten when the bot is told not to call people any more', () => {
    const { conversation } = play([[0, asked()]]);
    const { conversation: after, outcome } = bridge(due, conversation, bot(null), { at: minute(5) });
    expect(outcome).toBe('noted');
    expect(after).toMatchObject({ owner: 'brain', waitingSince: null });
  });
});
