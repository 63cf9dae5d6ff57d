/** Selarti, an "AI manager" service, as a brain: messages go out by its method for external messengers, everything else comes by webhook. */
import type { BrainAction } from '../../core/actions.ts';
import type { Connection, Connector, ConversationRef, Delivery } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { BadInput } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkConnectionHealth, joinAccount } from './account/check-health.ts';
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
import { probeAccount } from './probe.ts';
import { disabledHelp, problemTexts } from './problem-texts.ts';

export const selartiBrain = defineBrain<SelartiConfig>({
  name: 'selarti',
  title: 'Selarti',
  about: {
    en: 'A Selarti assistant answers: it knows what you have taught it about your business.',
    ru: 'Отвечает помощник Selarti: он знает то, чему вы его научили о вашем бизнесе.',
    de: 'Ein Assistent von Selarti antwortet: Er weiß, was Sie ihm über Ihr Geschäft beigebracht haben.',
    es: 'Responde un asistente de Selarti: sabe lo que usted le ha enseñado sobre su negocio.',
    pt: 'Responde um assistente do Selarti: ele sabe o que você lhe ensinou sobre o seu negócio.',
    pl: 'Odpowiada asystent Selarti: wie to, czego go nauczono o Twojej firmie.',
    uk: 'Відповідає помічник Selarti: він знає те, чого ви навчили його про ваш бізнес.',
    kz: 'Selarti көмекшісі жауап береді: ол бизнесіңіз туралы өзіңіз үйреткенді біледі.',
  },
  capabilities: {
    // Bitrix24 allows no longer texts. The config says where a text is cut, because each piece is charged.
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
  problemTexts,
  webhookHelp: {
    en: 'Paste it into the integration of the task in the panel of Selarti: type Another, webhook type All messages.',
    ru: 'Вставьте его в интеграцию задачи в панели Selarti: тип «Другое», тип вебхука «Все сообщения».',
    de: 'Fügen Sie sie in die Integration der Aufgabe im Panel von Selarti ein: Typ „Another“, Webhook-Typ „All messages“.',
    es: 'Péguela en la integración de la tarea en el panel de Selarti: tipo «Another», tipo de webhook «All messages».',
    pt: 'Cole-o na integração da tarefa no painel do Selarti: tipo “Another”, tipo de webhook “All messages”.',
    pl: 'Wklej go w integracji zadania w panelu Selarti: typ „Another”, typ webhooka „All messages”.',
    uk: 'Вставте її в інтеграцію задачі в панелі Selarti: тип «Другое», тип вебхука «Все сообщения».',
    kz: 'Оны Selarti панеліндегі тапсырма интеграциясына қойыңыз: түрі «Другое», вебхук түрі «Все сообщения».',
  },
  pace: ({ burstSeconds }) =>
    burstSeconds === 0 ? {} : { burst: { quietMs: burstSeconds * 1_000, maxMs: burstSeconds * 4_000 } },
  counters,
  figures: readFigures,
  probe: probeAccount,
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
