import { describe, expect, it } from 'vitest';
import { endedParts, receipts } from '../../../src/queue/receipts.ts';
import type { OutboxRow } from '../../../src/store/queue/outbox.ts';

const edit = {
  portal: 'a'.repeat(32),
  lane: 'bot/7>brain',
  seq: 3,
  key: '4f0c8a52-2f0b-4c2e-9d8e-6d2f6b1b2a11',
  target: 'brain',
  bot_code: 'bot',
  dialog_id: '7',
  trace: 't3',
  action: { type: 'edit', messageId: '501', text: 'new' },
  created_at: new Date(),
  attempted_at: null,
} as unknown as OutboxRow;

const reply = { type: 'finish' as const };
const refused = () => receipts(edit, { outcome: 'webhook.refused', remoteId: null }, 'webhook.refused', []);
const delivered = () =>
  receipts(edit, { outcome: 'delivered', remoteId: null, delivery: { replies: [reply] } }, null, []);

describe('the events of a change for the brain', () => {
  it('that was a dead letter and is replayed are not taken for those of its refusal', () => {
    const [first] = refused();
    const [second] = delivered();
    expect(JSON.parse(String(second?.body))).toMatchObject([reply]);
    expect(second?.dedupeKey).not.toBe(first?.dedupeKey);
  });

  it('are the same each time it ends alike', () => {
    expect(refused()[0]?.dedupeKey).toBe(refused()[0]?.dedupeKey);
    expect(delivered()[0]?.dedupeKey).toBe(delivered()[0]?.dedupeKey);
  });
});

describe('the receipt of a message for the portal', () => {
  const message = {
    ...edit,
    lane: 'bot/7>portal',
    target: 'portal',
    action: { type: 'send', text: 'hello', remoteMessageId: 'm1' },
  } as unknown as OutboxRow;

  it('is left out where nobody wants it, and what else follows is not', () => {
    const shown = { outcome: 'sent', remoteId: '502' };
    expect(receipts(message, shown, null, null)).toEqual([]);
    const [told] = receipts(message, { ...shown, events: [{ type: 'inactivity_timer_due' }] }, null, null);
    expect(JSON.parse(String(told?.body))).toEqual([{ type: 'inactivity_timer_due' }]);
  });

  it('that was a dead letter and is replayed is not taken for the one of its failure', () => {
    const [failed] = receipts(message, { outcome: 'bitrix24.X', remoteId: null }, 'bitrix24.X', []);
    const [shown] = receipts(message, { outcome: 'sent', remoteId: '502' }, null, []);
    expect(JSON.parse(String(shown?.body))).toMatchObject([{ type: 'receipt', portalMessageId: '502', error: null }]);
    expect(shown?.dedupeKey).not.toBe(failed?.dedupeKey);
  });
});

describe('the receipt of a message of two parts', () => {
  const part = (index: number, seq: number): OutboxRow => ({
    ...edit,
    seq,
    target: 'portal',
    action: { type: 'send', text: 'hello', remoteMessageId: 'm1', part: { index, count: 2 } } as never,
  });
  const done = { portal: edit.portal, lane: edit.lane, state: 'done', outcome: 'sent', remoteId: '502' } as const;
  const nothingStored = { raw: () => Promise.resolve({ rows: [] }) } as never;

  it('waits for the part behind it', async () => {
    const rows = [part(0, 3), part(1, 4)];
    expect(await endedParts(nothingStored, rows[0] as OutboxRow, rows, [])).toBeNull();
  });

  it('waits for the part that is sent again behind it, also where the first part comes last', async () => {
    const rows = [part(1, 5), part(0, 6)];
    expect(await endedParts(nothingStored, rows[0] as OutboxRow, rows, [])).toBeNull();
    const ended = await endedParts(nothingStored, rows[1] as OutboxRow, rows, [{ ...done, seq: 5 }]);
    expect(ended).toEqual([{ remoteId: '502', error: null }]);
  });
});
