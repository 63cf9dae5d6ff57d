/**
 * A real PostgreSQL that comes with the application, for when no external one is set: made at the first start, adopted
 * when it outlived a killed application, stopped only when asked. What is in it is the business of others.
 */

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { Misconfigured } from '../core/errors.ts';
import { unreachable } from './data-folder.ts';
import { claimOwnership } from './folder-owner.ts';
import type { Logger } from './logger.ts';
import type { Account } from './postgres-account.ts';
import { firstClosedFolder, serverAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import type { LaunchOptions, PostgresProcess } from './postgres-server.ts';
import { createDataFolder, findOrphan, launch, PortTaken, stopServer, superuser } from './postgres-server.ts';

export interface EmbeddedPostgresOptions {
  /** The database lies in `db` inside, beside `owner.pid`. Made when absent. */
  readonly dataDir: string;
  /** Of the database's only user. Set when the folder is made; must stay the same. */
  readonly password: string;
  /** Absent or 0: any free one, another at each start. */
  readonly port?: number;
  /** Server settings over our defaults, for example `fsync: 'off'` in tests. Not applied to an adopted server. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly log: Logger;
}

export interface EmbeddedPostgres {
  /** Connection address of a database in it; `bridge` exists. Holds the password. */
  url(database: string): string;
  readonly port: number;
  /** True when a server left by a killed application was taken over instead of starting one. */
  readonly adopted: boolean;
  /** Fast shutdown, then immediate if that takes over 10 s. Repeatable: every call waits for the same end. */
  stop(): Promise<void>;
}

const database = 'bridge';
const defaultFlags: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and the rows they fail on may hold what people wrote; the log is no place for it.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};
const run = promisify(execFile);

/**
 * Starts the database and makes sure that the database `bridge` exists.
 *
 * Throws Misconfigured: `database.in_use` (another living process owns the folder), `database.port_taken`,
 * `database.version_mismatch`, `database.data_dir_unreachable` (the account PostgreSQL runs as under root cannot enter a
 * folder above), `database.data_dir_not_writable`, `database.wrong_owner`, `database.wrong_password`,
 * `database.no_binaries`, `database.no_account`, `database.start_failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await prepareFolder(resolve(options.dataDir));
  const letGo = await claimOwnership(join(dataDir, 'owner.pid'));
  if (letGo === undefined) {
    throw misconfigured(
      'in_use',
      `the database in ${dataDir} is in use by another running process; stop that one first`,
    );
  }
  try {
    const { server, adopted, expectExit } = await serve(options, dataDir);
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      expectExit();
      await stopServer(server);
      await letGo();
    };
    return {
      url: (name) => urlOf(server.port, options.password, name),
      port: server.port,
      adopted,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}

interface Served {
  readonly server: PostgresProcess;
  readonly adopted: boolean;
  readonly expectExit: () => void;
}

async function serve(options: EmbeddedPostgresOptions, dataDir: string): Promise<Served> {
  const { log, password } = options;
  const folder = join(dataDir, 'db');
  const account = await serverAccount();
  if (account !== undefined) await checkReachable(dataDir, account);
  const binaries = await findPostgresBinaries(dataDir, account);
  const version = await versionOf(folder);
  if (version !== undefined) await checkFolder(folder, version, binaries.major, account);
  const orphan = await findOrphan(folder);
  if (orphan !== undefined && (await canAdopt(orphan, options))) {
    log.info({ port: orphan.port }, 'adopted the PostgreSQL of an application that was killed');
    return { server: orphan, adopted: true, expectExit: () => undefined };
  }
  if (orphan !== undefined) await stopServer(orphan);

  let exitIsExpected = false;
  const expectExit = (): void => {
    exitIsExpected = true;
  };
  const launchOptions: Omit<LaunchOptions, 'port'> = {
    binaries,
    account,
    folder,
    flags: { ...defaultFlags, ...options.flags },
    onLine: (line) => (/ (?:FATAL|PANIC): /.test(line) ? log.warn(line) : log.debug(line)),
    onExit: () => exitIsExpected || log.error('the embedded PostgreSQL ended by itself'),
  };
  if (options.port !== undefined && options.port !== 0 && !(await isFree(options.port))) throw portTaken(options.port);
  if (version === undefined) await createDataFolder(launchOptions, password);
  const server = await launchOnPort(launchOptions, options.port ?? 0);
  try {
    await ensureDatabase(server.port, password);
  } catch (error) {
    expectExit();
    await stopServer(server);
    throw error;
  }
  return { server, adopted: false, expectExit };
}

async function launchOnPort(options: Omit<LaunchOptions, 'port'>, port: number): Promise<PostgresProcess> {
  // A free port may be taken by somebody else before the server binds it: then another one is tried.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch({ ...options, port: port === 0 ? await freePort() : port });
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (port !== 0 || attempt === 3) throw portTaken(port);
    }
  }
}

async function canAdopt(orphan: PostgresProcess, { port, password }: EmbeddedPostgresOptions): Promise<boolean> {
  if (port !== undefined && port !== 0 && port !== orphan.port) return false;
  try {
    await ensureDatabase(orphan.port, password);
    return true;
  } catch {
    // Starting up, shutting down, or no longer ours to enter: it is stopped and a fresh start tells the reason.
    return false;
  }
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(port, password, 'postgres'),
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === '28P01') {
      throw misconfigured(
        'wrong_password',
        'the password of the embedded database is not the one it was made with',
        cause,
      );
    }
    throw misconfigured('start_failed', 'the embedded PostgreSQL started but does not answer', cause);
  } finally {
    await client.end();
  }
}

/** Gives back the folder's one real name: a server left behind is recognised by the folder in its command line. */
async function prepareFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (cause) {
    throw misconfigured('data_dir_not_writable', `the data folder ${dataDir} cannot be made or written to`, cause);
  }
}

async function checkReachable(dataDir: string, account: Account): Promise<void> {
  const closed = await firstClosedFolder(dataDir, account);
  if (closed === undefined) return;
  throw unreachable(`the database runs as user ${account.uid} here, who cannot enter ${closed}`, dataDir);
}

async function checkFolder(
  folder: string,
  version: string,
  major: string,
  account: Account | undefined,
): Promise<void> {
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
}

async function versionOf(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw misconfigured('wrong_owner', `${folder} cannot be read by this user; start as its owner`, error);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((answer, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => answer(port));
    });
  });
}

function urlOf(port: number, password: string, name: string): string {
  return `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
}

function portTaken(port: number): Misconfigured {
  return misconfigured('port_taken', `port ${port} for the embedded database is taken; free it or choose another`);
}

function misconfigured(kind: string, message: string, cause?: unknown): Misconfigured {
  return new Misconfigured({ code: `database.${kind}`, message, cause });
}
