/** Data folders and embedded databases for tests, removed and stopped after each of them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../../src/lib/embedded-postgres.ts';
import { startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { compileCache } from '../../support/compile-cache.ts';

export const password = "pass word'%/";
export const flags = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
/** What a test has opened: closed after it, the last one first. */
export const cleanups: (() => Promise<unknown>)[] = [];

let template = '';

/** To be called once in each test file, outside of its tests: makes the folder that is copied, and cleans up. */
export function setTheStage(): void {
  beforeAll(async () => {
    template = await mkdtemp(join(tmpdir(), 'embedded-'));
    await chmod(template, 0o755);
    const log = createLogger({ level: 'silent', name: 'test' });
    await (await startEmbeddedPostgres({ dataDir: template, password, flags, log })).stop();
  });

  afterAll(() => rm(template, { recursive: true, force: true }));

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
}

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'));
  // Under root the server runs as another user, who has to get through.
  await chmod(path, 0o755);
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A data folder with a database already made in it, copied: making one takes a second. */
export async function madeFolder(): Promise<string> {
  const path = await folder();
  await promisify(execFile)('cp', ['-a', join(template, 'db'), path]);
  return path;
}

export async function start(dataDir: string, more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const log = createLogger({ level: 'silent', name: 'test' });
  const database = await startEmbeddedPostgres({ dataDir, password, flags, log, ...more });
  cleanups.push(() => database.stop());
  return database;
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function serverPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'db', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Starts the database in another process. `kill` ends that process the hard way, leaving its database behind. */
export async function startElsewhere(dataDir: string): Promise<{ port: number; kill: () => Promise<unknown> }> {
  const script = fileURLToPath(new URL('embedded-postgres-parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [script, dataDir, password], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(parent, 'exit');
  const kill = (): Promise<unknown> => {
    parent.kill('SIGKILL');
    return exited;
  };
  cleanups.push(kill);
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  return { port: Number(chunk.toString()), kill };
}

export async function leaveOrphan(dataDir: string): Promise<number> {
  const { port, kill } = await startElsewhere(dataDir);
  await kill();
  return port;
}
