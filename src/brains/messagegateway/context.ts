/** What the parts of one connector share. */
import type { ConnectorTools } from '../../core/connector-tools.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Apis } from './api/apis.ts';
import type { OwnChannels } from './channels/own-channels.ts';
import type { JoinedConfig } from './config.ts';

export interface MgContext {
  readonly config: JoinedConfig;
  readonly apis: Apis;
  readonly tools: ConnectorTools;
  readonly clock: Clock;
  readonly channels: OwnChannels;
}
