import { describe, expect, it } from 'vitest';
import { resolveReference } from '../../../src/queue/sent-references.ts';
import type { Db } from '../../../src/store/database.ts';
import type { ActionResult, OutboxRow } from '../../../src/store/queue/outbox.ts';

const lane = { portal: 'a'.repeat(32), lane: 'bot/7>portal' };
const sent = { remoteMessageId: 'm1', index: 0 };
const button = { type: 'say', label: 'Да', text: 'Да' } as const;

const row = (seq: number, action: object) => ({ ...lane, seq, trace: `t${seq}`, action }) as unknown as OutboxRow;
const edit = (seq: number, more: object = {}) =>
  row(seq, { type: 'edit', messageId: '', sent, text: `text ${seq}`, cards: [], buttons: null, ...more });

const send = row(1, { type: 'send', text: 'text 1', remoteMessageId: 'm1' });
const done: ActionResult = { ...lane, seq: 1, state: 'done', outcome: 'sent', remoteId: '501' };
/** The message was sent by the same worker a moment ago, so that nothing is looked up. */
const noDb = undefined as unknown as Db;

const outcomeOf = async (first: OutboxRow, second: OutboxRow) => {
  const resolved = await resolveReference(noDb, first, [send, first, second], [done]);
  return 'dropped' in resolved ? resolved.dropped : resolved.row.action;
};

describe('an edit with another one of the same message right behind it', () => {
  it.each([
    ['sets the same', {}, {}],
    ['sets more', {}, { buttons: [button], menu: [button] }],
    ['sets all of it', { buttons: [button], menu: [button] }, { buttons: [], menu: [] }],
  ])('is left out if that one %s', async (_, first, second) => {
    expect(await outcomeOf(edit(2, first), edit(3, second))).toBe('superseded');
  });

  it.each([
    ['its buttons', { buttons: [button] }],
    ['its menu', { menu: [button] }],
  ])('is made if that one leaves %s as they are', async (_, first) => {
    expect(await outcomeOf(edit(2, first), edit(3))).toMatchObject({ messageId: '501', text: 'text 2' });
  });

  it('is made if that one changes another part', async () => {
    const other = edit(3, { sent: { ...sent, index: 1 } });
    expect(await outcomeOf(edit(2), other)).toMatchObject({ messageId: '501' });
  });
});
