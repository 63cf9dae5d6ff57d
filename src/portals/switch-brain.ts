/** Lets a bot think with another brain or account: one statement of what that means, for pages, commands and brains' own pages alike. */
import type { Bot } from '../core/bot.ts';
import type { Transaction } from '../store/database.ts';
import { laneBeginning } from '../store/queue/lane-names.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { type BotRow, giveConnection } from '../store/tenants/bots.ts';
import { forgetRemoteIds } from '../store/tenants/conversations.ts';
import { cancelFollowUpsOf } from '../store/tenants/follow-ups.ts';

/**
 * With another account, the bot forgets the former account's names of its conversations, and what waited is tried at once; follow-ups of a former
 * brain or account are dropped. False: the bot no longer has the brain and account that were read, and nothing is written. The caller wakes the
 * outbox.
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
