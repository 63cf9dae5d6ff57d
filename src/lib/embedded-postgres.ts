/**
 * A real PostgreSQL that comes with the application, for when no external one is set: made at the first start, adopted when it outlived a
 * killed application, stopped only when asked. Other modules decide what it stores.
 *
 * PostgreSQL itself keeps two servers off one folder; a lock in the server (`postgres-session.ts`) keeps two applications off one server.
 */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import { serverAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import {
  checkReachable,
  createDataFolder,
  isMade,
  misconfigured,
  type NewFolder,
  prepareFolder,
  removeHalfMade,
} from './postgres-folder.ts';
import { isFree, launchOnPort } from './postgres-port.ts';
import { FolderTaken, findServer, type PostgresProcess, stopServer, superuser } from './postgres-server.ts';
import { lockServer, type ServerLock } from './postgres-session.ts';

export interface EmbeddedPostgresOptions {
  /** The folder that holds the database, in `db`. Made when absent. */
  readonly dataDir: string;
  /** The password of the database's only user. Set when the folder is made; must stay the same. */
  readonly password: string;
  /** The port to listen on; absent or 0: a free port, which differs from start to start. */
  readonly port?: number;
  /** Server settings that override our defaults, for example `fsync: 'off'` in tests. Not applied to an adopted server. */
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

/** Waiting time for any server that is starting or stopping: it may be recovering from a crash. */
const othersMs = 60_000;
/** The server may need a moment to notice that the application before has died. */
const heldMs = 1_000;
const pauseMs = 100;

/**
 * Starts the database and makes sure that the database `bridge` exists.
 *
 * Throws Misconfigured: `database.in_use` (another living process uses the folder), `database.port_taken`,
 * `database.version_mismatch`, `database.data_dir_unreachable` (the account PostgreSQL runs as under root cannot enter a
 * folder above), `database.data_dir_not_writable`, `database.wrong_owner`, `database.wrong_password`,
 * `database.no_binaries`, `database.no_account`, `database.start_failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await prepareFolder(resolve(options.dataDir));
  const account = await serverAccount();
  if (account !== undefined) await checkReachable(dataDir, account);
  const binaries = await findPostgresBinaries(dataDir, account);
  const place = { folder: join(dataDir, 'db'), account, binaries, flags: { ...defaultFlags, ...options.flags } };
  const { server, lock, adopted, expectExit } = await serve(options, place);
  await removeHalfMade(place.folder);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    expectExit();
    await lock.release(() => stopServer(server));
  };
  return {
    url: (name) => urlOf(server.port, options.password, name),
    port: server.port,
    adopted,
    stop: () => (stopping ??= stop()),
  };
}

interface Served {
  readonly server: PostgresProcess;
  readonly lock: ServerLock;
  readonly adopted: boolean;
  readonly expectExit: () => void;
}

/** Adopts the server on the folder, or starts one if there is none. */
async function serve(options: EmbeddedPostgresOptions, place: NewFolder): Promise<Served> {
  const begunAt = performance.now();
  for (;;) {
    const made = await isMade(place.folder, place.binaries.major, place.account);
    const running = made ? await findServer(place.folder) : undefined;
    const served = running === undefined ? await start(options, place, made) : await adopt(options, running, begunAt);
    if (served !== null) return served;
    if (performance.now() - begunAt > othersMs) {
      const who =
        running === undefined ? 'a PostgreSQL that cannot be found' : `the PostgreSQL with process ${running.pid}`;
      const mend = 'stop it first; if none runs, remove the file postmaster.pid in that folder';
      throw misconfigured('start_failed', `${who} runs on ${place.folder} and does not answer; ${mend}`);
    }
    await sleep(pauseMs);
  }
}

/** Null: not possible now; look again. */
async function adopt(
  { dataDir, port, password, log }: EmbeddedPostgresOptions,
  server: PostgresProcess,
  begunAt: number,
): Promise<Served | null> {
  const lock = await lockServer(urlOf(server.port, password, 'postgres'), false, log).catch((error: unknown) => {
    if (isWrongPassword(error)) throw wrongPassword(error);
    // The server is starting up or shutting down, or all its connections are taken.
    return 'young' as const;
  });
  if (lock === 'held' && performance.now() - begunAt > heldMs) {
    const message = `the database in ${dataDir} is in use by another running process; stop that one first`;
    throw misconfigured('in_use', message);
  }
  if (typeof lock === 'string') return null;
  if (port !== undefined && port !== 0 && port !== server.port) {
    await lock.release(() => stopServer(server));
    return null;
  }
  log.info({ port: server.port }, 'adopted the PostgreSQL of an application that was killed');
  return { server, lock, adopted: true, expectExit: () => undefined };
}

/** Null: another process has just started a server on the folder. */
async function start(options: EmbeddedPostgresOptions, place: NewFolder, made: boolean): Promise<Served | null> {
  const { log, password, port = 0 } = options;
  if (port !== 0 && !(await isFree(port))) throw portTaken(port);
  if (!made) await createDataFolder(place, password);
  let exitIsExpected = false;
  const expectExit = (): void => {
    exitIsExpected = true;
  };
  const server = await launchOnPort(
    {
      ...place,
      onLine: (line) => (/ (?:FATAL|PANIC): /.test(line) ? log.warn(line) : log.debug(line)),
      onExit: () => exitIsExpected || log.error('the embedded PostgreSQL ended by itself'),
    },
    port,
  ).catch((error: unknown) => {
    if (error instanceof FolderTaken) return null;
    throw error;
  });
  if (server === null) return null;
  if (server === 'port_taken') throw portTaken(port);
  try {
    const lock = await lockServer(urlOf(server.port, password, 'postgres'), true, log);
    if (typeof lock !== 'string') return { server, lock, adopted: false, expectExit };
  } catch (error) {
    expectExit();
    await stopServer(server);
    if (isWrongPassword(error)) throw wrongPassword(error);
    throw misconfigured('start_failed', 'the embedded PostgreSQL started but does not answer', error);
  }
  // Another process has already adopted the server, so it is not ours to stop.
  expectExit();
  throw misconfigured('in_use', 'another process has just begun to use the embedded database; stop that one first');
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01';
}

function urlOf(port: number, password: string, name: string): string {
  return `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
}

function portTaken(port: number) {
  return misconfigured('port_taken', `port ${port} for the embedded database is taken; free it or choose another`);
}

function wrongPassword(cause: unknown) {
  const message = 'the password of the embedded database is not the one it was made with';
  return misconfigured('wrong_password', message, cause);
}
