/** What every use case of an account needs: the database, the brain, the tools it works with, and whom to tell of a change. */
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Db, Pool } from '../store/database.ts';
import { laneBeginning } from '../store/queue/lane-names.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { listBots } from '../store/tenants/bots.ts';
import type { ToolsFor } from './connector-tools.ts';

export interface AccountWork {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly brainOf: (name: string) => Brain | undefined;
  readonly toolsFor: ToolsFor;
  /** The webhook address of a connection. */
  readonly hookUrl: (connection: Pick<Connection, 'webhookSecret'>, brain: Brain) => string;
  /** Called after a connection was changed or removed: drops what this process keeps of it. */
  readonly evict: (connectionId: string) => void;
  readonly wakeups: Pick<Wakeups, 'outbox'>;
  readonly log: Logger;
}

/** The webhook address of a connection without its origin. */
export function hookPath(brain: string, secret: string): string {
  return `/brains/${brain}/${secret}`;
}

/** Makes due at once everything that waits for this account, in either direction. The caller wakes the outbox. */
export async function wakeBots(db: Db, { portal, id }: Pick<Connection, 'portal' | 'id'>): Promise<void> {
  const own = (await listBots(db, portal)).filter((bot) => bot.connection_id === id);
  await wakeLanes(
    db,
    'outbox',
    portal,
    own.map(({ code }) => laneBeginning(code)),
  );
}
