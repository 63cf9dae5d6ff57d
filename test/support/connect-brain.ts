/** Connects the bots of an installed portal to a brain, as `connections add` and `bots set` do. */
import { randomUUID } from 'node:crypto';
import { createSealer, randomToken, sha256 } from '../../src/lib/encryption.ts';
import type { Pool } from '../../src/store/database.ts';
import { listBots, updateBot } from '../../src/store/tenants/bots.ts';
import { addConnection } from '../../src/store/tenants/connections.ts';
import type { Bridge } from './bridge.ts';

/** A connection that is not stored yet, and the address of its webhook. */
export interface NewConnection {
  readonly id: string;
  readonly hook: string;
}

/** Stores a connection with the given configuration, or with what the given function makes. From then on all bots of the portal use it. */
export async function connectBrain<Config extends object>(
  db: Pool,
  bridge: Bridge,
  brain: string,
  given: Config | ((connection: NewConnection, bridge: Bridge) => Promise<Config>),
): Promise<{ readonly hook: string; readonly config: Config }> {
  const sealer = createSealer({ current: bridge.appSecret });
  const portal = bridge.portal.memberId;
  const id = randomUUID();
  const secret = randomToken(24);
  const hook = `${bridge.url}/brains/${brain}/${secret}`;
  const config = typeof given === 'function' ? await given({ id, hook }, bridge) : given;
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
  return { hook, config };
}
