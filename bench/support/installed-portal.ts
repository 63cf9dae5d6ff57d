/** Puts an installed portal with one bot into a database, as an installation would have left it, without needing the OAuth host. */

import { createSealer, sha256 } from '../../src/lib/encryption.ts';
import { tokenContext } from '../../src/portals/token-context.ts';
import { openDatabase } from '../../src/store/database.ts';
import { claimAppChecks } from '../../src/store/tenants/app-checks.ts';
import { addBot, updateBot } from '../../src/store/tenants/bots.ts';
import { updatePortal, upsertPortal } from '../../src/store/tenants/portals.ts';
import { offerToken } from '../../src/store/tenants/tokens.ts';
import type { Sender } from './fixture.ts';

export interface InstalledPortal {
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  readonly sender: Sender;
  /** Used as the portal's REST address; ends with `/rest/`. */
  readonly restUrl: string;
}

export async function installPortal(options: InstalledPortal): Promise<void> {
  const { sender, restUrl } = options;
  const portal = sender.memberId;
  const sealer = createSealer({ current: options.appSecret });
  const db = openDatabase({ url: options.databaseUrl, poolSize: 1 });
  try {
    await upsertPortal(db, {
      portal,
      domain: new URL(restUrl).host,
      clientEndpoint: restUrl,
      serverEndpoint: restUrl,
      applicationTokenHash: sha256(sender.applicationToken),
      scope: 'imbot,im,imopenlines',
      language: 'ru',
      isAdmin: true,
    });
    // As the set-up would have found: the portal has the second API, in which a repeated send is harmless.
    await updatePortal(db, portal, { has_imbot_v2: true, set_up_at: new Date() });
    // Recorded as checked just now, because the check would be one more call to the portal.
    await claimAppChecks(db, { before: new Date(), limit: 1_000 });
    await offerToken(db, {
      portal,
      accessSealed: sealer.seal('bench-access', tokenContext.access(portal)),
      refreshSealed: sealer.seal('bench-refresh', tokenContext.refresh(portal)),
      expiresAt: new Date(Date.now() + 3_600_000),
      userId: '1',
      isAdmin: true,
    });
    await addBot(db, portal, { code: sender.botCode, type: 'O', name: 'Bench', brain: 'echo', connectionId: null });
    // Without a greeting: one that waits for the brain's answer would add rows and calls that depend on how fast the answer comes.
    const isRegistered = { bot_id: sender.botId, state: 'registered' } as const;
    await updateBot(db, portal, sender.botCode, { ...isRegistered, greeting: { off: true } });
  } finally {
    await db.destroy();
  }
}
