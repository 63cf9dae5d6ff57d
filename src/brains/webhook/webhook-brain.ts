/** Signed webhook: any server that speaks our small JSON protocol, signed in both directions by the Standard Webhooks scheme. */
import type { Connection, Connector } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { checkHealth, disabledHelp, join, reconfigure } from './account.ts';
import { type Config, configSchema } from './config.ts';
import { openAnswerFile } from './inbound/open-file.ts';
import { decodeWebhook, receiveWebhook } from './inbound/receive-webhook.ts';
import { readResponse } from './inbound/to-brain-events.ts';
import { callServer } from './outbound/call-server.ts';
import { eventOfAction } from './outbound/event-of-action.ts';
import { askCommand, askRequest } from './requests.ts';

const name = 'webhook';

export const webhookBrain = defineBrain<Config>({
  name,
  title: 'Signed webhook',
  capabilities: {
    // The longest text Bitrix24 stores.
    maxTextLength: 20_000,
    edits: true,
    deletes: true,
    files: true,
    ownership: true,
    // The `webhook-id` is the key of the delivery: the protocol asks servers to take each once.
    idempotentDelivery: true,
  },
  configSchema,
  disabledHelp,
  requests: [askRequest],
  commands: [askCommand],
  join,
  reconfigure,
  checkHealth,
  create: (connection, tools) => createConnector(connection, tools, systemClock),
});

function createConnector(
  { config, webhookSecret }: Connection<Config>,
  tools: ConnectorTools,
  clock: Pick<Clock, 'now'>,
): Connector {
  const answerUrl = `${tools.publicUrl}/brains/${name}/${webhookSecret}`;
  return {
    async deliver(action, to, key, signal) {
      const now = clock.now();
      const event = eventOfAction(action, { to, answerUrl, now, fileLink: tools.fileLink });
      return event === null ? {} : readResponse(await callServer(event, { config, tools, now, id: key, signal }));
    },
    receive: (request) => receiveWebhook(request, config, clock.now()),
    decode: ({ body }) => decodeWebhook(body),
    openFile: (file, signal) => openAnswerFile(tools, file, signal),
  };
}
