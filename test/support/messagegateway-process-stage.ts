/** Sandbox portal, sandbox MessageGateway and app processes between them, joined by an operator's commands: for tests that kill processes. */
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import { brains } from '../../src/brains/index.ts';
import { runLine } from '../../src/cli/run-line.ts';
import { until } from './bridge.ts';
import type { BridgeProcess } from './bridge-process.ts';
import { cloneDatabase } from './database.ts';
import { hostsOf } from './messagegateway-join.ts';
import { type ProcessStage, setStage } from './process-stage.ts';

export interface MgProcessStage extends Pick<ProcessStage, 'portal' | 'probe'> {
  readonly gateway: SandboxMessageGateway;
  /** Starts the app on the port the portal knows, where the one before it has to have ended, or beside it on another port. */
  start(port?: number): Promise<BridgeProcess>;
  /** Installs through the running app, connects the account, and lets the line bot think with it. Returns once the app listens. */
  connect(): Promise<void>;
  /** What a dead process holds is free at once, as if its leases had run out. */
  endLeases(): Promise<void>;
  close(): Promise<void>;
}

export async function setMgProcessStage(options: MessageGatewayOptions = {}): Promise<MgProcessStage> {
  const database = await cloneDatabase();
  const gateway = await startSandboxMessageGateway(options);
  const stage = await setStage({ databaseUrl: database.url });
  const { portal, probe } = stage;
  const hosts = [portal.domain, new URL(portal.oauthOrigin).host, ...hostsOf(gateway)].join(',');

  async function operate(...words: readonly string[]): Promise<Record<string, unknown>> {
    const environment = {
      PUBLIC_URL: `http://127.0.0.1:${stage.port}`,
      DATABASE_URL: database.url,
      APP_SECRET: stage.appSecret.toString('base64'),
      ALLOWED_PRIVATE_HOSTS: hosts,
      LOG_LEVEL: 'silent',
    };
    let said = '';
    const hear = (text: string): void => {
      said += text;
    };
    const code = await runLine([...words, '--json'], { environment, brains, out: hear, err: hear });
    if (code !== 0) throw new Error(said);
    return JSON.parse(said) as Record<string, unknown>;
  }

  return {
    portal,
    probe,
    gateway,
    start: (port) => stage.start({ ALLOWED_PRIVATE_HOSTS: hosts }, port),
    async connect() {
      await stage.install();
      const config = JSON.stringify({ crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey });
      const added = await operate('connections', 'add', '--brain', 'messagegateway', '--config', config);
      const { id } = added['connection'] as { readonly id: string };
      await operate('bots', 'set', '--code', 'bridge_line', '--connection', id);
      await until(() => gateway.sockets().open === 1);
      // The app believes what it knew of the bots for three seconds.
      await new Promise((resolve) => setTimeout(resolve, 3_100));
    },
    async endLeases() {
      await probe.endLeases();
      await probe.rows('update connection set listening_until = now()');
    },
    async close() {
      await stage.close();
      await gateway.close();
      await database.drop();
    },
  };
}
