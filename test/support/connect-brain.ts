/** Joins the bots of an installed portal to a brain, as `connections add` and `bots set` do. */
import { randomUUID } from 'node:crypto';
import { createSealer, randomToken, sha256 } from '../../src/lib/encryption.ts';
import type { Pool } from '../../src/store/database.ts';
import { listBots, updateBot } from '../../src/store/tenants/bots.ts';
import { addConnection } from '../../src/store/tenants/connections.ts';
import type { Bridge } from './bridge.ts';

/** Returns the webhook address of the new connection. All bots of the portal think with it from now on. */
export async function connectBrain(db: Pool, bridge: Bridge, brain: string, config: unknown): Promise<string> {
  const sealer = createSealer({ current: bridge.appSecret });
  const portal = bridge.portal.memberId;
  const id = randomUUID();
  const secret = randomToken(24);
  await addConnection(db, {
    portal,
    id,
    brain,
    title: brain,
    configSealed: sealer.seal(JSON.stringify(config), `connection.config:${id}`),
    webhookSecretSealed: sealer.seal(secret, `connection.webhook:${id}`),
    webhookSecretHash: sha256(secret),
  });
  for (const bot of await listBots(db, portal)) await updateBot(db, portal, bot.code, { brain, connection_id: id });
  return `${bridge.url}/brains/${brain}/${secret}`;
}
