/**
 * Moves a portal from one cell to another (docs/scaling.md). Each step may be repeated, so a move that was broken off anywhere is finished by
 * moving the portal again. Events are accepted at every moment:
 *
 *   1  the old cell stops working on the portal, and goes on storing what arrives   (`leaving`)
 *   2  all rows are copied; the new cell works on none of them yet                  (`arriving`)
 *   3  the old cell sends on what arrives from now on                               (`left`)
 *   4  the directory names the new cell; what the old cell has stored since 2 is sent after the copy
 *   5  the new cell begins, first with what was copied and sent, then with what it was given since 3
 *   6  Bitrix24 and the brains are told the new address, and the old cell erases the portal
 *
 * Only one cell at a time works on the portal, and none between 1 and 5. Why it is done so: decision "Move a portal by copying it while its
 * events wait".
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import { orderSetUp } from '../portals/app-orders.ts';
import { copyKeys, copyPortal, dropCopy } from '../store/cells/copy-portal.ts';
import { setHomes, setWebhookHomes } from '../store/cells/directory.ts';
import {
  arrive,
  beginLeaving,
  cancelLeaving,
  countUnsent,
  endClaims,
  isStillWorked,
  type LateEvent,
  leave,
  listCopiedLanes,
  listLateEvents,
  listWebhookHashes,
  type MoveTarget,
  markSent,
} from '../store/cells/portal-moves.ts';
import { databaseTime, inTransaction, type Pool } from '../store/database.ts';
import { acceptEvents } from '../store/queue/inbox.ts';
import { notifyQueue } from '../store/queue/notify.ts';
import { checkAtOnce } from '../store/tenants/connection-health.ts';
import { listConnections } from '../store/tenants/connections.ts';
import { erasePortal } from '../store/tenants/portal-erasure.ts';
import { findPortal, lockPortal, type Portal } from '../store/tenants/portals.ts';

export interface MoveOptions {
  readonly portal: string;
  readonly from: { readonly name: string; readonly db: Pool };
  readonly to: MoveTarget & { readonly db: Pool };
  readonly directory: Pool;
  /** Called before each step with a sentence for the administrator. */
  readonly onStep: (step: string) => void;
  /** How long the move waits until no process believes old facts of the portal; shorter in tests. */
  readonly settleMs?: number | undefined;
  /** How long the move waits for the set-up in the portal. */
  readonly patienceMs?: number | undefined;
}

export interface Moved {
  readonly rows: number;
  /** Events that were accepted in the old cell while the portal was copied. */
  readonly lateEvents: number;
  /** False: the portal could not be told its new address yet. The old cell goes on sending its events on, until the portal is moved again. */
  readonly isFinished: boolean;
}

/** Processes believe what they know of a portal for three seconds, and a change that a person makes takes a moment. */
const usualSettleMs = 6_000;
const usualPatienceMs = 120_000;
const pollMs = 100;

/** Leases of lanes last a minute, exchanges of tokens half a minute: after that, a process that hangs has lost them. */
const workedPatienceMs = 180_000;

const lateAtOnce = 32;

/** Throws AppError `move.still_worked`, `move.unsent`, and what the database throws; then run it again. */
export async function movePortal(options: MoveOptions): Promise<Moved> {
  const { portal, from } = options;
  const row = await findPortal(from.db, portal);
  if (row === null)
    throw new AppError({ code: 'move.no_portal', message: `the portal is not in the cell ${from.name}` });
  const rows = row.move_state === 'left' ? 0 : await carryOver(options);
  await nameNewHome(options);
  options.onStep('sending on what arrived meanwhile');
  await sleep(options.settleMs ?? usualSettleMs);
  let lateEvents = await sendLate(options);
  await begin(options);
  const isTold = await waitUntilTold(options);
  lateEvents += await sendLate(options);
  if (!isTold) return { rows, lateEvents, isFinished: false };
  options.onStep(`erasing it in ${from.name}`);
  await eraseHere(options);
  return { rows, lateEvents, isFinished: true };
}

/** Takes back a move that has not reached step 3. Throws AppError `move.has_left`. */
export async function cancelMove({ portal, from, to }: Pick<MoveOptions, 'portal' | 'from' | 'to'>): Promise<void> {
  const row = await findPortal(from.db, portal);
  if (row?.move_state === 'left') {
    throw new AppError({
      code: 'move.has_left',
      message: `the portal has left already: finish the move to ${to.name}`,
    });
  }
  await inTransaction(to.db, async (trx) => {
    if ((await lockPortal(trx, portal))?.move_state === 'arriving') await dropCopy(trx, portal);
  });
  await cancelLeaving(from.db, portal);
  await wake(from.db);
}

/** Steps 1 to 3. Returns how many rows were copied. */
async function carryOver({ portal, from, to, onStep, settleMs = usualSettleMs }: MoveOptions): Promise<number> {
  onStep(`stopping the work on it in ${from.name}`);
  const isFrozen = async (): Promise<boolean> =>
    (await beginLeaving(from.db, portal, to)) || (await findPortal(from.db, portal))?.move_state === 'leaving';
  if (!(await waitFor(isFrozen, workedPatienceMs))) {
    const message = `the portal is just changing how its events arrive in ${from.name}; nothing was moved: try again in a minute`;
    throw new AppError({ code: 'move.still_worked', message });
  }
  const frozenAt = await databaseTime(from.db);
  await sleep(settleMs);
  const isFree = async (): Promise<boolean> => !(await isStillWorked(from.db, portal, frozenAt));
  if (!(await waitFor(isFree, workedPatienceMs))) {
    const message = `something of the portal is still under way in ${from.name}; nothing was moved, and it goes on waiting: move it again`;
    throw new AppError({ code: 'move.still_worked', message });
  }
  await endClaims(from.db, portal);
  onStep(`copying it to ${to.name}`);
  const rows = await copyPortal(from.db, to.db, portal);
  await leave(from.db, portal, await listCopiedLanes(to.db, portal));
  return rows;
}

/** Step 4: from now on, look-ups of the portal lead to the new cell; so do webhooks to addresses that the old cell gave out. */
async function nameNewHome({ portal, from, to, directory }: MoveOptions): Promise<void> {
  const row = await findPortal(from.db, portal);
  await setWebhookHomes(directory, to.name, await listWebhookHashes(from.db, portal));
  await setHomes(directory, to.name, [{ portal, memberId: row?.member_id ?? null }]);
}

/** Stores in the new cell the events that the old one has stored since the copy, each once. Returns how many. */
async function sendLate({ portal, from, to }: MoveOptions): Promise<number> {
  const row = await findPortal(from.db, portal);
  const since = new Date((row?.move_since?.getTime() ?? 0) - 3_600_000);
  let sent = 0;
  await copyKeys(from.db, to.db, portal, since);
  for (;;) {
    const late = await listLateEvents(from.db, portal, lateAtOnce);
    if (late.length === 0) break;
    // These events do not wait for those that the new cell holds, which came later.
    await acceptEvents(
      to.db,
      late.map((event) => asNew(event, from.name, portal)),
      true,
    );
    await markSent(from.db, portal, late);
    sent += late.length;
  }
  // The keys of what came meanwhile. Not after each part, because a busy portal has many keys.
  if (sent > 0) await copyKeys(from.db, to.db, portal, since);
  return sent;
}

/** The dedupe key is made of the row, because the event's own key has been copied already: a repeated step stores nothing twice. */
function asNew(
  { lane, seq, source, connection_id: connectionId, ingress, trace, subject, body }: LateEvent,
  cell: string,
  portal: string,
) {
  const digest = createHash('sha256')
    .update(JSON.stringify(['moved', cell, portal, lane, seq]))
    .digest('hex');
  const dedupeKey = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { portal, lane, dedupeKey, source, connectionId, ingress, trace, subject, body };
}

/** Step 5, and the orders of step 6, in one transaction. A move that is run again orders the set-up anew, because the former one may have failed for good. */
async function begin({ portal, from, to, onStep }: MoveOptions): Promise<void> {
  onStep(`beginning the work on it in ${to.name}`);
  const former = await setUpAt(from.db, portal);
  await inTransaction(to.db, async (trx) => {
    const hasBegun = !(await arrive(trx, portal));
    const row = await lockPortal(trx, portal);
    const isTold = hasBegun && row?.set_up_at?.getTime() !== former;
    if (row === null || isTold) return;
    if (row.state !== 'uninstalled') await orderSetUp(trx, portal, `moved-${randomUUID()}`);
    if (hasBegun) return;
    for (const connection of await listConnections(trx, portal)) await checkAtOnce(trx, connection);
  });
  await wake(to.db);
}

/** When the portal was last set up: the copy has the old cell's moment until the new cell has set the portal up. */
const setUpAt = async (db: Pool, portal: string): Promise<number | undefined> =>
  (await findPortal(db, portal))?.set_up_at?.getTime();

async function wake(db: Pool): Promise<void> {
  for (const queue of ['inbox', 'outbox'] as const) await notifyQueue(db, queue);
}

/**
 * False when the portal could not be set up with its new address in time. A portal that takes no calls counts as told: it is set up when an
 * administrator opens the app there.
 */
async function waitUntilTold({
  portal,
  from,
  to,
  onStep,
  patienceMs = usualPatienceMs,
}: MoveOptions): Promise<boolean> {
  onStep('telling the portal its new address');
  const former = await setUpAt(from.db, portal);
  const isTold = async (): Promise<boolean> => {
    const row = await findPortal(to.db, portal);
    return row === null || row.state !== 'installed' || row.set_up_at?.getTime() !== former;
  };
  return await waitFor(isTold, patienceMs);
}

/** Erases only the rows: the accounts at the brains live on in the new cell. */
async function eraseHere({ portal, from }: MoveOptions): Promise<void> {
  await inTransaction(from.db, async (trx) => {
    const row: Portal | null = await lockPortal(trx, portal);
    if (row?.move_state !== 'left') return;
    const unsent = await countUnsent(trx, portal);
    if (unsent > 0) {
      const message = `${unsent} events or orders came to the old cell at the last moment; move the portal again to send them on`;
      throw new AppError({ code: 'move.unsent', message });
    }
    await erasePortal(trx, portal, false);
  });
}

async function waitFor(condition: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() >= end) return false;
    await sleep(pollMs);
  }
  return true;
}
