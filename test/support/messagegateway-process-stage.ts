/** A sandbox portal, a sandbox MessageGateway and app processes between them, connected by commands, for tests that kill processes. */
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

export interface MgProcessStage extends Pick<ProcessStage, 'portal' | 'probe' | 'port' | 'appSecret' | 'databaseUrl'> {
  readonly gateway: SandboxMessageGateway;
  /** Starts the app on the port that the portal knows, after the previous process there has ended, or beside it on another port. */
  start(port?: number): Promise<BridgeProcess>;
  /** `host:port` of every loopback server that the app may call. */
  readonly hosts: string;
  /**
   * Installs the app through a first process, connects the account and gives it to the line bot, and ends that process. Returns a second
   * process that has read all this from the database and listens to the account.
   */
  connect(): Promise<BridgeProcess>;
  /** Ends the leases of dead processes at once, as if they had expired. */
  endLeases(): Promise<void>;
  close(): Promise<void>;
}

/** @param databaseUrl another database instead of a clone of the template; the caller drops it */
export async function setMgProcessStage(
  options: MessageGatewayOptions = {},
  databaseUrl?: string,
): Promise<MgProcessStage> {
  const clone = databaseUrl === undefined ? await cloneDatabase() : null;
  const url = databaseUrl ?? clone?.url ?? '';
  const gateway = await startSandboxMessageGateway(options);
  const stage = await setStage({ databaseUrl: url });
  const { portal, probe } = stage;
  const hosts = [portal.domain, new URL(portal.oauthOrigin).host, ...hostsOf(gateway)].join(',');

  async function operate(...words: readonly string[]): Promise<Record<string, unknown>> {
    const environment = {
      PUBLIC_URL: `http://127.0.0.1:${stage.port}`,
      DATABASE_URL: url,
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
    ...stage,
    gateway,
    hosts,
    start: (port) => stage.start({ ALLOWED_PRIVATE_HOSTS: hosts }, port),
    async connect() {
      const first = await stage.start({ ALLOWED_PRIVATE_HOSTS: hosts });
      await stage.install();
      await first.end('SIGTERM');
      const config = JSON.stringify({ crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey });
      const added = await operate('connections', 'add', '--brain', 'messagegateway', '--config', config);
      const { id } = added['connection'] as { readonly id: string };
      await operate('bots', 'set', '--code', 'bridge_line', '--connection', id);
      const app = await stage.start({ ALLOWED_PRIVATE_HOSTS: hosts });
      await until(() => gateway.sockets().open === 1);
      return app;
    },
    async endLeases() {
      await probe.endLeases();
      await probe.rows('update connection set listening_until = now()');
    },
    async close() {
      await stage.close();
      await gateway.close();
      await clone?.drop();
    },
  };
}
