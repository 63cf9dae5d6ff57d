import { describe, expect, it } from 'vitest';
import { type Attempts, workLane } from '../../../src/pipeline/outbox-turn.ts';
import type { Performer } from '../../../src/pipeline/perform.ts';
import type { Pool } from '../../../src/store/database.ts';
import type { OutboxRow } from '../../../src/store/outbox.ts';
import { captureLog } from '../../support/captured-log.ts';

const portal = 'a'.repeat(32);
const lane = 'bot/7>home';

function row(seq: number, action: object): OutboxRow {
  const made = {
    portal,
    lane,
    seq,
    key: `key ${seq}`,
    target: 'home',
    bot_code: 'bot',
    dialog_id: '7',
    trace: `t${seq}`,
  };
  return { ...made, action, created_at: new Date(), attempted_at: null } as unknown as OutboxRow;
}

const awayDatabase = {
  raw: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
} as unknown as Pool;

const performer = {
  isRepeatable: () => Promise.resolve(true),
  prepare: () => Promise.resolve(null),
  perform: () => Promise.resolve({ outcome: 'sent', remoteId: '501' }),
} as unknown as Performer;

const attempts: Attempts = {
  place: { begin: () => () => undefined, leave: () => undefined },
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
    const options = { db: awayDatabase, performer, metrics: { stage: { observe: () => undefined } }, ...captureLog() };
    const claimed = { portal, lane, holder: 'w:1', destination: 'home', attempts: 1, pauses: 0, rows };
    const turn = await workLane(options as never, claimed, attempts);
    expect(turn.results).toEqual([expect.objectContaining({ seq: 1, state: 'done', remoteId: '501' })]);
    // The second waits, and its attempt is not counted.
    expect(turn.progress).toMatchObject({ done: 1, isFree: true });
    expect(turn.failure).toBeNull();
  });
});
