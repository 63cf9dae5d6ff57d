/**
 * Chooses the data folder. A root process must run its database as another user, who cannot enter root's home: if nobody chose a folder,
 * this picks one that both can reach.
 */
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Misconfigured } from '../core/errors.ts';
import { type Account, firstClosedFolder, serverAccount } from './postgres-account.ts';

/** What DATA_DIR is when nobody sets it. */
export const usualDataDir = './data';

/** Where services keep their data on Linux. */
const systemDataDir = '/var/lib/bot-bridge';

export interface ChosenFolder {
  readonly path: string;
  /** Why it is not the folder that was asked for; null when it is. */
  readonly remark: string | null;
}

export interface ChoiceOptions {
  readonly dataDir: string;
  /** The user the database will run as; undefined: the same as this process. */
  readonly account: Account | undefined;
  /** Used in place of the usual folder if the database's user cannot reach that one. */
  readonly instead?: string;
}

/**
 * The folder to use. Throws Misconfigured `database.data_dir_unreachable` when the database's user cannot enter a folder that was chosen by
 * hand, or one that already holds a database: another folder would silently start empty.
 */
export async function chooseDataDir({
  dataDir,
  account,
  instead = systemDataDir,
}: ChoiceOptions): Promise<ChosenFolder> {
  const asked = resolve(dataDir);
  const closed = account === undefined ? undefined : await closedOnTheWay(asked, account);
  if (account === undefined || closed === undefined) return { path: asked, remark: null };
  const problem = `the database runs as user ${account.uid} here, who cannot enter ${closed}`;
  if (dataDir === usualDataDir && !(await exists(join(asked, 'db')))) {
    return { path: instead, remark: `${problem}; ${instead} is used instead of ${asked}` };
  }
  throw unreachable(problem, asked);
}

/** The same for this process, with the account that its own database runs as. */
export async function chooseOwnDataDir(dataDir: string): Promise<ChosenFolder> {
  return await chooseDataDir({ dataDir, account: await serverAccount() });
}

/** Never advises to open a folder to other users: what else is in it is not ours to show. */
export function unreachable(problem: string, dataDir: string): Misconfigured {
  return new Misconfigured({
    code: 'database.data_dir_unreachable',
    message: `${problem}; move ${dataDir} to a folder that user can reach and set DATA_DIR to it, for example ${systemDataDir}, or start the app as another user than root`,
  });
}

/** If the folder does not exist yet, the nearest folder above it counts. */
async function closedOnTheWay(path: string, account: Account): Promise<string | undefined> {
  if (await exists(path)) return await firstClosedFolder(path, account);
  return dirname(path) === path ? undefined : await closedOnTheWay(dirname(path), account);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // It is absent, or in a folder that is closed to us: either way it cannot be used.
    return false;
  }
}
