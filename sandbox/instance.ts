/**
 * A bridge on this machine: the fake servers of all brains, the real app with its embedded database, and a sandbox portal or, instead, a real
 * Bitrix24 in which the app has been registered.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brains } from '../src/brains/index.ts';
import { type Environment, readSettings } from '../src/config.ts';
import type { Logger } from '../src/lib/logger.ts';
import { openStorage } from '../src/open-storage.ts';
import { startApp } from '../src/start-app.ts';
import { type SandboxPortal, startSandboxPortal } from './bitrix24/start-portal.ts';
import { sandboxBrains } from './brain-list.ts';
import { freePort } from './free-port.ts';
import { type KeyAndCertificate, selfSigned } from './kit/self-signed.ts';
import type { RunningServer } from './sandbox-brain.ts';

export interface InstanceOptions {
  /** Any free ports instead of the usual ones. */
  readonly takesAnyPorts: boolean;
  /** The fake servers of brains speak https. */
  readonly isTls: boolean;
  readonly log: Logger;
  /** Settings of an app registered in a real Bitrix24; null: a sandbox portal is started, and the database is removed at the end. */
  readonly ofRealPortal: Environment | null;
  readonly defaultBrain?: string | undefined;
}

export interface Instance<Portal extends SandboxPortal | null = SandboxPortal | null> {
  readonly portal: Portal;
  /** By the names of their brains. Servers that no bot uses run too, so that clients can be tried against them. */
  readonly servers: ReadonlyMap<string, RunningServer>;
  /** The settings of the app, as its command line needs them. */
  readonly environment: Environment;
  readonly appUrl: string;
  /** Path of the certificate to trust; with `isTls`. */
  readonly tlsCertificate: string | null;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** Ports used at every start if they are free, so that an open page finds its portal again. */
const wishedPorts = { app: 3000, portal: 3010, oauth: 3011 };

export async function startInstance(
  options: InstanceOptions & { readonly ofRealPortal: null },
): Promise<Instance<SandboxPortal>>;
export async function startInstance(options: InstanceOptions): Promise<Instance>;
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { takesAnyPorts, isTls, log, ofRealPortal } = options;
  const portFor = (...wished: readonly number[]): Promise<number> => freePort(host, ...(takesAnyPorts ? [] : wished));
  const folder = await mkdtemp(join(tmpdir(), 'bot-bridge-sandbox-'));
  // When started as root, the database server runs as another user, who needs access to the folder.
  await chmod(folder, 0o755);
  const tls = isTls ? selfSigned([host, 'localhost']) : null;
  const tlsCertificate = tls === null ? null : await trust(tls, join(folder, 'sandbox-certificate.pem'));
  const of =
    ofRealPortal === null ? await besideSandboxPortal(portFor, folder) : { portal: null, environment: ofRealPortal };
  const servers = await startServers(portFor, tls);
  const environment: Environment = {
    DEFAULT_BRAIN: options.defaultBrain,
    ...of.environment,
    ALLOWED_PRIVATE_HOSTS: [
      of.environment['ALLOWED_PRIVATE_HOSTS'] ?? '',
      ...[...servers.values()].flatMap(({ hosts }) => hosts),
    ]
      .filter((one) => one !== '')
      .join(','),
  };
  const settings = readSettings(environment);
  const storage = await openStorage(settings, log);
  const app = await startApp({ settings, ...storage, brains, log });
  return {
    portal: of.portal,
    servers,
    environment: { ...environment, DATABASE_URL: storage.databaseUrl },
    appUrl: settings.PUBLIC_URL,
    tlsCertificate,
    async stop() {
      await app.stop();
      await of.portal?.close();
      for (const running of servers.values()) await running.close();
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes this process trust the certificate, because the app and the fake servers in it call each other. Writes it to `path` and returns that. */
async function trust({ cert }: KeyAndCertificate, path: string): Promise<string> {
  await writeFile(path, cert);
  setDefaultCACertificates([...getCACertificates('default'), cert]);
  return path;
}

type PortFor = (...wished: readonly number[]) => Promise<number>;

async function besideSandboxPortal(
  portFor: PortFor,
  dataDir: string,
): Promise<{ readonly portal: SandboxPortal; readonly environment: Environment }> {
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
    settingsUrl: `${appUrl}/bitrix24/settings-form`,
  });
  const environment = {
    PORT: String(appPort),
    HOST: host,
    PUBLIC_URL: appUrl,
    DATA_DIR: dataDir,
    APP_SECRET: randomBytes(32).toString('base64'),
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
    ALLOWED_PRIVATE_HOSTS: `${host}:${portalPort},${host}:${oauthPort}`,
  };
  return { portal, environment };
}

async function startServers(
  portFor: PortFor,
  tls: KeyAndCertificate | null,
): Promise<ReadonlyMap<string, RunningServer>> {
  const servers = new Map<string, RunningServer>();
  for (const [name, { start }] of Object.entries(sandboxBrains)) {
    if (start !== null) servers.set(name, await start({ host, freePort: portFor, tls }));
  }
  return servers;
}

/** Stops the instance at the first Ctrl-C or SIGTERM and ends the process. */
export function stopAtSignals(instance: Instance, name: string): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      instance.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${name} did not stop cleanly: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}
