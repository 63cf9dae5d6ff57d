/** MessageGateway (RetailCRM, Simla) as a brain: customers write and are answered through a channel of ours; our bot handles handover and the console. */
import type { BrainAction } from '../../core/actions.ts';
import type { Connection, Connector, ConversationRef, Delivery } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { BadInput, Misconfigured, toAppError } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkConnectionHealth } from './account/check-health.ts';
import { disabledHelp } from './account/disabled-help.ts';
import { isEscaped } from './account/escaping.ts';
import { joinAccount } from './account/join.ts';
import { leaveAccount } from './account/leave.ts';
import { accountOf, newConfig } from './account/new-account.ts';
import { reconfigureAccount } from './account/reconfigure.ts';
import { createApis } from './api/apis.ts';
import { channelOffCode } from './api/mg-http.ts';
import { readEnvelope, readListenerFrame } from './api/webhook-shapes.ts';
import { maxTextLength } from './channels/channel-settings.ts';
import { createOwnChannels } from './channels/own-channels.ts';
import { configSchema, defaultLanguage, isJoined, type JoinedConfig, type MessageGatewayConfig } from './config.ts';
import { routes } from './connect/routes.ts';
import { settingsSchema } from './connect/settings.ts';
import { createConsole } from './console/console.ts';
import { consoleContextOf } from './console-context.ts';
import type { MgContext } from './context.ts';
import { decodeWebhook } from './inbound/decode-webhook.ts';
import { openMgFile } from './inbound/open-file.ts';
import { receiveInto, refuseWebhook } from './inbound/receive-webhook.ts';
import { decodeFrame, replyFailed } from './inbound/signals.ts';
import { listenToBot } from './listener/listen.ts';
import { createTagTracker } from './listener/tag-tracker.ts';
import { tellCrm } from './outbound/crm-links.ts';
import { deliverDelete, deliverEdit, deliverMessage } from './outbound/deliver-message.ts';
import { mirrorMessage } from './outbound/mirror-message.ts';
import { tellOwner } from './outbound/owner-changed.ts';
import { deliverReaction } from './outbound/reactions.ts';
import { giveReceipt, tellRefusal } from './outbound/receipts.ts';
import { tellContext } from './outbound/tell-context.ts';
import { probeAccount } from './probe/probe-account.ts';
import { problemTexts } from './problem-texts.ts';

export const messageGatewayBrain = defineBrain<MessageGatewayConfig>({
  name: 'messagegateway',
  title: 'MessageGateway (RetailCRM, Simla)',
  about: {
    en: 'People and bots of RetailCRM or Simla answer, in the chats of that CRM.',
    ru: 'Отвечают люди и боты RetailCRM или Simla, в чатах этой CRM.',
    de: 'Menschen und Bots von RetailCRM oder Simla antworten, in den Chats dieses CRM.',
    es: 'Responden las personas y los bots de RetailCRM o Simla, en los chats de ese CRM.',
    pt: 'Pessoas e bots do RetailCRM ou Simla respondem, nos chats desse CRM.',
    pl: 'Odpowiadają ludzie i boty RetailCRM lub Simla, w czatach tego CRM.',
    uk: 'Відповідають люди й боти RetailCRM або Simla, у чатах цієї CRM.',
    kz: 'RetailCRM немесе Simla адамдары мен боттары осы CRM чаттарында жауап береді.',
  },
  capabilities: {
    maxTextLength,
    edits: true,
    deletes: true,
    files: true,
    ownership: true,
    crm: true,
    receipts: true,
    // MessageGateway refuses an external id it already has, so every message arrives once.
    idempotentDelivery: true,
    listens: true,
    // Messages in bound groups that do not mention the bot can become notes, by a setting.
    overhears: true,
    // Mirrors messages while a person leads (by a setting), and our greeting.
    mirrors: true,
    contexts: true,
    reactions: true,
    answeredByPeople: true,
  },
  configSchema,
  newConfig,
  accountOf,
  join: joinAccount,
  reconfigure: reconfigureAccount,
  checkHealth: checkConnectionHealth,
  leave: leaveAccount,
  refusal: (reason, connection) => refuseWebhook(reason, connection?.config.language ?? defaultLanguage),
  disabledHelp,
  problemTexts,
  probe: probeAccount,
  routes,
  connectPath: '/connect',
  settingsSchema,
  create: (connection, tools) =>
    isJoined(connection.config) ? joined(connection.config, tools) : notJoined(connection),
});

function joined(config: JoinedConfig, tools: ConnectorTools): Connector {
  const { bot, transport } = config.joined;
  const { callsPerSecond, requestTimeoutMs: timeoutMs } = config;
  const clock = systemClock;
  const apis = createApis({ tools, bot, transport, callsPerSecond, timeoutMs, clock });
  const channels = createOwnChannels({ config, apis, tools, clock });
  const context: MgContext = { config, apis, tools, clock, channels };
  const tags = createTagTracker(context);
  const supervisorConsole = createConsole(consoleContextOf(context));
  return {
    decode(raw) {
      if (raw.ingress === 'webhook') {
        return decodeWebhook(readable(readEnvelope(raw.body)), { ...config, unescapeHtml: isEscaped(config) });
      }
      return supervisorConsole.decode(raw.body) ?? decodeFrame(readable(readListenerFrame(raw.body)), config);
    },
    async deliver(action, to, key, signal) {
      try {
        const delivered = supervisorConsole.deliver(action, to, key, signal);
        return await (delivered ?? deliver(context, action, to, { key, signal }));
      } catch (thrown) {
        if (toAppError(thrown).code === channelOffCode) channels.forget();
        throw thrown;
      }
    },
    receive: (request) => receiveInto(request, config, channels),
    // What the console shows is not a manager's message, so there is nothing to withdraw from a customer.
    onReceiptDelivered: ({ remoteMessageId, error, isLate }) =>
      error === null || isLate === true || supervisorConsole.hasShown(remoteMessageId)
        ? []
        : replyFailed(remoteMessageId, config),
    openFile: (file, signal) => openMgFile(context, file, signal),
    listen: (emit, since, signal) =>
      listenToBot({ context, tags, emit, console: supervisorConsole.createListener() }, since, signal),
  };
}

/** Delivers an action about a conversation with a customer. */
async function deliver(
  context: MgContext,
  action: BrainAction,
  to: ConversationRef,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<Delivery> {
  switch (action.type) {
    case 'message':
      return await deliverMessage(context, action, to, signal);
    case 'overheard':
    case 'request':
    // People in MessageGateway open and close its dialogs; the API has no place for Bitrix24's sessions.
    case 'session_started':
    case 'session_finished':
      return {};
    case 'mirrored':
      return await mirrorMessage(context, action, to, signal);
    case 'edit':
      return isUnwanted(context, action) ? {} : await deliverEdit(context, action, to, { key, signal });
    case 'delete':
      return isUnwanted(context, action) ? {} : await deliverDelete(context, action, to, signal);
    case 'reaction':
      return await deliverReaction(context, action, to, signal);
    case 'receipt':
      return await giveReceipt(context, action, to, signal);
    case 'change_refused':
      return await tellRefusal(context, action, to, signal);
    case 'owner_changed':
      return await tellOwner(context, action, to, signal);
    case 'context':
      return await tellContext(context, action, to, signal);
    case 'crm':
      return await tellCrm(context, action.links, to, signal);
  }
}

/** Whether the action changes a mirrored message although mirroring is off (now). */
function isUnwanted({ config }: MgContext, action: { readonly mirrored?: true }): boolean {
  return action.mirrored === true && !config.mirrorWhilePersonLeads;
}

function readable<T>(read: T | null): T {
  if (read !== null) return read;
  throw new BadInput({ code: 'messagegateway.unreadable', message: 'this is no message of MessageGateway' });
}

/** A connection that was added but has not joined its account. */
function notJoined(connection: Connection<MessageGatewayConfig>): Connector {
  const error = (): Misconfigured =>
    new Misconfigured({
      code: 'messagegateway.not_joined',
      message: `connection ${connection.id} has not joined its MessageGateway account; join it again`,
      retry: 'backoff',
    });
  return {
    decode: () => [],
    deliver: () => Promise.reject(error()),
    receive: () => ({ refuse: 503, reason: 'the connection has not joined its account' }),
    listen: () => Promise.reject(error()),
  };
}
