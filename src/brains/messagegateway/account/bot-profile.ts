/** How bot and channel show themselves in an account: name, picture, roles, and what the channel can do. Kept true while connected, not only at a joining. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { sha256 } from '../../../lib/encryption.ts';
import type { BotInfo } from '../api/bot-api.ts';
import type { ChannelFields } from '../api/transport-api.ts';
import { refreshLineChannels } from '../channels/line-channels.ts';
import type { MessageGatewayConfig } from '../config.ts';
import type { MgContext } from '../context.ts';
import { infoOf } from './bot-overrides.ts';
import { channelSettings } from './channel-settings.ts';
import { connectionIdIn } from './client-id.ts';

export interface BotProfile {
  readonly bot: BotInfo;
  readonly channel: ChannelFields;
}

/** What was put last, as a mark. */
const markKey = 'presence';

type Tools = Pick<ConnectorTools, 'portalInfo' | 'state' | 'publicUrl'>;

/** As it should be now. The picture is the bot's own of Bitrix24; left as it is where no bot has the connection yet. */
export async function botProfileOf(
  connectionId: string,
  config: MessageGatewayConfig,
  tools: Tools,
): Promise<BotProfile> {
  const { hasV2, botType } = await tools.portalInfo();
  const picture = botType === null ? {} : { avatar_url: `${tools.publicUrl}/bots/${botType}.png` };
  const settings = channelSettings(config.maxFileMegabytes * 1024 * 1024, hasV2);
  return {
    bot: await infoOf(tools.state, { ...configuredInfo(config), ...picture }),
    channel: { type: 'custom', name: config.name, external_id: connectionId, ...picture, settings },
  };
}

/** What the settings say of the bot. */
export function configuredInfo(config: Pick<MessageGatewayConfig, 'name' | 'botRoles'>): BotInfo {
  return { name: config.name, roles: config.botRoles };
}

/** One read of our own where nothing has changed; otherwise both are put anew. Throws AppErrors. */
export async function syncBotProfile({ config, apis, tools }: MgContext, signal: AbortSignal): Promise<void> {
  const { clientId, channelId } = config.joined;
  const connectionId = connectionIdIn(clientId);
  if (connectionId === null) return;
  const profile = await botProfileOf(connectionId, config, tools);
  const mark = sha256(JSON.stringify([profile, config.channels])).toString('hex');
  if ((await tools.state.get(markKey)) === mark) return;
  await apis.bot.updateInfo(profile.bot, signal);
  await apis.transport.updateChannel(channelId, profile.channel, signal);
  await refreshLineChannels(apis, { config, connectionId, tools, signal });
  await tools.state.put(markKey, mark);
}

/** A joining puts everything itself: the listener compares anew. */
export async function forgetBotProfile(state: ConnectorTools['state']): Promise<void> {
  await state.forget(markKey);
}
