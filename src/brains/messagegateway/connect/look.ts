/** Looks how a joined account stands in the CRM, and joins it again where that is ours to do. */
import type { Connection, ConnectorTools, Standing } from '../../../core/connector.ts';
import { AppError } from '../../../core/errors.ts';
import { configSchema, isJoined, type JoinedConfig } from '../config.ts';
import type { CrmClient } from '../crm-client.ts';
import { joinAccount, moduleOf } from '../join.ts';
import { crmOf } from './account-crm.ts';
import { switchChannelOff } from './leave.ts';

/**
 * Why an account is paused. `stopped`: the CRM's callback said so, and nobody has looked yet. `switched_off`: an administrator switched
 * the module off, and only that side switches it on again. `chats_off`: chats are off in the account; switching them on does not bring
 * modules back (trap B-08), so that is ours to do. `frozen`: the CRM stopped it. `unpaid`: the account cannot pay for it.
 */
export type PauseReason = 'stopped' | 'switched_off' | 'chats_off' | 'frozen' | 'unpaid';

/** Throws AppErrors of the CRM and of joining. */
export async function lookAtAccount(
  connection: Connection,
  hookUrl: string,
  pausedReason: string | null,
  tools: ConnectorTools,
): Promise<Standing> {
  const config = configSchema.parse(connection.config);
  if (!isJoined(config)) return await join(connection, hookUrl, tools);
  const crm = crmOf(config, tools);
  const module = await crm.moduleState(config.joined.moduleCode);
  if (module?.isFrozen === true) return await stopped('frozen', config, tools);
  const isOn = module?.isActive ?? false;
  // Off without ever having been told: chats were switched off and on. The CRM tells of what its administrators do.
  if (isOn || pausedReason === null || pausedReason === 'chats_off' || pausedReason === 'unpaid') {
    const standing = await join(connection, hookUrl, tools);
    return standing.works ? standing : await stopped(standing.reason, config, tools);
  }
  const areChatsOff = pausedReason === 'stopped' && (await refusesChats(crm, connection, config, hookUrl, tools));
  return await stopped(areChatsOff ? 'chats_off' : 'switched_off', config, tools);
}

async function join(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<Standing> {
  try {
    return { works: true, config: await joinAccount(connection, hookUrl, tools) };
  } catch (error) {
    if (isCode(error, 'crm_chats_off')) return { works: false, reason: 'chats_off' satisfies PauseReason };
    if (isCode(error, 'crm_unpaid')) return { works: false, reason: 'unpaid' satisfies PauseReason };
    throw error;
  }
}

/** Registering the module as it is, switched off, changes nothing, and is refused exactly where chats are off (dossier A.1, A.5). */
async function refusesChats(
  crm: CrmClient,
  connection: Connection,
  config: JoinedConfig,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<boolean> {
  try {
    await crm.editModule({ ...moduleOf(connection, config, hookUrl, tools.publicUrl), active: false });
    return false;
  } catch (error) {
    if (isCode(error, 'crm_chats_off')) return true;
    throw error;
  }
}

async function stopped(reason: string, config: JoinedConfig, tools: ConnectorTools): Promise<Standing> {
  try {
    await switchChannelOff(config, tools);
  } catch (thrown) {
    // A module that is off may not be allowed to say so; its channel is off with it then.
    if (!(thrown instanceof AppError)) throw thrown;
    tools.log('the channel of a paused account could not be switched off', { reason: thrown.code });
  }
  return { works: false, reason };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AppError && error.code === `messagegateway.${code}`;
}
