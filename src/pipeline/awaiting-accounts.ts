/** Accounts that await their portal, as brains see them: sealed in the store, open here. */
import type { AwaitingAccounts } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { randomToken, type Sealer } from '../lib/encryption.ts';
import { dropAwaiting, findAwaiting, keepAwaiting } from '../store/awaiting-accounts.ts';
import type { Db } from '../store/database.ts';

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export function awaitingAccounts(db: Db, sealer: Sealer, brain: string): AwaitingAccounts {
  const context = (id: string): string => `awaiting_account:${id}`;
  async function find(id: string): Promise<Connection | null> {
    const box = uuidForm.test(id) ? await findAwaiting(db, brain, id) : null;
    if (box === null) return null;
    const { doorSecret, config } = JSON.parse(sealer.open(box, context(id))) as Pick<
      Connection,
      'doorSecret' | 'config'
    >;
    return { id, portal: '', config, doorSecret };
  }
  return {
    find,
    async keep(id, config) {
      const doorSecret = (await find(id))?.doorSecret ?? randomToken(24);
      await keepAwaiting(db, brain, id, sealer.seal(JSON.stringify({ doorSecret, config }), context(id)));
      return { id, portal: '', config, doorSecret };
    },
    async drop(id) {
      await dropAwaiting(db, brain, id);
    },
  };
}
