/**
 * `npm run sandbox`: runs the whole bridge on this machine without any configuration. Starts the fake servers and the real app with its
 * embedded database, installs the app into the sandbox portal, connects the chosen brain as an administrator would, and prints all
 * addresses. The database is in a temporary folder that is removed when the process ends.
 */
import { z } from 'zod';
import { brains } from '../src/brains/index.ts';
import { runLine } from '../src/cli/run-line.ts';
import type { Environment } from '../src/config.ts';
import { createLogger } from '../src/lib/logger.ts';
import type { SandboxPortal } from './bitrix24/start-portal.ts';
import { startInstance, stopAtSignals } from './instance.ts';
import { placesText } from './places-text.ts';
import { readOptions } from './read-options.ts';
import type { RunningServer } from './sandbox-brain.ts';

const patienceMs = 20_000;

async function until(isReached: () => boolean, otherwise: string): Promise<void> {
  for (const end = Date.now() + patienceMs; !isReached(); ) {
    if (Date.now() > end) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function installInto(portal: SandboxPortal): Promise<void> {
  const page = await portal.openInstallPage();
  if (page.status !== 200) throw new Error(`the installer page answered ${page.status}`);
  await until(
    () => portal.bindings().some((binding) => binding.event === 'ONAPPUNINSTALL'),
    'the app did not finish setting the portal up',
  );
  portal.finishInstall();
}

const cliAnswer = z.object({ connection: z.object({ id: z.string() }).optional(), webhook: z.string().optional() });

/** Runs a command as `npm run cli` does, with the settings of the app. */
async function operate(environment: Environment, ...words: readonly string[]): Promise<z.output<typeof cliAnswer>> {
  let said = '';
  const hear = (text: string): void => {
    said += text;
  };
  const code = await runLine([...words, '--json'], { environment, brains, out: hear, err: hear });
  if (code !== 0) throw new Error(`"${words.slice(0, 2).join(' ')}" failed: ${said}`);
  return cliAnswer.parse(JSON.parse(said));
}

/** The bots that use the chosen brain; the assistant keeps the default one, so that a private chat is answered without a person. */
const bridgedBots = ['bridge_line', 'bridge_supervisor'];

/** Does the steps of the README: connects the account and gives it to the bots. Resolves when the app is connected. */
async function connect(name: string, server: RunningServer | undefined, environment: Environment): Promise<void> {
  if (server === undefined) {
    for (const code of bridgedBots) await operate(environment, 'bots', 'set', '--code', code, '--brain', name);
    return;
  }
  const config = JSON.stringify(server.config);
  const added = await operate(environment, 'connections', 'add', '--brain', name, '--config', config);
  const id = added.connection?.id ?? '';
  if (added.webhook !== undefined) server.takeWebhookAddress?.(added.webhook);
  for (const code of bridgedBots) await operate(environment, 'bots', 'set', '--code', code, '--connection', id);
  await until(() => server.isConnected(), `the app does not connect to ${name}`);
}

const { isJson, isTls, takesAnyPorts, brain } = readOptions(process.argv.slice(2));
// The brain that needs no account: it answers every message.
const defaultBrain = brains.find(({ configSchema }) => configSchema === null)?.name;
const log = createLogger({ level: isJson ? 'silent' : 'warn', name: 'sandbox' });
const instance = await startInstance({ takesAnyPorts, isTls, log, ofRealPortal: null, defaultBrain });
const { portal, servers, environment, appUrl, tlsCertificate } = instance;
await installInto(portal);
if (brain !== defaultBrain) await connect(brain, servers.get(brain), environment);
portal.prepareScene();
stopAtSignals(instance, 'the sandbox');

const places = {
  chat: `${portal.origin}/`,
  app: appUrl,
  health: `${appUrl}/readyz`,
  metrics: `${appUrl}/metrics`,
  portalRest: portal.restEndpoint,
  oauth: portal.oauthOrigin,
  incomingWebhook: portal.webhook,
  memberId: portal.memberId,
  clientId: portal.clientId,
  clientSecret: portal.clientSecret,
  ...(tlsCertificate === null ? {} : { tlsCertificate }),
};
const ofBrains = Object.fromEntries([...servers].map(([name, running]) => [name, running.places]));
const flat = Object.values(ofBrains).flatMap((list) => list.map(({ key, value }) => [key, value] as const));
const told = { ...places, ...Object.fromEntries(flat), ...portal.issueToken() };

process.stdout.write(isJson ? `${JSON.stringify(told)}\n` : placesText(places, ofBrains, brain));
