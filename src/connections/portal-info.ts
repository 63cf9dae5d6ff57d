/** What a brain may know of the portal behind its connection. */
import { usualPictureName } from '../bitrix24/install/bot-avatar.ts';
import type { Connection } from '../core/connector.ts';
import type { PortalInfo } from '../core/connector-tools.ts';
import type { KnownPortal } from '../portals/portal-cache.ts';
import type { BotRow } from '../store/tenants/bots.ts';

/** What a remote is told of the bot that uses its connection. */
export function botInfo(
  bot: Pick<BotRow, 'type' | 'picture_id' | 'picture_number'> | undefined,
): Omit<PortalInfo, 'hasV2'> {
  if (bot === undefined) return { botType: null, botPicture: null };
  return { botType: bot.type, botPicture: `${bot.picture_id ?? usualPictureName(bot.type, bot.picture_number)}.png` };
}

/** A portal that has not been asked yet counts as one with imbot.v2, as it does for sending. */
export function portalInfo(known: KnownPortal, connection: Pick<Connection, 'id'>): PortalInfo {
  const bot = known.bots.find((row) => row.connection_id === connection.id && row.state !== 'deleted');
  return { hasV2: known.portal?.has_imbot_v2 !== false, ...botInfo(bot) };
}
