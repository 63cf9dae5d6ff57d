/** Every endpoint of the API, in the order of the API document. */
import type { Endpoint } from './endpoint.ts';
import { appEndpoints } from './endpoints/app.ts';
import { auditEndpoints } from './endpoints/audit.ts';
import { botEndpoints } from './endpoints/bots.ts';
import { connectionWorkEndpoints } from './endpoints/connection-work.ts';
import { connectionEndpoints } from './endpoints/connections.ts';
import { conversationEndpoints } from './endpoints/conversations.ts';
import { dataEndpoints } from './endpoints/data.ts';
import { followUpEndpoints } from './endpoints/follow-ups.ts';
import { healthEndpoints } from './endpoints/health.ts';
import { lineEndpoints } from './endpoints/lines.ts';
import { readerEndpoints } from './endpoints/readers.ts';
import { settingsEndpoints } from './endpoints/settings.ts';
import { setUpEndpoints } from './endpoints/setup.ts';
import { undeliveredEndpoints } from './endpoints/undelivered.ts';

export const endpoints: readonly Endpoint[] = [
  ...appEndpoints,
  ...setUpEndpoints,
  ...botEndpoints,
  ...lineEndpoints,
  ...connectionEndpoints,
  ...connectionWorkEndpoints,
  ...followUpEndpoints,
  ...conversationEndpoints,
  ...undeliveredEndpoints,
  ...healthEndpoints,
  ...settingsEndpoints,
  ...readerEndpoints,
  ...auditEndpoints,
  ...dataEndpoints,
];
