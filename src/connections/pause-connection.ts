/** Pauses an account by hand and resumes it: while it is paused, its webhooks are refused, and what is to be sent to it waits. */
import type { NoteChange } from '../portals/audit.ts';
import { inTransaction } from '../store/database.ts';
import { pauseConnection, resumeConnection } from '../store/tenants/connection-health.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import { type AccountWork, wakeBots } from './account-work.ts';

/** False when the account was paused already. */
export async function pauseAccount(work: AccountWork, row: ConnectionRow, note: NoteChange): Promise<boolean> {
  const isPaused = await inTransaction(work.db, async (trx) => {
    if (!(await pauseConnection(trx, row))) return false;
    await note(trx, row.portal, { action: 'connection.paused', subject: row.id });
    return true;
  });
  if (isPaused) work.evict(row.id);
  return isPaused;
}

/** Resumes the account: what has waited is sent now. False when it was not paused. */
export async function resumeAccount(work: AccountWork, row: ConnectionRow, note: NoteChange): Promise<boolean> {
  const isResumed = await inTransaction(work.db, async (trx) => {
    if (!(await resumeConnection(trx, row))) return false;
    await wakeBots(trx, row);
    await note(trx, row.portal, { action: 'connection.resumed', subject: row.id });
    return true;
  });
  if (!isResumed) return false;
  work.evict(row.id);
  work.wakeups.outbox.ring();
  return true;
}
