/**
 * The PostgreSQL server as a process: launches one, finds one that already runs, and stops it. This file uses only files and signals; SQL is
 * in postgres-session.ts.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, Misconfigured } from '../core/errors.ts';
import { codeOf } from './code-of.ts';
import type { Account } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { processCommand } from './process-command.ts';

export const superuser = 'postgres';

/** A server process, ours or adopted. */
export interface PostgresProcess {
  readonly pid: number;
  readonly port: number;
  readonly isRunning: () => Promise<boolean>;
}

export interface LaunchOptions {
  readonly binaries: PostgresBinaries;
  readonly account: Account | undefined;
  readonly folder: string;
  readonly port: number;
  readonly flags: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Called when the server ends by itself after it was ready. */
  readonly onExit: () => void;
}

/** The server said it cannot listen on the port. */
export class PortTaken extends Error {}

/** The server said that another one runs on the folder. */
export class FolderTaken extends Error {}

const smartStopMs = 10_000;
const immediateStopMs = 5_000;
const pollMs = 20;
const readyLine = 'database system is ready to accept connections';

/** `is empty`: a server that starts at the same moment may have made its lock file and not written it yet. */
const folderTakenLine = /lock file .* (?:already exists|is empty)|shared memory block .* still in use/;

/** The environment of the server's programs: none of our variables (they hold secrets), and messages in English. */
export const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', LANG: 'C', TZ: 'UTC' };

/** Launches the server and resolves when it accepts connections. Rejects with PortTaken, FolderTaken or Misconfigured `database.start_failed`. */
export async function launch(options: LaunchOptions): Promise<PostgresProcess> {
  const flags = Object.entries(options.flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(options.binaries.postgres, ['-D', options.folder, '-p', String(options.port), ...flags], {
    ...options.account,
    cwd: options.folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal must reach only the application, which drains and then stops the server.
    detached: true,
  });
  const exit = ended(child);
  const tail: string[] = [];
  let isReady = false;
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      options.onLine(line);
      if (isReady) return;
      tail.push(line);
      if (!line.includes(readyLine)) return;
      isReady = true;
      resolve();
    });
    exit.then(() => {
      if (isReady) options.onExit();
      else if (tail.some((line) => /could not (?:bind|create any TCP)/.test(line))) reject(new PortTaken());
      else if (tail.some((line) => folderTakenLine.test(line))) reject(new FolderTaken());
      else reject(startFailed('the embedded PostgreSQL did not start', tail));
    }, reject);
  });
  // The database must not keep the application alive.
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  return describe(child.pid ?? 0, options.port, () => child.exitCode === null && child.signalCode === null);
}

/**
 * The server that runs on this data folder, no matter which process started it. A pid file may have outlived its server, and its number may
 * now belong to another process (in a container, at the very next start). PostgreSQL would then refuse to start, so the file is removed.
 */
export async function findServer(folder: string): Promise<PostgresProcess | undefined> {
  const file = join(folder, 'postmaster.pid');
  const content = await readIfThere(file);
  if (content === undefined) return undefined;
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  const isServer = (command: string | undefined): boolean =>
    command?.includes('postgres') === true && command.includes(folder);
  const command = await processCommand(pid);
  if (isServer(command)) return describe(pid, Number(lines[3]), async () => isServer(await processCommand(pid)));
  if (command !== undefined) await removeStale(file, content);
  return undefined;
}

/** Removes the file unless it has changed: a server that has just started may have written its own. */
async function removeStale(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readIfThere(aside)) !== content) await link(aside, file);
  } catch (error) {
    // Somebody else has removed it, or a server has written a new one.
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Stops a server: fast (SIGINT, up to 10 s), then immediate (SIGQUIT, up to 5 s more). Throws when it is still there. */
export async function stopServer(server: PostgresProcess): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', smartStopMs],
    ['SIGQUIT', immediateStopMs],
  ] as const) {
    if (!(await signalTo(server, signal))) return;
    if (await isGone(server, patienceMs)) return;
  }
  throw new AppError({
    code: 'database.does_not_stop',
    message: 'the embedded PostgreSQL does not stop',
    report: true,
  });
}

async function signalTo(server: PostgresProcess, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await server.isRunning())) return false;
  try {
    return process.kill(server.pid, signal);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

async function isGone(server: PostgresProcess, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    if (!(await server.isRunning())) return true;
    await delay(pollMs);
  }
  return false;
}

function describe(pid: number, port: number, isRunning: () => boolean | Promise<boolean>): PostgresProcess {
  return { pid, port, isRunning: async () => isRunning() };
}

export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(startFailed('the embedded PostgreSQL cannot be run', [error.message])));
    child.once('close', resolve);
  });
}

export function startFailed(what: string, lines: readonly string[]): Misconfigured {
  const last = lines.slice(-5).join(' | ');
  return new Misconfigured({
    code: 'database.start_failed',
    message: `${what}: ${last === '' ? 'it said nothing' : last}`,
  });
}
