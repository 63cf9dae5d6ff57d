/** An installed bridge whose bots think with a bot of Metabot: the sandbox's, or any other server. Knows nothing of vitest: soak runs use it too. */
import { type SandboxMetabotOptions, startSandboxMetabot } from '../../sandbox/metabot/start-metabot.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type Bridge, install, startBridge } from './bridge.ts';
import { connectBrain } from './connect-brain.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { everythingDone, ourBot } from './talk.ts';

export const stageToken = 'token-of-the-metabot-stage';

export interface ConnectedBridge {
  readonly bridge: Bridge;
  readonly probe: DatabaseProbe;
  readonly databaseUrl: string;
  /** The webhook address of the connection. */
  readonly hook: string;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly databaseUrl: string;
  /** Of a server that speaks as Metabot does. */
  readonly origin: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function startConnected({ databaseUrl, origin, config }: ConnectOptions): Promise<ConnectedBridge> {
  const probe = openProbe(databaseUrl);
  const bridge = await startBridge({ databaseUrl, extraHosts: [new URL(origin).host] });
  await install(bridge);
  await everythingDone(bridge.portal, probe);
  const db = openDatabase({ url: databaseUrl, poolSize: 1 });
  const account = { origin, botId: 1001, token: stageToken, callsPerSecond: 100, requestTimeoutMs: 1_000 };
  const hook = await connectBrain(db, bridge, 'metabot', { ...account, ...config });
  await db.destroy();
  return {
    bridge,
    probe,
    databaseUrl,
    hook,
    async close() {
      await bridge.close();
      await probe.close();
    },
  };
}

export async function startMetabotStage(
  databaseUrl: string,
  options: SandboxMetabotOptions = {},
  config: Readonly<Record<string, unknown>> = {},
) {
  const metabot = await startSandboxMetabot({ token: stageToken, ...options });
  const connected = await startConnected({ databaseUrl, origin: metabot.origin, config });
  metabot.state.hook = connected.hook;
  return {
    ...connected,
    metabot,
    async close(): Promise<void> {
      await metabot.idle();
      await connected.close();
      await metabot.close();
    },
  };
}

export type MetabotStage = Awaited<ReturnType<typeof startMetabotStage>>;

/** An employee who writes to the assistant, and what is shown to them. */
export function employeeTalk({ bridge: { portal } }: Pick<ConnectedBridge, 'bridge'>) {
  const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
  const bot = ourBot(portal, 'assistant').id;
  return {
    id,
    say: (text: string): void => void portal.employeeWritesPrivate(id, bot, text),
    /** What the bot has said, without its greeting. */
    shown: () => portal.messages(String(id)).filter(({ isBot, text }) => isBot && !text.includes('/help')),
  };
}
