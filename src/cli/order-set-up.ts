/** Orders a portal's set-up, which carries changes of bots over to the portal. The running app does it. */
import { randomToken } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import { appLane } from '../store/queue/lane-names.ts';
import { notifyQueue } from '../store/queue/notify.ts';
import { appendActions } from '../store/queue/outbox.ts';

/** Part of the transaction that made the change. Returns the trace under which the set-up can be followed. */
export async function orderSetUp(db: Db, portal: string): Promise<string> {
  const trace = `cli-${randomToken(6)}`;
  const action = { type: 'set_up' as const };
  await appendActions(db, [{ portal, lane: appLane, target: 'app', action, botCode: null, dialogId: null, trace }]);
  await notifyQueue(db, 'outbox');
  return trace;
}

/** What to tell the operator about an ordered set-up. */
export function setUpTexts(trace: string): string {
  return `The running app tells the portal within a second or two; follow it with: trace ${trace}`;
}
