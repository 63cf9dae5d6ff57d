/** Stores the fleet's portals in a database as installations would have left them; a thousand real installations would take minutes. */
import { createSealer, sha256 } from '../../../src/lib/encryption.ts';
import { tokenContext } from '../../../src/portals/token-context.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { addBot, updateBot } from '../../../src/store/tenants/bots.ts';
import { updatePortal, upsertPortal } from '../../../src/store/tenants/portals.ts';
import { offerToken } from '../../../src/store/tenants/tokens.ts';
import type { EventBot } from '../../support/event-bodies.ts';
import type { FleetPortal } from './fleet-portal.ts';

/** The bot that every fleet portal has. */
export const fleetBot: EventBot = { id: 567, code: 'bridge_assistant' };

export interface Seeding {
  readonly portals: readonly FleetPortal[];
  readonly oauth: { readonly origin: string };
}

export async function seedPortals(databaseUrl: string, appSecret: Buffer, fleet: Seeding): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 4 });
  try {
    const waiting = [...fleet.portals];
    const work = async (): Promise<void> => {
      for (let portal = waiting.pop(); portal !== undefined; portal = waiting.pop()) {
        await seedPortal(db, appSecret, portal, fleet.oauth.origin);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
  } finally {
    await db.destroy();
  }
}

async function seedPortal(db: Pool, appSecret: Buffer, portal: FleetPortal, oauthOrigin: string): Promise<void> {
  const id = portal.memberId;
  const sealer = createSealer({ current: appSecret });
  await upsertPortal(db, {
    portal: id,
    domain: portal.domain,
    clientEndpoint: `http://${portal.domain}/rest/`,
    serverEndpoint: `${oauthOrigin}/rest/`,
    applicationTokenHash: sha256(portal.applicationToken),
    scope: 'imbot,im,imopenlines',
    language: 'ru',
    isAdmin: true,
  });
  await updatePortal(db, id, { has_imbot_v2: true, set_up_at: new Date() });
  await offerToken(db, {
    portal: id,
    accessSealed: sealer.seal(portal.accessToken, tokenContext.access(id)),
    refreshSealed: sealer.seal(portal.refreshToken, tokenContext.refresh(id)),
    expiresAt: new Date(Date.now() + (portal.failureMode === 'expired' ? -60_000 : 3_600_000)),
    userId: '1',
    isAdmin: true,
  });
  await addBot(db, id, { code: fleetBot.code, type: 'B', name: 'Soak', brain: 'echo', connectionId: null });
  await updateBot(db, id, fleetBot.code, { bot_id: String(fleetBot.id), state: 'registered' });
}
