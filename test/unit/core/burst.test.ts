/** Messages that follow each other quickly reach the brain as one: which ones, when, and as what. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import {
  author,
  bot,
  pace,
  play,
  playRows,
  type Row,
  type Step,
  said,
  short,
  start,
  timer,
} from '../../support/factories/burst-talk.ts';

const rows: readonly Row[] = [
  ['one message leaves when it has been quiet', [[0, said('1')]], ['message 1: 1']],
  [
    'three leave together',
    [
      [0, said('1')],
      [1_500, said('2')],
      [3_000, said('3')],
    ],
    ['message 1+2+3: 1\n2\n3'],
  ],
  [
    'a later one is a message of its own',
    [
      [0, said('1')],
      [2_100, said('2')],
    ],
    ['message 1: 1', 'message 2: 2'],
  ],
  [
    'no one waits longer than the limit',
    [0, 1_500, 3_000, 4_500, 5_900, 7_000].map((ms, index): Step => [ms, said(`m${index}`)]),
    ['message m0+m1+m2+m3+m4: m0\nm1\nm2\nm3\nm4', 'message m5: m5'],
  ],
  [
    'the twentieth makes all leave at once',
    Array.from({ length: 21 }, (_, index): Step => [index * 10, said(`m${index}`)]),
    [`message ${ids(20).join('+')}: ${ids(20).join('\n')}`, 'message m20: m20'],
  ],
  [
    'what does not fit beside the others begins anew',
    [
      [0, said('1', 'а'.repeat(60))],
      [10, said('2', 'б'.repeat(60))],
    ],
    [`message 1: ${'а'.repeat(60)}`, `message 2: ${'б'.repeat(60)}`],
  ],
  [
    'a long message leaves in parts, after the others',
    [
      [0, said('1')],
      [10, said('2', 'в'.repeat(150))],
    ],
    ['message 1: 1', `message 2: ${'в'.repeat(100)}`, `message 2.1: ${'в'.repeat(50)}`],
  ],
  [
    'another author begins anew',
    [
      [0, said('1')],
      [10, said('2', '2', { author: author('client', '6') })],
    ],
    ['message 1: 1', 'message 2: 2'],
  ],
  [
    'without a pace nothing waits',
    [
      [0, said('1')],
      [10, said('2')],
    ],
    ['message 1: 1', 'message 2: 2'],
    bot({ burst: undefined }),
  ],
];

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index}`);
}

describe('a burst of messages', () => {
  playRows(rows);

  it('keeps files, the first quote and the last time', () => {
    const file = { id: '7', name: 'a.png', kind: 'image' as const, size: 1 };
    const { told } = play([
      [0, said('1', '', { files: [file], sentAt: '2026-11-21T06:00:00Z' })],
      [10, said('2', 'что это?', { quoteOf: '0', sentAt: '2026-11-21T06:00:01Z' })],
    ]);
    expect(told).toEqual([
      expect.objectContaining({
        messageId: '2',
        messageIds: ['1', '2'],
        texts: ['', 'что это?'],
        text: 'что это?',
        files: [file],
        quoteOf: '0',
        sentAt: '2026-11-21T06:00:01Z',
      }),
    ]);
  });

  it('leaves at once when its timer was lost and the next message comes, and has a timer again', () => {
    const first = bridge(said('1'), newConversation('b', 'chat1777', 'ref'), bot(), { at: new Date(start) });
    const later = new Date(start + 600_000);
    const next = bridge(said('2'), first.conversation, bot(), { at: later });
    expect(short(next.actions.flatMap((one) => (one.target === 'brain' ? [one.action] : [])))).toEqual([
      'message 1: 1',
    ]);
    expect(next.actions).toContainEqual({ target: 'app', action: { type: 'burst_timer' }, delayMs: pace.quietMs });
  });

  it('leaves when bursts were switched off meanwhile', () => {
    const first = bridge(said('1'), newConversation('b', 'chat1777', 'ref'), bot(), { at: new Date(start) });
    const next = bridge(timer, first.conversation, bot({ burst: undefined }), { at: new Date(start + 1) });
    expect(next).toMatchObject({
      outcome: 'forwarded',
      actions: [{ action: { messageId: '1' } }],
      conversation: { burst: null },
    });
  });
});
