/** Metabot in the sandbox: one bot; on its page a person acts as the script. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startSandboxMetabot } from './start-metabot.ts';

export const metabotInSandbox: SandboxBrain = {
  summary: 'the line bot and the supervisor use the sandbox Metabot; you answer as the script',
  firstSteps: [
    'Everything is running. Write as a customer on the first page and answer as the script of Metabot on the second.',
    'The line bot and the supervisor use Metabot; the assistant repeats each message.',
  ],
  start,
};

async function start({ host, freePort }: StartOptions): Promise<RunningServer> {
  const metabot = await startSandboxMetabot({ host, port: await freePort(3030) });
  const { botId, token } = metabot.state;
  return {
    hosts: [new URL(metabot.origin).host],
    config: { origin: metabot.origin, botId, token },
    places: [
      { key: 'metabot', title: "Metabot, the script's page", value: `${metabot.origin}/`, isPage: true },
      { key: 'metabotApi', title: 'Sandbox Metabot, API', value: `${metabot.origin}/api/v1/bots/${botId}` },
      { key: 'metabotToken', title: '  Token', value: token },
    ],
    // The check of the new connection tells the script where to post.
    isConnected: () => metabot.state.hook !== '',
    close: () => metabot.close(),
  };
}
