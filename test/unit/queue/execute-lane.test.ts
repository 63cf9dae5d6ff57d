import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Executor } from '../../../src/queue/execute-action.ts';
import { type AttemptContext, executeLane } from '../../../src/queue/execute-lane.ts';
import type { Pool } from '../../../src/store/database.ts';
import type { OutboxRow } from '../../../src/store/queue/outbox.ts';
import { captureLog } from '../../support/captured-log.ts';

const portal = 'a'.repeat(32);
const lane = 'bot/7>portal';

function row(seq: number, action: object): OutboxRow {
  const made = {
    portal,
    lane,
    seq,
    key: `key ${seq}`,
    target: 'portal',
    bot_code: 'bot',
    dialog_id: '7',
    trace: `t${seq}`,
  };
  return { ...made, action, created_at: new Date(), attempted_at: null } as unknown as OutboxRow;
}

const awayDatabase = {
  raw: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
} as unknown as Pool;

const executor = {
  isRepeatable: () => Promise.resolve(true),
  prepare: () => Promise.resolve(null),
  execute: () => Promise.resolve({ outcome: 'sent', remoteId: '501' }),
} as unknown as Executor;

const attempts: AttemptContext = {
  slot: { begin: () => () => undefined, wait: () => undefined, leave: () => undefined },
  isHeld: () => true,
  signal: new AbortController().signal,
};

describe('a turn of an outbox lane', () => {
  it('tells what it has done when the database goes away before the rest of it', async () => {
    const rows = [
      row(1, { type: 'send', text: 'one', answers: null }),
      // The last part of an answer whose first part was sent in an earlier turn: that one's id has to be read.
      row(2, { type: 'send', text: 'two', answers: 'm1', part: { index: 1, count: 2 } }),
    ];
    const options = {
      clock: systemClock,
      db: awayDatabase,
      executor,
      metrics: { stage: { observe: () => undefined } },
      ...captureLog(),
    };
    const claimed = { portal, lane, holder: 'w:1', destination: 'portal', attempts: 1, throttled: 0, rows };
    const turn = await executeLane(options as never, claimed, attempts);
    expect(turn.results).toEqual([expect.objectContaining({ seq: 1, state: 'done', remoteId: '501' })]);
    // The second waits, and its attempt is not counted.
    expect(turn.progress).toMatchObject({ done: 1, isFree: true });
    expect(turn.failure).toBeNull();
  });
});
