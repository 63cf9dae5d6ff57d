/** Several applications and one data folder: one of them has it. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serverAccount } from '../../../src/lib/postgres-account.ts';
import { findPostgresBinaries } from '../../../src/lib/postgres-binaries.ts';
import { createDataFolder, removeHalfMade } from '../../../src/lib/postgres-folder.ts';
import {
  flags,
  folder,
  madeFolder,
  password,
  query,
  setTheStage,
  start,
  startElsewhere,
} from '../../integration/lib/embedded-postgres-stage.ts';

setTheStage();

describe('startEmbeddedPostgres on a folder that others use', () => {
  it('refuses a folder that is in use already', async () => {
    const dataDir = await madeFolder();
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ name: 'Misconfigured', code: 'database.in_use' });
    await expect(query(first.url('bridge'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('refuses a folder that another process uses until that process is gone', async () => {
    const dataDir = await madeFolder();
    const { port, kill } = await startElsewhere(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'database.in_use' });
    await kill();
    await expect(start(dataDir)).resolves.toMatchObject({ adopted: true, port });
  });

  it.each([
    ['that is empty', folder],
    ['that has a database', madeFolder],
  ])('has one winner and one server when several start at once on a folder %s', async (_what, make) => {
    const dataDir = await make();
    const starts = await Promise.allSettled(Array.from({ length: 4 }, () => start(dataDir)));
    const won = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = starts.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(lost.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'database.in_use'));
    expect(won).toHaveLength(1);
    await expect(query(won[0]?.url('bridge') ?? '', 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(`-D ${join(dataDir, 'db')} `))).toHaveLength(1);
    expect(await readdir(dataDir)).toEqual(['db']);
  });

  it('is no matter to a slower one when the quicker one has made the folder and removed what was half made', async () => {
    const dataDir = await madeFolder();
    const account = await serverAccount();
    const place = {
      folder: join(dataDir, 'db'),
      account,
      binaries: await findPostgresBinaries(dataDir, account),
      flags,
    };
    // Each of many is met at another moment of its making.
    const slower = Array.from({ length: 12 }, () => createDataFolder(place, password));
    let areUnderWay = true;
    const ends = Promise.allSettled(slower).finally(() => {
      areUnderWay = false;
    });
    while (areUnderWay) await removeHalfMade(place.folder);
    expect((await ends).filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await readdir(dataDir)).toEqual(['db']);
  });

  it('stays the user of its server when that has dropped all connections', async () => {
    const dataDir = await madeFolder();
    const first = await start(dataDir);
    const holders = () => query(first.url('postgres'), `select pid from pg_locks where locktype = 'advisory'`);
    const [before] = await holders();
    await query(first.url('postgres'), `select pg_terminate_backend(${Number(before?.['pid'])})`);
    const others = async () => (await holders()).filter(({ pid }) => pid !== before?.['pid']);
    await expect.poll(others).toHaveLength(1);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'database.in_use' });
  });
});
