import { describe, expect, it } from 'vitest';
import { receipts } from '../../../src/queue/receipts.ts';
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
