/** What `backup` and `restore` refuse, and rows of every kind that must come back as they were. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBackup } from '../../../src/cli/backup/backup-file.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { dumpTables } from '../../../src/store/backup/dump.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { isSchemaCurrent, migrateExactly } from '../../../src/store/migrate.ts';
import { type ClonedDatabase, emptyDatabase } from '../../support/database.ts';
import { openProbe } from '../../support/database-probe.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';
import { type Ran, runCli } from '../cli/run-cli.ts';
import { contentsOf } from './contents.ts';

const secret = randomBytes(32);
const migrations = fileURLToPath(new URL('../../../migrations/', import.meta.url));
let folder = '';
let file = '';
let db: Pool;
let database: ClonedDatabase;

const environmentOf = (url: string, key = secret) => ({
  DATABASE_URL: url,
  APP_SECRET: key.toString('base64'),
  PUBLIC_URL: 'https://bots.example',
  LOG_LEVEL: 'silent',
});

/** Rows that a careless way of writing would change. */
async function fill(): Promise<void> {
  await addBarePortal(db, 'p', { domain: 'acme.example', language: 'de' });
  const sealer = createSealer({ current: secret });
  await db('portal_token').insert({
    portal: 'p',
    access_sealed: sealer.seal('access', 'portal_token.access:p'),
    refresh_sealed: sealer.seal('refresh', 'portal_token.refresh:p'),
    expires_at: 'infinity',
    user_id: '1',
    is_admin: true,
  });
  await db('bot').insert({ portal: 'p', code: 'c', type: 'B', name: 'Ünï "quoted" \\ \n\t 🤖', brain: 'echo' });
  await db('bot_picture').insert({ portal: 'p', code: 'c', image: randomBytes(100_000) });
  await db.raw(`update bot set greeting = '{ "b": 1,\n  "a": "x\\ny" }'`);
  await db('lane').insert({ portal: 'p', queue: 'inbox', key: 'dialog', seq: 3, done: 3, ready_at: 'infinity' });
  for (const seq of [1, 2, 3]) {
    const row = { portal: 'p', lane: 'dialog', seq, source: 'bitrix24', trace: `t${seq}` };
    await db('inbox').insert({ ...row, body: randomBytes(200_000), received_at: '2026-01-02T03:04:05.678901Z' });
  }
  for (const action of ['one', 'two']) {
    await db('audit_entries').insert({ portal: 'p', action, subject: '', details: '{"n": 1.50}' });
  }
  await db('rate_limit').insert({
    portal: 'p',
    bucket: 'b',
    level: 0.1 + 0.2,
    granted: 1e-300,
    updated_at: new Date(),
  });
}

useOwnDatabase(async (pool, cloned) => {
  [db, database] = [pool, cloned];
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
  await fill();
  file = join(folder, 'whole.gz');
  const made = await runCli(environmentOf(cloned.url), ['backup', file]);
  if (made.code !== 0) throw new Error(made.err);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let target: ClonedDatabase;
beforeAll(async () => {
  target = await emptyDatabase();
});
afterAll(() => target.drop());

async function refused(words: readonly string[], url = target.url, key = secret): Promise<string> {
  const ran: Ran = await runCli(environmentOf(url, key), [...words, '--json']);
  expect(ran.code).toBe(1);
  return ran.json<{ error: { code: string } }>().error.code;
}

/** The file with its text changed, and zipped again. */
async function changed(name: string, change: (text: string) => string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, gzipSync(change(gunzipSync(await readFile(file)).toString('utf8'))));
  return path;
}

/** As a program would have written it whose text this is. */
function withRightEnd(text: string): string {
  const lines = text.slice(0, text.lastIndexOf('\nE') + 1);
  const end = { rows: lines.match(/^R/gm)?.length ?? 0, sha256: createHash('sha256').update(lines).digest('hex') };
  return `${lines}E${JSON.stringify(end)}\n`;
}

describe('restore refuses', () => {
  it('a file that is cut off, changed, or something else', async () => {
    const bytes = await readFile(file);
    const cut = join(folder, 'cut.gz');
    await writeFile(cut, bytes.subarray(0, bytes.length - 100));
    expect(await refused(['restore', cut])).toBe('backup.damaged');
    expect(await refused(['restore', await changed('row.gz', (text) => text.replace('acme', 'evil'))])).toBe(
      'backup.damaged',
    );
    const withoutEnd = await changed('end.gz', (text) => text.slice(0, text.lastIndexOf('\nE') + 1));
    expect(await refused(['restore', withoutEnd])).toBe('backup.damaged');
    const other = join(folder, 'other.gz');
    await writeFile(other, 'no gzip at all');
    expect(await refused(['restore', other])).toBe('backup.not_a_backup');
    expect(await refused(['restore', join(folder, 'absent.gz')])).toBe('backup.cannot_read');
    expect(await openedTables()).toBe(0);
  });

  it('a backup of a newer version, and one of a program with another migration', async () => {
    const newer = await changed('newer.gz', (text) =>
      withRightEnd(text.replace('"migrations":[', '"migrations":[{"name":"9999-later.ts","checksum":"x"},')),
    );
    expect(await refused(['restore', newer])).toBe('restore.newer_backup');
    const other = await changed('other-migration.gz', (text) =>
      withRightEnd(text.replace(/"checksum":"\w+"/, '"checksum":"y"')),
    );
    expect(await refused(['restore', other])).toBe('restore.changed_migration');
    expect(await openedTables()).toBe(0);
  });

  it('another secret, unless that is accepted', async () => {
    expect(await refused(['restore', file], target.url, randomBytes(32))).toBe('restore.wrong_secret');
    expect(await openedTables()).toBe(0);
  });

  it('a database an app is connected to', async () => {
    const running = openDatabase({ url: target.url, poolSize: 1 });
    try {
      await running.raw('select 1');
      expect(await refused(['restore', file])).toBe('restore.app_is_running');
    } finally {
      await running.destroy();
    }
  });

  async function openedTables(): Promise<number> {
    const probe = openProbe(target.url);
    try {
      return await probe.count(`select count(*) from pg_tables where schemaname = 'public'`);
    } finally {
      await probe.close();
    }
  }
});

describe('backup', () => {
  it('never replaces a file, and leaves none that is not whole', async () => {
    expect(await refused(['backup', file], database.url)).toBe('backup.file_exists');
    expect(await refused(['backup', join(folder, 'no', 'such', 'folder.gz')], database.url)).toBe(
      'backup.cannot_write',
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('holds no secret in clear', async () => {
    const text = gunzipSync(await readFile(file)).toString('latin1');
    expect(text).not.toContain(Buffer.from('refresh').toString('hex'));
    expect(text).not.toContain(secret.toString('hex'));
  });
});

describe('restore', () => {
  it('brings every row back as it was, and numbers new ones behind them', async () => {
    const [from, to] = [openProbe(database.url), openProbe(target.url)];
    try {
      const restored = await runCli(environmentOf(target.url), ['restore', file]);
      expect(restored).toMatchObject({ code: 0, err: '' });
      expect(await contentsOf(to)).toEqual(await contentsOf(from));
      const added = await to.rows(
        `insert into audit_entries (portal, action, subject, details) values ('p', 'three', '', '{}') returning id`,
      );
      expect(Number(added[0]?.['id'])).toBe(3);
      expect(await refused(['restore', file])).toBe('restore.not_empty');
    } finally {
      await Promise.all([from.close(), to.close()]);
    }
  });

  it('sets portals up anew where the address is another one', async () => {
    const moved = await emptyDatabase();
    const probe = openProbe(moved.url);
    try {
      const environment = { ...environmentOf(moved.url), PUBLIC_URL: 'https://elsewhere.example' };
      const restored = await runCli(environment, ['restore', file, '--json']);
      expect(restored.json()).toMatchObject({ setUps: 1 });
      expect(await probe.count(`select count(*) from outbox where action->>'type' = 'set_up'`)).toBe(1);
    } finally {
      await probe.close();
      await moved.drop();
    }
  });

  it('takes a backup of an earlier version and migrates it', async () => {
    const [early, later] = [await emptyDatabase(), await emptyDatabase()];
    const [earlyDb, laterDb] = [early, later].map(({ url }) =>
      openDatabase({ url, poolSize: 2, applicationName: 'test' }),
    );
    try {
      const names = (await readdir(migrations)).toSorted().slice(0, 3);
      await migrateExactly(early.url, names);
      if (earlyDb === undefined || laterDb === undefined) throw new Error('no pools');
      await addBarePortal(earlyDb, 'old');
      const path = join(folder, 'early.gz');
      await writeBackup(path, async (writer) => {
        await dumpTables(earlyDb, {
          begin: ({ madeAt, migrations: applied, ...facts }) =>
            writer.header({
              ...{ appVersion: '0.0.1', publicUrl: null, madeAt: madeAt.toISOString() },
              migrations: [...applied],
              keyIds: [...facts.keyIds],
              isAppRunning: false,
            }),
          table: ({ name, columns }) => writer.table({ name, columns: [...columns] }),
          rows: (rows) => writer.rows(rows),
        });
      });
      expect(await runCli(environmentOf(later.url), ['restore', path])).toMatchObject({ code: 0, err: '' });
      expect(await isSchemaCurrent(laterDb)).toBe(true);
      expect(await laterDb('portal').pluck('portal')).toEqual(['old']);
    } finally {
      await Promise.all([earlyDb?.destroy(), laterDb?.destroy()]);
      await Promise.all([early.drop(), later.drop()]);
    }
  });
});
