/** Opens the connection pool, runs statements, and tells which errors mean that the database is away. */
import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { markTransaction } from '../lib/network-in-transaction.ts';
import { sessionTo } from './session.ts';

/** A pool: what transactions are begun on. */
export type Pool = Knex;

/** A transaction under way. */
export type Transaction = Knex.Transaction;

/** A pool or a transaction: every function of the store takes one first. */
export type Db = Pool | Transaction;

export interface DatabaseOptions {
  readonly url: string;
  /** Connections this process may hold. */
  readonly poolSize: number;
  readonly applicationName?: string;
  /** The longest statement, in milliseconds; 0: as long as the server allows. 60 000 when absent. */
  readonly statementTimeoutMs?: number;
}

/** A pool; nothing is connected until the first statement. End it with `destroy()`. */
export function openDatabase(options: DatabaseOptions): Pool {
  return knexModule({
    client: 'pg',
    connection: {
      ...sessionTo(options.url, options.applicationName ?? 'bot-bridge'),
      // A statement that hangs for a minute would hold its lanes longer than their lease. It fails instead and is repeated.
      statement_timeout: options.statementTimeoutMs ?? 60_000,
      connectionTimeoutMillis: 5_000,
    },
    pool: { min: 0, max: options.poolSize, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: 5_000,
    // Failures reach the caller as errors. knex would also print them, outside our log format.
    log: { warn: silent, error: silent, deprecate: silent, debug: silent },
  });
}

function silent(): void {}

/** SQLSTATE classes and codes of a server that is away, starting, stopping or full (PostgreSQL manual, appendix A). */
const awayStates = /^(08...|57P0[1-5]|53[0-9]{3}|25006|XX000)$/;
const awayNodeCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const awayMessages =
  /Connection terminated|timeout (exceeded )?when trying to connect|acquiring a connection|Connection ended|not queryable/i;

/** True when the statement failed because the database could not be used at all, and would succeed once it is back. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return awayStates.test(code) || awayNodeCodes.has(code) || awayMessages.test(error.message);
}

/** SQLSTATE 40001 and 40P01: two transactions collided; repeating the whole transaction is safe. */
function isCollision(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01');
}

/**
 * Runs a transaction; repeats it when it collides with another one (at most five attempts). Transactions begin only here: network calls
 * within `work` are detected and refused (`checkNoTransaction`).
 */
export async function inTransaction<T>(
  db: Pool,
  work: (trx: Transaction) => Promise<T>,
  how: Knex.TransactionConfig = {},
): Promise<T> {
  return await withoutCollision(() => db.transaction((trx) => markTransaction(() => work(trx)), how));
}

/** Runs `work` within the transaction that `db` is, or else in one of its own. */
export async function within<T>(db: Db, work: (trx: Transaction) => Promise<T>): Promise<T> {
  return isTransaction(db) ? await work(db) : await inTransaction(db, work);
}

const isTransaction = (db: Db): db is Transaction => db.isTransaction === true;

/** Repeats a transaction, or a single statement outside of one, when it collides with another one (at most five attempts). */
export async function withoutCollision<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isCollision(error) || attempt >= 5) throw error;
    }
  }
}

/** Runs reads that all see the database as it was at the first of them. */
export async function inSnapshot<T>(db: Pool, read: (trx: Transaction) => Promise<T>): Promise<T> {
  return await inTransaction(db, read, { isolationLevel: 'repeatable read', readOnly: true });
}

/** What a statement's parameter may be; arrays travel as PostgreSQL arrays. */
export type SqlValue = string | number | boolean | Date | Buffer | null | readonly (string | number | boolean | null)[];

/** A part of a statement and the values of its placeholders, in order. */
export interface SqlPart {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Runs one statement with `?` placeholders. `Row` is not checked: the caller must make it match the statement. Note that
 * PostgreSQL's `bigint` arrives as a string.
 */
export async function query<Row = unknown>(
  db: Db,
  statement: string,
  values: readonly SqlValue[] = [],
  name?: string,
): Promise<{ readonly rows: Row[]; readonly rowCount: number }> {
  // knex's own type for bindings knows no arrays with nulls; the driver does.
  const raw = db.raw<{ rows: Row[]; rowCount: number }>(statement, values as readonly string[]);
  return await (name === undefined ? raw : raw.options({ name }));
}

/** SQLSTATE classes 22, 23 and 54: the statement's own data is invalid; repeating it fails again. */
export function isDataFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|54)/.test(error.code);
}

/**
 * Opens and closes one connection without a pool, which would retry for seconds. Throws what the driver throws when the database cannot be used.
 */
export async function tryToConnect(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}

/** The time by the clock of the database, from which the times in the rows come. */
export async function databaseTime(db: Db): Promise<Date> {
  const result = await query<{ now: Date }>(db, 'select clock_timestamp() as now');
  return result.rows[0]?.now ?? new Date();
}
