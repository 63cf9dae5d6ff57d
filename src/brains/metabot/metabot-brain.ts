/** Metabot (metabot24) as a brain: a script of the account's bot is told each message, and answers in the call or later by webhook. */
import type { Connection, Connector } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkHealth, disabledHelp, joinAccount } from './check-account.ts';
import { configSchema, type MetabotConfig } from './config.ts';
import type { MetabotContext } from './context.ts';
import { counters } from './counters.ts';
import { deliver } from './deliver.ts';
import { createLeads } from './leads.ts';
import { createMetabotApi } from './metabot-api.ts';
import { openFile, publicLink } from './open-file.ts';
import { commands, requests } from './requests.ts';
import { decodeWebhook, receiveWebhook } from './webhook.ts';

export const metabotBrain = defineBrain<MetabotConfig>({
  name: 'metabot',
  title: 'Metabot',
  // A call runs a script and a job runs again: neither is known to be recognised when it is repeated (`repeatUncertain`).
  capabilities: { maxTextLength: 20_000, files: true, edits: true, deletes: true, ownership: true },
  configSchema,
  join: joinAccount,
  reconfigure: async (connection, _before, hookUrl, tools) => await joinAccount(connection, hookUrl, tools),
  checkHealth,
  disabledHelp,
  webhookHelp: {
    en: 'Needed where a script answers later: it sends its answers there. Put it into the external API of the bot of Metabot.',
    ru: 'Нужен, если скрипт отвечает позже: он отправляет ответы сюда. Укажите его во внешнем API бота Metabot.',
  },
  requests,
  commands,
  counters,
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
