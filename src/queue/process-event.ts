/** Processes one event of the inbox: decodes it, applies the bridge, and returns the actions. Writes nothing and makes no network calls. */
import type { LaneBot } from '../bitrix24/events/read-params.ts';
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { ChatAction } from '../core/actions.ts';
import { bridge } from '../core/bridge.ts';
import type { Bridged } from '../core/bridge-result.ts';
import { type Conversation, newConversation } from '../core/conversation.ts';
import type { AppEvent, ChatEvent } from '../core/events.ts';
import { noBrain } from '../core/no-brain.ts';
import { usualTurnsPerMinute } from '../core/turns.ts';
import { randomToken } from '../lib/encryption.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Pool } from '../store/database.ts';
import type { InboxRow } from '../store/queue/inbox.ts';
import {
  appLane,
  burstLane,
  dialogOf,
  greetingLane,
  outboxLane,
  portalNewsLane,
  reminderLane,
  silenceLane,
  unknownBotLane,
} from '../store/queue/lane-names.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import type { ReportedFailure } from '../store/queue/reported-failures.ts';
import { type BotRow, greetingOf } from '../store/tenants/bots.ts';
import type { StoredFollowUpChange } from '../store/tenants/follow-ups.ts';
import { toAppActions } from './app-event-actions.ts';
import { burstPaceOf } from './burst-pace.ts';
import { laneBotOf } from './event-intake.ts';
import { readEvent } from './read-event.ts';
import { readStoredFacts } from './stored-facts.ts';

export interface ProcessEventOptions {
  readonly db: Pool;
  readonly portals: PortalCache;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorById'>;
  /** For bots without a limit of their own; see `BridgeBot`. Absent: the usual one. */
  readonly turnsPerMinute?: number;
}

/** The result of an event. */
export interface ProcessedEvent {
  readonly state: 'done' | 'dropped';
  readonly outcome: string;
  readonly conversation: Conversation | null;
  readonly actions: readonly NewAction[];
  readonly failures: readonly ReportedFailure[];
  /** Absent: none is set or cancelled. */
  readonly followUps?: readonly StoredFollowUpChange[];
}

/** What earlier events of the same claimed lane have decided; not written yet. */
export interface EarlierInBatch {
  readonly conversation: Conversation | null;
  readonly failures: readonly ReportedFailure[];
  readonly actions: readonly NewAction[];
  readonly followUps: readonly StoredFollowUpChange[];
}

/** Throws AppErrors, and anything that our code throws on a broken event. */
export async function processEvent(
  options: ProcessEventOptions,
  row: InboxRow,
  earlier: EarlierInBatch,
): Promise<ProcessedEvent> {
  const { conversation } = earlier;
  const none = { conversation, actions: [], failures: [] };
  if (row.lane === unknownBotLane) return { state: 'dropped', outcome: 'unknown_bot', ...none };
  const connector =
    row.connection_id === null ? null : await options.connectors.connectorById(row.portal, row.connection_id);
  const read = readEvent(row, connector, await readBot(options.portals, row));
  if (read.kind === 'nothing') {
    const state = read.reason === 'not_for_this_bot' ? 'dropped' : 'done';
    return { state, outcome: `ignored_${read.reason}`, ...none };
  }
  if (read.kind === 'app') return processAppEvent(row, read.event, conversation);
  return await processChatEvents(options, row, { events: read.events, earlier });
}

/** What the decoders need of the bot of the row's lane; null where it is unknown, and for rows without a bot. */
async function readBot(portals: PortalCache, { portal, lane, source }: InboxRow): Promise<LaneBot | null> {
  const { botCode } = dialogOf(lane);
  if (botCode === '' || source !== 'bitrix24') return null;
  const row = await findBot(portals, portal, botCode);
  return row === null ? null : laneBotOf(row, (await portals.portal(portal)).bots);
}

async function processChatEvents(
  options: ProcessEventOptions,
  row: InboxRow,
  { events, earlier }: { readonly events: readonly ChatEvent[]; readonly earlier: EarlierInBatch },
): Promise<ProcessedEvent> {
  const { conversation: stored } = earlier;
  const { botCode, dialogId } = dialogOf(row.lane);
  const bot = await findBot(options.portals, row.portal, botCode);
  const none = { conversation: stored, actions: [], failures: [] };
  if (bot === null) return { state: 'dropped', outcome: 'unknown_bot', ...none };
  const brain = options.connectors.brainOf(bot.brain);
  if (brain === undefined) return { state: 'dropped', outcome: 'unknown_brain', ...none };
  const { code, name, type, language, give_back_minutes: giveBackAfterMinutes } = bot;
  const { capabilities, commands } = brain;
  const botIds = await botIdsOf(options.portals, row.portal);
  const greeting = greetingOf(bot);
  const burst = await burstPaceOf(options.connectors, bot, brain);
  const bridgeBot = {
    code,
    name,
    type,
    giveBackAfterMinutes,
    botIds,
    capabilities,
    greeting,
    language,
    burst,
    callPersonAfterMinutes: bot.call_person_minutes,
    unanswered: brain.name === noBrain.name ? { texts: bot.unanswered ?? {} } : undefined,
    turnsPerMinute: bot.turns_per_minute ?? options.turnsPerMinute ?? usualTurnsPerMinute,
    commands,
  };
  let conversation = stored ?? newConversation(botCode, dialogId, randomToken(18));
  const actions: NewAction[] = [];
  const failures: ReportedFailure[] = [];
  const followUps: StoredFollowUpChange[] = [];
  const outcomes: string[] = [];
  for (const event of events) {
    const lane = { portal: row.portal, lane: outboxLane(botCode, dialogId, 'portal') };
    // Decisions of this batch are not written yet.
    const known = await readStoredFacts(options.db, row, event, {
      hasReceipts: capabilities.receipts,
      takesChanges: capabilities.edits || capabilities.deletes || capabilities.mirrors === true,
      failures: [...earlier.failures, ...failures],
      actions: [...earlier.actions, ...actions],
      followUps: [...earlier.followUps, ...followUps],
    });
    const bridged: Bridged = bridge(event, conversation, bridgeBot, { at: row.received_at, ...known });
    if (event.type === 'reply_failed') {
      failures.push({ ...lane, remoteId: event.remoteMessageId, isWithdrawn: event.withdraw });
    }
    conversation = bridged.conversation;
    outcomes.push(bridged.outcome);
    const context = { portal: row.portal, botCode, dialogId, trace: row.trace };
    actions.push(...bridged.actions.map((action) => toNewAction(action, context)));
    followUps.push(...(bridged.followUps ?? []).map((change) => ({ ...context, change })));
  }
  const outcome = outcomes.length === 0 ? 'ignored_by_brain' : [...new Set(outcomes)].join('+');
  return { state: 'done', outcome, conversation, actions, failures, followUps };
}

async function botIdsOf(portals: PortalCache, portal: string): Promise<string[]> {
  return (await portals.portal(portal)).bots.flatMap(({ bot_id: id }) => (id === null ? [] : [id]));
}

type ActionContext = Pick<NewAction, 'portal' | 'trace'> & { readonly botCode: string; readonly dialogId: string };

const timerLanes = {
  inactivity_timer: reminderLane,
  silence_timer: silenceLane,
  burst_timer: burstLane,
  greet: greetingLane,
};

function toNewAction(decided: ChatAction, context: ActionContext): NewAction {
  const { botCode, dialogId } = context;
  return decided.target === 'app'
    ? { ...context, ...decided, lane: timerLanes[decided.action.type](botCode, dialogId) }
    : { ...context, ...decided, lane: outboxLane(botCode, dialogId, decided.target) };
}

/** A bot that is not in the cache may have been registered a moment ago. */
async function findBot(portals: PortalCache, portal: string, code: string): Promise<BotRow | null> {
  const isIt = (bot: BotRow): boolean => bot.code === code;
  const known = (await portals.portal(portal)).bots.find(isIt);
  return known ?? (await portals.doubted(portal)).bots.find(isIt) ?? null;
}

function processAppEvent(row: InboxRow, event: AppEvent, conversation: Conversation | null): ProcessedEvent {
  const actions = toAppActions(event).map((action) => ({
    portal: row.portal,
    lane: action.type === 'uninstall' || action.type === 'payment' ? portalNewsLane : appLane,
    target: 'app' as const,
    action,
    botCode: null,
    dialogId: null,
    trace: row.trace,
  }));
  return { state: 'done', outcome: event.type, conversation, actions, failures: [] };
}
