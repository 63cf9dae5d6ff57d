/** What a person may say to `npm run sandbox`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { SandboxBrain } from './places-text.ts';

const usage = `npm run sandbox -- [--brain messagegateway] [--tls] [--json]

  --brain messagegateway  line bot and supervisor think with the sandbox MessageGateway, where you are the manager;
                          without it all bots repeat what they hear
  --tls                   MessageGateway and its CRM speak https, on port 443 where it is free: for clients that want that.
                          The certificate is made at the start; the file to trust is named (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE)
  --json                  one line of JSON with every address, client id, token and key, instead of the table
  --help                  this text
`;

function wordsOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message).join('\n');
  return error instanceof Error ? error.message : String(error);
}

export interface SandboxOptions {
  readonly isJson: boolean;
  readonly isTls: boolean;
  readonly brain: SandboxBrain;
}

/** Ends the process for `--help`, and with a sentence for what it does not know. */
export function readOptions(args: string[]): SandboxOptions {
  try {
    const flag = { type: 'boolean' } as const;
    const options = { json: flag, tls: flag, help: flag, brain: { type: 'string' } } as const;
    const { values } = parseArgs({ args, options });
    const chosen = z
      .enum(['echo', 'messagegateway'], 'brains of the sandbox: echo, messagegateway')
      .parse(values.brain ?? 'echo');
    if (values.help !== true) return { isJson: values.json === true, isTls: values.tls === true, brain: chosen };
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n\n${usage}`);
    process.exit(2);
  }
}
