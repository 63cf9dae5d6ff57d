/**
 * `npm run sandbox`: the whole bridge on this machine with nothing configured. Starts the far ends and the real app with its embedded
 * database, installs the app into the sandbox portal, and prints where everything is. The database lives in a temporary folder and
 * goes with the process.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brains } from '../src/brains/index.ts';
import { readSettings } from '../src/config.ts';
import { createLogger } from '../src/lib/logger.ts';
import { openStorage } from '../src/open-storage.ts';
import { startApp } from '../src/start-app.ts';
import { type SandboxPortal, startSandboxPortal } from './bitrix24/start-portal.ts';

const isJson = process.argv.includes('--json');
const host = '127.0.0.1';

/** Addresses are the same at every start where they are free, so that an open page finds its portal again. */
const wishedPorts = { app: 3000, portal: 3010, oauth: 3011 };

async function freePort(wished: number): Promise<number> {
  for (const port of [wished, 0]) {
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

async function installInto(portal: SandboxPortal, deadlineMs: number): Promise<void> {
  const page = await portal.openInstallPage();
  if (page.status !== 200) throw new Error(`the installer page answered ${page.status}`);
  const end = Date.now() + deadlineMs;
  while (!portal.bindings().some((binding) => binding.event === 'ONAPPUNINSTALL')) {
    if (Date.now() > end) throw new Error('the app did not finish setting the portal up');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  portal.finishInstall();
}

const dataDir = await mkdtemp(join(tmpdir(), 'bot-bridge-sandbox-'));
// As root, the database server runs as another user, who must be able to enter.
await chmod(dataDir, 0o755);
const log = createLogger({ level: isJson ? 'silent' : 'warn', name: 'sandbox' });
const [appPort, portalPort, oauthPort] = [
  await freePort(wishedPorts.app),
  await freePort(wishedPorts.portal),
  await freePort(wishedPorts.oauth),
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
const settings = readSettings({
  PORT: String(appPort),
  HOST: host,
  PUBLIC_URL: appUrl,
  DATA_DIR: dataDir,
  APP_SECRET: randomBytes(32).toString('base64'),
  B24_CLIENT_ID: portal.clientId,
  B24_CLIENT_SECRET: portal.clientSecret,
  B24_OAUTH_HOSTS: portal.oauthOrigin,
  B24_JS_URL: `${portal.origin}/api/v1/`,
  ALLOWED_PRIVATE_HOSTS: [portal.domain, new URL(portal.oauthOrigin).host].join(','),
});
const storage = await openStorage(settings, log);
const app = await startApp({ settings, ...storage, brains, log });
await installInto(portal, 20_000);
portal.prepareScene();

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await app.stop();
  await portal.close();
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
  ...portal.issueToken(),
};

if (isJson) process.stdout.write(`${JSON.stringify(places)}\n`);
else {
  const rows: readonly [string, string][] = [
    ['Chat page (open this)', places.chat],
    ['Bot Bridge', places.app],
    ['  ready?', places.health],
    ['  metrics', places.metrics],
    ['Sandbox portal, REST', places.portalRest],
    ['Sandbox portal, OAuth host', places.oauth],
    ['  incoming webhook', places.incomingWebhook],
    ['  client id', places.clientId],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write('\nThe bridge is open. Write to the bots as a customer, an employee, or in the group.\n\n');
  for (const [name, value] of rows) process.stdout.write(`  ${name.padEnd(width)}  ${value}\n`);
  process.stdout.write('\nCtrl-C stops everything.\n');
}
