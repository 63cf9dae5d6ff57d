/** The CRM client of a connection. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { type CrmClient, createCrmClient } from '../api/crm-client.ts';
import type { MessageGatewayConfig } from '../config.ts';

type Account = Pick<MessageGatewayConfig, 'crmUrl' | 'apiKey' | 'requestTimeoutMs'>;

export function crmOf(
  { crmUrl, apiKey, requestTimeoutMs: timeoutMs }: Account,
  tools: ConnectorTools,
  clock: Clock = systemClock,
): CrmClient {
  return createCrmClient({ tools, crmUrl, apiKey, clock, timeoutMs });
}
