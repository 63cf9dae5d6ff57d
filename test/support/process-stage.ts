/** A sandbox portal, a database of its own and the means to start app processes on both: for tests that kill processes. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { openInstaller, until } from './bridge.ts';
import { type BridgeProcess, startBridgeProcess } from './bridge-process.ts';
import { cloneDatabase } from './database.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { freePort } from './free-port.ts';

export interface StageOptions {
  readonly portal?: SandboxPortalOptions;
  /** Another database than a clone of the template; the caller drops it. */
  readonly databaseUrl?: string;
}

export interface ProcessStage {
  readonly portal: SandboxPortal;
  readonly probe: DatabaseProbe;
  /** The port the portal sends its events to. */
  readonly port: number;
  readonly appSecret: Buffer;
  readonly databaseUrl: string;
  /** Starts a process of the app; on another port than the portal knows when one is given. */
  readonly start: (settings?: Readonly<Record<string, string>>, port?: number) => Promise<BridgeProcess>;
  /** Installs through the running process. */
  install(): Promise<void>;
  /** Kills what is left and takes everything down. */
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

/** Nothing has become a dead letter, and of nothing it is unknown whether it was sent. */
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
