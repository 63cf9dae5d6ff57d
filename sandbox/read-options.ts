/** What a person may say to `npm run sandbox`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { SandboxBrain } from './places-text.ts';

const usage = `npm run sandbox -- [--brain messagegateway] [--json]

  --brain messagegateway  line bot and supervisor think with the sandbox MessageGateway, where you are the manager;
                          without it all bots repeat what they hear
  --json                  one line of JSON with every address, client id, token and key, instead of the table
  --help                  this text
`;

function wordsOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message).join('\n');
  return error instanceof Error ? error.message : String(error);
}

/** Ends the process for `--help`, and with a sentence for what it does not know. */
export function readOptions(args: string[]): { readonly isJson: boolean; readonly brain: SandboxBrain } {
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean' }, brain: { type: 'string' } } as const;
    const { values } = parseArgs({ args, options });
    const chosen = z
      .enum(['echo', 'messagegateway'], 'brains of the sandbox: echo, messagegateway')
      .parse(values.brain ?? 'echo');
    if (values.help !== true) return { isJson: values.json === true, brain: chosen };
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n\n${usage}`);
    process.exit(2);
  }
}
