/**
 * Runs once before the tests that need a database: starts one embedded PostgreSQL in the system's temporary folder (or takes the server
 * that TEST_DATABASE_ADMIN_URL names, to try another version) and migrates one template database in it. test/support/database.ts clones
 * that for each test file.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the database `postgres`, for creating and dropping others. */
    databaseAdminUrl: string;
  }
}

interface TestDatabase {
  readonly adminUrl: string;
  readonly stop: () => Promise<void>;
}

/** Vitest loads this file anew for each project, so what they share is kept on the process. */
interface Shared {
  users: number;
  started?: Promise<TestDatabase>;
}

const sharedKey = Symbol.for('bot-bridge.test-database');
const onProcess = globalThis as { [sharedKey]?: Shared };
const shared: Shared = onProcess[sharedKey] ?? { users: 0 };
onProcess[sharedKey] = shared;

/** Called by Vitest before the first test of a project. */
export async function setup(project: TestProject): Promise<void> {
  shared.users += 1;
  const given = process.env['TEST_DATABASE_ADMIN_URL'];
  shared.started ??= given === undefined ? startDatabase() : useServer(given);
  project.provide('databaseAdminUrl', (await shared.started).adminUrl);
}

/** Called by Vitest after the last test of a project; the last project stops the database. */
export async function teardown(): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0 || shared.started === undefined) return;
  const { stop } = await shared.started;
  await stop();
}

async function startDatabase(): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-'));
  // Under root the server runs as another user, who has to get through.
  await chmod(dataDir, 0o755);
  const database = await startEmbeddedPostgres({
    dataDir,
    password: 'test',
    // Nothing in it has to outlive the run. Each test file has a pool or two, and several run at a time.
    flags: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    log: createLogger({ level: 'silent', name: 'test' }),
  });
  const stop = async (): Promise<void> => {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    // The database every embedded PostgreSQL begins with is the template; no test connects to it.
    await migrateToLatest(database.url('bridge'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { adminUrl: database.url('postgres'), stop };
}

/** A superuser's address of somebody else's server, whose database `bridge` is made anew. */
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
