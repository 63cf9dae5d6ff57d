import { execFile } from 'node:child_process';
import { access, chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { openStorage, type Storage } from '../../../src/open-storage.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { migrateToLatest } from '../../../src/store/migrate.ts';
import { upsertPortal } from '../../../src/store/tenants/portals.ts';
import { compileCache } from '../../support/compile-cache.ts';

const program = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));
const memberId = 'a'.repeat(32);

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let dataDir = '';

/** The data folder of an app that has run before: one portal in its embedded database. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cli-data-'));
  // Under root the server runs as another user, who has to get through.
  await chmod(dataDir, 0o755);
  const storage = await start();
  await migrateToLatest(storage.databaseUrl);
  const db = openDatabase({ url: storage.databaseUrl, poolSize: 1 });
  await upsertPortal(db, {
    portal: memberId,
    domain: 'acme.example',
    clientEndpoint: 'https://acme.example/rest/',
    serverEndpoint: 'https://oauth.example/rest/',
    applicationTokenHash: Buffer.alloc(32),
    scope: 'imbot',
    language: 'ru',
    isAdmin: true,
  });
  await db.destroy();
  await storage.close();
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** As the app starts its storage. */
function start(): Promise<Storage> {
  const log = createLogger({ level: 'silent', name: 'test' });
  return openStorage({ DATABASE_URL: undefined, DATA_DIR: dataDir, APP_SECRET: undefined }, log);
}

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, ...compileCache, ...environment };
    execFile(process.execPath, [program, ...words], { env, timeout: 120_000 }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, out, err });
      else reject(new Error(`the command did not end by itself: ${err}`, { cause: error }));
    });
  });
}

describe('the command as a process', () => {
  it('uses the embedded database of the running app and leaves it running', async () => {
    const storage = await start();
    try {
      const { code, out, err } = await run(['portals', 'list', '--json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out)).toMatchObject({ portals: [{ portal: memberId, domain: 'acme.example' }] });
      expect((await run(['portals', 'list'])).out).toContain(memberId);
      expect(await readdir(join(dataDir, 'db'))).toContain('postmaster.pid');
    } finally {
      await storage.close();
    }
  });

  it('starts the embedded database for as long as it takes, and leaves the folder free for the app', async () => {
    const { code, out } = await run(['portals', 'set', '--plan', 'enterprise']);
    expect(code).toBe(0);
    expect(out).toContain('acme.example: 5 requests a second');
    expect(await readdir(join(dataDir, 'db'))).not.toContain('postmaster.pid');
    await (await start()).close();
  });

  it('makes no database where none is', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'cli-empty-'));
    try {
      const { code, out, err } = await run(['bots', 'list', '--json'], { DATA_DIR: join(empty, 'data') });
      expect({ code, err }).toEqual({ code: 1, err: '' });
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'database.none_here' } });
      await expect(access(join(empty, 'data'))).rejects.toThrow('ENOENT');
    } finally {
      await rm(empty, { recursive: true, force: true });
    }
  });

  it('makes no secret anew where one is lost', async () => {
    await rename(join(dataDir, 'database.secret'), join(dataDir, 'kept'));
    try {
      const { code, err } = await run(['portals', 'list']);
      expect(code).toBe(1);
      expect(err).toContain('[data.secret_missing]');
      expect(await readdir(dataDir)).not.toContain('database.secret');
    } finally {
      await rename(join(dataDir, 'kept'), join(dataDir, 'database.secret'));
    }
  });

  it('refuses an address that is no PostgreSQL one, and never repeats a password', async () => {
    const { code, err } = await run(['portals', 'list'], { DATABASE_URL: 'mysql://me:hidden-word@127.0.0.1/x' });
    expect(code).toBe(1);
    expect(err).toContain('[database.bad_url]');
    const away = await run(['portals', 'list', '--json'], { DATABASE_URL: 'postgres://me:hidden-word@127.0.0.1:1/x' });
    expect(JSON.parse(away.out)).toMatchObject({ error: { code: 'database.away' } });
    expect(err + away.out + away.err).not.toContain('hidden-word');
  });

  it('does not touch a database of another shape', async () => {
    const storage = await start();
    const db = openDatabase({ url: storage.databaseUrl, poolSize: 1 });
    try {
      await db.raw(`insert into migration (name, batch) values ('9999-later.ts', 9)`);
      const { code, err } = await run(['portals', 'list']);
      expect(code).toBe(1);
      expect(err).toContain('[database.other_shape]');
    } finally {
      await db.raw(`delete from migration where name = '9999-later.ts'`);
      await db.destroy();
      await storage.close();
    }
  });

  it('answers what it does not understand with a usage text and code 2', async () => {
    const lines = [[], ['portal'], ['portals'], ['portals', 'eat'], ['bots', 'list', '--colour', 'red']];
    for (const { code, out, err } of await Promise.all(lines.map((words) => run(words)))) {
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/portals list|bots list/);
    }
    const { code, out } = await run(['portals', 'eat', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: { code: 'cli.usage', message: "unknown command 'eat'" } });
  });

  it('explains itself when asked', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const noun of ['portals', 'bots', 'connections', 'trace', 'dead-letters', 'receive', 'doctor']) {
      expect(out).toContain(`  ${noun} `);
    }
    expect((await run(['bots', 'set', '--help'])).out).toContain('--connection <id>');
  });
});
