import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../support/logging-process.ts', import.meta.url));

type Child = ChildProcessByStdio<null, Readable, Readable>;

const children: Child[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Logging {
  readonly child: Child;
  /** The next line it says of itself. */
  readonly says: () => Promise<string>;
}

/** Nobody reads its log until the test does. */
async function startLogging(linesAtOnce: number): Promise<Logging> {
  const child = spawn(process.execPath, [script, String(linesAtOnce)], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  child.stdout.pause();
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  const says = async (): Promise<string> => String((await lines.next()).value);
  expect(await says()).toBe('ready');
  return { child, says };
}

/** Logs many lines and tells how it is. */
async function burst({ child, says }: Logging): Promise<{ turns: number; bytes: number; dropped: number }> {
  child.kill('SIGUSR2');
  return JSON.parse(await says()) as { turns: number; bytes: number; dropped: number };
}

async function endOf(child: Child): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(60_000) })) as [number | null];
  return code;
}

describe('a process whose log nobody reads', () => {
  it('works on, keeps a bounded part of the log, and ends when it is told to', async () => {
    const logging = await startLogging(20_000);
    const first = await burst(logging);
    const second = await burst(logging);
    const third = await burst(logging);
    expect(third.dropped).toBeGreaterThan(second.dropped);
    expect(second.dropped).toBeGreaterThan(first.dropped);
    // Five megabytes of lines a burst: what is kept of them is one.
    expect(third.bytes - first.bytes).toBeLessThan(20 * 1024 * 1024);
    expect(await endOf(logging.child)).toBe(0);
  });

  it('ends although its reader goes away at the same moment with much of the log unread', async () => {
    const logging = await startLogging(20_000);
    await burst(logging);
    logging.child.stdout.destroy();
    expect(await endOf(logging.child)).toBe(0);
  });

  it('works on, and ends, after its reader went away with much of the log unread', async () => {
    const logging = await startLogging(20_000);
    await burst(logging);
    logging.child.stdout.destroy();
    const after = await burst(logging);
    expect(after.dropped).toBeGreaterThan(0);
    expect(await endOf(logging.child)).toBe(0);
  });

  it('tells a reader who is back how many lines were lost', async () => {
    const logging = await startLogging(20_000);
    const { dropped } = await burst(logging);
    expect(dropped).toBeGreaterThan(0);
    const lines = createInterface(logging.child.stdout);
    let told = 0;
    for await (const line of lines) {
      const parsed = JSON.parse(line) as { msg: string; dropped?: number };
      told = parsed.dropped ?? 0;
      if (told > 0) break;
    }
    expect(told).toBeGreaterThanOrEqual(dropped);
    expect(await endOf(logging.child)).toBe(0);
  });
});
