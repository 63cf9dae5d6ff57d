/** Appends the app's own actions that concern a portal as a whole. The outbox worker executes them. */
import { type AppAction, checkAppTrace } from '../core/actions.ts';
import { badInput } from '../core/errors.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { type Db, inTransaction, type Pool } from '../store/database.ts';
import { appLane, erasePersonLane } from '../store/queue/lane-names.ts';
import { appendActions } from '../store/queue/outbox.ts';
import { lockPortal } from '../store/tenants/portals.ts';
import type { NoteChange } from './audit.ts';

/**
 * Orders the set-up of a portal: registers its bots, commands and events there. Call it in the transaction that makes the set-up necessary, and wake
 * the outbox after the commit. @param trace the id under which `trace` shows the set-up
 */
export async function orderSetUp(db: Db, portal: string, trace: string): Promise<void> {
  await order(db, portal, { type: 'set_up' }, trace);
}

/**
 * Orders the set-up that an administrator wants anew. Returns the id under which `trace` shows it. Throws BadInput `portal.uninstalled` for a
 * portal that has removed the app, or was erased.
 */
export async function orderPortalSetUp(
  db: Pool,
  wakeups: Pick<Wakeups, 'outbox'>,
  portal: string,
  note: NoteChange,
): Promise<string> {
  const trace = `set-up-${randomToken(6)}`;
  await inTransaction(db, async (trx) => {
    const row = await lockPortal(trx, portal);
    if (row === null || row.state === 'uninstalled') {
      throw badInput('portal.uninstalled', 'the portal has removed the app', 409);
    }
    await orderSetUp(trx, portal, trace);
    await note(trx, portal, { action: 'portal.set_up', subject: '' });
  });
  wakeups.outbox.ring();
  return trace;
}

/** Orders that everything stored about a person is erased. Call it in the transaction that notes it, and wake the outbox afterwards. */
export async function orderPersonErasure(db: Db, portal: string, userId: string, trace: string): Promise<void> {
  await appendActions(db, [{ ...ordered(portal, { type: 'erase_person', userId }, trace), lane: erasePersonLane }]);
}

/** Orders that a bot is taken out of the portal. Call it in the transaction that removes the bot here. */
export async function orderUnregister(db: Db, portal: string, botId: string, trace: string): Promise<void> {
  await order(db, portal, { type: 'unregister_bot', botId }, trace);
}

/** Orders that the portals are asked whether the app still works in them. */
export async function orderAppChecks(db: Db, portals: readonly string[]): Promise<void> {
  await appendActions(
    db,
    portals.map((portal) => ordered(portal, { type: 'check_app' }, checkAppTrace)),
  );
}

async function order(db: Db, portal: string, action: AppAction, trace: string): Promise<void> {
  await appendActions(db, [ordered(portal, action, trace)]);
}

function ordered(portal: string, action: AppAction, trace: string) {
  return { portal, lane: appLane, target: 'app' as const, action, botCode: null, dialogId: null, trace };
}
