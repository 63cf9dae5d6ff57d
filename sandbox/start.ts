/**
 * `npm run sandbox`: the whole bridge on this machine with nothing configured. Starts the far ends and the real app with its embedded
 * database, installs the app into the sandbox portal, on wish connects the sandbox MessageGateway as an operator would, and prints
 * where everything is. The database lives in a temporary folder and goes with the process.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { brains } from '../src/brains/index.ts';
import { runLine } from '../src/cli/run-line.ts';
import { type Environment, readSettings } from '../src/config.ts';
import { createLogger } from '../src/lib/logger.ts';
import { openStorage } from '../src/open-storage.ts';
import { startApp } from '../src/start-app.ts';
import { type SandboxPortal, startSandboxPortal } from './bitrix24/start-portal.ts';
import { selfSigned } from './kit/self-signed.ts';
import { type SandboxMessageGateway, startSandboxMessageGateway } from './messagegateway/start-messagegateway.ts';
import { placesText } from './places-text.ts';
import { readOptions } from './read-options.ts';

const { isJson, isTls, brain } = readOptions(process.argv.slice(2));
const host = '127.0.0.1';

/** Addresses are the same at every start where they are free, so that an open page finds its portal again. */
const wishedPorts = { app: 3000, portal: 3010, oauth: 3011, mg: 3020, crm: 3021, renamedCrm: 3022 };

async function freePort(...wished: readonly number[]): Promise<number> {
  for (const port of [...wished, 0]) {
    const found = await new Promise<number | null>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(null));
      server.listen(port, host, () => {
        const address = server.address();
        server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
      });
    });
    if (found !== null) return found;
  }
  throw new Error('no free port on this machine');
}

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

const cliAnswer = z.object({ connection: z.object({ id: z.string() }).optional() });

/** Runs an operator's command as `npm run cli` does, with the settings of the app. */
async function operate(environment: Environment, ...words: readonly string[]): Promise<z.output<typeof cliAnswer>> {
  let said = '';
  const hear = (text: string): void => {
    said += text;
  };
  const code = await runLine([...words, '--json'], { environment, brains, out: hear, err: hear });
  if (code !== 0) throw new Error(`"${words.slice(0, 2).join(' ')}" failed: ${said}`);
  return cliAnswer.parse(JSON.parse(said));
}

/** The bots that think with MessageGateway; the assistant keeps the echo, so that a private chat answers by itself. */
const bridgedBots = ['bridge_line', 'bridge_supervisor'];

/** The steps of the README: connect the account, give it to bots. Returns when the bridge listens to the account. */
async function connect(gateway: SandboxMessageGateway, environment: Environment): Promise<void> {
  const config = JSON.stringify({ crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey });
  const added = await operate(environment, 'connections', 'add', '--brain', 'messagegateway', '--config', config);
  const id = added.connection?.id ?? '';
  for (const code of bridgedBots) await operate(environment, 'bots', 'set', '--code', code, '--connection', id);
  await until(() => gateway.sockets().open === 1, 'the app does not listen to MessageGateway');
}

const dataDir = await mkdtemp(join(tmpdir(), 'bot-bridge-sandbox-'));
// As root, the database server runs as another user, who must be able to enter.
await chmod(dataDir, 0o755);
const log = createLogger({ level: isJson ? 'silent' : 'warn', name: 'sandbox' });
const [appPort, portalPort, oauthPort, mgPort, crmPort, renamedCrmPort] = [
  await freePort(wishedPorts.app),
  await freePort(wishedPorts.portal),
  await freePort(wishedPorts.oauth),
  // The vendor's JavaScript client knows no other port.
  await freePort(...(isTls ? [443] : []), wishedPorts.mg),
  await freePort(wishedPorts.crm),
  await freePort(wishedPorts.renamedCrm),
];
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
  // The app and the far ends call each other in this process.
  setDefaultCACertificates([...getCACertificates('default'), tls.cert]);
}
const gateway = await startSandboxMessageGateway({ host, mgPort, crmPort, renamedCrmPort, tls });
for (const name of ['Анна Смирнова', 'Пётр Иванов']) gateway.addManager({ name });
const clientTokens = gateway.clientTokens();
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
  ALLOWED_PRIVATE_HOSTS: [portalPort, oauthPort, mgPort, crmPort, renamedCrmPort]
    .map((port) => `${host}:${port}`)
    .join(','),
};
const settings = readSettings(environment);
const storage = await openStorage(settings, log);
const app = await startApp({ settings, ...storage, brains, log });
await installInto(portal);
if (brain === 'messagegateway') await connect(gateway, { ...environment, DATABASE_URL: storage.databaseUrl });
portal.prepareScene();

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await app.stop();
  await portal.close();
  await gateway.close();
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
  manager: `${gateway.mgOrigin}/`,
  app: appUrl,
  health: `${appUrl}/readyz`,
  metrics: `${appUrl}/metrics`,
  portalRest: portal.restEndpoint,
  oauth: portal.oauthOrigin,
  incomingWebhook: portal.webhook,
  memberId: portal.memberId,
  clientId: portal.clientId,
  clientSecret: portal.clientSecret,
  crm: gateway.crmOrigin,
  crmApiKey: gateway.apiKey,
  mg: gateway.mgOrigin,
  mgBotToken: clientTokens.bot,
  mgTransportToken: clientTokens.transport,
  ...(tls === null ? {} : { tlsCertificate }),
  ...portal.issueToken(),
};

process.stdout.write(isJson ? `${JSON.stringify(places)}\n` : placesText(places, brain));
