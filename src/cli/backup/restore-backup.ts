/** Puts a backup into an empty database and makes it ready for the app. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { badInput, Misconfigured } from '../../core/errors.ts';
import { keyIdOf } from '../../lib/encryption.ts';
import { orderSetUp } from '../../portals/app-orders.ts';
import { loadTables } from '../../store/backup/load.ts';
import { endLeases, type PutAside, putAsideWaiting } from '../../store/backup/settle.ts';
import { findFilledTable, isAppConnected, listTables } from '../../store/backup/tables.ts';
import { inTransaction, type Pool, type Transaction } from '../../store/database.ts';
import {
  compareMigrations,
  isSchemaCurrent,
  listApplied,
  migrateExactly,
  migrateToLatest,
} from '../../store/migrate.ts';
import { checkAtOnce } from '../../store/tenants/connection-health.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import { listPortals } from '../../store/tenants/portals.ts';
import { type BackupHeader, readHeader, readItems, verifyBackup } from './backup-file.ts';

export interface Settling {
  /** The app went on working after the moment of the backup, or may have: the work that waited then is put aside. */
  readonly isWaitingHeld: boolean;
  /** The app now has another address than at the backup: portals and accounts are told. */
  readonly hasMoved: boolean;
}

export interface Settled {
  /** Null: the work that waited goes on. */
  readonly putAside: PutAside | null;
  /** How many portals are set up anew for the new address. */
  readonly setUps: number;
}

/** Throws BadInput `restore.newer_backup` and `restore.changed_migration` when this program cannot make the tables of the backup. */
export async function refuseOtherVersion({ migrations, appVersion }: BackupHeader): Promise<void> {
  const { unknown, changed } = await compareMigrations(migrations);
  if (unknown.length > 0) {
    throw badInput(
      'restore.newer_backup',
      `the backup was made by a newer version of this program (${appVersion}; it has ${unknown.join(', ')}); restore it with that version`,
    );
  }
  if (changed.length > 0) {
    throw badInput(
      'restore.changed_migration',
      `the backup was made by a program with other versions of ${changed.join(', ')}; restore it with that program`,
    );
  }
}

/**
 * Without the key that sealed them, all tokens and accounts in the backup are lost.
 *
 * @param keys the keys that the app will have; throws Misconfigured `restore.wrong_secret` when they lack one that the backup needs
 */
export function refuseOtherSecret({ keyIds }: BackupHeader, keys: readonly Buffer[]): void {
  const known = new Set(keys.map(keyIdOf));
  if (keyIds.every((id) => known.has(id))) return;
  throw new Misconfigured({
    code: 'restore.wrong_secret',
    message:
      'APP_SECRET is not the one that sealed the secrets in this backup. Set the APP_SECRET that was kept with it (or put the file app.secret that was kept with it into DATA_DIR). If it is lost: --accept-lost-secrets; an administrator of each portal then has to open the app there once, and accounts have to be connected anew',
  });
}

/** The database may still see a process for a moment after it has ended. */
const patience = { tries: 15, pauseMs: 200 };

/** Throws Misconfigured `restore.app_is_running`. */
export async function refuseRunningApp(db: Pool): Promise<void> {
  for (let tried = 1; await isAppConnected(db); tried += 1) {
    if (tried === patience.tries) {
      const message = 'the app is running on this database; stop all its processes first';
      throw new Misconfigured({ code: 'restore.app_is_running', message });
    }
    await sleep(patience.pauseMs);
  }
}

/** Throws Misconfigured `restore.not_empty` for a database that has rows, or tables of another version. */
async function makeTables(db: Pool, url: string, { migrations }: BackupHeader): Promise<void> {
  const [applied, tables] = await Promise.all([listApplied(db), listTables(db)]);
  const wanted = migrations.map(({ name }) => name);
  if (tables.length === 0) {
    await migrateExactly(url, wanted);
    return;
  }
  const filled = await findFilledTable(db);
  const isSame = applied.length === wanted.length && applied.every(({ name }) => wanted.includes(name));
  // A restore that was broken off leaves empty tables of the same version behind.
  if (filled === null && isSame) return;
  const found = filled === null ? 'tables of another version' : `rows in the table ${filled}`;
  throw new Misconfigured({
    code: 'restore.not_empty',
    message: `the database is not empty (${found}). A backup is restored into a new database only: create one and name it in DATABASE_URL; with the embedded database, stop the app and move the folder "db" in DATA_DIR out of the way`,
  });
}

/** Restores everything or nothing if the backup is of this version; for one of an earlier version see docs/operating.md. */
export async function restoreBackup(
  db: Pool,
  url: string,
  backup: { readonly path: string; readonly header: BackupHeader; readonly settling: Settling },
): Promise<Settled & { readonly rows: number }> {
  const { path, header, settling } = backup;
  await makeTables(db, url, header);
  const read = () => readItems(path);
  if (await isSchemaCurrent(db)) {
    const { rows, finished } = await loadTables(db, read, (trx) => settle(trx, settling));
    return { rows, ...finished };
  }
  const { rows } = await loadTables(db, read, () => Promise.resolve());
  await migrateToLatest(url);
  return { rows, ...(await inTransaction(db, (trx) => settle(trx, settling))) };
}

export async function settle(trx: Transaction, { isWaitingHeld, hasMoved }: Settling): Promise<Settled> {
  await endLeases(trx);
  const putAside = isWaitingHeld ? await putAsideWaiting(trx) : null;
  return { putAside, setUps: hasMoved ? await tellNewAddress(trx) : 0 };
}

/** Event handlers and webhooks of accounts are registered with the address of the app. */
async function tellNewAddress(trx: Transaction): Promise<number> {
  const portals = (await listPortals(trx)).filter(({ state }) => state !== 'uninstalled');
  for (const { portal } of portals) await orderSetUp(trx, portal, `restored-${randomUUID()}`);
  for (const connection of await listConnections(trx)) await checkAtOnce(trx, connection);
  return portals.length;
}

/** Reads a backup to its end and returns its header and the number of its rows. Throws BadInput `backup.*`. */
export async function checkedBackup(path: string): Promise<{ readonly header: BackupHeader; readonly rows: number }> {
  const header = await readHeader(path);
  return { header, rows: await verifyBackup(path) };
}
