/** Switches off what joining has created: the channels, so that nobody writes into them, and the module. */
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { systemClock } from '../../../lib/clock.ts';
import { createApis } from '../api/apis.ts';
import { switchChannelsOff } from '../channels/line-channels.ts';
import { isJoined, type JoinedConfig, type MessageGatewayConfig } from '../config.ts';
import { crmOf } from './account-crm.ts';
import { moduleOf } from './join.ts';

/** Tries both, then throws if either failed. An account that has not joined, because it awaited its portal, has only a module. */
export async function leaveAccount(
  connection: Connection<MessageGatewayConfig>,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<void> {
  const { config } = connection;
  const crm = crmOf(config, tools);
  const module = { ...moduleOf(connection, config, hookUrl, tools.publicUrl), active: false };
  if (!isJoined(config)) {
    // Editing a module that the CRM does not know would create it.
    if ((await crm.moduleState(module.code)) !== null) await crm.editModule(module);
    return;
  }
  // The channels first, because the token may become invalid with the module.
  const [channel] = await Promise.allSettled([switchChannelOff(config, tools)]);
  await crm.editModule(module);
  if (channel.status === 'rejected') throw channel.reason;
}

/** Switches off all channels of the connection, so that managers cannot write into them. Channels that are off or deleted are skipped. Throws AppErrors. */
export async function switchChannelOff(config: JoinedConfig, tools: ConnectorTools): Promise<void> {
  const { callsPerSecond, requestTimeoutMs: timeoutMs, joined } = config;
  await switchChannelsOff(createApis({ tools, ...joined, callsPerSecond, timeoutMs, clock: systemClock }), config);
}
