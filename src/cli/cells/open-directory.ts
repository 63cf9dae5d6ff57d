/** Opens the cell directory for CLI commands, and decrypts the database URLs in it. */
import { type Environment, readDatabaseSettings } from '../../config.ts';
import { badInput, Misconfigured } from '../../core/errors.ts';
import { createSealer, type Sealer } from '../../lib/encryption.ts';
import { type CellRow, findHomes, listCells } from '../../store/cells/directory.ts';
import { openDatabase, type Pool, tryToConnect } from '../../store/database.ts';
import { translateDatabaseError } from '../../store/database-errors.ts';
import { hasSchema } from '../../store/migrate.ts';

/** The URL of the directory's database; null: this installation is one cell. */
export function directoryUrl(environment: Environment): string | null {
  const { CELLS_DATABASE_URL: url } = readDatabaseSettings(environment);
  return url ?? null;
}

/** Whether the directory says that the portal lives in another cell than the one of these settings. Throws like `withDirectory`. */
export async function livesInAnotherCell(environment: Environment, portal: string): Promise<boolean> {
  const { CELLS_DATABASE_URL: url, CELL: own } = readDatabaseSettings(environment);
  if (url === undefined) return false;
  const [home] = await withDirectory(url, (directory) => findHomes(directory, [portal]));
  return home !== undefined && home.name !== own;
}

/** Calls `use` with the directory and closes it. Throws Misconfigured `cells.*` or `database.*`. */
export async function withDirectory<T>(url: string, use: (directory: Pool) => Promise<T>): Promise<T> {
  await tryToConnect(url).catch((cause: unknown) => {
    const { message } = translateDatabaseError(cause) as Error;
    throw new Misconfigured({ code: 'cells.directory_away', message: `CELLS_DATABASE_URL: ${message}`, cause });
  });
  const directory = openDatabase({ url, poolSize: 2, applicationName: 'bot-bridge cli' });
  try {
    return await use(directory);
  } finally {
    await directory.destroy();
  }
}

/** All cells. Throws Misconfigured `cells.no_directory` before the first one is added. */
export async function readCells(directory: Pool): Promise<readonly CellRow[]> {
  if (await hasSchema(directory)) return await listCells(directory);
  throw new Misconfigured({
    code: 'cells.no_directory',
    message: 'the directory of cells is empty; run "cells add" with the settings of each cell',
  });
}

/** Throws BadInput `cells.unknown`. */
export function cellNamed(cells: readonly CellRow[], name: string): CellRow {
  const cell = cells.find((one) => one.name === name);
  if (cell !== undefined) return cell;
  throw badInput('cells.unknown', `there is no cell "${name}"; "cells list" shows those there are`);
}

const contextOf = (name: string): string => `cell.database_sealed:${name}`;

/** Encrypts and decrypts the cells' database URLs. Throws Misconfigured `cells.no_secret`. */
export function cellSealer(environment: Environment): Sealer {
  const { APP_SECRET: current, APP_SECRET_PREVIOUS: previous } = readDatabaseSettings(environment);
  if (current === undefined) {
    throw new Misconfigured({
      code: 'cells.no_secret',
      message: 'APP_SECRET: is missing; all cells have the same one',
    });
  }
  return createSealer({ current, ...(previous === undefined ? {} : { previous }) });
}

export function sealDatabaseUrl(sealer: Sealer, name: string, url: string): Buffer {
  return sealer.seal(url, contextOf(name));
}

/** Throws Misconfigured `encryption.wrong_key` when the cell has another APP_SECRET. */
export function databaseUrlOf(sealer: Sealer, { name, database_sealed: sealed }: CellRow): string {
  return sealer.open(sealed, contextOf(name));
}

/** The settings of a command that works on that cell. */
export function environmentOfCell(environment: Environment, cell: CellRow): Environment {
  const { DATABASE_URL_FILE: _own, ...others } = environment;
  const url = databaseUrlOf(cellSealer(environment), cell);
  return { ...others, DATABASE_URL: url, PUBLIC_URL: cell.url, CELL: cell.name };
}
