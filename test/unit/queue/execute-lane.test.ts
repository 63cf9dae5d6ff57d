import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Executor } from '../../../src/queue/execute-action.ts';
import { type AttemptContext, executeLane, type LaneOptions } from '../../../src/queue/execute-lane.ts';
import type { Pool } from '../../../src/store/database.ts';
import type { ClaimedLane } from '../../../src/store/queue/claim-lanes.ts';
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

/** Unless told otherwise its lanes are held, and its attempts begin. */
function answeringDatabase(isOurs = true): Pool {
  const raw = () =>
    Object.assign(Promise.resolve({ rows: [{ is_held: isOurs, is_begun: isOurs }] }), { options: () => raw() });
  return { raw } as unknown as Pool;
}

const executor = {
  isRepeatable: () => Promise.resolve(true),
  wantsReceipts: () => Promise.resolve(true),
  prepare: () => Promise.resolve(null),
  execute: () => Promise.resolve({ outcome: 'sent', remoteId: '501' }),
} as unknown as Executor;

const attempts: AttemptContext = {
  slot: { begin: () => () => undefined, wait: () => undefined, leave: () => undefined },
  isHeld: () => true,
  signal: new AbortController().signal,
};

function optionsOf(db: Pool, using: Executor): LaneOptions {
  return {
    clock: systemClock,
    db,
    executor: using,
    metrics: { stage: { observe: () => undefined } },
    ...captureLog(),
  } as never;
}

const claimedWith = (rows: readonly OutboxRow[]): ClaimedLane<OutboxRow> => ({
  ...{ portal, lane, holder: 'w:1', destination: 'portal', attempts: 1, throttled: 0, rows },
});

describe('a turn of an outbox lane', () => {
  it.each([true, false])('adds a receipt to the conversation only where the brain wants it: %s', async (isWanted) => {
    const wanting = { ...executor, wantsReceipts: () => Promise.resolve(isWanted) } as unknown as Executor;
    const rows = [row(1, { type: 'send', text: 'one', remoteMessageId: 'm1' })];
    const turn = await executeLane(optionsOf(answeringDatabase(), wanting), claimedWith(rows), attempts);
    expect(turn.results[0]).toMatchObject({ state: 'done', remoteId: '501' });
    expect(turn.results[0]?.incoming).toHaveLength(isWanted ? 1 : 0);
  });

  it('tells what it has done when the database goes away before the rest of it', async () => {
    const rows = [
      row(1, { type: 'send', text: 'one', remoteMessageId: null }),
      // The last part of an answer whose first part was sent in an earlier turn: that one's id has to be read.
      row(2, { type: 'send', text: 'two', remoteMessageId: 'm1', part: { index: 1, count: 2 } }),
    ];
    const turn = await executeLane(optionsOf(awayDatabase, executor), claimedWith(rows), attempts);
    expect(turn.results).toEqual([expect.objectContaining({ seq: 1, state: 'done', remoteId: '501' })]);
    // The second waits, and its attempt is not counted.
    expect(turn.progress).toMatchObject({ done: 1, isFree: true });
    expect(turn.failure).toBeNull();
  });

  it('never makes a call again that may have been made before and cannot be repeated', async () => {
    let calls = 0;
    const once = {
      ...executor,
      isRepeatable: () => Promise.resolve(false),
      execute: () => {
        calls += 1;
        return Promise.resolve({ outcome: 'sent', remoteId: '501' });
      },
    } as unknown as Executor;
    const begun = { ...row(1, { type: 'send', text: 'one', remoteMessageId: null }), attempted_at: new Date() };
    const turn = await executeLane(optionsOf(answeringDatabase(), once), claimedWith([begun]), attempts);
    expect(turn.results).toEqual([expect.objectContaining({ seq: 1, state: 'unknown' })]);
    expect(calls).toBe(0);
  });

  it('sends nothing of a lane that another worker has taken meanwhile', async () => {
    let sent = 0;
    const leaving = {
      ...executor,
      execute: async (_row: unknown, _file: unknown, { leaves }: { leaves: (calls: number) => Promise<void> }) => {
        await leaves(1);
        sent += 1;
        return { outcome: 'sent', remoteId: '501' };
      },
    } as unknown as Executor;
    const rows = [row(1, { type: 'send', text: 'one', remoteMessageId: 'm1' })];
    const turn = await executeLane(optionsOf(answeringDatabase(false), leaving), claimedWith(rows), attempts);
    expect(sent).toBe(0);
    expect(turn.results).toEqual([]);
  });
});
