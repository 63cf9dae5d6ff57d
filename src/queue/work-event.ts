/** Works one event of the inbox: reads it, lets the bridge decide, and says what has to go out. Writes nothing and calls nobody. */
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { ChatAction } from '../core/actions.ts';
import { bridge } from '../core/bridge.ts';
import type { Bridged } from '../core/bridged.ts';
import { type Conversation, newConversation } from '../core/conversation.ts';
import type { AppEvent, ChatEvent } from '../core/events.ts';
import { randomToken } from '../lib/encryption.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Pool } from '../store/database.ts';
import type { InboxRow } from '../store/queue/inbox.ts';
import {
  appLane,
  dialogOf,
  greetingLane,
  outboxLane,
  reminderLane,
  unknownBotLane,
} from '../store/queue/lane-names.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import type { ToldFailure } from '../store/queue/told-failures.ts';
import { type BotRow, greetingOf } from '../store/tenants/bots.ts';
import { toAppActions } from './app-event-actions.ts';
import { lookUp } from './look-up.ts';
import { readEvent } from './read-event.ts';

export interface WorkEventOptions {
  readonly db: Pool;
  readonly portals: PortalCache;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorById'>;
}

/** What came of an event. */
export interface Worked {
  readonly state: 'done' | 'dropped';
  readonly outcome: string;
  readonly conversation: Conversation | null;
  readonly actions: readonly NewAction[];
  readonly failures: readonly ToldFailure[];
}

/** What the events before have left of the lane: nothing of it is written yet. */
export interface Before {
  readonly conversation: Conversation | null;
  readonly failures: readonly ToldFailure[];
  readonly actions: readonly NewAction[];
}

/** Throws AppErrors, and whatever a broken event makes our code throw. */
export async function workEvent(options: WorkEventOptions, row: InboxRow, earlier: Before): Promise<Worked> {
  const { conversation } = earlier;
  const none = { conversation, actions: [], failures: [] };
  if (row.lane === unknownBotLane) return { state: 'dropped', outcome: 'unknown_bot', ...none };
  const connector =
    row.connection_id === null ? null : await options.connectors.connectorById(row.portal, row.connection_id);
  const read = readEvent(row, connector, await botIdOf(options.portals, row));
  if (read.kind === 'nothing') {
    const state = read.reason === 'not_for_this_bot' ? 'dropped' : 'done';
    return { state, outcome: `ignored_${read.reason}`, ...none };
  }
  if (read.kind === 'app') return workAppEvent(row, read.event, conversation);
  return await workChatEvents(options, row, { events: read.events, earlier });
}

/** The portal's id of the bot whose lane the row is in; null where it is not known, and for rows of no bot. */
async function botIdOf(portals: PortalCache, { portal, lane, source }: InboxRow): Promise<string | null> {
  const { botCode } = dialogOf(lane);
  if (botCode === '' || source !== 'bitrix24') return null;
  return (await findBot(portals, portal, botCode))?.bot_id ?? null;
}

async function workChatEvents(
  options: WorkEventOptions,
  row: InboxRow,
  { events, earlier }: { readonly events: readonly ChatEvent[]; readonly earlier: Before },
): Promise<Worked> {
  const { conversation: stored } = earlier;
  const { botCode, dialogId } = dialogOf(row.lane);
  const bot = await findBot(options.portals, row.portal, botCode);
  const none = { conversation: stored, actions: [], failures: [] };
  if (bot === null) return { state: 'dropped', outcome: 'unknown_bot', ...none };
  const brain = options.connectors.brainOf(bot.brain);
  if (brain === undefined) return { state: 'dropped', outcome: 'unknown_brain', ...none };
  const { code, name, type, give_back_minutes: giveBackAfterMinutes } = bot;
  const { capabilities } = brain;
  const botIds = await botIdsOf(options.portals, row.portal);
  const greeting = greetingOf(bot);
  const bridgeBot = { code, name, type, giveBackAfterMinutes, botIds, capabilities, greeting };
  let conversation = stored ?? newConversation(botCode, dialogId, randomToken(18));
  const actions: NewAction[] = [];
  const failures: ToldFailure[] = [];
  const outcomes: string[] = [];
  for (const event of events) {
    const lane = { portal: row.portal, lane: outboxLane(botCode, dialogId, 'portal') };
    // What was decided in this very turn is not written yet.
    const known = await lookUp(options.db, row, event, {
      hasReceipts: capabilities.receipts,
      hasMirror: capabilities.mirrors === true,
      failures: [...earlier.failures, ...failures],
      actions: [...earlier.actions, ...actions],
    });
    const bridged: Bridged = bridge(event, conversation, bridgeBot, { at: row.received_at, ...known });
    if (event.type === 'reply_failed') {
      failures.push({ ...lane, remoteId: event.remoteMessageId, isWithdrawn: event.withdraw });
    }
    conversation = bridged.conversation;
    outcomes.push(bridged.outcome);
    const place = { portal: row.portal, botCode, dialogId, trace: row.trace };
    actions.push(...bridged.actions.map((action) => toNewAction(action, place)));
  }
  const outcome = outcomes.length === 0 ? 'ignored_by_brain' : [...new Set(outcomes)].join('+');
  return { state: 'done', outcome, conversation, actions, failures };
}

async function botIdsOf(portals: PortalCache, portal: string): Promise<string[]> {
  return (await portals.portal(portal)).bots.flatMap(({ bot_id: id }) => (id === null ? [] : [id]));
}

type Place = Pick<NewAction, 'portal' | 'trace'> & { readonly botCode: string; readonly dialogId: string };

function toNewAction(decided: ChatAction, place: Place): NewAction {
  const { botCode, dialogId } = place;
  const timerLane = decided.action.type === 'greet' ? greetingLane : reminderLane;
  return decided.target === 'app'
    ? { ...place, ...decided, lane: timerLane(botCode, dialogId) }
    : { ...place, ...decided, lane: outboxLane(botCode, dialogId, decided.target) };
}

/** A bot that is not in the cache may have been registered a moment ago. */
async function findBot(portals: PortalCache, portal: string, code: string): Promise<BotRow | null> {
  const isIt = (bot: BotRow): boolean => bot.code === code;
  const known = (await portals.portal(portal)).bots.find(isIt);
  return known ?? (await portals.doubted(portal)).bots.find(isIt) ?? null;
}

function workAppEvent(row: InboxRow, event: AppEvent, conversation: Conversation | null): Worked {
  const actions = toAppActions(event).map((action) => ({
    portal: row.portal,
    lane: appLane,
    target: 'app' as const,
    action,
    botCode: null,
    dialogId: null,
    trace: row.trace,
  }));
  return { state: 'done', outcome: event.type, conversation, actions, failures: [] };
}
