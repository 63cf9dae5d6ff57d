/** One soak run in its own process, started by run.ts: `one-soak.ts <name> <size>`. Reports its verdicts over Node's message channel. */
import { startDatabaseServer } from '../../bench/support/database-server.ts';
import { createEndings } from '../../bench/support/endings.ts';
import { soaks } from './list.ts';
import type { SoakReport } from './support/run-in-child.ts';
import type { Size } from './support/soak.ts';

const [name, size] = process.argv.slice(2);
const endings = createEndings();
let isEnding = false;

async function end(code: number): Promise<never> {
  isEnding = true;
  await endings.endAll().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  return process.exit(code);
}

// The process that started this one has ended, or wants it to end: end everything that this one started.
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  process.on(signal, () => {
    if (!isEnding) void end(1);
  });
}

process.on('uncaughtException', (error) => {
  if (isEnding) return;
  process.stderr.write(`${error.stack ?? error.message}\n`);
  void report({ error: error.message }).then(() => end(1));
});

function report(message: SoakReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

async function main(): Promise<void> {
  const soak = soaks.find((one) => one.name === name);
  if (soak === undefined || (size !== 'full' && size !== 'short')) throw new Error(`no such run: ${name} ${size}`);
  let made = 0;
  let server: ReturnType<typeof startDatabaseServer> | undefined;
  const database = async (): Promise<string> => {
    server ??= startDatabaseServer(endings);
    made += 1;
    const own = `soak_${made}`;
    return await (await server).createMigrated(own);
  };
  const say = (text: string): void => void process.stderr.write(`  ${name}: ${text}\n`);
  const verdicts = await soak.run({ endings, database, say }, size satisfies Size);
  await report({ verdicts });
  await end(0);
}

main().catch(async (error: unknown) => {
  if (isEnding) return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await report({ error: text });
  await end(1);
});
