/** Asks both APIs whether they take a token: the cheapest question of each. */
import { RemoteRefused } from '../../../core/errors.ts';
import type { Apis } from '../api/apis.ts';
import type { FullTokens, TokenTest } from './api-tokens.ts';

export function createTokenTest(apisFor: (tokens: FullTokens) => Apis): TokenTest {
  return async (tokens) => {
    const { bot, transport } = apisFor(tokens);
    const isBotTaken = await isTaken(bot.bots({ self: true }));
    return { bot: isBotTaken, transport: await isTaken(transport.channels({ limit: 1 })) };
  };
}

async function isTaken(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch (error) {
    if (error instanceof RemoteRefused && error.code === 'messagegateway.token_revoked') return false;
    throw error;
  }
}
