/** The harness of each registered brain, by name: one line each. `npm run new:brain` writes the line of a new one. */
import { messageGatewayHarness } from '../../support/messagegateway-fake-server.ts';
import type { Harness } from './brain-harness.ts';
import { metabotHarness } from './metabot-harness.ts';
import { selartiHarness } from './selarti-harness.ts';
import { webhookHarness } from './webhook-harness.ts';

export const harnesses: Readonly<Record<string, Harness>> = {
  echo: { fakeServer: null, config: () => ({}), secrets: [], answerTo: (text) => text, speaks: false },
  messagegateway: messageGatewayHarness(),
  selarti: selartiHarness,
  metabot: metabotHarness,
  webhook: webhookHarness,
};
