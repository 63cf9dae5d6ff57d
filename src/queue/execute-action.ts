/** Executes one action of the outbox: in the portal, in the brain or in the app. */
import { executePortalAction, isOptional, isRepeatable, type PortalFile } from '../bitrix24/execute-portal-action.ts';
import type { BatchedCalls, CallMoments } from '../bitrix24/rest/batched-calls.ts';
import { budgetScarceCode } from '../bitrix24/rest/not-sent.ts';
import { bitrixCode } from '../bitrix24/rest/rest-errors.ts';
import { disabledError, onRefusedCredentials } from '../connections/connection-trouble.ts';
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { FileLinks } from '../connections/file-links.ts';
import type { AppAction, BrainAction, PortalAction, Receipt, ShownFile } from '../core/actions.ts';
import { readRequest } from '../core/brain-requests.ts';
import type { Delivery } from '../core/connector.ts';
import type { Conversation } from '../core/conversation.ts';
import { AppError, Misconfigured } from '../core/errors.ts';
import type { BrainEvent, ChatEvent } from '../core/events.ts';
import { createGroupCommit } from '../lib/group-commit.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Db } from '../store/database.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';
import type { BotRow } from '../store/tenants/bots.ts';
import { type ConversationId, conversationKey, readConversations } from '../store/tenants/conversations.ts';
import { updatePortal } from '../store/tenants/portals.ts';
import type { AppActions } from './app-actions.ts';
import { cannotOpen, linkTo } from './file-links-of-actions.ts';
import type { StillWorking } from './still-working.ts';
import type { SynchronousReplies } from './synchronous-replies.ts';

/**
 * The result of an action: its outcome (words joined by `+`), the remote's message id, and replies that a brain returned in the same call.
 */
export interface ExecutionResult {
  readonly outcome: string;
  readonly remoteId: string | null;
  readonly delivery?: Delivery;
  /** Events for the conversation that follow from the action. */
  readonly events?: readonly ChatEvent[];
  /** Nothing was done, on purpose (the portal is gone, the bot was removed). */
  readonly isDropped?: boolean;
}

export interface Executor {
  /** True when executing the row twice is harmless. Otherwise its attempt is recorded first and never repeated blindly. */
  isRepeatable(row: OutboxRow): Promise<boolean>;
  /** True when the brain of the row's bot wants to know how its messages ended. */
  wantsReceipts(row: OutboxRow): Promise<boolean>;
  /** Opens the file the attempt needs; null if it needs none. Has no visible effect. Aborting the signal closes the file. Throws AppErrors. */
  prepare(row: OutboxRow, signal: AbortSignal): Promise<PortalFile | null>;
  /**
   * Throws AppErrors; see their `retry` and `fate`. Calls to a portal are announced to `attempt`; if its `leaves` rejects, the call is not
   * made and the error is thrown on.
   */
  execute(row: OutboxRow, prepared: PortalFile | null, attempt: Attempt): Promise<ExecutionResult>;
}

/** Code of the error with which `Attempt.leaves` rejects when another worker has the lane. */
export const laneLostCode = 'outbox.lane_lost';

export interface Attempt extends CallMoments {
  readonly signal: AbortSignal;
}

export interface ExecutorOptions {
  readonly db: Db;
  readonly portals: PortalCache;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorFor'>;
  readonly calls: BatchedCalls;
  readonly fileLinks: Pick<FileLinks, 'makeForStaff'>;
  readonly appActions: AppActions;
  readonly synchronousReplies: SynchronousReplies | null;
  readonly stillWorking: StillWorking;
}

export function createExecutor(options: ExecutorOptions): Executor {
  return new ActionExecutor(options);
}

class ActionExecutor implements Executor {
  readonly #options: ExecutorOptions;
  /** Deliveries that begin together read their conversations together. */
  readonly #conversations: import('../lib/group-commit.ts').GroupCommit<ConversationId, Conversation | null>;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#conversations = createGroupCommit<ConversationId, Conversation | null>({
      maxItems: 500,
      maxBytes: Number.MAX_SAFE_INTEGER,
      sizeOf: () => 1,
      concurrency: 1,
      flush: async (ids) => {
        const found = await readConversations(this.#options.db, ids);
        return ids.map((id) => found.get(conversationKey(id)) ?? null);
      },
    });
  }

  async isRepeatable(row: OutboxRow): Promise<boolean> {
    if (row.target === 'app') return true;
    if (row.target === 'portal') return isRepeatable(row.action as PortalAction, await this.#hasV2(row.portal));
    const bot = await this.#botOf(row);
    return bot === null || (this.#options.connectors.brainOf(bot.brain)?.capabilities.idempotentDelivery ?? true);
  }

  async wantsReceipts(row: OutboxRow): Promise<boolean> {
    const bot = await this.#botOf(row);
    return bot !== null && (this.#options.connectors.brainOf(bot.brain)?.capabilities.receipts ?? false);
  }

  async prepare(row: OutboxRow, signal: AbortSignal): Promise<PortalFile | null> {
    const action = row.target === 'portal' ? (row.action as PortalAction) : null;
    if (action?.type === 'send_file') return await this.#openFile(row, action, signal);
    return action?.type === 'edit' && action.shows !== undefined ? await this.#namedFile(row, action.shows) : null;
  }

  async execute(row: OutboxRow, prepared: PortalFile | null, attempt: Attempt): Promise<ExecutionResult> {
    switch (row.target) {
      case 'portal':
        return await this.#executeInPortal(row, row.action as PortalAction, prepared, attempt);
      case 'brain':
        return await this.#executeInBrain(row, row.action as BrainAction, attempt.signal);
      case 'app':
        return await this.#executeInApp(row, row.action as AppAction, attempt.signal);
    }
  }

  async #botOf(row: OutboxRow): Promise<BotRow | null> {
    const isIt = (bot: BotRow): boolean => bot.code === row.bot_code;
    return (await this.#options.portals.portal(row.portal)).bots.find(isIt) ?? null;
  }

  /** The bot of the row. While a set-up is registering it, throws an error that delays the action instead of dropping it. */
  async #registered(row: OutboxRow): Promise<BotRow | null> {
    const known = await this.#botOf(row);
    if (known === null || known.bot_id !== null || known.state !== 'wanted') return known;
    const isIt = (bot: BotRow): boolean => bot.code === row.bot_code;
    const again = (await this.#options.portals.doubted(row.portal)).bots.find(isIt) ?? null;
    if (again === null || again.bot_id !== null || again.state !== 'wanted') return again;
    throw new AppError({
      code: 'bot.not_registered_yet',
      message: `bot ${again.code} is being registered`,
      retry: { afterMs: 1_000 },
    });
  }

  async #hasV2(portal: string): Promise<boolean> {
    return (await this.#options.portals.portal(portal)).portal?.has_imbot_v2 ?? true;
  }

  /** Null if there is no bot that could send the file. */
  async #openFile(
    row: OutboxRow,
    { file, internal }: PortalAction & { type: 'send_file' },
    signal: AbortSignal,
  ): Promise<PortalFile | null> {
    const { portal } = await this.#options.portals.portal(row.portal);
    const bot = portal === null || portal.state === 'uninstalled' ? null : await this.#registered(row);
    if (bot === null || bot.bot_id === null) return null;
    const known = await this.#options.connectors.connectorFor(bot);
    const shown = { file, internal: internal === true };
    const isNamed = shown.internal || !(await this.#hasV2(row.portal));
    if (known !== null && isNamed) return { link: linkTo(this.#options.fileLinks, bot, known, shown) };
    if (known?.connector.openFile === undefined) throw cannotOpen(bot.brain);
    if (known.disabledReason !== null) throw disabledError(row, known.disabledReason);
    const content = await known.connector.openFile(file, signal).catch(async (error: unknown) => {
      throw await onRefusedCredentials(this.#options.db, bot, known.brain, error);
    });
    return { content };
  }

  /** Null where the message is the file itself, and not its name and address. */
  async #namedFile(row: OutboxRow, shown: ShownFile): Promise<PortalFile | null> {
    if (!shown.internal && (await this.#hasV2(row.portal))) return null;
    const { fileLinks, connectors } = this.#options;
    const bot = await this.#botOf(row);
    return bot === null ? null : { link: linkTo(fileLinks, bot, await connectors.connectorFor(bot), shown) };
  }

  async #executeInPortal(
    row: OutboxRow,
    action: PortalAction,
    file: PortalFile | null,
    attempt: Attempt,
  ): Promise<ExecutionResult> {
    const { portal, bots } = await this.#options.portals.portal(row.portal);
    if (portal === null || portal.state === 'uninstalled') return dropped('portal_uninstalled');
    if (action.type === 'typing' && Date.now() - row.created_at.getTime() > typingMs) return dropped('too_late');
    const bot = await this.#registered(row);
    if (bot === null || bot.bot_id === null) return dropped('bot_removed');
    const target = {
      portal: row.portal,
      botId: bot.bot_id,
      dialogId: row.dialog_id ?? '',
      hasV2: await this.#hasV2(row.portal),
      ourBots: bots.flatMap(({ bot_id: id }) => (id === null ? [] : [id])),
    };
    try {
      const { messageId, lost } = await executePortalAction(this.#options.calls, target, action, {
        key: row.key,
        file,
        signal: attempt.signal,
        moments: attempt,
      });
      const outcome = [messageId === null ? 'done' : 'sent', ...lost.map((what) => `without_${what}`)].join('+');
      return { outcome, remoteId: messageId };
    } catch (error) {
      if (isOptional(action) && error instanceof AppError && limitCodes.has(error.code)) return dropped('portal_busy');
      // It is not tried again, and no person is told: an answer waits behind it in the lane.
      if (isOptional(action) && error instanceof AppError && error.code !== laneLostCode) return dropped('not_shown');
      if (target.hasV2 && error instanceof AppError && error.code === 'bitrix24.ERROR_METHOD_NOT_FOUND') {
        throw await this.#fallBackToV1(row.portal, error);
      }
      throw error;
    }
  }

  /** The portal has no imbot.v2. That is stored, and the row is executed again at once through v1. */
  async #fallBackToV1(portal: string, cause: AppError): Promise<AppError> {
    await updatePortal(this.#options.db, portal, { has_imbot_v2: false });
    this.#options.portals.forget(portal);
    return new AppError({
      code: 'bitrix24.no_v2',
      message: 'the portal has no imbot.v2; sending through v1',
      retry: { afterMs: 0 },
      cause,
    });
  }

  async #executeInBrain(row: OutboxRow, action: BrainAction, signal: AbortSignal): Promise<ExecutionResult> {
    const bot = await this.#botOf(row);
    if (bot === null || row.bot_code === null || row.dialog_id === null) return dropped('bot_removed');
    const known = await this.#options.connectors.connectorFor(bot);
    if (known === null) {
      throw new Misconfigured({
        code: 'brain.not_connected',
        message: `bot ${bot.code} is answered by ${bot.brain}, which is not connected`,
        retry: 'backoff',
      });
    }
    const id = { portal: row.portal, botCode: row.bot_code, dialogId: row.dialog_id };
    const conversation = (await this.#conversations.add(id)) ?? undefined;
    if (conversation === undefined) return dropped('conversation_erased');
    const to = { ref: conversation.ref, remoteId: conversation.remoteId, botCode: bot.code, botType: bot.type };
    if (known.disabledReason !== null) throw disabledError(row, known.disabledReason);
    const told = action.type === 'receipt' ? (known.connector.onReceiptDelivered?.(action) ?? []) : [];
    if (action.type === 'receipt' && bot.connection_id !== null && fitsWebhookReply(action)) {
      const isTaken = (await this.#options.synchronousReplies?.complete(bot.connection_id, action)) ?? false;
      if (isTaken) return { outcome: 'answered_in_webhook', remoteId: null, events: told };
    }
    const ready = action.type === 'request' ? readRequest(known.brain, action) : action;
    const isWatched = action.type === 'message' && known.brain.capabilities.answeredByPeople !== true;
    const watch = isWatched ? this.#options.stillWorking.begin(id, row.created_at) : null;
    const delivery = await known.connector.deliver(ready, to, row.key, signal).catch(async (error: unknown) => {
      watch?.end();
      throw await onRefusedCredentials(this.#options.db, bot, known.brain, error);
    });
    if (delivery.replies?.some(({ type }) => endsWaiting.has(type)) === true) watch?.end();
    else watch?.taken();
    return { outcome: outcomeOf(delivery), remoteId: delivery.remoteMessageId ?? null, delivery, events: told };
  }

  async #executeInApp(row: OutboxRow, action: AppAction, signal: AbortSignal): Promise<ExecutionResult> {
    if (action.type === 'inactivity_timer')
      return { outcome: 'due', remoteId: null, events: [{ type: 'inactivity_timer_due' }] };
    if (action.type === 'silence_timer')
      return { outcome: 'due', remoteId: null, events: [{ type: 'silence_timer_due' }] };
    if (action.type === 'burst_timer') return { outcome: 'due', remoteId: null, events: [{ type: 'burst_timer_due' }] };
    if (action.type === 'greet') {
      return { outcome: 'due', remoteId: null, events: [{ type: 'greeting_due', chat: action.chat }] };
    }
    return { outcome: await this.#options.appActions.execute(row.portal, action, signal), remoteId: null };
  }
}

/** After one of these events, nobody waits for the brain any more. */
const endsWaiting: ReadonlySet<BrainEvent['type']> = new Set(['reply', 'handover', 'finish']);

/** The largest number of characters of a brain's warnings that are kept in the outcome. */
const warningsLength = 500;

function outcomeOf({ warnings = [] }: Delivery): string {
  if (warnings.length === 0) return 'delivered';
  return `delivered, with warnings: ${warnings.join('; ').slice(0, warningsLength).toWellFormed()}`;
}

/** A webhook's answer can only tell that a message was shown or that it was not; partial success is reported separately. */
function fitsWebhookReply({ portalMessageId, error, isLate }: Receipt): boolean {
  return isLate !== true && (portalMessageId === null || error === null);
}

/** How long "typing" is worth sending: Bitrix24 shows it for about as long. */
const typingMs = 20_000;

/** An optional call that met a limit of the portal is not tried again. */
const limitCodes: ReadonlySet<string> = new Set([
  budgetScarceCode,
  bitrixCode('QUERY_LIMIT_EXCEEDED'),
  bitrixCode('OPERATION_TIME_LIMIT'),
]);

function dropped(outcome: string): ExecutionResult {
  return { outcome, remoteId: null, isDropped: true };
}
