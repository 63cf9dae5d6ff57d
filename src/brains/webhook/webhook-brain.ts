/** Signed webhook: any server that speaks our small JSON protocol, signed in both directions by the Standard Webhooks scheme. */
import type { Connection, Connector } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { checkHealth, join, reconfigure } from './account.ts';
import { type Config, configSchema } from './config.ts';
import { openAnswerFile } from './inbound/open-file.ts';
import { decodeWebhook, receiveWebhook } from './inbound/receive-webhook.ts';
import { readResponse } from './inbound/to-brain-events.ts';
import { callServer } from './outbound/call-server.ts';
import { eventOfAction } from './outbound/event-of-action.ts';
import { probeServer } from './probe.ts';
import { disabledHelp, problemTexts } from './problem-texts.ts';
import { askCommand, askRequest } from './requests.ts';

const name = 'webhook';

export const webhookBrain = defineBrain<Config>({
  name,
  title: 'Signed webhook',
  titles: {
    en: 'A program of your own',
    ru: 'Своя программа',
    de: 'Ein eigenes Programm',
    es: 'Un programa propio',
    pt: 'Um programa próprio',
    pl: 'Własny program',
    uk: 'Власна програма',
    kz: 'Өз бағдарламаңыз',
  },
  about: {
    en: 'A program of your own answers: it gets each message by HTTPS and sends its answer back.',
    ru: 'Отвечает ваша собственная программа: она получает сообщения по HTTPS и присылает ответ.',
    de: 'Ein eigenes Programm antwortet: Es bekommt jede Nachricht über HTTPS und schickt seine Antwort zurück.',
    es: 'Responde un programa propio: recibe cada mensaje por HTTPS y devuelve su respuesta.',
    pt: 'Responde um programa próprio: ele recebe cada mensagem por HTTPS e devolve a resposta.',
    pl: 'Odpowiada własny program: dostaje każdą wiadomość przez HTTPS i odsyła odpowiedź.',
    uk: 'Відповідає ваша власна програма: вона отримує повідомлення через HTTPS і надсилає відповідь.',
    kz: 'Өз бағдарламаңыз жауап береді: ол хабарларды HTTPS арқылы алып, жауабын қайтарады.',
  },
  capabilities: {
    // The longest text Bitrix24 stores.
    maxTextLength: 20_000,
    edits: true,
    deletes: true,
    files: true,
    ownership: true,
    sessions: true,
    reactions: true,
    contexts: true,
    // The `webhook-id` is the key of the delivery: the protocol asks servers to handle each id once.
    idempotentDelivery: true,
  },
  configSchema,
  disabledHelp,
  problemTexts,
  requests: [askRequest],
  commands: [askCommand],
  join,
  reconfigure,
  checkHealth,
  probe: probeServer,
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
      if (event === null) return {};
      const delivery = readResponse(await callServer(event, { config, tools, now, id: key, signal }));
      // An answer would open the session again.
      return event.type === 'session.finished' ? { ...delivery, replies: [] } : delivery;
    },
    receive: (request) => receiveWebhook(request, config, clock.now()),
    decode: ({ body }) => decodeWebhook(body),
    openFile: (file, signal) => openAnswerFile(tools, file, signal),
  };
}
