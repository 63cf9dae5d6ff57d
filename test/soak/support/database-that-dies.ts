/** A PostgreSQL of a run's own that is killed and restarted: every commit is on the disk before it is acknowledged. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endings } from '../../../bench/support/endings.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { freePort } from '../../support/free-port.ts';
import { pause } from './soak.ts';

export interface DyingDatabase {
  readonly url: string;
  /** Ends the server process with SIGKILL and starts it again, which recovers from its log. */
  kill(): Promise<void>;
  /** Stops it as an operator does, waits so long, and starts it again. */
  restart(awayMs: number): Promise<void>;
}

/** The processes of a killed server leave one after the other; until then a new one refuses the folder. */
const startAttempts = 60;
const betweenAttemptsMs = 250;

export async function startDyingDatabase(endings: Endings): Promise<DyingDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-soak-'));
  endings.add(() => rm(dataDir, { recursive: true, force: true }));
  // Under root the server runs as another user, who has to get through.
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
        await pause(betweenAttemptsMs);
      }
    }
  }

  return {
    url: running.url('bridge'),
    async kill() {
      const file = await readFile(join(dataDir, 'db', 'postmaster.pid'), 'utf8');
      process.kill(Number(file.split('\n')[0]), 'SIGKILL');
      // Lets go of the folder; there is nothing left to stop.
      await running.stop();
      running = await startAgain();
    },
    async restart(awayMs) {
      await running.stop();
      await pause(awayMs);
      running = await startAgain();
    },
  };
}
