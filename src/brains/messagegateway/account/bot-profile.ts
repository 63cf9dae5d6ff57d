/** The profile of bot and channel in MessageGateway: name, picture, roles, and what the channel can do. Updated at every start of the listener. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { sha256 } from '../../../lib/encryption.ts';
import type { BotInfo } from '../api/bot-api.ts';
import type { ChannelFields } from '../api/transport-api.ts';
import { channelSettings } from '../channels/channel-settings.ts';
import { refreshLineChannels } from '../channels/line-channels.ts';
import type { MessageGatewayConfig } from '../config.ts';
import type { MgContext } from '../context.ts';
import { infoOf } from './bot-overrides.ts';
import { connectionIdIn } from './client-id.ts';

export interface BotProfile {
  readonly bot: BotInfo;
  readonly channel: ChannelFields;
}

/** Digest of the profile that was written last. */
const digestKey = 'bot-profile';

type Tools = Pick<ConnectorTools, 'portalInfo' | 'state' | 'publicUrl'>;

/** The profile as it should be now. The picture is the bot's in Bitrix24; while no bot uses the connection, it is left unchanged. */
export async function botProfileOf(
  connectionId: string,
  config: MessageGatewayConfig,
  tools: Tools,
): Promise<BotProfile> {
  const { hasV2, botPicture } = await tools.portalInfo();
  const picture = botPicture === null ? {} : { avatar_url: `${tools.publicUrl}/bots/${botPicture}` };
  const settings = channelSettings(config.maxFileMegabytes * 1024 * 1024, hasV2);
  return {
    bot: await infoOf(tools.state, { ...configuredInfo(config), ...picture }),
    channel: { type: 'custom', name: config.name, external_id: connectionId, ...picture, settings },
  };
}

/** The settings that concern the bot. */
export function configuredInfo(config: Pick<MessageGatewayConfig, 'name' | 'botRoles'>): BotInfo {
  return { name: config.name, roles: config.botRoles };
}

/** Writes the profile if it has changed since the last write; if not, only our own database is asked. Throws AppErrors. */
export async function syncBotProfile({ config, apis, tools }: MgContext, signal: AbortSignal): Promise<void> {
  const { clientId, channelId } = config.joined;
  const connectionId = connectionIdIn(clientId);
  if (connectionId === null) return;
  const profile = await botProfileOf(connectionId, config, tools);
  const digest = sha256(JSON.stringify([profile, config.channels])).toString('hex');
  if ((await tools.state.get(digestKey)) === digest) return;
  await apis.bot.updateInfo(profile.bot, signal);
  await apis.transport.updateChannel(channelId, profile.channel, signal);
  await refreshLineChannels(apis, { config, connectionId, tools, signal });
  await tools.state.put(digestKey, digest);
}

/** After this, the next start of the listener writes the profile in any case. */
export async function forgetBotProfile(state: ConnectorTools['state']): Promise<void> {
  await state.forget(digestKey);
}
