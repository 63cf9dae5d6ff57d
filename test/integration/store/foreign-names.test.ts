/** Names of conversations and messages as a remote may write them: the database cannot hold every character there is. */
import { describe, expect, it } from 'vitest';
import { toNewEvents } from '../../../src/connections/resolve-conversation.ts';
import type { Pool } from '../../../src/store/database.ts';
import { acceptEvents } from '../../../src/store/queue/inbox.ts';
import { readReportedFailure, recordReportedFailures } from '../../../src/store/queue/reported-failures.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
const intake = {
  portal,
  connectionId: '00000000-0000-4000-8000-000000000001',
  brain: 'echo',
  ingress: 'webhook' as const,
};
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});

describe('a name with a NUL character', () => {
  it.each([{ ref: 'a\0b' }, { remoteId: 'a\0b' }])('is a conversation nobody knows: %j', async (conversation) => {
    const message = { dedupeKey: 'k\0', body: Buffer.from('{}'), conversation };
    const events = await toNewEvents(db, intake, [message]);
    expect(events).toHaveLength(1);
    expect(await acceptEvents(db, events)).toEqual([true]);
    await db('dedupe').delete();
    expect(await toNewEvents(db, intake, [{ ...message, ifKnown: true }])).toEqual([]);
  });

  it('may be that of a message whose failure is told', async () => {
    const lane = { portal, lane: 'bot/1>portal' };
    await recordReportedFailures(db, [{ ...lane, remoteId: 'm\0', isWithdrawn: true }]);
    expect(await readReportedFailure(db, lane, 'm\0')).toEqual({ isWithdrawn: true });
  });
});
