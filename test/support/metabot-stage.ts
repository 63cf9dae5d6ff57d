/** The stage of Metabot, with the sandbox's bot or any other server with Metabot's API. Soak runs use it too. */
import { type SandboxMetabotOptions, startSandboxMetabot } from '../../sandbox/metabot/start-metabot.ts';
import { type BrainStage, startBrainStage } from './brain-stage.ts';
import { ourBot } from './talk.ts';

export const stageToken = 'token-of-the-metabot-stage';

interface MetabotServer {
  readonly origin: string;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The caller drops the database. */
export async function startConnected(
  databaseUrl: string,
  server: MetabotServer,
  config: Readonly<Record<string, unknown>> = {},
): Promise<BrainStage> {
  const { origin } = server;
  const account = { origin, botId: 1001, token: stageToken, callsPerSecond: 100, requestTimeoutMs: 1_000 };
  return await startBrainStage({
    database: { url: databaseUrl, drop: () => Promise.resolve() },
    server,
    brain: 'metabot',
    config: { ...account, ...config },
    bridge: { extraHosts: [new URL(origin).host] },
  });
}

export async function startMetabotStage(
  databaseUrl: string,
  options: SandboxMetabotOptions = {},
  config: Readonly<Record<string, unknown>> = {},
) {
  const metabot = await startSandboxMetabot({ token: stageToken, ...options });
  const stage = await startConnected(databaseUrl, metabot, config);
  metabot.state.hook = stage.hook;
  return { ...stage, metabot };
}

export type MetabotStage = Awaited<ReturnType<typeof startMetabotStage>>;

/** An employee who writes to the assistant, and the messages shown to them. */
export function employeeTalk({ bridge: { portal } }: Pick<BrainStage, 'bridge'>) {
  const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
  const bot = ourBot(portal, 'assistant').id;
  return {
    id,
    say: (text: string): void => void portal.employeeWritesPrivate(id, bot, text),
    /** The bot's messages without its greeting. */
    shown: () => portal.messages(String(id)).filter(({ isBot, text }) => isBot && !text.includes('/help')),
  };
}
