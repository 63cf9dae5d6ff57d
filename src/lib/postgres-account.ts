/** PostgreSQL refuses to run as root. This file finds the account that the server runs as, and whether that account can reach a folder. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Misconfigured } from '../core/errors.ts';

/** The ids of the account and its group. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/**
 * The account to run the server as: undefined (this process's own) unless this process is root; then `postgres`, or `nobody` where there is
 * no such user. Throws Misconfigured `database.no_account` when there is neither.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const account = await find(name);
    if (account !== undefined) return account;
  }
  throw new Misconfigured({
    code: 'database.no_account',
    message: 'PostgreSQL does not run as root and there is no user postgres or nobody here; start as another user',
  });
}

/** The first folder on the way down to `path` (itself included) that the account may not enter, or undefined. */
export async function firstClosedFolder(path: string, account: Account): Promise<string | undefined> {
  const above = dirname(path);
  const closed = above === path ? undefined : await firstClosedFolder(above, account);
  if (closed !== undefined) return closed;
  const { uid, gid, mode } = await stat(path);
  // The kernel looks at one class only: owner, else group, else others.
  const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & enter) === 0 ? path : undefined;
}

async function find(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // id ends with an error when there is no such user.
    return undefined;
  }
}
