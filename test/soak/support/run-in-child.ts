/** Runs a soak in its own process and waits for its verdicts, at most until its time limit. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Endings } from '../../../bench/support/endings.ts';
import type { Size, Soak, Verdict } from './soak.ts';

/** What the process reports, once, at its end. */
export type SoakReport = { readonly verdicts: readonly Verdict[] } | { readonly error: string };

export interface SoakResult {
  readonly soak: Soak;
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
}

/** Time from the signal to SIGKILL, in which the run ends the processes it started. */
const endingMs = 60_000;

export async function runInChild(endings: Endings, soak: Soak, size: Size): Promise<SoakResult> {
  const started = performance.now();
  const script = fileURLToPath(new URL('../one-soak.ts', import.meta.url));
  const child = fork(script, [soak.name, size], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let report: SoakReport | undefined;
  child.on('message', (message) => {
    // The messages come only from one-soak.ts.
    report = message as SoakReport;
  });
  const stop = endings.add(async () => {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), endingMs);
    await gone;
    clearTimeout(patience);
  });
  const limit = setTimeout(() => void stop(), soak.limitMinutes * 60_000);
  await gone;
  clearTimeout(limit);
  await stop();
  report ??= { error: `did not end within ${soak.limitMinutes} minutes, or died` };
  const verdicts = 'verdicts' in report ? report.verdicts : [broken(report.error)];
  return { soak, verdicts, seconds: Math.round((performance.now() - started) / 1000) };
}

function broken(error: string): Verdict {
  process.stderr.write(`${error}\n`);
  const figure = (error.split('\n')[0] ?? '').slice(0, 120);
  return { what: 'the run itself', figure, bar: 'ends', isPassed: false, dependsOnMachine: false };
}
