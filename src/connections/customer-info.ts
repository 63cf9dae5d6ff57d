/** Reads who the customer of an Open Channel is, for brains that show it to managers. */
import { openChannelCustomer } from '../bitrix24/open-channels.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConversationRef } from '../core/connector.ts';
import type { CustomerInfo } from '../core/connector-tools.ts';
import type { PortalCache } from '../portals/portal-cache.ts';

export interface CustomerInfoOptions {
  readonly client: PortalClient;
  readonly portals: PortalCache;
}

/** Null when the chat shows no such customer or the portal cannot be asked (no imbot.v2). Throws AppErrors. */
export async function findCustomerInfo(
  { client, portals }: CustomerInfoOptions,
  portalId: string,
  who: { readonly to: ConversationRef; readonly dialogId: string; readonly userId: string },
  signal: AbortSignal,
): Promise<CustomerInfo | null> {
  const { portal, bots } = await portals.portal(portalId);
  const bot = bots.find((row) => row.code === who.to.botCode);
  if (portal === null || portal.has_imbot_v2 === false || bot === undefined || bot.bot_id === null) return null;
  const { dialogId, userId } = who;
  return await openChannelCustomer(
    client,
    portalId,
    { botId: bot.bot_id, dialogId, userId, domain: portal.domain },
    signal,
  );
}
