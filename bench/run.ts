/** `npm run bench`: measures the app and its peers in the same run, prints one table, writes JSON under bench/results/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureAcknowledgements } from './measures/acknowledgements.ts';
import { measureBacklog } from './measures/backlog.ts';
import { measureBusyPortal } from './measures/busy-portal.ts';
import { measureConversations } from './measures/conversations.ts';
import { measureDrain } from './measures/drain.ts';
import { measureExport } from './measures/export.ts';
import { measureFiles } from './measures/files.ts';
import { measureFirstView } from './measures/first-view.ts';
import { measureFlow } from './measures/flow.ts';
import { measureIdleMemory } from './measures/idle-memory.ts';
import { measureMgLatency } from './measures/mg-latency.ts';
import { measureMgSockets } from './measures/mg-sockets.ts';
import { measureNeighbours } from './measures/neighbours.ts';
import { measureStatements } from './measures/statements.ts';
import { measureTenThousandPortals } from './measures/ten-thousand-portals.ts';
import { measureTracing } from './measures/tracing.ts';
import type { Measure } from './support/bench.ts';
import { startDatabaseServer } from './support/database-server.ts';
import { createEndings } from './support/endings.ts';
import type { Verdict } from './support/figures.ts';
import { fullPlan, quickPlan } from './support/plan.ts';
import { quietShare, waitForQuiet } from './support/quiet.ts';
import { tableOf } from './support/table.ts';

const measures: Readonly<Record<string, Measure>> = {
  memory: measureIdleMemory,
  acknowledgements: measureAcknowledgements,
  drain: measureDrain,
  backlog: measureBacklog,
  flow: measureFlow,
  files: measureFiles,
  'mg-sockets': measureMgSockets,
  'mg-latency': measureMgLatency,
  statements: measureStatements,
  'busy-portal': measureBusyPortal,
  neighbours: measureNeighbours,
  conversations: measureConversations,
  'first-view': measureFirstView,
  export: measureExport,
  tracing: measureTracing,
  'ten-thousand-portals': measureTenThousandPortals,
};

/** Made only where they are named: each takes as long as all others together. */
const longMeasures: ReadonlySet<string> = new Set(['ten-thousand-portals']);

const usage = `npm run bench -- [--quick] [--only <name>]…
  --quick         shorter runs, under 3 minutes in all
  --only <name>   one of: ${Object.keys(measures).join(', ')}; may be repeated
Only when it is named, because it takes a quarter of an hour: ${[...longMeasures].join(', ')}
`;

const endings = createEndings();
let isEnding = false;

async function end(code: number): Promise<never> {
  isEnding = true;
  await endings.endAll();
  return process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    process.stderr.write(`\n${signal}: stopping\n`);
    void end(130);
  });
}

const say = (text: string): void => void process.stderr.write(`  ${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = values.only ?? Object.keys(measures).filter((name) => !longMeasures.has(name));
  if (values.help || chosen.some((name) => measures[name] === undefined)) {
    process.stdout.write(usage);
    return await end(values.help ? 0 : 1);
  }
  const began = new Date();
  const plan = values.quick ? quickPlan : fullPlan;
  const server = await startDatabaseServer(endings);
  const verdicts: Verdict[] = [];
  const busyBefore: Record<string, number> = {};
  for (const name of chosen) {
    process.stderr.write(`${name}\n`);
    const busy = await waitForQuiet(plan.patienceSeconds);
    busyBefore[name] = busy;
    if (busy > quietShare)
      say(`other programs take ${Math.round(busy * 100)} % of the processor: the figures will suffer`);
    verdicts.push(...((await measures[name]?.({ plan, server, endings, say })) ?? []));
  }
  const machine = {
    cpus: availableParallelism(),
    cpu: cpus()[0]?.model ?? '',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: server.version,
    /** Share of the processor that other programs took just before each measure. */
    busyBefore,
  };
  process.stdout.write(`\n${tableOf(verdicts)}\n`);
  const seconds = Math.round((Date.now() - began.getTime()) / 1000);
  const file = await save({ at: began.toISOString(), seconds, quick: values.quick, machine, plan, verdicts });
  process.stdout.write(
    `\n${machine.cpus} cores, Node ${machine.node}, PostgreSQL ${machine.postgres}, fsync on; ${seconds} s; ${file}\n`,
  );
  await end(0);
}

async function save(results: Readonly<Record<string, unknown>> & { readonly at: string }): Promise<string> {
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL(`${results.at.replaceAll(/[:.]/g, '-')}.json`, folder);
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}

main().catch(async (error: unknown) => {
  // Errors during the shutdown come from processes that were just ended.
  if (isEnding) return;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  await end(1);
});
