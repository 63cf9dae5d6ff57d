/** What the parts of a connector share. */
import type { Connection } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MetabotConfig } from './config.ts';
import type { Leads } from './leads.ts';
import type { MetabotApi } from './metabot-api.ts';

export interface MetabotContext {
  readonly connection: Connection<MetabotConfig>;
  readonly config: MetabotConfig;
  readonly tools: ConnectorTools;
  readonly clock: Clock;
  readonly api: MetabotApi;
  readonly leads: Leads;
}
