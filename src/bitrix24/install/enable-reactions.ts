/** Lets people react to messages of bots that were registered through the first API, which registers bots without reactions. */
import { AppError } from '../../core/errors.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { callOptions } from './call-options.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';

/** Repeatable, one request. If the portal refuses it for a bot, that bot works without reactions. */
export async function enableReactions(
  client: PortalClient,
  options: SetUpOptions,
  bots: readonly BotResult[],
): Promise<void> {
  const calls = bots.flatMap((bot) =>
    'botId' in bot
      ? [{ method: 'imbot.v2.Bot.update', params: { botId: Number(bot.botId), fields: { isReactionsEnabled: true } } }]
      : [],
  );
  if (calls.length === 0) return;
  for (const answer of await client.batch(options.portal, calls, callOptions(options))) {
    if ('error' in answer && !(answer.error instanceof AppError && answer.error.retry === 'never')) throw answer.error;
  }
}
