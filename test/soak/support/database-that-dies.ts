/** A run's own PostgreSQL server that can be killed and restarted; every commit is on disk before it is acknowledged. */

import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endings } from '../../../bench/support/endings.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { freePort } from '../../support/free-port.ts';

export interface DyingDatabase {
  readonly url: string;
  /** Ends the server process with SIGKILL and starts it again, which recovers from its log. */
  kill(): Promise<void>;
  /** Stops it as an administrator does, waits `awayMs`, and starts it again. */
  restart(awayMs: number): Promise<void>;
}

/** The processes of a killed server end one after the other; until all have ended, a new server refuses the folder. */
const startAttempts = 60;
const betweenAttemptsMs = 250;

export async function startDyingDatabase(endings: Endings): Promise<DyingDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-soak-'));
  endings.add(() => rm(dataDir, { recursive: true, force: true }));
  // When started as root, the server runs as another user, who needs access to the folder.
  await chmod(dataDir, 0o755);
  const options = {
    dataDir,
    password: 'soak',
    port: await freePort(),
    flags: { fsync: 'on', synchronous_commit: 'on', max_connections: '150' },
    log: createLogger({ level: 'silent', name: 'soak' }),
  };
  let running = await startEmbeddedPostgres(options);
  endings.add(() => running.stop());

  async function startAgain(): Promise<EmbeddedPostgres> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await startEmbeddedPostgres(options);
      } catch (error) {
        if (attempt === startAttempts) throw error;
        await delay(betweenAttemptsMs);
      }
    }
  }

  return {
    url: running.url('bridge'),
    async kill() {
      const file = await readFile(join(dataDir, 'db', 'postmaster.pid'), 'utf8');
      process.kill(Number(file.split('\n')[0]), 'SIGKILL');
      // Only releases the folder; the server has ended already.
      await running.stop();
      running = await startAgain();
    },
    async restart(awayMs) {
      await running.stop();
      await delay(awayMs);
      running = await startAgain();
    },
  };
}
