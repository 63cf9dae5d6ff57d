/** A sandbox portal, its own database and functions to start app processes with both, for tests that kill processes. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { openInstaller, until } from './bridge.ts';
import { type BridgeProcess, environmentOf, startBridgeProcess } from './bridge-process.ts';
import { cloneDatabase } from './database.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { freePort } from './free-port.ts';

export interface StageOptions {
  readonly portal?: SandboxPortalOptions;
  /** Another database instead of a clone of the template; the caller drops it. */
  readonly databaseUrl?: string;
}

export interface ProcessStage {
  readonly portal: SandboxPortal;
  readonly probe: DatabaseProbe;
  /** The port to which the portal sends its events. */
  readonly port: number;
  readonly appSecret: Buffer;
  readonly databaseUrl: string;
  /** Starts a process of the app, on the port that the portal knows or on `port`. */
  readonly start: (settings?: Readonly<Record<string, string>>, port?: number) => Promise<BridgeProcess>;
  /** The environment variables of an app process on this stage. */
  environment(): NodeJS.ProcessEnv;
  /** Installs through the running process. */
  install(): Promise<void>;
  /** Kills the processes that are left and closes everything. */
  close(): Promise<void>;
}

/** Runs a test on a stage of its own, so that tests can run side by side. */
export async function withStage(work: (stage: ProcessStage) => Promise<void>): Promise<void> {
  const stage = await setStage();
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

/** Checks that there are no dead letters and no sends with an unknown result. */
export async function expectNothingGivenUp({ probe }: ProcessStage): Promise<void> {
  expect(await probe.rows(`select outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
  expect(await probe.rows(`select outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
}

export async function setStage(options: StageOptions = {}): Promise<ProcessStage> {
  const clone = options.databaseUrl === undefined ? await cloneDatabase() : null;
  const databaseUrl = options.databaseUrl ?? clone?.url ?? '';
  const probe = openProbe(databaseUrl);
  const portal = await startSandboxPortal({ rate: false, ...options.portal });
  const publicPort = await freePort();
  const appSecret = randomBytes(32);
  const url = `http://127.0.0.1:${publicPort}`;
  portal.setCard({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
  });
  const processes: BridgeProcess[] = [];
  return {
    portal,
    probe,
    port: publicPort,
    appSecret,
    databaseUrl,
    async start(settings = {}, port = publicPort) {
      const started = await startBridgeProcess({ portal, port, publicPort, databaseUrl, appSecret, settings });
      processes.push(started);
      return started;
    },
    environment: () => environmentOf({ portal, port: publicPort, databaseUrl, appSecret }),
    async install() {
      await openInstaller(portal);
      await until(() => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
      portal.finishInstall();
      await portal.idle();
      await probe.quiet();
    },
    async close() {
      await Promise.all(processes.map((process) => process.end('SIGKILL')));
      await portal.close();
      await probe.close();
      await clone?.drop();
    },
  };
}
