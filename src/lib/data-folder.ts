/**
 * Chooses the data folder. A process of root cannot let its database run as root, and the database's user cannot enter root's home: where
 * nobody chose a folder, one is used that both can reach.
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
  /** Why it is another one than was asked for; null when it is not. */
  readonly remark: string | null;
}

export interface ChoiceOptions {
  readonly dataDir: string;
  /** The user the database will run as; undefined: the same as this process. */
  readonly account: Account | undefined;
  /** Used instead where it has to be. */
  readonly instead?: string;
}

/**
 * The folder to use. Throws Misconfigured `database.data_dir_unreachable` when the database's user cannot enter a folder that was chosen by
 * hand, or one that holds a database already: another folder would silently begin with nothing.
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

/** For the settings of this process. */
export async function chooseOwnDataDir(dataDir: string): Promise<ChosenFolder> {
  return await chooseDataDir({ dataDir, account: await serverAccount() });
}

/** The way out never opens a folder to others: what lies beside ours in it is not ours to show. */
export function unreachable(problem: string, dataDir: string): Misconfigured {
  return new Misconfigured({
    code: 'database.data_dir_unreachable',
    message: `${problem}; move ${dataDir} to a folder that user can reach and set DATA_DIR to it, for example ${systemDataDir}, or start the app as another user than root`,
  });
}

/** The folder itself may still have to be made: then what is above it counts. */
async function closedOnTheWay(path: string, account: Account): Promise<string | undefined> {
  if (await exists(path)) return await firstClosedFolder(path, account);
  return dirname(path) === path ? undefined : await closedOnTheWay(dirname(path), account);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Absent, or in a folder that is closed to us: in neither case can it be used.
    return false;
  }
}
