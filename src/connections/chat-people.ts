/** Reads who the people in a chat are, for brains that need more than their names. */
import { chatMembers } from '../bitrix24/chat-members.ts';
import { openChannelCustomer } from '../bitrix24/open-channels.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConversationRef } from '../core/connector.ts';
import type { CustomerInfo, PortalUser } from '../core/connector-tools.ts';
import type { PortalCache } from '../portals/portal-cache.ts';

interface Options {
  readonly client: PortalClient;
  readonly portals: PortalCache;
}

interface Person {
  readonly to: ConversationRef;
  readonly dialogId: string;
  readonly userId: string;
  readonly signal: AbortSignal;
}

/** The employee, or null when the chat shows no such member or the portal cannot be asked (no imbot.v2). Throws AppErrors. */
export async function findPortalUser(options: Options, portal: string, who: Person): Promise<PortalUser | null> {
  const asking = await findAsking(options, portal, who);
  if (asking === null) return null;
  const chat = { portal, botId: asking.botId, dialogId: who.dialogId };
  return (await chatMembers(options.client, chat, who.signal)).find(({ id }) => id === who.userId) ?? null;
}

/** The customer of an Open Channel; null when the chat shows no such customer or the portal cannot be asked (no imbot.v2). Throws AppErrors. */
export async function findCustomerInfo(options: Options, portal: string, who: Person): Promise<CustomerInfo | null> {
  const asking = await findAsking(options, portal, who);
  if (asking === null || asking.domain === undefined) return null;
  const { dialogId, userId, signal } = who;
  const { botId, domain } = asking;
  return await openChannelCustomer(options.client, portal, { botId, dialogId, userId, domain }, signal);
}

/** The bot of the conversation, which asks; null where it cannot. */
async function findAsking({ portals }: Options, portalId: string, { to }: Person) {
  const { portal, bots } = await portals.portal(portalId);
  const bot = bots.find((row) => row.code === to.botCode);
  if (bot === undefined || bot.bot_id === null || portal?.has_imbot_v2 === false) return null;
  return { botId: bot.bot_id, domain: portal?.domain };
}
