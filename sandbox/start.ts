/**
 * `npm run sandbox`: the whole bridge on this machine with nothing configured. Starts the fake servers and the real app with its embedded
 * database, installs the app into the sandbox portal, connects the brain that was chosen as an administrator would, and prints where
 * everything is. The database lives in a temporary folder that is removed when the process ends.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { brains, defaultBrain } from '../src/brains/index.ts';
import { runLine } from '../src/cli/run-line.ts';
import { type Environment, readSettings } from '../src/config.ts';
import { createLogger } from '../src/lib/logger.ts';
import { openStorage } from '../src/open-storage.ts';
import { startApp } from '../src/start-app.ts';
import { type SandboxPortal, startSandboxPortal } from './bitrix24/start-portal.ts';
import { sandboxBrains } from './brain-list.ts';
import { freePort } from './free-port.ts';
import { type KeyAndCertificate, selfSigned } from './kit/self-signed.ts';
import { placesText } from './places-text.ts';
import { readOptions } from './read-options.ts';
import type { RunningServer } from './sandbox-brain.ts';

const { isJson, isTls, takesAnyPorts, brain } = readOptions(process.argv.slice(2));
const host = '127.0.0.1';

/** Addresses are the same at every start where they are free, so that an open page finds its portal again. */
const wishedPorts = { app: 3000, portal: 3010, oauth: 3011 };

const portFor = (...wished: readonly number[]): Promise<number> => freePort(host, ...(takesAnyPorts ? [] : wished));

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

/** The bots that use the chosen brain; the assistant keeps the usual one, so that a private chat answers by itself. */
const bridgedBots = ['bridge_line', 'bridge_supervisor'];

/** The steps of the README: connect the account, give it to bots. Returns when the app is connected. */
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

/** The fake servers of all brains that have one, by name: also those that no bot uses are there for clients to try. */
async function startServers(tls: KeyAndCertificate | null): Promise<ReadonlyMap<string, RunningServer>> {
  const servers = new Map<string, RunningServer>();
  for (const [name, { start }] of Object.entries(sandboxBrains)) {
    if (start !== null) servers.set(name, await start({ host, freePort: portFor, tls }));
  }
  return servers;
}

const dataDir = await mkdtemp(join(tmpdir(), 'bot-bridge-sandbox-'));
// As root, the database server runs as another user, who must be able to enter.
await chmod(dataDir, 0o755);
const log = createLogger({ level: isJson ? 'silent' : 'warn', name: 'sandbox' });
const appPort = await portFor(wishedPorts.app);
const portalPort = await portFor(wishedPorts.portal);
const oauthPort = await portFor(wishedPorts.oauth);
const appUrl = `http://${host}:${appPort}`;
const portal = await startSandboxPortal({
  host,
  port: portalPort,
  oauthPort,
  installUrl: `${appUrl}/bitrix24/install`,
  appUrl: `${appUrl}/bitrix24/app`,
  eventUrl: `${appUrl}/bitrix24/events`,
});
const tls = isTls ? selfSigned([host, 'localhost']) : null;
const tlsCertificate = join(dataDir, 'sandbox-certificate.pem');
if (tls !== null) {
  await writeFile(tlsCertificate, tls.cert);
  // The app and the fake servers call each other in this process.
  setDefaultCACertificates([...getCACertificates('default'), tls.cert]);
}
const servers = await startServers(tls);
const environment = {
  PORT: String(appPort),
  HOST: host,
  PUBLIC_URL: appUrl,
  DATA_DIR: dataDir,
  APP_SECRET: randomBytes(32).toString('base64'),
  B24_CLIENT_ID: portal.clientId,
  B24_CLIENT_SECRET: portal.clientSecret,
  B24_OAUTH_HOSTS: portal.oauthOrigin,
  B24_JS_URL: `${portal.origin}/api/v1/`,
  ALLOWED_PRIVATE_HOSTS: [
    `${host}:${portalPort}`,
    `${host}:${oauthPort}`,
    ...[...servers.values()].flatMap(({ hosts }) => hosts),
  ].join(','),
};
const settings = readSettings(environment);
const storage = await openStorage(settings, log);
const app = await startApp({ settings, ...storage, brains, log });
await installInto(portal);
if (brain !== defaultBrain.name) {
  await connect(brain, servers.get(brain), { ...environment, DATABASE_URL: storage.databaseUrl });
}
portal.prepareScene();

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await app.stop();
  await portal.close();
  for (const running of servers.values()) await running.close();
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop().catch((error: unknown) => {
      process.stderr.write(`the sandbox did not stop cleanly: ${String(error)}\n`);
      process.exit(1);
    });
  });
}

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
  ...(tls === null ? {} : { tlsCertificate }),
};
const ofBrains = Object.fromEntries([...servers].map(([name, running]) => [name, running.places]));
const flat = Object.values(ofBrains).flatMap((list) => list.map(({ key, value }) => [key, value] as const));
const told = { ...places, ...Object.fromEntries(flat), ...portal.issueToken() };

process.stdout.write(isJson ? `${JSON.stringify(told)}\n` : placesText(places, ofBrains, brain));
