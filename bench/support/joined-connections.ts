/** Puts connections into a database as `connections add` would have left them, without thousands of calls to the remote. */
import { randomUUID } from 'node:crypto';
import { createSealer, randomToken, sha256 } from '../../src/lib/encryption.ts';
import { openDatabase } from '../../src/store/database.ts';
import { addConnection } from '../../src/store/tenants/connections.ts';

export interface JoinedConnections {
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  readonly portal: string;
  readonly brain: string;
  readonly configs: readonly unknown[];
}

export interface StoredConnection {
  readonly id: string;
  /** The last part of its webhook address. */
  readonly webhookSecret: string;
}

/** In the order of the configs. */
export async function storeConnections(options: JoinedConnections): Promise<readonly StoredConnection[]> {
  const sealer = createSealer({ current: options.appSecret });
  const db = openDatabase({ url: options.databaseUrl, poolSize: 1 });
  const stored: StoredConnection[] = [];
  try {
    for (const config of options.configs) {
      const id = randomUUID();
      const webhookSecret = randomToken(24);
      await addConnection(db, {
        portal: options.portal,
        id,
        brain: options.brain,
        title: options.brain,
        configSealed: sealer.seal(JSON.stringify(config), `connection.config:${id}`),
        webhookSecretSealed: sealer.seal(webhookSecret, `connection.webhook:${id}`),
        webhookSecretHash: sha256(webhookSecret),
      });
      stored.push({ id, webhookSecret });
    }
  } finally {
    await db.destroy();
  }
  return stored;
}
