/**
 * Shows in the chat that the brain is at work, where its answer takes longer than the settable wait. Nothing of this is stored: a status is
 * shown for half a minute and renewed while somebody waits, so it ends by itself after an answer, a hand-over and a restart. It is asked
 * for only when the portal's budget is ample (decision 0037).
 */

import type { BatchedCalls } from '../bitrix24/rest/batched-calls.ts';
import { showWorking } from '../bitrix24/working-status.ts';
import { toAppError } from '../core/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Db } from '../store/database.ts';
import { isAnswerAwaited } from '../store/queue/awaited-answers.ts';
import { type ConversationId, conversationKey } from '../store/tenants/conversations.ts';

export interface StillWorking {
  /** Call when the brain is given a message. @param since when the message was decided on */
  begin(of: ConversationId, since: Date): WorkWatch;
  /** From now on, nothing is shown any more. */
  stop(): void;
}

/** What the delivery of one message tells about its answer. */
export interface WorkWatch {
  /** The brain has taken the message and may answer later. */
  taken(): void;
  /** It has answered, or the message did not reach it: a status that is shown ends. */
  end(): void;
}

export interface StillWorkingOptions {
  readonly db: Db;
  readonly portals: Pick<PortalCache, 'portal'>;
  readonly calls: BatchedCalls;
  readonly log: Logger;
  /** The wait before the first status; 0: none is shown. */
  readonly afterMs: number;
}

/** How long the portal shows a status. */
const shownSeconds = 30;

/** After this time a status is renewed, before it ends. */
const renewMs = 25_000;

/** A brain that has taken a message may have nothing to say to it: its status is shown at most this often. */
const mostAfterTaken = 4;

interface Entry {
  readonly of: ConversationId;
  readonly since: Date;
  timer: NodeJS.Timeout | null;
  isTaken: boolean;
  shown: number;
}

export function createStillWorking(options: StillWorkingOptions): StillWorking {
  const { afterMs } = options;
  /** The last message of each conversation that waits for its answer in this process. */
  const entries = new Map<string, Entry>();

  const drop = (entry: Entry): void => {
    if (entry.timer !== null) clearTimeout(entry.timer);
    entry.timer = null;
    const key = conversationKey(entry.of);
    if (entries.get(key) === entry) entries.delete(key);
  };
  const arm = (entry: Entry, delayMs: number): void => {
    entry.timer = setTimeout(() => void tick(entry), delayMs);
    entry.timer.unref();
  };
  const left = (entry: Entry) => (error: unknown) => {
    options.log.debug({ portal: entry.of.portal, err: toAppError(error) }, 'a status was not shown');
  };
  /** Does not reject: a status that cannot be shown is no trouble. */
  const tick = async (entry: Entry): Promise<void> => {
    try {
      const isDue = (entry.isTaken ? entry.shown : 0) < mostAfterTaken;
      if (!isDue || !(await isAnswerAwaited(options.db, entry.of, entry.since))) return drop(entry);
      if (entry.timer === null) return;
      await showIn(options, entry.of, shownSeconds);
      entry.shown += 1;
    } catch (error) {
      left(entry)(error);
    }
    if (entry.timer !== null) arm(entry, renewMs);
  };

  return {
    begin(of, since) {
      if (afterMs === 0) return unwatched;
      const former = entries.get(conversationKey(of));
      if (former !== undefined) drop(former);
      const entry: Entry = { of, since, timer: null, isTaken: false, shown: 0 };
      entries.set(conversationKey(of), entry);
      arm(entry, afterMs);
      return {
        taken() {
          entry.isTaken = true;
        },
        end() {
          drop(entry);
          if (entry.shown > 0) void showIn(options, of, 1).catch(left(entry));
        },
      };
    },
    stop() {
      for (const entry of entries.values()) drop(entry);
    },
  };
}

const unwatched: WorkWatch = { taken() {}, end() {} };

async function showIn(
  { portals, calls }: StillWorkingOptions,
  { portal: id, botCode, dialogId }: ConversationId,
  seconds: number,
): Promise<void> {
  const { portal, bots } = await portals.portal(id);
  const botId = bots.find(({ code }) => code === botCode)?.bot_id ?? null;
  if (portal?.state !== 'installed' || botId === null) return;
  await showWorking(calls, { portal: id, botId, dialogId, hasV2: portal.has_imbot_v2 ?? true }, seconds);
}
