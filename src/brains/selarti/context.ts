/** What the parts of one connector share. */
import type { ConnectorTools } from '../../core/connector-tools.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SelartiClient } from './api/selarti-client.ts';
import type { SelartiConfig } from './config.ts';
import type { MonthlyUse } from './monthly-use.ts';

export interface SelartiContext {
  readonly config: SelartiConfig;
  readonly client: SelartiClient;
  readonly tools: Pick<ConnectorTools, 'state' | 'hasConversation' | 'count' | 'fileLink' | 'log'>;
  readonly use: MonthlyUse;
  readonly clock: Clock;
}
