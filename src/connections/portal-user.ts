/** Reads who an employee is, for brains that need more than the name. */
import { chatMembers } from '../bitrix24/chat-members.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConversationRef } from '../core/connector.ts';
import type { PortalUser } from '../core/connector-tools.ts';
import type { PortalCache } from '../portals/portal-cache.ts';

export interface PortalUserOptions {
  readonly client: PortalClient;
  readonly portals: PortalCache;
}

/** The member, or null when the chat shows no such member or the portal cannot be asked (no imbot.v2). Throws AppErrors. */
export async function findPortalUser(
  options: PortalUserOptions,
  portal: string,
  who: { readonly to: ConversationRef; readonly dialogId: string; readonly userId: string },
  signal: AbortSignal,
): Promise<PortalUser | null> {
  const known = await options.portals.portal(portal);
  const bot = known.bots.find((row) => row.code === who.to.botCode);
  if (bot === undefined || bot.bot_id === null || known.portal?.has_imbot_v2 === false) return null;
  const members = await chatMembers(options.client, { portal, botId: bot.bot_id, dialogId: who.dialogId }, signal);
  return members.find(({ id }) => id === who.userId) ?? null;
}
