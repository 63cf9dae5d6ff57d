/** Starts the real app with a sandbox portal for integration tests; `close` closes everything. */
import { randomBytes } from 'node:crypto';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { Timings } from '../../src/app/timings.ts';
import { brains as realBrains } from '../../src/brains/index.ts';
import { readSettings, type Settings } from '../../src/config.ts';
import type { Brain } from '../../src/core/brain.ts';
import { noBrain } from '../../src/core/no-brain.ts';
import { createLogger, type Logger } from '../../src/lib/logger.ts';
import { type App, startApp } from '../../src/start-app.ts';
import { paramFaults } from './documented-methods.ts';
import { freePort } from './free-port.ts';
import { quickTimings } from './timings.ts';

export interface BridgeOptions {
  readonly databaseUrl: string;
  readonly portal?: SandboxPortalOptions;
  readonly brains?: readonly Brain[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  /** Timings that override the short ones of all tests. */
  readonly timings?: Timings;
  /** Further `host:port` addresses that the app may call. */
  readonly extraHosts?: readonly string[];
  /** A new one unless given. */
  readonly appSecret?: Buffer;
}

export interface Bridge {
  readonly portal: SandboxPortal;
  readonly app: App;
  readonly settings: Settings;
  /** Origin of the app. */
  readonly url: string;
  readonly appSecret: Buffer;
  /** Stops the app after it has finished its current work. The portal goes on running. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Settings that let the app talk to this portal on loopback. */
export function settingsFor(
  portal: SandboxPortal,
  port: number,
  extra: Readonly<Record<string, string>> = {},
): Settings {
  return readSettings({
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
    ALLOWED_PRIVATE_HOSTS: `${portal.domain},${new URL(portal.oauthOrigin).host}`,
    LOG_LEVEL: 'silent',
    ...extra,
  });
}

/** The brain that answers without an account; `none` if there is none. */
export function answeringBrain(brains: readonly Brain[]): string {
  return brains.find(({ configSchema }) => configSchema === null)?.name ?? noBrain.name;
}

export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const portal = await startSandboxPortal({ rate: false, ...options.portal });
  const port = await freePort();
  const hosts = [portal.domain, new URL(portal.oauthOrigin).host, ...(options.extraHosts ?? [])];
  const settings = settingsFor(portal, port, {
    ALLOWED_PRIVATE_HOSTS: hosts.join(','),
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
    DEFAULT_BRAIN: answeringBrain(options.brains ?? realBrains),
    // Opening a connection takes 10 ms of processor time, and few tests use more than these at the same time.
    DATABASE_POOL: '5',
    ENDPOINT_DATABASE_POOL: '2',
    // Tests write faster than people; tests of this limit set the bot's own.
    TURNS_PER_MINUTE: '0',
    ...options.settings,
  });
  const appSecret = options.appSecret ?? randomBytes(32);
  const app = await startApp({
    settings,
    databaseUrl: options.databaseUrl,
    appSecret,
    brains: options.brains ?? realBrains,
    log: options.log ?? createLogger({ level: settings.LOG_LEVEL, name: 'test' }),
    timings: { ...quickTimings, ...options.timings },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= app.stop();
    return stopped;
  };
  const url = settings.PUBLIC_URL;
  portal.setCard({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
  });
  return {
    portal,
    app,
    settings,
    url,
    appSecret,
    stop,
    async close() {
      await stop();
      await portal.close();
      expectDocumentedCalls(portal);
    },
  };
}

/** Checks that every call of the app has only documented parameters, and all required ones. */
function expectDocumentedCalls(portal: SandboxPortal): void {
  const faults = portal.calls().flatMap(({ method, params }) => paramFaults(method, params));
  if (faults.length > 0) throw new Error(`undocumented calls: ${[...new Set(faults)].slice(0, 10).join('; ')}`);
}

/** Installs the app as an administrator does, and waits until its bots live in the portal. */
export async function install(bridge: Bridge): Promise<void> {
  await openInstaller(bridge.portal);
  await until(
    () =>
      bridge.portal.bots().length >= 3 &&
      bridge.portal.bindings().some((binding) => binding.event === 'ONAPPUNINSTALL'),
  );
  bridge.portal.finishInstall();
}

/** Opens the installer, and repeats that while it answers 503, which it may do on a busy machine. */
export async function openInstaller(portal: SandboxPortal): Promise<void> {
  let status = 0;
  for (let visit = 0; visit < 5 && (status === 0 || status === 503); visit += 1) {
    ({ status } = await portal.openInstallPage());
  }
  if (status !== 200) throw new Error(`the installer answered ${status}`);
}

/** The longest time between two checks of `until`; the intervals grow, because many conditions query the database. */
const longestPauseMs = 25;

/**
 * Waits until the condition holds; fails after `timeoutMs` with the condition's source text. The limit is only for conditions that never
 * hold: on a busy machine everything may take several times as long as usual.
 */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 90_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 5; !(await condition()); pauseMs = Math.min(1.5 * pauseMs, longestPauseMs)) {
    if (Date.now() > end) throw new Error(`not reached within ${timeoutMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
