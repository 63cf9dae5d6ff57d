/** Changes how the events of a portal arrive, while it goes on working. */
import { badInput } from '../core/errors.ts';
import type { EventApi } from '../core/event-api.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { lockPortal, updatePortal } from '../store/tenants/portals.ts';
import { orderSetUp } from './app-orders.ts';

/**
 * Stores the wish and orders the set-up that brings the portal's bots over; until then everything stays as it is. Returns the id under which
 * `trace` shows the set-up. Throws BadInput `portal.no_imbot_v2` for a portal that only knows the first API, and `portal.*` for one that is gone.
 */
export async function changeEventApi(
  db: Pool,
  wakeups: Pick<Wakeups, 'outbox'>,
  portal: string,
  eventApi: EventApi | 'auto',
): Promise<string> {
  const trace = `events-${randomToken(6)}`;
  await inTransaction(db, async (trx) => {
    const row = await lockPortal(trx, portal);
    if (row === null) throw badInput('portal.unknown', 'the portal was erased meanwhile');
    if (row.state === 'uninstalled') throw badInput('portal.uninstalled', `${row.domain} has removed the app`);
    if (row.has_imbot_v2 === false && eventApi.startsWith('v2-')) {
      throw badInput(
        'portal.no_imbot_v2',
        `${row.domain} has no imbot.v2; its events can only be posted by the first API`,
      );
    }
    await updatePortal(trx, portal, { event_api_wanted: eventApi });
    await orderSetUp(trx, portal, trace);
  });
  wakeups.outbox.ring();
  return trace;
}
