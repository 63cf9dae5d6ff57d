import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDataDir } from '../../../src/lib/data-folder.ts';
import type { Account } from '../../../src/lib/postgres-account.ts';

let top = '';
let home = '';
let stranger: Account;
const workedIn = process.cwd();

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'data-folder-'));
  await chmod(top, 0o755);
  home = join(top, 'home');
  await mkdir(home, { mode: 0o700 });
  const { uid, gid } = await stat(home);
  stranger = { uid: uid + 1, gid: gid + 1 };
});

afterEach(async () => {
  process.chdir(workedIn);
  await rm(top, { recursive: true, force: true });
});

const choose = (dataDir: string, account: Account | undefined = stranger) =>
  chooseDataDir({ dataDir, account, instead: join(top, 'lib') });

describe('the data folder', () => {
  it('is the one that was asked for where the database can reach it', async () => {
    await expect(choose(join(top, 'new', 'data'))).resolves.toEqual({ path: join(top, 'new', 'data'), remark: null });
    await expect(chooseDataDir({ dataDir: join(home, 'data'), account: undefined })).resolves.toMatchObject({
      path: join(home, 'data'),
    });
  });

  it('is one of the system where nobody chose and the home is closed, and it says so', async () => {
    process.chdir(home);
    const chosen = await choose('./data');
    expect(chosen.path).toBe(join(top, 'lib'));
    expect(chosen.remark).toContain(`cannot enter ${home}`);
    expect(chosen.remark).toContain(join(top, 'lib'));
  });

  it('is never silently another one where a database is already, or where it was chosen by hand', async () => {
    process.chdir(home);
    await mkdir(join(home, 'data', 'db'), { recursive: true });
    for (const dataDir of ['./data', join(home, 'other')]) {
      await expect(choose(dataDir)).rejects.toThrow(
        expect.objectContaining({
          code: 'database.data_dir_unreachable',
          message: expect.stringContaining('DATA_DIR'),
        }),
      );
    }
  });

  it('never asks to open a folder to others', async () => {
    const words = await choose(join(home, 'data')).catch((error: unknown) => String(error));
    expect(words).not.toMatch(/chmod|o\+x|777/);
  });
});
