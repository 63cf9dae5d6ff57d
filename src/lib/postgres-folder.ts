/** Checks whether the folders of the embedded PostgreSQL can be used, and makes new ones. */
import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import {
  access,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Misconfigured } from '../core/errors.ts';
import { codeOf } from './code-of.ts';
import { unreachable } from './data-folder.ts';
import { type Account, firstClosedFolder } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { ended, environment, startFailed, superuser } from './postgres-server.ts';

const run = promisify(execFile);

/** Makes the folder and returns its real path: a server left behind is recognised by the folder in its command line. */
export async function prepareFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (cause) {
    throw misconfigured('data_dir_not_writable', `the data folder ${dataDir} cannot be made or written to`, cause);
  }
}

/** Throws Misconfigured `database.data_dir_unreachable` when the account cannot enter the folder. */
export async function checkReachable(dataDir: string, account: Account): Promise<void> {
  const closed = await firstClosedFolder(dataDir, account);
  if (closed === undefined) return;
  throw unreachable(`the database runs as user ${account.uid} here, who cannot enter ${closed}`, dataDir);
}

/** True when there is a database that this PostgreSQL and this user can use; false when there is none. Otherwise throws Misconfigured. */
export async function isMade(folder: string, major: string, account: Account | undefined): Promise<boolean> {
  const version = await versionOf(folder);
  if (version === undefined) return false;
  if (version !== major) {
    throw misconfigured(
      'version_mismatch',
      `${folder} was made by PostgreSQL ${version}, this is ${major}; dump it with the old version and restore it, or move it away`,
    );
  }
  const { uid } = await stat(folder);
  if (account !== undefined && uid !== account.uid) {
    await run('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  } else if (account === undefined && process.getuid !== undefined && uid !== process.getuid()) {
    throw misconfigured(
      'wrong_owner',
      `${folder} belongs to user ${uid}; start as that user, or as root, or change its owner`,
    );
  }
  return true;
}

async function versionOf(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw misconfigured('wrong_owner', `${folder} cannot be read by this user; start as its owner`, error);
  }
}

export interface NewFolder {
  readonly binaries: PostgresBinaries;
  readonly account: Account | undefined;
  readonly folder: string;
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * Makes a data folder: UTF-8, locale C, scram-sha-256. It is made under another name and then renamed, so the folder is whole or absent; if
 * several processes make one at the same time, the first wins.
 */
export async function createDataFolder(
  { binaries, account, folder, flags }: NewFolder,
  password: string,
): Promise<void> {
  const aside = await mkdtemp(`${folder}.new-`);
  const fresh = join(aside, 'db');
  const passwordFile = join(aside, 'password');
  try {
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account !== undefined) {
      for (const path of [aside, fresh, passwordFile]) await chown(path, account.uid, account.gid);
    }
    const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    if (flags['fsync'] === 'off') settings.push('--no-sync');
    const child = spawn(
      binaries.initdb,
      [`--pgdata=${fresh}`, `--pwfile=${passwordFile}`, `--username=${superuser}`, ...settings],
      { ...account, cwd: aside, env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const lines: string[] = [];
    createInterface(child.stderr).on('line', (line) => lines.push(line));
    const code = await ended(child);
    if (code !== 0) throw startFailed('the data folder could not be made', lines);
    await rename(fresh, folder);
  } catch (error) {
    // Another process was quicker: its folder is in place, and it may have removed this one at any moment (`removeHalfMade`).
    const isThere = ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)) || (await versionOf(folder)) !== undefined;
    if (!isThere) throw error;
  } finally {
    await rm(aside, withAllInIt);
  }
}

/** Another process may still write into the folder, so the removal is retried a moment later, also after the error code ENOTEMPTY. */
const withAllInIt = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };

/** Removes the unfinished folders that killed processes have left. Call it only while holding the lock of the finished folder. */
export async function removeHalfMade(folder: string): Promise<void> {
  const begun = (await readdir(dirname(folder))).filter((name) => name.startsWith(`${basename(folder)}.new`));
  await Promise.all(begun.map((name) => rm(join(dirname(folder), name), withAllInIt)));
}

export function misconfigured(kind: string, message: string, cause?: unknown): Misconfigured {
  return new Misconfigured({ code: `database.${kind}`, message, cause });
}
