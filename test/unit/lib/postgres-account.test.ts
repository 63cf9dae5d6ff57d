import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstClosedFolder } from '../../../src/lib/postgres-account.ts';

let top = '';
let inner = '';

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'account-'));
  inner = join(top, 'a', 'b');
  await mkdir(inner, { recursive: true });
});

afterAll(() => rm(top, { recursive: true, force: true }));

it.each([
  [0o755, 'other', false],
  [0o711, 'other', false],
  [0o710, 'other', true],
  [0o750, 'group', false],
  // The kernel looks at the first class that fits, even when a later one would allow more.
  [0o705, 'group', true],
  [0o700, 'owner', false],
  [0o055, 'owner', true],
] as const)('with mode %o of a folder above, the %s is kept out: %s', async (mode, who, closed) => {
  const { uid, gid } = await stat(inner);
  const account = { uid: who === 'owner' ? uid : uid + 1, gid: who === 'other' ? gid + 1 : gid };
  for (const path of [top, join(top, 'a'), inner]) await chmod(path, 0o777);
  await chmod(join(top, 'a'), mode);
  await expect(firstClosedFolder(join(top, 'a'), account)).resolves.toBe(closed ? join(top, 'a') : undefined);
  await chmod(join(top, 'a'), 0o777);
});

it('names the topmost closed folder', async () => {
  const { uid, gid } = await stat(inner);
  await chmod(top, 0o755);
  await chmod(inner, 0o700);
  await chmod(join(top, 'a'), 0o700);
  await expect(firstClosedFolder(inner, { uid: uid + 1, gid: gid + 1 })).resolves.toBe(join(top, 'a'));
});
