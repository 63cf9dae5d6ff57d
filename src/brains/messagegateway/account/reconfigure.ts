/** Applies changed settings to a joined account. Module, bot and channel stay the same. */
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { badInput } from '../../../core/errors.ts';
import type { JoinedConfig, MessageGatewayConfig } from '../config.ts';
import { crmOf } from './account-crm.ts';
import { joinAccount } from './join.ts';

/** Settings that are part of the module in the CRM. All others are applied by the listener when it starts again. */
const inModule = ['crmUrl', 'apiKey', 'name', 'integrationCode'] as const;

/**
 * Returns the config to be stored. Throws AppErrors of the CRM, and BadInput `messagegateway.other_account` for the address of a CRM that
 * does not know our module: another account needs another connection.
 */
export async function reconfigureAccount(
  connection: Connection<MessageGatewayConfig>,
  before: MessageGatewayConfig | null,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<MessageGatewayConfig> {
  const { config } = connection;
  const joined = before?.joined;
  if (JSON.stringify(config.joined) !== JSON.stringify(joined)) {
    throw badInput('messagegateway.not_settable', 'joined: is written by the app alone');
  }
  if (before === null || joined === undefined) return await joinAccount(connection, hookUrl, tools);
  if (config.crmUrl !== before.crmUrl) await checkModule({ ...config, joined }, tools);
  const isRegistered = inModule.every((key) => config[key] === before[key]);
  return isRegistered ? config : await joinAccount(connection, hookUrl, tools);
}

async function checkModule(config: JoinedConfig, tools: ConnectorTools): Promise<void> {
  const crm = crmOf(config, tools);
  await crm.checkKey();
  const module = await crm.moduleState(config.joined.moduleCode);
  if (module?.clientId === config.joined.clientId) return;
  throw badInput(
    'messagegateway.other_account',
    'crmUrl: this is another account, which does not know our module; add a connection for it',
  );
}
