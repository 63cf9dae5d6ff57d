/** Starts the real app against a sandbox portal, for integration tests: one call, everything closed by the other. */
import { randomBytes } from 'node:crypto';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { Timings } from '../../src/app/timings.ts';
import { brains as realBrains } from '../../src/brains/index.ts';
import { readSettings, type Settings } from '../../src/config.ts';
import type { Brain } from '../../src/core/brain.ts';
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
  /** Spans besides the quick ones every test has. */
  readonly timings?: Timings;
  /** Further `host:port` addresses the app may call. */
  readonly extraHosts?: readonly string[];
}

export interface Bridge {
  readonly portal: SandboxPortal;
  readonly app: App;
  readonly settings: Settings;
  /** Origin of the app. */
  readonly url: string;
  readonly appSecret: Buffer;
  /** Stops the app: what was under way is finished, and nothing comes after it. The portal stays. */
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
    B24_JS_URL: `${portal.origin}/api/v1/`,
    ALLOWED_PRIVATE_HOSTS: `${portal.domain},${new URL(portal.oauthOrigin).host}`,
    LOG_LEVEL: 'silent',
    ...extra,
  });
}

export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const portal = await startSandboxPortal({ rate: false, ...options.portal });
  const port = await freePort();
  const hosts = [portal.domain, new URL(portal.oauthOrigin).host, ...(options.extraHosts ?? [])];
  const settings = settingsFor(portal, port, {
    ALLOWED_PRIVATE_HOSTS: hosts.join(','),
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
    // Tests write faster than people; those of the breaker set the bot's own.
    TURNS_PER_MINUTE: '0',
    ...options.settings,
  });
  const appSecret = randomBytes(32);
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

/** Every call the app has made names only parameters the documentation has, and all it asks for. */
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

/** Opens the installer, and again while it says that it has no time (503): on a machine that does other things too its time may run out. */
export async function openInstaller(portal: SandboxPortal): Promise<void> {
  let status = 0;
  for (let visit = 0; visit < 5 && (status === 0 || status === 503); visit += 1) {
    ({ status } = await portal.openInstallPage());
  }
  if (status !== 200) throw new Error(`the installer answered ${status}`);
}

/**
 * Waits until the condition holds; fails after `timeoutMs` with the condition's own text. The time is for what hangs: on a machine that does
 * other things too, everything may take several times as long as it should.
 */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 90_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not reached within ${timeoutMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
