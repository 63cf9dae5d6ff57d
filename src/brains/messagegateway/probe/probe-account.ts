/** What a live probe asks a real account (docs/live-probes.md): the CRM's state of the module, and short lists of both APIs. All are GETs. */
import type { AssumedObject, BrainProbe, ProbeFact, ProbeQuestion } from '../../../core/brain-probe.ts';
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { systemClock } from '../../../lib/clock.ts';
import { crmOf } from '../account/account-crm.ts';
import { type Apis, createApis } from '../api/apis.ts';
import { apiPath } from '../api/mg-http.ts';
import { isJoined, type JoinedConfig, type MessageGatewayConfig } from '../config.ts';
import * as assumed from './assumed-lists.ts';
import { assumedStored } from './assumed-stored.ts';
import { chatFacts, limitFact, listLimit, messageFacts, ownFact, sinceFacts } from './list-facts.ts';

const dayMs = 24 * 3_600_000;

/** A connection that has not joined is asked about its key alone. */
export function probeAccount(
  { config }: Connection<MessageGatewayConfig>,
  _hookUrl: string,
  tools: ConnectorTools,
): BrainProbe {
  const headersFollow = 'the setting callsPerSecond, and src/brains/messagegateway/api/retry-after.ts';
  if (!isJoined(config)) return { questions: askKey(config, tools), headersFollow };
  return {
    questions: [...askKey(config, tools), ...askModule(config, tools), ...askLists(config, tools)],
    stored: assumedStored,
    headersFollow,
  };
}

const crmFile = 'src/brains/messagegateway/api/crm-client.ts reads it; sandbox/messagegateway/crm sends it';
const keyFollows = 'the settings crmUrl and apiKey; the key needs integration_read and integration_write';

function crmObject(needed: readonly string[], known: readonly string[]): AssumedObject {
  return { needed, known, words: [], follows: crmFile };
}

function askKey(config: MessageGatewayConfig, tools: ConnectorTools): ProbeQuestion[] {
  const crm = crmOf(config, tools);
  return [
    {
      question: 'Which versions has the API of the CRM?',
      call: 'GET /api/api-versions',
      ask: () => crm.checkVersion(),
      refusedFollows: keyFollows,
      objects: crmObject(['success', 'versions'], []),
    },
    {
      question: 'Which rights has the key?',
      call: 'GET /api/credentials',
      ask: () => crm.checkRights(),
      refusedFollows: keyFollows,
      objects: crmObject(['success', 'scopes'], ['credentials', 'siteAccess', 'sitesAvailable']),
    },
  ];
}

function askModule(config: JoinedConfig, tools: ConnectorTools): ProbeQuestion[] {
  const crm = crmOf(config, tools);
  const code = config.joined.moduleCode;
  return [
    {
      question: 'What does the CRM tell of itself?',
      call: 'GET /api/system-info',
      ask: () => crm.publicOrigin(),
      refusedFollows: 'src/brains/messagegateway/account/check-health.ts: a CRM that has moved is not noticed then',
      objects: crmObject(['success', 'publicUrl'], ['systemVersion', 'technicalUrl']),
    },
    {
      question: 'What does the CRM tell of our module?',
      call: `GET /api/v5/integration-modules/${encodeURIComponent(code)}`,
      ask: () => crm.moduleState(code),
      refusedFollows: 'join the connection again: `connections test`',
      objects: crmObject(['success', 'integrationModule'], []),
    },
  ];
}

function askLists(config: JoinedConfig, tools: ConnectorTools): ProbeQuestion[] {
  const { bot: botAccess, transport: transportAccess } = config.joined;
  const { callsPerSecond, requestTimeoutMs: timeoutMs } = config;
  const access = { bot: botAccess, transport: transportAccess };
  const apis = createApis({ tools, ...access, callsPerSecond, timeoutMs, clock: systemClock });
  const account: Account = {
    config,
    ...apis,
    paths: { bot: apiPath({ ...botAccess, api: 'bot' }), transport: apiPath({ ...transportAccess, api: 'transport' }) },
  };
  return [...askPeople(account), ...askTalks(account), ...askTransport(account)];
}

interface Account extends Pick<Apis, 'bot' | 'transport'> {
  readonly config: JoinedConfig;
  readonly paths: Readonly<Record<'bot' | 'transport', string>>;
}

const few = { limit: listLimit };

function askPeople({ bot, config, paths }: Account): ProbeQuestion[] {
  return [
    ofList('What do bots look like?', `${paths.bot}/bots`, (signal) => bot.bots(few, signal), {
      objects: assumed.assumedBots,
      facts: (answer) => [ownFact(answer, config.joined.bot.botId, 'our bot')],
    }),
    ofList('What do commands look like?', `${paths.bot}/my/commands`, (signal) => bot.commands(signal), {
      objects: assumed.assumedCommands,
      isWhole: true,
    }),
    ofList('What do channels look like to the bot?', `${paths.bot}/channels`, (signal) => bot.channels(few, signal), {
      objects: assumed.assumedBotChannels,
    }),
    ofList('What do managers look like?', `${paths.bot}/users`, (signal) => bot.users(few, signal), {
      objects: assumed.assumedUsers,
    }),
    ofList('What do customers look like?', `${paths.bot}/customers`, (signal) => bot.customers(few, signal), {
      objects: assumed.assumedCustomers,
    }),
  ];
}

function askTalks({ bot, config, paths }: Account): ProbeQuestion[] {
  const since = new Date(Date.now() - dayMs);
  const recent = { ...few, since: since.toISOString() };
  const messages = `${paths.bot}/messages`;
  return [
    ofList('What do chats look like?', `${paths.bot}/chats`, (signal) => bot.chats(few, signal), {
      objects: assumed.assumedChats,
      facts: chatFacts,
    }),
    ofList('What do members of chats look like?', `${paths.bot}/members`, (signal) => bot.members(few, signal), {
      objects: assumed.assumedMembers,
    }),
    ofList('What do dialogs look like?', `${paths.bot}/dialogs`, (signal) => bot.dialogs(few, signal), {
      objects: assumed.assumedDialogs,
    }),
    ofList('What do messages look like?', messages, (signal) => bot.messages(few, signal), {
      objects: assumed.assumedMessages,
      facts: (answer) => messageFacts(answer, config),
    }),
    ofList('What do messages since yesterday look like?', messages, (signal) => bot.messages(recent, signal), {
      objects: assumed.assumedMessages,
      facts: (answer) => sinceFacts(answer, since),
    }),
  ];
}

function askTransport({ transport, config, paths }: Account): ProbeQuestion[] {
  const channels = `${paths.transport}/channels`;
  return [
    ofList('What do channels look like to the transport?', channels, () => transport.channels(few), {
      objects: assumed.assumedOwnChannels,
      facts: (answer) => [ownFact(answer, config.joined.channelId, 'the channel of this connection')],
    }),
    ofList('What do templates look like?', `${paths.transport}/templates`, () => transport.templates(), {
      objects: assumed.assumedTemplates,
      isWhole: true,
    }),
  ];
}

function ofList(
  question: string,
  path: string,
  ask: ProbeQuestion['ask'],
  { objects, facts, isWhole = false }: Listed,
): ProbeQuestion {
  return {
    question,
    call: `GET ${path}`,
    ask,
    refusedFollows: 'src/brains/messagegateway/api; where the token is refused (401, 403), join the connection again',
    objects,
    facts: (answer) => [...(isWhole ? [] : [limitFact(answer)]), ...(facts?.(answer) ?? [])],
  };
}

interface Listed {
  readonly objects: AssumedObject;
  readonly facts?: (answer: unknown) => readonly ProbeFact[];
  /** The list is read whole, as the app does. */
  readonly isWhole?: boolean;
}
