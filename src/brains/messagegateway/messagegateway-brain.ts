/** MessageGateway (RetailCRM, Simla) as a brain: customers come in through a channel of ours, answers go out of it, a bot keeps the two in step. */
import type { BrainAction } from '../../core/actions.ts';
import type { Connection, Connector, ConversationRef, Delivery } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { defineBrain } from '../../core/define-brain.ts';
import { BadInput, Misconfigured, toAppError } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { maxTextLength } from './account/channel-settings.ts';
import { isEscaped } from './account/escaping.ts';
import { joinAccount } from './account/join.ts';
import { reconfigureAccount } from './account/reconfigure.ts';
import { createApis } from './api/apis.ts';
import { channelOffCode } from './api/mg-http.ts';
import { readEnvelope } from './api/webhook-shapes.ts';
import { createOwnChannels } from './channels/own-channels.ts';
import { configSchema, defaultLanguage, isJoined, type JoinedConfig, type MessageGatewayConfig } from './config.ts';
import { checkConnectionHealth, disabledHelp } from './connect/check-health.ts';
import { leaveAccount } from './connect/leave.ts';
import { routes } from './connect/routes.ts';
import { settingsSchema } from './connect/settings.ts';
import { type ConsoleHandler, createConsoleHandler } from './console/console-handler.ts';
import { decodeGroupFrame } from './console/decode-group-frame.ts';
import { isShownName } from './console/group-frames.ts';
import { consoleMark, isConsole } from './console/is-console.ts';
import type { MgContext } from './context.ts';
import { decodeWebhook } from './inbound/decode-webhook.ts';
import { openMgFile } from './inbound/open-file.ts';
import { receiveInto, refuseWebhook } from './inbound/receive-webhook.ts';
import { decodeFrame, replyFailed } from './inbound/signals.ts';
import { createTagTracker } from './inbound/tag-tracker.ts';
import { listenToBot } from './listener/listen.ts';
import { tellCrm } from './outbound/crm-links.ts';
import { deliverDelete, deliverEdit, deliverMessage } from './outbound/deliver-message.ts';
import { mirrorMessage } from './outbound/mirror-message.ts';
import { tellOwner } from './outbound/owner-changed.ts';
import { giveReceipt, tellRefusal } from './outbound/receipts.ts';

export const messageGatewayBrain = defineBrain<MessageGatewayConfig>({
  name: 'messagegateway',
  title: 'MessageGateway (RetailCRM, Simla)',
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
    // Talk in bound groups may be wanted as notes: a setting of the connection.
    overhears: true,
    // Lines while a person leads, by setting, and our greeting.
    mirrors: true,
  },
  configSchema,
  join: joinAccount,
  reconfigure: reconfigureAccount,
  checkHealth: checkConnectionHealth,
  leave: leaveAccount,
  refusal: (reason, connection) => refuseWebhook(reason, connection?.config.language ?? defaultLanguage),
  disabledHelp,
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
  const consoleHandler = createConsoleHandler(context);
  return {
    decode(raw) {
      const envelope = readEnvelope(raw.body);
      if (envelope === null) {
        throw new BadInput({ code: 'messagegateway.unreadable', message: 'this is no message of MessageGateway' });
      }
      const rules = { ...config, unescapeHtml: isEscaped(config) };
      if ('showing' in envelope.data) return decodeGroupFrame(envelope, rules);
      // Some names mean a webhook and a frame; only frames hold a message or a dialog.
      const isFrame = 'message' in envelope.data || 'dialog' in envelope.data;
      return isFrame ? decodeFrame(envelope, config) : decodeWebhook(envelope, rules);
    },
    async deliver(action, to, key, signal) {
      try {
        return await deliver(context, consoleHandler, action, to, key, signal);
      } catch (thrown) {
        if (toAppError(thrown).code === channelOffCode) channels.doubt();
        throw thrown;
      }
    },
    receive: (request) => receiveInto(request, config, channels),
    // A console shows things to people of Bitrix24, who see for themselves.
    onReceiptDelivered: ({ remoteMessageId, error, isLate }) =>
      error === null || isLate === true || isShownName(remoteMessageId) ? [] : replyFailed(remoteMessageId, config),
    openFile: (file, signal) => openMgFile(context, file, signal),
    listen: (emit, since, signal) => listenToBot(context, tags, emit, since, signal),
  };
}

async function deliver(
  context: MgContext,
  consoleHandler: ConsoleHandler,
  action: BrainAction,
  to: ConversationRef,
  key: string,
  signal: AbortSignal,
): Promise<Delivery> {
  switch (action.type) {
    case 'message':
      if (isConsole(context.config, to, action.chat)) return await consoleHandler.hear(action, to, key, signal);
      return await deliverMessage(context, action, to, signal);
    case 'overheard':
      return isConsole(context.config, to, action.chat) ? await consoleHandler.overhear(action, to, key, signal) : {};
    case 'mirrored':
      return isConsole(context.config, to, action.chat) ? {} : await mirrorMessage(context, action, to, signal);
    case 'edit':
      if (to.remoteId === consoleMark) return await consoleHandler.change(action, signal);
      if (isUnwanted(context, action)) return {};
      return await deliverEdit(context, action, to, key, signal);
    case 'delete':
      if (to.remoteId === consoleMark) return await consoleHandler.change(action, signal);
      if (isUnwanted(context, action)) return {};
      return await deliverDelete(context, action, to, signal);
    case 'receipt':
      if (isShownName(action.remoteMessageId)) return await consoleHandler.shown(action);
      return await giveReceipt(context, action, to, signal);
    case 'change_refused':
      // Edits in groups mirror what the console showed: who reads it there has the chat itself.
      return to.remoteId === consoleMark ? {} : await tellRefusal(context, action, to, signal);
    case 'owner_changed':
      // A console has no customer behind it.
      return to.remoteId === consoleMark ? {} : await tellOwner(context, action, to, signal);
    case 'crm':
      return to.remoteId === consoleMark ? {} : await tellCrm(context, action.links, to, signal);
  }
}

/** A change of what was said past the managers, where they are not shown that. */
function isUnwanted({ config }: MgContext, action: { readonly mirrored?: true }): boolean {
  return action.mirrored === true && !config.mirrorWhilePersonLeads;
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
