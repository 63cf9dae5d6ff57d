/**
 * Tells living processes apart: a process number alone is given to another process sooner or later (in a container,
 * at the very next start), so it is read together with the moment the process began.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A text that belongs to that process alone, or undefined when it does not live (any more). A zombie does not live. */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? linuxIdentity(pid) : listedIdentity(pid);
}

/** The command line of a living process, or undefined. */
export async function processCommand(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return list(pid, 'command=');
  const line = await readIfThere(`/proc/${pid}/cmdline`);
  return line === undefined || line === '' ? undefined : line.replaceAll('\0', ' ').trim();
}

async function linuxIdentity(pid: number): Promise<string | undefined> {
  const [stat, bootId] = await Promise.all([
    readIfThere(`/proc/${pid}/stat`),
    readIfThere('/proc/sys/kernel/random/boot_id'),
  ]);
  if (stat === undefined) return undefined;
  // After the name in parentheses (which may hold anything): state first, start time as the 20th (proc(5), fields 3 and 22).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId?.trim() ?? ''} ${pid} ${fields[19]}`;
}

async function listedIdentity(pid: number): Promise<string | undefined> {
  const [state, began] = await Promise.all([list(pid, 'stat='), list(pid, 'lstart=')]);
  return state === undefined || began === undefined || state.startsWith('Z') ? undefined : `${pid} ${began}`;
}

async function list(pid: number, column: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', column, '-p', String(pid)]);
    return stdout.trim() === '' ? undefined : stdout.trim();
  } catch {
    // ps ends with an error when there is no such process.
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // The process ended, perhaps between two reads.
    return undefined;
  }
}
