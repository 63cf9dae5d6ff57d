/** `npm run test:soak`: runs of load, chaos and attack against the real app. Prints one table; exit code 1 when a bar is missed. */
import { parseArgs } from 'node:util';
import { createEndings } from '../../bench/support/endings.ts';
import { phases, soaks } from './list.ts';
import { runInChild, type SoakResult } from './support/run-in-child.ts';
import type { Size } from './support/soak.ts';
import { tableOf } from './support/table.ts';

const usage = `npm run test:soak -- [--short] [--counts] [--only <name>]…
  --short         the same runs with small numbers, about 3 minutes in all
  --counts        times and sizes are shown and not judged: for machines that do other things too
  --only <name>   may be repeated; one of:
${soaks.map(({ name, about }) => `    ${name.padEnd(12)} ${about}`).join('\n')}
`;

const endings = createEndings();
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    process.stderr.write(`\n${signal}: ending everything\n`);
    void endings.endAll().finally(() => process.exit(130));
  });
}

async function runColumn(names: readonly string[], size: Size): Promise<SoakResult[]> {
  const results: SoakResult[] = [];
  for (const soak of names.flatMap((name) => soaks.filter((one) => one.name === name))) {
    if (isEnding) break;
    process.stderr.write(`${soak.name}: ${soak.about}\n`);
    results.push(await runInChild(endings, soak, size));
  }
  return results;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      counts: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = values.only ?? soaks.map(({ name }) => name);
  if (values.help || chosen.some((name) => soaks.every((soak) => soak.name !== name))) {
    process.stdout.write(usage);
    return values.help ? 0 : 1;
  }
  // The processes of the runs read it.
  if (values.counts) process.env['SOAK_COUNTS_ONLY'] = '1';
  const started = performance.now();
  const results: SoakResult[] = [];
  for (const columns of phases) {
    const wanted = columns.map((names) => names.filter((name) => chosen.includes(name)));
    const size = values.short ? 'short' : 'full';
    results.push(...(await Promise.all(wanted.map((names) => runColumn(names, size)))).flat());
  }
  const judged = results
    .flatMap(({ verdicts }) => verdicts)
    .filter(({ bar, dependsOnMachine }) => bar !== '' && !(values.counts && dependsOnMachine));
  const failed = judged.filter(({ isPassed }) => !isPassed).length;
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  process.stdout.write(`\n${tableOf(results)}\n\n${minutes} minutes, Node ${process.version}\n`);
  process.stdout.write(`${judged.length - failed} passed, ${failed} failed\n`);
  return failed === 0 && judged.length > 0 ? 0 : 1;
}

process.exitCode = await main();
