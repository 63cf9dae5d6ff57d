/** Leaves accounts and removes connections. Leaving is best effort: a remote that cannot be reached now keeps what it has of us. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { type AppError, RemoteUnreachable, toAppError } from '../core/errors.ts';
import type { NoteChange } from '../portals/audit.ts';
import { inTransaction } from '../store/database.ts';
import { listBots } from '../store/tenants/bots.ts';
import { type ConnectionRow, listConnections, removeConnection } from '../store/tenants/connections.ts';
import { erasePortal } from '../store/tenants/portal-erasure.ts';
import { findPortal } from '../store/tenants/portals.ts';
import type { AccountWork } from './account-work.ts';
import { openConnection } from './stored-connection.ts';

/** Whether the remote was told that its account is no longer used. */
export type LeaveResult =
  /** The remote need not be told. */
  { readonly isLeft: null } | { readonly isLeft: true } | { readonly isLeft: false; readonly problem: AppError };

export interface LeftConnection {
  readonly row: ConnectionRow;
  readonly left: LeaveResult;
}

/** After so long the app goes on without the remote's answer. */
const patienceMs = 10_000;

/** Does not throw. */
export async function leaveConnection(
  work: AccountWork,
  brain: Brain,
  connection: Connection,
  waitMs = patienceMs,
): Promise<LeaveResult> {
  if (brain.leave === undefined) return { isLeft: null };
  const facts = { portal: connection.portal, connection: connection.id, brain: brain.name };
  try {
    await inTime(brain.leave(connection, work.hookUrl(connection, brain), work.toolsFor(connection, brain)), waitMs);
    work.log.info(facts, 'an account was left');
    return { isLeft: true };
  } catch (thrown) {
    const problem = toAppError(thrown);
    work.log.warn({ ...facts, err: problem }, 'an account could not be left; its traces stay at the remote');
    return { isLeft: false, problem };
  }
}

async function leaveStored(work: AccountWork, row: ConnectionRow): Promise<LeftConnection> {
  const brain = work.brainOf(row.brain);
  if (brain?.leave === undefined) return { row, left: { isLeft: null } };
  try {
    return { row, left: await leaveConnection(work, brain, openConnection(work.sealer, row)) };
  } catch (thrown) {
    // Its secrets were sealed with a key that is gone: the remote cannot be told any more.
    return { row, left: { isLeft: false, problem: toAppError(thrown) } };
  }
}

/** Leaves the account and removes its connection. Null, and nothing is done, while a bot thinks with it. */
export async function removeUnused(
  work: AccountWork,
  row: ConnectionRow,
  note: NoteChange,
): Promise<LeftConnection | null> {
  const { portal, id, brain, title } = row;
  const isUsed = async (): Promise<boolean> =>
    (await listBots(work.db, portal)).some((bot) => bot.connection_id === id);
  if (await isUsed()) return null;
  const left = await leaveStored(work, row);
  const isRemoved = await inTransaction(work.db, async (trx) => {
    if (!(await removeConnection(trx, portal, id))) return false;
    await note(trx, portal, { action: 'connection.removed', subject: id, details: { from: { brain, title } } });
    return true;
  });
  work.evict(id);
  return isRemoved || !(await isUsed()) ? left : null;
}

/**
 * Leaves all accounts of a portal, then removes every trace of it: without the erased secrets, nobody could tell the remotes. With `onlyUninstalled`
 * a portal that has the app (again) is left alone.
 */
export async function eraseWithAccounts(
  work: AccountWork,
  portal: string,
  onlyUninstalled: boolean,
): Promise<{ readonly isErased: boolean; readonly left: readonly LeftConnection[] }> {
  const isMeant = !onlyUninstalled || (await findPortal(work.db, portal))?.state === 'uninstalled';
  const rows = isMeant ? await listConnections(work.db, portal) : [];
  const left = await Promise.all(rows.map((row) => leaveStored(work, row)));
  const isErased = await inTransaction(work.db, (trx) => erasePortal(trx, portal, onlyUninstalled));
  for (const { id } of rows) work.evict(id);
  return { isErased, left };
}

/** Throws RemoteUnreachable if `going` takes longer than `ms`; a failure that comes later is ignored. */
async function inTime(going: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new RemoteUnreachable({ code: 'connection.leave_timeout', message: 'the account did not answer in time' });
  });
  try {
    await Promise.race([going, late]);
  } finally {
    timer.abort();
  }
}
