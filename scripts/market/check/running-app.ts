/** The real app with its own database, and a sandbox portal in which it can be installed. Closing it removes everything. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { freePort } from '../../../sandbox/free-port.ts';
import { brains } from '../../../src/brains/index.ts';
import { readSettings } from '../../../src/config.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { openStorage } from '../../../src/open-storage.ts';
import { startApp } from '../../../src/start-app.ts';

const host = '127.0.0.1';

export interface RunningApp {
  readonly url: string;
  readonly portal: SandboxPortal;
  rows<T>(sql: string): Promise<readonly T[]>;
  close(): Promise<void>;
}

export async function startRunningApp(options: SandboxPortalOptions): Promise<RunningApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bot-bridge-check-'));
  // When started as root, the database server runs as another user, who needs access to the folder.
  await chmod(dataDir, 0o755);
  const url = `http://${host}:${await freePort(host)}`;
  const portal = await startSandboxPortal({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
    settingsUrl: `${url}/bitrix24/settings-form`,
    ...options,
  });
  const log = createLogger({ level: 'error', name: 'check' });
  const settings = readSettings({
    PORT: new URL(url).port,
    HOST: host,
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    APP_SECRET: randomBytes(32).toString('base64'),
    DEFAULT_BRAIN: brains.find(({ configSchema }) => configSchema === null)?.name,
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
    ALLOWED_PRIVATE_HOSTS: `${portal.domain},${new URL(portal.oauthOrigin).host}`,
  });
  const storage = await openStorage(settings, log);
  const app = await startApp({ settings, ...storage, brains, log });
  const client = new pg.Client({ connectionString: storage.databaseUrl });
  await client.connect();
  return {
    url,
    portal,
    rows: async <T>(sql: string) => (await client.query(sql)).rows as T[],
    async close() {
      await client.end();
      await app.stop();
      await portal.close();
      await storage.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const patienceMs = 120_000;

/** Waits until the condition holds. If it does not in time, throws an error that names `what`. */
export async function until(what: string, isReached: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await isReached()); ) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
