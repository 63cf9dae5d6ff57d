/** Messages that wait to be delivered together, and what comes between: nothing overtakes them, and a person who takes over has them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/core/events.ts';
import {
  author,
  bot,
  command,
  edited,
  operator,
  pace,
  play,
  playRows,
  type Row,
  receipt,
  type Step,
  said,
  timer,
} from '../../support/factories/burst-talk.ts';

const rows: readonly Row[] = [
  [
    'a request follows what waits',
    [
      [0, said('1')],
      [10, command('script', 'x')],
    ],
    ['message 1: 1', 'request'],
  ],
  [
    'our own command disturbs nothing',
    [
      [0, said('1')],
      [10, command('help')],
      [20, said('2')],
    ],
    ['message 1+2: 1\n2'],
  ],
  [
    'a receipt passes by',
    [
      [0, said('1')],
      [10, receipt],
      [20, said('2')],
    ],
    ['receipt', 'message 1+2: 1\n2'],
    bot({}, { receipts: true }),
  ],
  [
    'a person who takes over has the messages before them',
    [
      [0, said('1')],
      [10, operator],
    ],
    ['owner person'],
  ],
  [
    'a brain that wants the whole conversation gets them as what is not to be answered',
    [
      [0, said('1')],
      [10, operator],
    ],
    ['owner person', 'mirrored 1: 1', 'mirrored op: я отвечу'],
    bot({}, { mirrors: true }),
  ],
  [
    'a hand-over drops them',
    [
      [0, said('1')],
      [10, { type: 'handover', note: null }],
    ],
    ['owner person'],
  ],
  [
    'a conversation that comes back begins anew',
    [
      [0, said('1')],
      [10, operator],
      [20, command('bot')],
      [30, said('2')],
    ],
    ['owner person', 'owner brain', 'message 2: 2'],
  ],
];

describe('while messages wait', () => {
  playRows(rows);
});

describe('whatever comes between', () => {
  const between = fc.constantFrom<ChatEvent>(
    receipt,
    timer,
    command('help'),
    command('script', 'x'),
    { type: 'typing' },
    {
      type: 'reply',
      remoteMessageId: null,
      text: 'ответ',
      buttons: [],
      cards: [],
      files: [],
      quoteOf: null,
      isInternal: false,
    },
    { type: 'inactivity_timer_due' },
    edited('unknown', 'x'),
  );
  const steps = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 3_000 }),
      what: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('say' as const),
            by: fc.integer({ min: 5, max: 6 }),
            length: fc.integer({ min: 1, max: 60 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('between' as const), event: between }) },
      ),
    }),
    { maxLength: 40 },
  );

  it('no message is lost, doubled or out of order, and none waits too long', () => {
    fc.assert(
      fc.property(steps, (given) => {
        let ms = 0;
        const said_: { id: string; text: string; ms: number }[] = [];
        const played = given.map(({ gap, what }, index): Step => {
          ms += gap;
          if (what.kind === 'between') return [ms, what.event];
          const text = `${index}:${'x'.repeat(what.length)}`;
          said_.push({ id: String(index), text, ms });
          return [ms, said(String(index), text, { author: author('client', String(what.by)) })];
        });
        const { told, conversation } = play(played);
        const messages = told.filter((action) => action.type === 'message');
        expect(messages.flatMap((action) => action.messageIds ?? [action.messageId])).toEqual(
          said_.map(({ id }) => id),
        );
        expect(messages.map(({ text }) => text).join('\n')).toBe(said_.map(({ text }) => text).join('\n'));
        expect(conversation.burst).toBeNull();
        for (const { text, author: by, messageIds = [] } of messages) {
          expect(text.length).toBeLessThanOrEqual(100);
          const times = said_.filter(({ id }) => messageIds.includes(id)).map((one) => one.ms);
          expect(Math.max(...times, 0) - Math.min(...times, Infinity)).toBeLessThan(pace.maxMs);
          expect(by.kind).toBe('client');
        }
      }),
      { numRuns: 500 },
    );
  });
});
