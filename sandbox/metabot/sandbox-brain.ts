/** Metabot in the sandbox: one bot, whose script is you. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startSandboxMetabot } from './start-metabot.ts';

export const metabotInSandbox: SandboxBrain = {
  summary: 'line bot and supervisor think with the sandbox Metabot, where you are the script',
  firstSteps: [
    'The bridge is open. Write as a customer on the first page and answer as the script of Metabot on the second.',
    'The line bot and the supervisor think with Metabot, the assistant repeats what it hears.',
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
