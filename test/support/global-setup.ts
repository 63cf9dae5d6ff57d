/**
 * Runs once before the tests that need a database: starts one embedded PostgreSQL in memory or in the system's temporary folder (or takes the server
 * that TEST_DATABASE_ADMIN_URL names, to test another version, or the Citus coordinator that TEST_CITUS_URL names) and migrates one template
 * database in it. test/support/database.ts clones
 * that for each test file.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { folderInMemory } from './folder-in-memory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the database `postgres`, for creating and dropping others. */
    databaseAdminUrl: string;
    /** That database is a Citus coordinator's, in which tests get distributed schemas. */
    isCitus: boolean;
  }
}

interface TestDatabase {
  readonly adminUrl: string;
  readonly stop: () => Promise<void>;
}

/** State shared by all projects. Vitest loads this file anew for each project, so it is stored on the process object. */
interface Shared {
  users: number;
  started?: Promise<TestDatabase>;
}

const password = 'test';
const sharedKey = Symbol.for('bot-bridge.test-database');
const onProcess = globalThis as { [sharedKey]?: Shared };
const shared: Shared = onProcess[sharedKey] ?? { users: 0 };
onProcess[sharedKey] = shared;

/** Called by Vitest before the first test of a project. */
export async function setup(project: TestProject): Promise<void> {
  shared.users += 1;
  const given = process.env['TEST_DATABASE_ADMIN_URL'];
  const citus = process.env['TEST_CITUS_URL'];
  shared.started ??= citus === undefined ? startServer(given) : useCitus(citus);
  project.provide('databaseAdminUrl', (await shared.started).adminUrl);
  project.provide('isCitus', citus !== undefined);
}

const startServer = (given: string | undefined): Promise<TestDatabase> =>
  given === undefined ? startDatabase() : useServer(given);

/** A superuser's address of a coordinator's database. Nothing is prepared in it. */
const useCitus = (adminUrl: string): Promise<TestDatabase> =>
  Promise.resolve({ adminUrl, stop: () => Promise.resolve() });

/** Called by Vitest after the last test of a project; the last project stops the database. */
export async function teardown(): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0 || shared.started === undefined) return;
  const { stop } = await shared.started;
  delete shared.started;
  await stop();
}

/** The data folder. A run clones and drops hundreds of databases of 300 files each, which takes 15 ms of processor time in memory and 90 to 200 ms on disk. */
async function newDataDir(): Promise<string> {
  const inMemory = folderInMemory();
  if (inMemory === null) return await mkdtemp(join(tmpdir(), beginning));
  await removeLeftBehind(inMemory);
  return await mkdtemp(join(inMemory, beginning));
}

const beginning = 'bridge-test-';

/** Removes folders of runs that were killed: they would use memory until the machine is restarted. */
async function removeLeftBehind(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith(beginning) && (await hasEnded(path))) await rm(path, { recursive: true, force: true });
  }
}

/** True if the server of the folder has been started and has ended. */
async function hasEnded(dataDir: string): Promise<boolean> {
  try {
    const [pid = ''] = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
    return !existsSync(`/proc/${pid}`);
  } catch {
    // Another run has just created it or is removing it.
    return false;
  }
}

async function startDatabase(): Promise<TestDatabase> {
  const dataDir = await newDataDir();
  // When started as root, the server runs as another user, who needs access to the folder.
  await chmod(dataDir, 0o755);
  const database = await startEmbeddedPostgres({
    dataDir,
    password,
    // Nothing in it has to survive the run. Each test file has one or two pools, and several files run at the same time. A new connection scans
    // the shared memory: with a quarter of the default size it opens in a quarter less time.
    flags: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
      shared_buffers: '32MB',
    },
    log: createLogger({ level: 'silent', name: 'test' }),
  });
  const stop = async (): Promise<void> => {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    // The database that every embedded PostgreSQL starts with is the template; no test connects to it.
    await spareLogins(database.url('postgres'));
    await migrateToLatest(database.url('bridge'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { adminUrl: database.url('postgres'), stop };
}

/** Stores the password with one round of hashing instead of 4096, because a run logs in thousands of times. */
async function spareLogins(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query('set scram_iterations = 1');
    await admin.query(`alter role current_user password '${password}'`);
  } finally {
    await admin.end();
  }
}

/** Uses another server, given by a superuser's address; its database `bridge` is created anew. */
async function useServer(adminUrl: string): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query('drop database if exists bridge with (force)');
    await admin.query('create database bridge');
  } finally {
    await admin.end();
  }
  const template = new URL(adminUrl);
  template.pathname = '/bridge';
  await migrateToLatest(template.href);
  return { adminUrl, stop: () => Promise.resolve() };
}
