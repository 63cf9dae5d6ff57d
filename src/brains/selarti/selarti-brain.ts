/** Selarti, an "AI manager" service, as a brain: messages go out by its method for external messengers, everything else comes by webhook. */
import type { BrainAction } from '../../core/actions.ts';
import type { Connection, Connector, ConversationRef, Delivery } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { BadInput } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkConnectionHealth, disabledHelp, joinAccount } from './account/check-health.ts';
import { readFigures } from './account/figures.ts';
import { createSelartiClient } from './api/selarti-client.ts';
import { configSchema, type SelartiConfig } from './config.ts';
import type { SelartiContext } from './context.ts';
import { ConversationState } from './conversation-state.ts';
import { counters } from './counters.ts';
import { decodeWebhook } from './inbound/decode-webhook.ts';
import { receiveWebhook } from './inbound/receive-webhook.ts';
import { readWebhook } from './inbound/webhook.ts';
import { monthlyUseOf } from './monthly-use.ts';
import { composeText } from './outbound/compose-text.ts';
import { type Attempt, deliverText } from './outbound/deliver-text.ts';

export const selartiBrain = defineBrain<SelartiConfig>({
  name: 'selarti',
  title: 'Selarti',
  capabilities: {
    // Bitrix24 has no longer texts: the config says where a text is cut, because each piece is charged.
    maxTextLength: 20_000,
    edits: true,
    deletes: true,
    files: true,
    ownership: true,
    // There is no key by which Selarti would recognize a repetition.
    idempotentDelivery: false,
  },
  configSchema,
  join: joinAccount,
  reconfigure: (connection, _before, hookUrl, tools) => joinAccount(connection, hookUrl, tools),
  checkHealth: checkConnectionHealth,
  disabledHelp,
  webhookHelp: {
    en: 'Paste it into the integration of the task in the panel of Selarti: type Another, webhook type All messages.',
    ru: 'Вставьте его в интеграцию задачи в панели Selarti: тип «Другое», тип вебхука «Все сообщения».',
  },
  pace: ({ burstSeconds }) =>
    burstSeconds === 0 ? {} : { burst: { quietMs: burstSeconds * 1_000, maxMs: burstSeconds * 4_000 } },
  counters,
  figures: readFigures,
  create: createConnector,
});

function createConnector({ id, config }: Connection<SelartiConfig>, tools: ConnectorTools): Connector {
  const clock = systemClock;
  const client = createSelartiClient({ config, tools, clock });
  const context: SelartiContext = { config, client, tools, use: monthlyUseOf(id, tools.state, clock), clock };
  return {
    receive: ({ body }) => receiveWebhook(body, context),
    decode({ body }) {
      const webhook = readWebhook(body, config);
      if (webhook === null)
        throw new BadInput({ code: 'selarti.unreadable', message: 'this is no webhook of Selarti' });
      return decodeWebhook(webhook, config);
    },
    deliver: (action, to, key, signal) => deliver(context, action, to, { key, signal }),
  };
}

async function deliver(
  context: SelartiContext,
  action: BrainAction,
  to: ConversationRef,
  attempt: Attempt,
): Promise<Delivery> {
  if (action.type === 'owner_changed') {
    if (action.owner === 'brain') await forgetDecisions(context, to);
    return {};
  }
  const text = composeText(context, action, to);
  return text === '' ? {} : await deliverText(context, text, to, attempt);
}

/** The bot leads again. A tag that Selarti still has set calls a person again, because Selarti is silent while it is set. */
async function forgetDecisions({ tools }: SelartiContext, { ref }: ConversationRef): Promise<void> {
  const state = await ConversationState.read(tools.state, ref);
  await state.forgetDecisions();
}
