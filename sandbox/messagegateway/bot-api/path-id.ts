/** Ids in paths, and the bot behind the token. */

import { ApiError } from '../api-error.ts';
import type { ApiCall } from '../api-gate.ts';
import type { BotRecord } from '../records.ts';

/** The bot behind the token. */
export function ownBot({ account, module }: ApiCall): BotRecord {
  const bot = account.bots.get(module.bot?.botId ?? 0);
  if (bot === undefined) throw new ApiError(account.gateway.options.badTokenStatus, 'Access denied');
  return bot;
}

/** A path variable as an id. Throws a 400 with `words` when it is not one. */
export function pathId(call: ApiCall, name: string, words = `incorrect ${name}`): number {
  const id = Number(call.params[name]);
  if (!Number.isSafeInteger(id) || id < 1) throw new ApiError(400, words);
  return id;
}
