/** Looks at accounts that are due for it: paused ones now and then, those whose credentials were refused soon after. */
import type { Logger } from '../lib/logger.ts';
import { claimChecks } from '../store/connection-standing.ts';
import type { Pool } from '../store/database.ts';
import type { Accounts } from './accounts.ts';
import type { Directory } from './directory.ts';
import { createBell } from './wake.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface AccountWatchOptions {
  readonly db: Pool;
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly log: Logger;
}

/** A change over there is followed after this long at most. */
const pollMs = 2_000;

/** Looks under way at once; each is a dozen calls to one far side. */
const atOnce = 10;

export function startAccountWatch(options: AccountWatchOptions): WorkLoop {
  const brains = [...options.directory.brainByName.values()]
    .filter((brain) => brain.look !== undefined)
    .map((brain) => brain.name);
  return startWorkLoop({
    name: 'account watch',
    bell: createBell(),
    log: options.log,
    pollMs,
    round: async () => {
      if (brains.length === 0) return false;
      const due = await claimChecks(options.db, brains, atOnce);
      await Promise.all(due.map((row) => options.accounts.look(row)));
      return due.length === atOnce;
    },
  });
}
