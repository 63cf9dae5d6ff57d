/** The app as a process with strict fake servers: two sandbox portals in which it is installed, and a sandbox MessageGateway connected to the first. */
import { randomBytes } from 'node:crypto';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';
import { brains } from '../../../src/brains/index.ts';
import { runLine } from '../../../src/cli/run-line.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import { freePort } from '../../support/free-port.ts';
import { hostsOf } from '../../support/messagegateway-join.ts';
import { everythingDone } from '../../support/talk.ts';
import { type SoakApp, startApp } from './app.ts';
import { type SoakStage, within } from './soak.ts';

export interface InstalledWorld {
  readonly app: SoakApp;
  readonly appSecret: Buffer;
  readonly databaseUrl: string;
  /** The portal with an account of MessageGateway. */
  readonly first: SandboxPortal;
  readonly second: SandboxPortal;
  readonly gateway: SandboxMessageGateway;
  readonly probe: DatabaseProbe;
  /** Resolves when nothing is under way. */
  quiet(): Promise<void>;
}

export interface WorldOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Starts further fake servers before the app; resolves to the addresses that the app may call. */
  readonly beside?: (app: AppIdentity) => Promise<{ readonly hosts: readonly string[]; readonly oauthOrigin: string }>;
}

export interface AppIdentity {
  readonly clientId: string;
  readonly clientSecret: string;
}

export async function startInstalledWorld(stage: SoakStage, options: WorldOptions = {}): Promise<InstalledWorld> {
  const { endings } = stage;
  const databaseUrl = await stage.database();
  const probe = openProbe(databaseUrl);
  endings.add(() => probe.close());
  const clientId = `app.${randomBytes(7).toString('hex')}.12345678`;
  const clientSecret = randomBytes(25).toString('base64url');
  const first = await startSandboxPortal({ rate: false, clientId, clientSecret });
  endings.add(() => first.close());
  const second = await startSandboxPortal({ rate: false, clientId, clientSecret });
  endings.add(() => second.close());
  const gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false });
  endings.add(() => gateway.close());
  const port = await freePort();
  const appSecret = randomBytes(32);
  const beside = await options.beside?.({ clientId, clientSecret });
  const oauthOrigins = [first.oauthOrigin, second.oauthOrigin, ...(beside === undefined ? [] : [beside.oauthOrigin])];
  const own = [first.domain, second.domain, ...oauthOrigins.map((origin) => new URL(origin).host)];
  const hosts = [...own, ...hostsOf(gateway), ...(beside?.hosts ?? [])];
  const { settings = {} } = options;
  const app = await startApp({
    endings,
    databaseUrl,
    appSecret,
    port,
    clientId,
    clientSecret,
    oauthOrigins,
    hosts,
    settings,
  });
  for (const portal of [first, second]) await install(portal, app.url);
  await connect({ databaseUrl, appSecret, app, hosts, gateway, first });
  const quiet = async (): Promise<void> => {
    for (const portal of [first, second]) await everythingDone(portal, probe);
  };
  await quiet();
  return { app, appSecret, databaseUrl, first, second, gateway, probe, quiet };
}

async function install(portal: SandboxPortal, url: string): Promise<void> {
  portal.setCard({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
  });
  const page = await portal.openInstallPage();
  if (page.status !== 200) throw new Error(`the installer answered ${page.status}`);
  const isSetUp = await within(120_000, () => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
  if (!isSetUp) throw new Error('the portal was not set up');
  portal.finishInstall();
}

interface Connecting {
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  readonly app: SoakApp;
  readonly hosts: readonly string[];
  readonly gateway: SandboxMessageGateway;
  readonly first: SandboxPortal;
}

/** Connects the account by the command line, as an administrator of the installation does. */
async function connect({ databaseUrl, appSecret, app, hosts, gateway, first }: Connecting): Promise<void> {
  const environment = {
    PUBLIC_URL: app.url,
    DATABASE_URL: databaseUrl,
    APP_SECRET: appSecret.toString('base64'),
    ALLOWED_PRIVATE_HOSTS: hosts.join(','),
    LOG_LEVEL: 'silent',
  };
  const operate = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    let said = '';
    const hear = (text: string): void => {
      said += text;
    };
    const line = [...words, '--portal', first.memberId, '--json'];
    const code = await runLine(line, { environment, brains, out: hear, err: hear });
    if (code !== 0) throw new Error(said);
    return JSON.parse(said) as Record<string, unknown>;
  };
  const config = JSON.stringify({ crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey });
  const added = await operate('connections', 'add', '--brain', 'messagegateway', '--config', config);
  const { id } = added['connection'] as { readonly id: string };
  await operate('bots', 'set', '--code', 'bridge_line', '--connection', id);
  if (!(await within(120_000, () => gateway.sockets().open === 1))) throw new Error('the account is not listened to');
}
