/** Reads the command line of a process, to tell a PostgreSQL left behind from a process that has been given its number since. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The command line of a living process, or undefined. A zombie counts as dead. */
export async function processCommand(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    const line =
      process.platform === 'linux'
        ? (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
        : (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
    return line.trim() === '' ? undefined : line.trim();
  } catch {
    // There is no such process, or not any more.
    return undefined;
  }
}
