/** Joins an account: checks the key, registers one module with bot and transport, and sets both up. Repeatable; a repetition repairs what is missing. */
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { RemoteUnreachable } from '../../../core/errors.ts';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { sha256 } from '../../../lib/encryption.ts';
import { type Apis, createApis } from '../api/apis.ts';
import { type CrmModule, createCrmClient } from '../api/crm-client.ts';
import type { MgChannel } from '../api/mg-shapes.ts';
import type { ChannelFields } from '../api/transport-api.ts';
import { forgetGoneChannels, refreshLineChannels } from '../channels/line-channels.ts';
import { configSchema, type JoinedConfig, type MessageGatewayConfig } from '../config.ts';
import { createTokenTest, type FullTokens, registerModule } from './api-tokens.ts';
import { botProfileOf, forgetBotProfile } from './bot-profile.ts';
import { clientIdOf } from './client-id.ts';
import { syncCommands } from './sync-commands.ts';

/** Returns the config to store, tokens included. Throws AppErrors whose message tells an administrator what to do. */
export async function joinAccount(
  connection: Connection<MessageGatewayConfig>,
  hookUrl: string,
  tools: ConnectorTools,
  clock: Clock = systemClock,
): Promise<JoinedConfig> {
  const { config } = connection;
  const { crmUrl, apiKey } = config;
  const crm = createCrmClient({ tools, crmUrl, apiKey, clock, timeoutMs: config.requestTimeoutMs });
  await crm.checkKey();
  const module = moduleOf(connection, config, hookUrl, tools.publicUrl);
  const { callsPerSecond, requestTimeoutMs: timeoutMs } = config;
  const apisFor = (given: FullTokens): Apis => createApis({ tools, ...given, callsPerSecond, timeoutMs, clock });
  const tokens = await registerModule(crm, module, config.joined, createTokenTest(apisFor));
  const apis = apisFor(tokens);
  const botId = await ownBotId(apis);
  const profile = await botProfileOf(connection.id, config, tools);
  await forgetBotProfile(tools.state);
  await apis.bot.updateInfo(profile.bot);
  // An employee may have changed the profile in the console meanwhile; then it is written again.
  const { bot: present } = await botProfileOf(connection.id, config, tools);
  if (JSON.stringify(present) !== JSON.stringify(profile.bot)) await apis.bot.updateInfo(present);
  await syncCommands(apis.bot, config, tools.state);
  const known = await apis.transport.channels({ limit: 1000 });
  const channelId = await setUpChannel(apis, known, profile.channel, config);
  const { signal } = new AbortController();
  await refreshLineChannels(apis, { config, connectionId: connection.id, tools, known, signal });
  await forgetGoneChannels(apis, tools.state, known);
  return {
    ...config,
    joined: {
      clientId: module.clientId,
      moduleCode: module.code,
      bot: { ...tokens.bot, botId },
      transport: tokens.transport,
      channelId,
    },
  };
}

/** Code and client id are derived from the connection, so a join finds the module of an interrupted one again. */
export function moduleOf(
  connection: Connection,
  config: MessageGatewayConfig,
  hookUrl: string,
  publicUrl: string,
): CrmModule {
  const mark = sha256(connection.id).toString('hex').slice(0, 12);
  const code = config.joined?.moduleCode ?? `bitrix24-bots-${mark}`;
  const clientId = config.joined?.clientId ?? clientIdOf(connection);
  return {
    code,
    integrationCode: config.integrationCode ?? code,
    active: true,
    name: config.name,
    logo: `${publicUrl}/messagegateway/logo.svg`,
    clientId,
    baseUrl: publicUrl,
    accountUrl: `${publicUrl}/messagegateway/account?client=${clientId}`,
    actions: { activity: '/messagegateway/activity' },
    integrations: { mgBot: {}, mgTransport: { webhookUrl: hookUrl } },
  };
}

/** Registers the module without joining, for a connection whose portal is not known yet. Throws AppErrors of the CRM. */
export async function registerAlone(
  connection: Connection,
  hookUrl: string,
  tools: ConnectorTools,
  clock: Clock = systemClock,
): Promise<void> {
  const config = configSchema.parse(connection.config);
  const { crmUrl, apiKey } = config;
  const crm = createCrmClient({ tools, crmUrl, apiKey, clock, timeoutMs: config.requestTimeoutMs });
  await crm.editModule(moduleOf(connection, config, hookUrl, tools.publicUrl));
}

async function ownBotId({ bot }: Apis): Promise<number> {
  const [own] = await bot.bots({ self: true });
  if (own !== undefined) return own.id;
  throw new RemoteUnreachable({
    code: 'messagegateway.no_bot',
    message: 'MessageGateway knows the Bot token but shows no bot for it; join again in a minute',
  });
}

/** The main channel of the connection; an existing one is found by its stored id or its external id. */
async function setUpChannel(
  { transport }: Apis,
  known: readonly MgChannel[],
  fields: ChannelFields,
  config: MessageGatewayConfig,
): Promise<number> {
  const found =
    known.find((channel) => channel.id === config.joined?.channelId) ??
    known.find((channel) => channel.external_id === fields.external_id);
  if (found === undefined) return await transport.activateChannel(fields);
  if (found.is_active === false) return await transport.activateChannel({ ...fields, id: found.id });
  await transport.updateChannel(found.id, fields);
  return found.id;
}
