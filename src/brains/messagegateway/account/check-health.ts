/** The health check of a connection: asks the CRM for the state of the module, and joins the account again where that repairs it. */
import type { HealthStatus } from '../../../core/brain.ts';
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError } from '../../../core/errors.ts';
import { systemClock } from '../../../lib/clock.ts';
import { createApis } from '../api/apis.ts';
import type { CrmClient, CrmModule } from '../api/crm-client.ts';
import { isJoined, type JoinedConfig, type MessageGatewayConfig } from '../config.ts';
import { crmOf } from './account-crm.ts';
import { withLearnedEscaping } from './escaping.ts';
import { joinAccount, moduleOf } from './join.ts';
import { switchChannelOff } from './leave.ts';
import { tellAdministrators } from './tell-administrators.ts';

/**
 * Why a connection is disabled. `stopped`: the CRM's callback reported it, and no health check has run yet. `switched_off`: an administrator
 * switched the module off in the CRM, and can switch it on there. `chats_off`: chats are off in the account; when they are on again, the
 * health check restores the module. `frozen`: the CRM stopped it. `unpaid`: the account cannot pay for it. The other reasons need a
 * person, who mostly has to connect the account again: `key_refused`, `rights_missing` (of the key), `no_account` (at that address), `moved`.
 */
export type DisabledReason =
  | 'stopped'
  | 'switched_off'
  | 'chats_off'
  | 'frozen'
  | 'unpaid'
  | 'key_refused'
  | 'rights_missing'
  | 'no_account'
  | 'moved';

/** Codes of errors that any call to the CRM may throw, each with its disabled reason. */
const closedWebhooks: Readonly<Record<string, DisabledReason>> = {
  'messagegateway.crm_wrong_key': 'key_refused',
  'messagegateway.crm_no_key': 'key_refused',
  'messagegateway.crm_scopes': 'rights_missing',
  'messagegateway.crm_no_account': 'no_account',
  'messagegateway.crm_moved': 'moved',
};

type Health = HealthStatus<MessageGatewayConfig>;

/** Throws AppErrors of the CRM and of joining. */
export async function checkConnectionHealth(
  connection: Connection<MessageGatewayConfig>,
  hookUrl: string,
  disabledReason: string | null,
  tools: ConnectorTools,
): Promise<Health> {
  const health = await checkHealth(connection, hookUrl, disabledReason, tools);
  await tellAdministrators(connection.config, health, disabledReason, tools);
  return health;
}

async function checkHealth(
  stored: Connection<MessageGatewayConfig>,
  hookUrl: string,
  disabledReason: string | null,
  tools: ConnectorTools,
): Promise<Health> {
  const config = await withLearnedEscaping(stored.config, tools.state);
  const connection = { ...stored, config };
  try {
    if (!isJoined(config)) return await join(connection, hookUrl, tools);
    return await askCrm({ ...connection, config }, hookUrl, disabledReason, tools);
  } catch (error) {
    const reason = error instanceof AppError ? closedWebhooks[error.code] : undefined;
    if (reason === undefined) throw error;
    if (!isJoined(config)) return { works: false, reason };
    if (disabledReason !== null || !(await talks(config, tools))) return await stopped(reason, config, tools);
    // Messages do not go through the CRM, so nothing is gained by stopping them.
    tools.log('the CRM no longer answers about an account whose chats work; connect it again', { reason });
    return { works: true, config };
  }
}

/** Whether the stored tokens work for messages in both directions. */
async function talks(config: JoinedConfig, tools: ConnectorTools): Promise<boolean> {
  const { callsPerSecond, requestTimeoutMs: timeoutMs, joined } = config;
  const { bot, transport } = createApis({ tools, ...joined, callsPerSecond, timeoutMs, clock: systemClock });
  try {
    const [own] = await bot.bots({ self: true });
    const channels = await transport.channels({ limit: 1000 });
    const channel = channels.find(({ id }) => id === joined.channelId);
    return own !== undefined && own.is_active !== false && channel !== undefined && channel.is_active !== false;
  } catch (error) {
    if (isCode(error, 'token_revoked')) return false;
    throw error;
  }
}

async function askCrm(
  connection: Connection<JoinedConfig>,
  hookUrl: string,
  disabledReason: string | null,
  tools: ConnectorTools,
): Promise<Health> {
  const { config } = connection;
  const crm = crmOf(config, tools);
  const module = await crm.moduleState(config.joined.moduleCode);
  if (module?.isFrozen === true) return await stopped('frozen', config, tools);
  // Join again when the module works, is deleted, or was stopped for a reason that may have passed.
  const isOurs = module === null ? disabledReason === null : module.isActive;
  const mayHavePassed = disabledReason === 'chats_off' || disabledReason === 'unpaid';
  // After chats were switched off and on again, the bot is still off although the module is on.
  const isBotAlone = module?.isSwitchedOn === true && disabledReason === null;
  if (isOurs || mayHavePassed || isBotAlone) {
    const health = await join(connection, hookUrl, tools);
    return health.works ? health : await stopped(health.reason, config, tools);
  }
  // The module is off: chats are off, or an administrator switched it off, even if the CRM's callback never arrived.
  const isNews = disabledReason === 'stopped' || disabledReason === null;
  const areChatsOff = isNews && (await refusesChats(crm, moduleOf(connection, config, hookUrl, tools.publicUrl)));
  return await stopped(areChatsOff ? 'chats_off' : 'switched_off', config, tools);
}

async function join(
  connection: Connection<MessageGatewayConfig>,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<Health> {
  try {
    return { works: true, config: await joinAccount(connection, hookUrl, tools) };
  } catch (error) {
    if (isCode(error, 'crm_chats_off')) return { works: false, reason: 'chats_off' satisfies DisabledReason };
    if (isCode(error, 'crm_unpaid')) return { works: false, reason: 'unpaid' satisfies DisabledReason };
    throw error;
  }
}

/** Finds out by registering the module as switched off: this changes nothing, and the CRM refuses it only while chats are off. */
async function refusesChats(crm: CrmClient, module: CrmModule): Promise<boolean> {
  try {
    await crm.editModule({ ...module, active: false });
    return false;
  } catch (error) {
    if (isCode(error, 'crm_chats_off')) return true;
    throw error;
  }
}

async function stopped(reason: string, config: JoinedConfig, tools: ConnectorTools): Promise<Health> {
  try {
    await switchChannelOff(config, tools);
  } catch (thrown) {
    // The token of a switched-off module may be refused; its channel is then off as well.
    if (!(thrown instanceof AppError)) throw thrown;
    tools.log('the channel of a disabled connection could not be switched off', { reason: thrown.code });
  }
  return { works: false, reason };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AppError && error.code === `messagegateway.${code}`;
}
