/** Memory and processor time of processes while something happens, read at intervals. */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Usage {
  /** Seconds of processor time. */
  readonly cpuSeconds: number;
  /** Megabytes (10^6 bytes): the highest, and the last. */
  readonly peakMb: number;
  readonly lastMb: number;
}

export interface UsageWatch {
  /** By the names of the subjects. */
  stop(): Promise<ReadonlyMap<string, Usage>>;
}

/** A process, or all children of one. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly withChildren?: boolean;
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly mb: number;
  readonly seconds: number;
}

const everyMs = 2_000;

async function list(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid=,rss=,cputimes='], { maxBuffer: 1e7 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parent = 0, rss = 0, seconds = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, mb: (rss * 1_024) / 1_000_000, seconds };
    });
}

/**
 * Begins to read. `ps` counts whole seconds of each process; what a child used after the last reading before its end is not seen, and memory
 * that children share is counted for each of them, so that of such a subject only the processor time means something.
 */
export function watchUsage(subjects: readonly Subject[]): UsageWatch {
  const first = new Map<number, number>();
  const spent = new Map<string, Map<number, number>>();
  const memory = new Map<string, { peak: number; last: number }>();
  let isOver = false;
  async function read(): Promise<void> {
    const rows = await list();
    for (const { name, pid, withChildren = false } of subjects) {
      const own = rows.filter((row) => row.pid === pid || (withChildren && row.parent === pid));
      const seconds = spent.get(name) ?? new Map<number, number>();
      spent.set(name, seconds);
      for (const row of own) {
        if (!first.has(row.pid)) first.set(row.pid, isFirst ? row.seconds : 0);
        seconds.set(row.pid, row.seconds - (first.get(row.pid) ?? 0));
      }
      const last = own.reduce((sum, { mb }) => sum + mb, 0);
      memory.set(name, { peak: Math.max(last, memory.get(name)?.peak ?? 0), last });
    }
    isFirst = false;
  }
  let isFirst = true;
  const watching = (async () => {
    while (!isOver) {
      await read();
      await delay(everyMs);
    }
    await read();
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return new Map(
        subjects.map(({ name }) => {
          const { peak = 0, last = 0 } = memory.get(name) ?? {};
          const cpuSeconds = [...(spent.get(name)?.values() ?? [])].reduce((sum, value) => sum + value, 0);
          return [name, { cpuSeconds, peakMb: peak, lastMb: last }];
        }),
      );
    },
  };
}

/** The process that started this one. */
export async function parentOf(pid: number): Promise<number> {
  return (await list()).find((row) => row.pid === pid)?.parent ?? 0;
}
