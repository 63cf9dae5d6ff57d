/** The memory of a process, as the system counts it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Resident memory of a process in megabytes (10^6 bytes); `ps` counts in units of 1 024 bytes. */
export async function residentMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return (Number(stdout.trim()) * 1_024) / 1_000_000;
}
