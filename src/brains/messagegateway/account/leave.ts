/** Switches off what joining has created: the channels, so that nobody writes into them, and the module. */
import type { ConnectorHost } from '../../../core/brain.ts';
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError } from '../../../core/errors.ts';
import { systemClock } from '../../../lib/clock.ts';
import { createApis } from '../api/apis.ts';
import { switchChannelsOff } from '../channels/line-channels.ts';
import { configSchema, isJoined, type JoinedConfig, type MessageGatewayConfig } from '../config.ts';
import { crmOf } from './account-crm.ts';
import { moduleOf } from './join.ts';

/** Tries both, and throws the first AppError. Does nothing for an account that was never joined. */
export async function leaveAccount(
  connection: Connection<MessageGatewayConfig>,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<void> {
  const { config } = connection;
  if (!isJoined(config)) return;
  const module = { ...moduleOf(connection, config, hookUrl, tools.publicUrl), active: false };
  // The channels first, because the token may become invalid with the module.
  const [channel] = await Promise.allSettled([switchChannelOff(config, tools)]);
  await crmOf(config, tools).editModule(module);
  if (channel.status === 'rejected') throw channel.reason;
}

/** Switches off all channels of the connection, so that managers cannot write into them. Channels that are off or deleted are skipped. Throws AppErrors. */
export async function switchChannelOff(config: JoinedConfig, tools: ConnectorTools): Promise<void> {
  const { callsPerSecond, requestTimeoutMs: timeoutMs, joined } = config;
  await switchChannelsOff(createApis({ tools, ...joined, callsPerSecond, timeoutMs, clock: systemClock }), config);
}

/** Switches off the module of an account that awaited its portal and is no longer needed, because the bot uses another one. Best effort. */
export async function leaveAwaiting(id: string, host: ConnectorHost): Promise<void> {
  const connection = await host.awaiting.find(id);
  const config = configSchema.safeParse(connection?.config);
  if (connection === null || !config.success) return;
  await host.awaiting.drop(id);
  const { tools } = host;
  const module = { ...moduleOf(connection, config.data, host.hookUrl(connection), tools.publicUrl), active: false };
  try {
    await crmOf(config.data, tools).editModule(module);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    tools.log('an unneeded module could not be switched off in the CRM', {
      module: module.code,
      reason: thrown.code,
    });
  }
}
