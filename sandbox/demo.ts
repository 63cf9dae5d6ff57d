/**
 * `npm run demo`: starts an instance for a moderator, or anybody who sees the app for the first time, and prints a guide of ten minutes. The
 * accounts of the brains are those of the sandbox. The app is not installed yet: that is the first step of the guide.
 *
 * With `--real` the app is installed into a real Bitrix24: it uses the settings of the environment and of `.env`, and the database is kept.
 */
import { parseArgs } from 'node:util';
import { createLogger } from '../src/lib/logger.ts';
import { sandboxBrains } from './brain-list.ts';
import { startInstance, stopAtSignals } from './instance.ts';
import type { GuideLanguage } from './sandbox-brain.ts';

const usage = `npm run demo -- [--language en|ru] [--real] [--any-ports]

  --language   language of the guide (default: en)
  --real       runs the app for a real Bitrix24, with the settings of the environment and of .env (PUBLIC_URL, B24_CLIENT_ID,
               B24_CLIENT_SECRET, …); without it the portal is a sandbox portal
  --any-ports  uses any free ports instead of the usual ones
  --help       this text
`;

function readOptions(args: string[]): { language: GuideLanguage; isReal: boolean; takesAnyPorts: boolean } {
  try {
    const flag = { type: 'boolean' } as const;
    const options = { real: flag, 'any-ports': flag, help: flag, language: { type: 'string' } } as const;
    const { values } = parseArgs({ args, options });
    const language = values.language ?? 'en';
    if (language !== 'en' && language !== 'ru') throw new Error('languages of the guide: en, ru');
    if (values.help !== true) {
      return { language, isReal: values.real === true, takesAnyPorts: values['any-ports'] === true };
    }
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const { language, isReal, takesAnyPorts } = readOptions(process.argv.slice(2));
const log = createLogger({ level: 'warn', name: 'demo' });
const instance = await startInstance({ takesAnyPorts, isTls: false, log, ofRealPortal: isReal ? process.env : null });
stopAtSignals(instance, 'the demo');
const chat = instance.portal === null ? null : `${instance.portal.origin}/`;
for (const [name, server] of instance.servers) {
  process.stdout.write(sandboxBrains[name]?.guide?.(language, { chat, server }) ?? '');
}
