/** Lets a bot think with another brain or account: one statement of what that means, for pages, commands and brains' own pages alike. */
import type { Bot } from '../core/bot.ts';
import type { Transaction } from '../store/database.ts';
import { laneBeginning } from '../store/queue/lane-names.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { type BotRow, giveConnection } from '../store/tenants/bots.ts';
import { forgetRemoteIds } from '../store/tenants/conversations.ts';
import { cancelFollowUpsOf } from '../store/tenants/follow-ups.ts';

/**
 * With another account the bot forgets what the former one called its conversations, and what waited for the former one is tried at once;
 * follow-ups of the former one are dropped.
 * False when the bot no longer has the brain and account it had when it was read; then nothing is written. The caller wakes the outbox.
 */
export async function switchBrain(
  trx: Transaction,
  bot: BotRow,
  to: Pick<Bot, 'brain' | 'connectionId'>,
): Promise<boolean> {
  if (!(await giveConnection(trx, bot, to))) return false;
  if (bot.connection_id !== to.connectionId) await forgetRemoteIds(trx, bot.portal, bot.code);
  if (bot.brain !== to.brain || bot.connection_id !== to.connectionId)
    await cancelFollowUpsOf(trx, bot.portal, bot.code);
  await wakeLanes(trx, 'outbox', bot.portal, [laneBeginning(bot.code)]);
  return true;
}
