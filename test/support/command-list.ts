/** The commands of a bot as the sandbox portal lists them. */
import { z } from 'zod';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';

const answerSchema = z.object({ result: z.object({ commands: z.array(z.object({ command: z.string() })) }) });

export type SeenCommand = z.output<typeof answerSchema>['result']['commands'][number];

export async function listCommands(portal: SandboxPortal, botId: number): Promise<readonly SeenCommand[]> {
  const answer = await fetch(`${portal.restEndpoint}imbot.v2.Command.list`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ botId, auth: portal.issueToken().accessToken }),
  });
  return answerSchema.parse(await answer.json()).result.commands;
}
