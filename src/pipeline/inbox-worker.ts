/**
 * Works the inbox: takes lanes, reads their events, lets the bridge decide, and writes everything decided in one transaction with the
 * events' completion. No network here: what must go out goes to the outbox.
 */

import type { AppAction, ChatAction } from '../core/actions.ts';
import { bridge } from '../core/bridge.ts';
import type { Bridged } from '../core/bridged.ts';
import { type Conversation, newConversation } from '../core/conversation.ts';
import { toAppError } from '../core/errors.ts';
import type { AppEvent, ChatEvent } from '../core/events.ts';
import { decideRetry, eventRetry } from '../core/retry.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { BotRow } from '../store/bots.ts';
import { type ConversationId, conversationKey, readConversations, saveConversations } from '../store/conversations.ts';
import { inTransaction, isDataFault, type Pool } from '../store/database.ts';
import { claimInbox, closeEvents, type EventResult, type InboxRow } from '../store/inbox.ts';
import { type ClaimedLane, finishLanes, type LaneProgress } from '../store/lanes.ts';
import { appendActions, type NewAction } from '../store/outbox.ts';
import type { Directory } from './directory.ts';
import { knownMessage } from './known-message.ts';
import { appLane, dialogOf, isUnbound, outboxLane, reminderLane } from './lane-names.ts';
import type { Metrics } from './metrics.ts';
import { readEvent } from './read-event.ts';
import { rebind } from './rebind.ts';
import type { Bells } from './wake.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface InboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly directory: Directory;
  readonly metrics: Metrics;
  readonly bells: Bells;
  readonly log: Logger;
  readonly loops: number;
}

/** Lanes and rows of one round: bench `drain` showed no gain beyond. The lease is far longer than a round ever takes. */
const claim = { lanes: 200, rows: 2_000, rowsPerLane: 250, leaseSeconds: 60 };
const pollMs = 1_000;

/** Everything worked out for one lane, to be written if the lane is still ours. */
interface LaneWork {
  readonly progress: LaneProgress;
  readonly results: readonly EventResult[];
  readonly actions: readonly NewAction[];
  readonly conversation: Conversation | null;
}

export function startInboxWorker(options: InboxWorkerOptions): readonly WorkLoop[] {
  return Array.from({ length: options.loops }, (_, index) =>
    startWorkLoop({
      name: `inbox ${index}`,
      bell: options.bells.inbox,
      log: options.log,
      pollMs,
      round: () => workRound(options, `${options.owner}:i${index}`),
    }),
  );
}

async function workRound(options: InboxWorkerOptions, owner: string): Promise<boolean> {
  const lanes = await claimInbox(options.db, owner, claim);
  if (lanes.length === 0) return false;
  const conversations = await readConversations(options.db, lanes.map(conversationIdOf).filter(isDialog));
  const works = await Promise.all(
    lanes.map((lane) =>
      isUnbound(lane.lane)
        ? rebind(options.db, lane)
        : workLane(options, lane, conversations.get(conversationKey(conversationIdOf(lane))) ?? null),
    ),
  );
  await writeApart(options, owner, works);
  return true;
}

const conversationIdOf = (lane: { portal: string; lane: string }): ConversationId => ({
  portal: lane.portal,
  ...dialogOf(lane.lane),
});
const isDialog = (id: ConversationId): boolean => id.botCode !== '';

/** One lane whose data cannot be written must not hold back the others: then each is written alone, and the bad head is parked. */
async function writeApart(options: InboxWorkerOptions, owner: string, works: readonly LaneWork[]): Promise<void> {
  try {
    await write(options, owner, works);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = works;
    if (only === undefined) return;
    if (another !== undefined) {
      for (const work of works) await writeApart(options, owner, [work]);
      return;
    }
    options.log.error({ lane: only.progress.lane, err: error }, 'a lane cannot be written; its head is parked');
    const { portal, lane } = only.progress;
    const seq = only.results[0]?.seq ?? only.progress.done + 1;
    const results = [{ portal, lane, seq, state: 'parked' as const, outcome: 'inbox.unwritable' }];
    await write(options, owner, [
      { progress: { portal, lane, done: seq, delayMs: 0 }, results, actions: [], conversation: null },
    ]);
  }
}

/** Writes all lanes in one transaction; lanes lost meanwhile are left to whoever has them now. */
async function write(options: InboxWorkerOptions, owner: string, works: readonly LaneWork[]): Promise<void> {
  const written = await inTransaction(options.db, async (trx) => {
    const isHeld = await finishLanes(
      trx,
      'inbox',
      owner,
      works.map((work) => work.progress),
    );
    const held = works.filter((work) => isHeld(work.progress));
    const results = held.flatMap((work) => work.results);
    if (results.length > 0) await closeEvents(trx, results);
    await saveConversations(
      trx,
      held.flatMap((work) =>
        work.conversation === null ? [] : [{ portal: work.progress.portal, conversation: work.conversation }],
      ),
    );
    await appendActions(
      trx,
      held.flatMap((work) => work.actions),
    );
    return held;
  });
  if (written.some((work) => work.actions.length > 0)) options.bells.outbox.ring();
  if (written.length < works.length) {
    options.metrics.leasesLost.inc({ box: 'inbox' }, works.length - written.length);
    options.log.warn(
      { lanes: works.length - written.length },
      'inbox leases were lost; the lanes are worked elsewhere',
    );
  }
  for (const result of written.flatMap((work) => work.results)) {
    options.metrics.events.inc({ outcome: result.state === 'done' ? result.outcome : result.state });
  }
}

/** Works a lane's events one after the other until the end, or until one fails. */
async function workLane(
  options: InboxWorkerOptions,
  lane: ClaimedLane<InboxRow>,
  stored: Conversation | null,
): Promise<LaneWork> {
  const results: EventResult[] = [];
  const actions: NewAction[] = [];
  let conversation = stored;
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  let delayMs = 0;
  for (const row of lane.rows) {
    try {
      const worked = await workEvent(options, row, conversation, actions);
      conversation = worked.conversation;
      actions.push(...worked.actions);
      results.push({ portal: row.portal, lane: row.lane, seq: row.seq, state: worked.state, outcome: worked.outcome });
      options.metrics.stage.observe({ stage: 'inbox' }, (Date.now() - row.received_at.getTime()) / 1000);
    } catch (thrown) {
      const error = toAppError(thrown);
      const attempts = row === lane.rows[0] ? lane.attempts : 1;
      const retry = decideRetry(error, attempts, eventRetry, Math.random());
      options.log.warn(
        { trace: row.trace, lane: row.lane, attempts, again: retry.again, err: error },
        'an event failed',
      );
      if (retry.again) {
        delayMs = retry.delayMs;
        break;
      }
      results.push({ portal: row.portal, lane: row.lane, seq: row.seq, state: 'parked', outcome: error.code });
    }
    done = row.seq;
  }
  const progress = { portal: lane.portal, lane: lane.lane, done, delayMs };
  return { progress, results, actions, conversation: conversation === stored ? null : conversation };
}

interface Worked {
  readonly state: 'done' | 'dropped';
  readonly outcome: string;
  readonly conversation: Conversation | null;
  readonly actions: readonly NewAction[];
}

async function workEvent(
  options: InboxWorkerOptions,
  row: InboxRow,
  conversation: Conversation | null,
  earlier: readonly NewAction[],
): Promise<Worked> {
  const connector =
    row.connection_id === null ? null : await options.directory.connectorById(row.portal, row.connection_id);
  const read = readEvent(row, connector);
  if (read.kind === 'nothing') return { state: 'done', outcome: `ignored_${read.reason}`, conversation, actions: [] };
  if (read.kind === 'app') return workAppEvent(row, read.event, conversation);
  return await workChatEvents(options, { row, events: read.events, earlier }, conversation);
}

interface ChatWork {
  readonly row: InboxRow;
  readonly events: readonly ChatEvent[];
  /** Decided for events of the same lane in the same round, and not written yet. */
  readonly earlier: readonly NewAction[];
}

async function workChatEvents(
  options: InboxWorkerOptions,
  { row, events, earlier }: ChatWork,
  stored: Conversation | null,
): Promise<Worked> {
  const { botCode, dialogId } = dialogOf(row.lane);
  const bot = await findBot(options.directory, row.portal, botCode);
  if (bot === null) return { state: 'dropped', outcome: 'unknown_bot', conversation: stored, actions: [] };
  const brain = options.directory.brainByName.get(bot.brain);
  if (brain === undefined) return { state: 'dropped', outcome: 'unknown_brain', conversation: stored, actions: [] };
  const { code, name, type, give_back_minutes: giveBackAfterMinutes } = bot;
  const botIds = await botIdsOf(options.directory, row.portal);
  const bridgeBot = { code, name, type, giveBackAfterMinutes, botIds, capabilities: brain.capabilities };
  let conversation = stored ?? newConversation(botCode, dialogId, randomToken(18));
  const actions: NewAction[] = [];
  const outcomes: string[] = [];
  for (const event of events) {
    const known = await knownMessage(options.db, row, event, [...earlier, ...actions]);
    const bridged: Bridged = bridge(event, conversation, bridgeBot, row.received_at, known);
    conversation = bridged.conversation;
    outcomes.push(bridged.outcome);
    const place = { portal: row.portal, botCode, dialogId, trace: row.trace };
    actions.push(...bridged.actions.map((action) => toNewAction(action, place)));
  }
  const outcome = outcomes.length === 0 ? 'ignored_by_brain' : [...new Set(outcomes)].join('+');
  return { state: 'done', outcome, conversation, actions };
}

async function botIdsOf(directory: Directory, portal: string): Promise<string[]> {
  return (await directory.portal(portal)).bots.flatMap(({ bot_id: id }) => (id === null ? [] : [id]));
}

type Place = Pick<NewAction, 'portal' | 'trace'> & { readonly botCode: string; readonly dialogId: string };

function toNewAction(decided: ChatAction, place: Place): NewAction {
  const { botCode, dialogId } = place;
  return decided.target === 'app'
    ? { ...place, ...decided, lane: reminderLane(botCode, dialogId) }
    : { ...place, ...decided, lane: outboxLane(botCode, dialogId, decided.target) };
}

/** A bot that is not in the directory may have been registered a moment ago. */
async function findBot(directory: Directory, portal: string, code: string): Promise<BotRow | null> {
  const isIt = (bot: BotRow): boolean => bot.code === code;
  const known = (await directory.portal(portal)).bots.find(isIt);
  return known ?? (await directory.doubted(portal)).bots.find(isIt) ?? null;
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
  return { state: 'done', outcome: event.type, conversation, actions };
}

function toAppActions(event: AppEvent): readonly AppAction[] {
  switch (event.type) {
    case 'app_updated':
      return [{ type: 'set_up' }];
    case 'app_uninstalled':
      return [{ type: 'uninstall', clean: event.clean }];
    case 'app_payment':
      return [{ type: 'payment', expired: event.expired }];
    case 'bot_deleted':
      return [{ type: 'forget_bot', botId: event.botId }];
  }
}
