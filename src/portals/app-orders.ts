/** Appends the app's own actions that concern a portal as a whole. The outbox worker executes them. */
import type { AppAction } from '../core/actions.ts';
import type { Db } from '../store/database.ts';
import { appLane } from '../store/queue/lane-names.ts';
import { appendActions } from '../store/queue/outbox.ts';

/**
 * Orders the set-up of a portal: registers its bots, commands and events there. Part of the transaction that made it necessary; the caller
 * wakes the outbox after the commit. @param trace the id under which `trace` shows the set-up
 */
export async function orderSetUp(db: Db, portal: string, trace: string): Promise<void> {
  await order(db, portal, { type: 'set_up' }, trace);
}

/** Orders that a bot is taken out of the portal. Part of the transaction that removed it here. */
export async function orderUnregister(db: Db, portal: string, botId: string, trace: string): Promise<void> {
  await order(db, portal, { type: 'unregister_bot', botId }, trace);
}

/** Orders that the portals are asked whether the app still works in them. */
export async function orderAppChecks(db: Db, portals: readonly string[]): Promise<void> {
  await appendActions(
    db,
    portals.map((portal) => ordered(portal, { type: 'check_app' }, 'check-app')),
  );
}

async function order(db: Db, portal: string, action: AppAction, trace: string): Promise<void> {
  await appendActions(db, [ordered(portal, action, trace)]);
}

function ordered(portal: string, action: AppAction, trace: string) {
  return { portal, lane: appLane, target: 'app' as const, action, botCode: null, dialogId: null, trace };
}
