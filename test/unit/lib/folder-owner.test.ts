import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../src/lib/encryption.ts';
import { claimOwnership } from '../../../src/lib/folder-owner.ts';
import { processCommand, processIdentity } from '../../../src/lib/process-identity.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'owner-'));
  file = join(folder, 'owner.pid');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('claimOwnership', () => {
  it('gives the folder to one claimer until it lets go', async () => {
    const letGo = await claimOwnership(file);
    expect(letGo).toBeTypeOf('function');
    await expect(claimOwnership(file)).resolves.toBeUndefined();
    await letGo?.();
    expect(await readdir(folder)).toEqual([]);
    await expect(claimOwnership(file)).resolves.toBeTypeOf('function');
  });

  it.each([
    ['a process that does not live', '4194304\nsome boot and start time\n'],
    ['another process that had our number', `${process.pid}\nanother boot and start time\n`],
    ['nobody', 'nonsense'],
    ['an empty file', ''],
  ])('takes over from %s', async (_who, left) => {
    await writeFile(file, left);
    await expect(claimOwnership(file)).resolves.toBeTypeOf('function');
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
    expect(await readdir(folder)).toEqual(['owner.pid']);
  });

  it.each([undefined, '4194304\nleft by the dead\n'])(
    'has one winner when several claim at once (left: %j)',
    async (left) => {
      if (left !== undefined) await writeFile(file, left);
      const claims = await Promise.all(Array.from({ length: 10 }, () => claimOwnership(file)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['owner.pid']);
    },
  );

  it('is not stopped by a takeover that died half-way', async () => {
    const left = '4194304\nleft by the dead\n';
    await writeFile(file, left);
    const right = `${file}.${sha256(left).toString('hex').slice(0, 16)}`;
    await link(file, right);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await expect(claimOwnership(file)).resolves.toBeTypeOf('function');
    expect(await readdir(folder)).toEqual(['owner.pid']);
  });

  it('does not remove a file that is no longer its own when it lets go', async () => {
    const letGo = await claimOwnership(file);
    await writeFile(file, 'somebody else');
    await letGo?.();
    expect(await readFile(file, 'utf8')).toBe('somebody else');
  });

  it('fails when the folder is not there', async () => {
    await expect(claimOwnership(join(folder, 'none', 'owner.pid'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('processIdentity', () => {
  it('is the same each time for a living process, and different for two of them', async () => {
    const mine = await processIdentity(process.pid);
    expect(mine).toBeTypeOf('string');
    await expect(processIdentity(process.pid)).resolves.toBe(mine);
    expect(await processIdentity(process.ppid)).not.toBe(mine);
  });

  it('is undefined for a process that does not live', async () => {
    for (const pid of [4_194_304, 0, -1, Number.NaN, 1.5]) {
      await expect(processIdentity(pid)).resolves.toBeUndefined();
    }
  });

  it('comes with the command line', async () => {
    await expect(processCommand(process.pid)).resolves.toContain('node');
    await expect(processCommand(4_194_304)).resolves.toBeUndefined();
  });
});
