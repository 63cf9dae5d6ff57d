/** Connections that wait for their portal, as brains see them: sealed in the store, open here. */
import type { AwaitingConnections } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { randomToken, type Sealer } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import { dropAwaiting, findAwaiting, keepAwaiting } from '../store/tenants/awaiting-connections.ts';

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The context under which such a connection is sealed. */
export const awaitingContext = (id: string): string => `awaiting_connection:${id}`;

export function awaitingConnections(db: Db, sealer: Sealer, brain: string): AwaitingConnections {
  async function find(id: string): Promise<Connection | null> {
    const sealed = uuidForm.test(id) ? await findAwaiting(db, brain, id) : null;
    if (sealed === null) return null;
    const { webhookSecret, config } = JSON.parse(sealer.open(sealed, awaitingContext(id))) as Pick<
      Connection,
      'webhookSecret' | 'config'
    >;
    return { id, portal: '', config, webhookSecret };
  }
  return {
    find,
    async keep(id, config) {
      const webhookSecret = (await find(id))?.webhookSecret ?? randomToken(24);
      await keepAwaiting(db, brain, id, sealer.seal(JSON.stringify({ webhookSecret, config }), awaitingContext(id)));
      return { id, portal: '', config, webhookSecret };
    },
    async drop(id) {
      await dropAwaiting(db, brain, id);
    },
  };
}
