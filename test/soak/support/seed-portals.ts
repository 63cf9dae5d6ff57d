/** Puts the farm's portals into a database as installations would have left them: a thousand real ones would take minutes. */
import { createSealer, sha256 } from '../../../src/lib/encryption.ts';
import { tokenContext } from '../../../src/pipeline/token-context.ts';
import { addBot, updateBot } from '../../../src/store/bots.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { updatePortal, upsertPortal } from '../../../src/store/portals.ts';
import { offerToken } from '../../../src/store/tokens.ts';
import type { EventBot } from '../../support/event-bodies.ts';
import type { FarmPortal } from './farm-portal.ts';

/** The bot every farm portal has. */
export const farmBot: EventBot = { id: 567, code: 'bridge_assistant' };

export interface Seeding {
  readonly portals: readonly FarmPortal[];
  readonly oauth: { readonly origin: string };
}

export async function seedPortals(databaseUrl: string, appSecret: Buffer, farm: Seeding): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 4 });
  try {
    const waiting = [...farm.portals];
    const work = async (): Promise<void> => {
      for (let portal = waiting.pop(); portal !== undefined; portal = waiting.pop()) {
        await seedPortal(db, appSecret, portal, farm.oauth.origin);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
  } finally {
    await db.destroy();
  }
}

async function seedPortal(db: Pool, appSecret: Buffer, portal: FarmPortal, oauthOrigin: string): Promise<void> {
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
  await updatePortal(db, id, { has_v2: true, set_up_at: new Date() });
  await offerToken(db, {
    portal: id,
    accessBox: sealer.seal(portal.accessToken, tokenContext.access(id)),
    refreshBox: sealer.seal(portal.refreshToken, tokenContext.refresh(id)),
    expiresAt: new Date(Date.now() + (portal.mood === 'expired' ? -60_000 : 3_600_000)),
    userId: '1',
    isAdmin: true,
  });
  await addBot(db, id, { code: farmBot.code, type: 'B', name: 'Soak', brain: 'echo', connectionId: null });
  await updateBot(db, id, farmBot.code, { bot_id: String(farmBot.id), state: 'registered' });
}
