/** Stores a proven installation, whichever way it was proven: through OAuth (`installation.ts`) or through an incoming webhook. */
import { inTransaction, type Pool } from '../store/database.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import {
  lockPortal,
  type Portal,
  type ProvenInstall,
  releaseName,
  updatePortal,
  upsertPortal,
} from '../store/tenants/portals.ts';
import { type NewToken, offerToken } from '../store/tenants/tokens.ts';
import { orderSetUp } from './app-orders.ts';
import { refuseMoving } from './cells/lives-elsewhere.ts';

/**
 * Stores the portal, its tokens and the order to set it up, in one transaction, and wakes what waited for working tokens. Repeatable. The caller
 * wakes the outbox. Throws what `refuseMoving` throws.
 */
export async function storeInstallation(
  db: Pool,
  install: ProvenInstall,
  token: Omit<NewToken, 'portal' | 'isAdmin'>,
  { trace, eventApi }: { readonly trace: string; readonly eventApi?: Portal['event_api_wanted'] },
): Promise<void> {
  const { portal, isAdmin } = install;
  await inTransaction(db, async (trx) => {
    const known = await lockPortal(trx, portal);
    if (known !== null) refuseMoving(known);
    await upsertPortal(trx, install);
    // Not for portals added by a webhook: no OAuth host has confirmed their id.
    if (install.serverEndpoint !== '') await releaseName(trx, portal);
    if (eventApi !== undefined) await updatePortal(trx, portal, { event_api_wanted: eventApi });
    await offerToken(trx, { ...token, portal, isAdmin });
    await orderSetUp(trx, portal, trace);
    await wakeLanes(trx, 'outbox', portal);
  });
}
