/** The entry of the administrator's commands: `npm run cli -- <noun> <verb> [options] [--json]`. What the commands do is in src/cli/. */
import { createInterface } from 'node:readline/promises';
import { brains } from './brains/index.ts';
import { runLine } from './cli/run-line.ts';

/** Questions go to standard error: standard output is for the answer of the command. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

process.exitCode = await runLine(process.argv.slice(2), {
  environment: process.env,
  brains,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...(process.stdin.isTTY ? { ask } : {}),
});
