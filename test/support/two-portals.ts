/** Two sandbox portals in which one app is installed, for tests that nothing passes from one to the other. */
import { randomBytes } from 'node:crypto';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { Brain } from '../../src/core/brain.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { until } from './bridge.ts';
import { freePort } from './free-port.ts';
import { type OwnBridge, startOwnBridge } from './installed-bridge.ts';

export interface TwoPortals extends OwnBridge {
  /** The second portal; the first is `bridge.portal`. */
  readonly other: SandboxPortal;
  /** Installs the app in the other portal too. */
  installOther(): Promise<void>;
}

/** Starts both; the app is installed in neither yet. */
export async function startTwoPortals(
  options: {
    readonly first?: SandboxPortalOptions;
    readonly second?: SandboxPortalOptions;
    readonly settings?: Readonly<Record<string, string>>;
    readonly brains?: readonly Brain[];
    readonly log?: Logger;
  } = {},
): Promise<TwoPortals> {
  const app = {
    clientId: `app.${randomBytes(7).toString('hex')}.12345678`,
    clientSecret: randomBytes(25).toString('base64url'),
  };
  const [port, oauthPort] = [await freePort(), await freePort()];
  const other = await startSandboxPortal({ rate: false, ...app, ...options.second });
  const origins = [`http://127.0.0.1:${oauthPort}`, other.oauthOrigin];
  const hosts = [`127.0.0.1:${port}`, other.domain, ...origins.map((origin) => new URL(origin).host)];
  const own = await startOwnBridge({
    portal: { ...app, port, oauthPort, ...options.first },
    settings: { B24_OAUTH_HOSTS: origins.join(), ALLOWED_PRIVATE_HOSTS: hosts.join(), ...options.settings },
    ...(options.brains === undefined ? {} : { brains: options.brains }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const { url } = own.bridge;
  other.setCard({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
  });
  return {
    ...own,
    other,
    async installOther() {
      const page = await other.openInstallPage();
      if (page.status !== 200) throw new Error(`the installer answered ${page.status}`);
      await until(() => other.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
      other.finishInstall();
    },
    async close() {
      await own.close();
      await other.close();
    },
  };
}
