/** The entry of the administrator's commands: `npm run cli -- <noun> <verb> [options] [--json]`. What the commands do is in src/cli/. */
import { brains } from './brains/index.ts';
import { runLine } from './cli/run-line.ts';

process.exitCode = await runLine(process.argv.slice(2), {
  environment: process.env,
  brains,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
