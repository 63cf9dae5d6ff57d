/** Metabot (metabot24) as a brain: each message goes to a script of the account's bot, which answers in the call or later by webhook. */
import type { Connection, Connector } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkHealth, joinAccount } from './check-account.ts';
import { configSchema, type MetabotConfig } from './config.ts';
import type { MetabotContext } from './context.ts';
import { counters } from './counters.ts';
import { deliver } from './deliver.ts';
import { createLeads } from './leads.ts';
import { createMetabotApi } from './metabot-api.ts';
import { openFile, publicLink } from './open-file.ts';
import { probeAccount } from './probe.ts';
import { disabledHelp, problemTexts } from './problem-texts.ts';
import { commands, requests } from './requests.ts';
import { decodeWebhook, receiveWebhook } from './webhook.ts';

export const metabotBrain = defineBrain<MetabotConfig>({
  name: 'metabot',
  title: 'Metabot',
  about: {
    en: 'A script answers that you have built in Metabot.',
    ru: 'Отвечает сценарий, который вы собрали в Metabot.',
    de: 'Ein Skript antwortet, das Sie in Metabot gebaut haben.',
    es: 'Responde un script que usted ha creado en Metabot.',
    pt: 'Responde um script que você montou no Metabot.',
    pl: 'Odpowiada skrypt zbudowany przez Ciebie w Metabot.',
    uk: 'Відповідає сценарій, який ви склали в Metabot.',
    kz: 'Metabot-та өзіңіз құрастырған сценарий жауап береді.',
  },
  // A repeated call or job may run the script again: neither is known to be recognised (`repeatUncertain`).
  capabilities: { maxTextLength: 20_000, files: true, edits: true, deletes: true, ownership: true },
  configSchema,
  join: joinAccount,
  reconfigure: async (connection, _before, hookUrl, tools) => await joinAccount(connection, hookUrl, tools),
  checkHealth,
  disabledHelp,
  problemTexts,
  webhookHelp: {
    en: 'Needed where a script answers later: it sends its answers there. Put it into the external API of the bot of Metabot.',
    ru: 'Нужен, если скрипт отвечает позже: он отправляет ответы сюда. Укажите его во внешнем API бота Metabot.',
    de: 'Nötig, wenn ein Skript später antwortet: Es schickt seine Antworten dorthin. Tragen Sie sie in die externe API des Metabot-Bots ein.',
    es: 'Hace falta si un script responde más tarde: envía allí sus respuestas. Póngala en la API externa del bot de Metabot.',
    pt: 'Necessário se um script responde mais tarde: ele envia as respostas para lá. Informe-o na API externa do bot do Metabot.',
    pl: 'Potrzebny, gdy skrypt odpowiada później: tam wysyła odpowiedzi. Wpisz go w zewnętrznym API bota Metabot.',
    uk: 'Потрібна, якщо скрипт відповідає пізніше: він надсилає відповіді сюди. Укажіть її в зовнішньому API бота Metabot.',
    kz: 'Скрипт кейінірек жауап берсе керек: жауаптарын осында жібереді. Оны Metabot ботының сыртқы API-інде көрсетіңіз.',
  },
  requests,
  commands,
  counters,
  probe: probeAccount,
  create: connect,
});

function connect(connection: Connection<MetabotConfig>, tools: ConnectorTools): Connector {
  const { config } = connection;
  const clock = systemClock;
  const api = createMetabotApi({ config, tools, clock });
  const context: MetabotContext = { connection, config, tools, clock, api, leads: createLeads(tools.state) };
  return {
    decode: ({ body }) => decodeWebhook(body),
    deliver: (action, to, key, signal) => deliver(context, action, to, { key, signal }),
    receive: (request) => receiveWebhook(context, request),
    openFile: (file, signal) => openFile(context, file, signal),
    publicLink,
  };
}
