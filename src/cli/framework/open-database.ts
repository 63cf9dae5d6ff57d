/**
 * Finds the database for a command: the external one, the embedded one that the running app has started, or the embedded one
 * started for as long as the command takes. A command never makes a new database: in a wrong folder that would only confuse.
 */
import { access, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config.ts';
import { AppError, Misconfigured } from '../../core/errors.ts';
import { codeOf } from '../../lib/code-of.ts';
import { chooseOwnDataDir } from '../../lib/data-folder.ts';
import { keepSecret } from '../../lib/data-secret.ts';
import { startEmbeddedPostgres } from '../../lib/embedded-postgres.ts';
import type { Logger } from '../../lib/logger.ts';
import { findServer, superuser } from '../../lib/postgres-server.ts';

export interface FoundDatabase {
  readonly url: string;
  /** Null: an external database, and APP_SECRET is not set. */
  readonly appSecret: Buffer | null;
  /** Stops the server if the command has started it. */
  close(): Promise<void>;
}

/** An app that starts at this moment owns the folder some seconds before its server answers. */
const patienceMs = 15_000;
const retryMs = 200;

/** Throws Misconfigured `database.*` or `data.*`, whose message says how to fix it. */
export async function findDatabase(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATA_DIR' | 'APP_SECRET'>,
  log: Logger,
): Promise<FoundDatabase> {
  const external = externalDatabase(settings);
  if (external !== null) return external;
  const dataDir = await madeFolder(await ownFolder(settings.DATA_DIR));
  const password = (await keptSecret(dataDir, 'database.secret')).toString('base64url');
  const appSecret = settings.APP_SECRET ?? (await keptSecret(dataDir, 'app.secret'));
  const server = await useOrStart(dataDir, password, log);
  const url = `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/bridge`;
  return { url, appSecret, close: () => server.close() };
}

function externalDatabase(settings: Pick<Settings, 'DATABASE_URL' | 'APP_SECRET'>): FoundDatabase | null {
  const url = settings.DATABASE_URL;
  if (url === undefined) return null;
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw misconfigured('bad_url', 'DATABASE_URL: must be an address that begins with postgres://');
  }
  return { url, appSecret: settings.APP_SECRET ?? null, close: () => Promise.resolve() };
}

/**
 * Like `findDatabase`, for a restore, which may create the embedded database. It makes no key for secrets: the app does that at its first start,
 * unless somebody has put one there. Throws Misconfigured `database.in_use` while the app runs.
 */
export async function makeDatabase(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATA_DIR' | 'APP_SECRET'>,
  log: Logger,
): Promise<FoundDatabase> {
  const external = externalDatabase(settings);
  if (external !== null) return external;
  const { path: dataDir } = await chooseOwnDataDir(settings.DATA_DIR);
  const password = (await keepSecret(dataDir, 'database.secret')).toString('base64url');
  const server = await startEmbeddedPostgres({ dataDir, password, log });
  const hasSecret = await access(join(dataDir, 'app.secret')).then(
    () => true,
    () => false,
  );
  const kept = hasSecret ? await keepSecret(dataDir, 'app.secret') : null;
  return { url: server.url('bridge'), appSecret: settings.APP_SECRET ?? kept, close: () => server.stop() };
}

/** If the folder holds no database, the error says that, not that the database's user cannot enter the folder. */
async function ownFolder(dataDir: string): Promise<string> {
  try {
    return (await chooseOwnDataDir(dataDir)).path;
  } catch (error) {
    await madeFolder(dataDir);
    throw error;
  }
}

async function madeFolder(dataDir: string): Promise<string> {
  try {
    await access(join(dataDir, 'db', 'PG_VERSION'));
    return await realpath(dataDir);
  } catch (cause) {
    if (codeOf(cause) === 'EACCES') {
      throw misconfigured('wrong_owner', `${dataDir} cannot be read by this user; run the command as the app's user`);
    }
    throw misconfigured(
      'none_here',
      `there is no database in ${dataDir}; start the app once, or set DATA_DIR or DATABASE_URL as for the app`,
    );
  }
}

/** Only reads: a secret made anew would fit neither the database nor what is sealed in it. */
async function keptSecret(dataDir: string, name: string): Promise<Buffer> {
  try {
    await access(join(dataDir, name));
  } catch {
    // Absent or not readable: the remedy is the same.
    throw new Misconfigured({
      code: 'data.secret_missing',
      message: `${join(dataDir, name)} is missing or cannot be read; restore it from the backup of the data folder`,
    });
  }
  return await keepSecret(dataDir, name);
}

interface Server {
  readonly port: number;
  close(): Promise<void>;
}

async function useOrStart(dataDir: string, password: string, log: Logger): Promise<Server> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    const port = await runningPort(join(dataDir, 'db'));
    if (port !== null) return { port, close: () => Promise.resolve() };
    try {
      const started = await startEmbeddedPostgres({ dataDir, password, log });
      return { port: started.port, close: () => started.stop() };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'database.in_use' || waitedMs >= patienceMs) throw error;
      await sleep(retryMs);
    }
  }
}

/** The port of the server that runs on this folder and takes connections (its pid file says so in the eighth line), or null. */
async function runningPort(folder: string): Promise<number | null> {
  const server = await findServer(folder);
  if (server === undefined) return null;
  const file = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  return file.split('\n')[7]?.trim() === 'ready' ? server.port : null;
}

function misconfigured(kind: string, message: string): Misconfigured {
  return new Misconfigured({ code: `database.${kind}`, message });
}
