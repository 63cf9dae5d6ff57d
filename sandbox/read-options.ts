/** The options of `npm run sandbox`. */
import { parseArgs } from 'node:util';
import { sandboxBrains, usualBrain } from './brain-list.ts';

const names = Object.keys(sandboxBrains);

const usage = `npm run sandbox -- [--brain ${names.join('|')}] [--tls] [--any-ports] [--json]

${optionLines(
  ...Object.entries(sandboxBrains).map(
    ([name, { summary }]) =>
      [`--brain ${name}`, `${summary}${name === usualBrain ? '; the same without --brain' : ''}`] as const,
  ),
  ['--tls', 'the servers of brains use https, on port 443 if one of their clients requires it and the port is free'],
  ['', 'the certificate is made at the start; its path is printed, for NODE_EXTRA_CA_CERTS or SSL_CERT_FILE'],
  ['--any-ports', 'uses any free ports instead of the usual ones, so that several sandboxes can run'],
  ['--json', 'prints one line of JSON with every address, client id, token and key instead of the table'],
  ['--help', 'this text'],
)}
`;

function optionLines(...lines: readonly (readonly [option: string, text: string])[]): string {
  const width = Math.max(...lines.map(([option]) => option.length));
  return lines.map(([option, text]) => `  ${option.padEnd(width)}  ${text}`).join('\n');
}

export interface SandboxOptions {
  readonly isJson: boolean;
  readonly isTls: boolean;
  readonly takesAnyPorts: boolean;
  /** Name of a brain in the list. */
  readonly brain: string;
}

/** Reads the options. Prints the usage and ends the process for `--help` and for anything it does not know. */
export function readOptions(args: string[]): SandboxOptions {
  try {
    const flag = { type: 'boolean' } as const;
    const options = { json: flag, tls: flag, 'any-ports': flag, help: flag, brain: { type: 'string' } } as const;
    const { values } = parseArgs({ args, options });
    const brain = values.brain ?? usualBrain;
    if (!Object.hasOwn(sandboxBrains, brain)) throw new Error(`brains of the sandbox: ${names.join(', ')}`);
    const takesAnyPorts = values['any-ports'] === true;
    if (values.help !== true) {
      return { isJson: values.json === true, isTls: values.tls === true, takesAnyPorts, brain };
    }
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
