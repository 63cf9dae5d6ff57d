/** Polls one portal for the events of all its bots, as long as this process holds the lease. */
import { type FetchedPage, readFetched } from '../bitrix24/events/fetched-event.ts';
import { budgetCode } from '../bitrix24/rest/not-sent.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { KnownPortal, PortalCache } from '../portals/portal-cache.ts';
import type { BotRow } from '../store/tenants/bots.ts';
import { firstOffset, type PollEventsOptions, pageSize, storePage } from './poll-events.ts';
import { createReadMarks, type ReadMarks } from './read-marks.ts';

export interface PollPortalOptions extends PollEventsOptions {
  readonly portals: Pick<PortalCache, 'portal'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pace: PollPace;
}

/** How often a portal is asked. */
export interface PollPace {
  /** While people talk, and while a page was full. */
  readonly busyMs: number;
  /** Approached step by step while nothing comes. */
  readonly idleMs: number;
}

/** Each answer without new events makes the wait this many times longer. */
const slowing = 1.5;

/** A poll gives way to answers while the portal's budget is used up, but not for longer than this. */
const longestYieldMs = 3_000;

/** The longest wait after temporary errors. */
const longestPauseMs = 60_000;

/** The wait after errors that only a person can mend. */
const refusedPauseMs = 300_000;

/** What is known of one bot's events while this process polls them. */
interface Progress {
  readonly marks: ReadMarks;
  failures: number;
  pausedUntil: number;
}

type Answers = Awaited<ReturnType<PortalClient['batch']>>;

/** Resolves when the signal fires. Does not reject. */
export async function pollPortal(options: PollPortalOptions, portal: string, signal: AbortSignal): Promise<void> {
  const poll = new PortalPoll(options, portal, signal);
  while (!signal.aborted) await options.clock.sleep(await poll.once(), signal);
}

class PortalPoll {
  readonly #options: PollPortalOptions;
  readonly #portal: string;
  readonly #signal: AbortSignal;
  /** By the portal's id of the bot. */
  readonly #progress = new Map<string, Progress>();
  #limit = pageSize;
  #waitMs: number;
  #failures = 0;
  #yieldsSince: number | null = null;

  constructor(options: PollPortalOptions, portal: string, signal: AbortSignal) {
    this.#options = options;
    this.#portal = portal;
    this.#signal = signal;
    this.#waitMs = options.pace.busyMs;
  }

  /** Polls once; returns how many milliseconds to wait before the next time. Does not reject. */
  async once(): Promise<number> {
    try {
      const isBusy = await this.#poll();
      const { busyMs, idleMs } = this.#options.pace;
      this.#failures = 0;
      this.#yieldsSince = null;
      this.#waitMs = isBusy ? busyMs : Math.min(this.#waitMs * slowing, idleMs);
      return this.#waitMs;
    } catch (thrown) {
      return this.#signal.aborted ? 0 : this.#afterError(toAppError(thrown));
    }
  }

  /** True when something was new, or there is more to fetch. */
  async #poll(): Promise<boolean> {
    const known = await this.#options.portals.portal(this.#portal);
    const now = this.#options.clock.monotonicMs();
    const rows = known.bots.filter((row) => row.bot_id !== null && this.#progressOf(row).pausedUntil <= now);
    if (rows.length === 0) return false;
    const answers = await this.#ask(rows);
    let isBusy = false;
    for (const [index, row] of rows.entries()) {
      try {
        if (await this.#take(known, row, answers[index])) isBusy = true;
        this.#progressOf(row).failures = 0;
      } catch (thrown) {
        // One bot's events that cannot be read or stored do not hold up those of the others.
        const progress = this.#progressOf(row);
        progress.failures += 1;
        progress.pausedUntil = now + this.#pauseAfter(toAppError(thrown), progress.failures, row.code);
      }
    }
    return isBusy;
  }

  #progressOf({ bot_id: botId }: BotRow): Progress {
    const key = botId ?? '';
    const progress = this.#progress.get(key) ?? { marks: createReadMarks(firstOffset), failures: 0, pausedUntil: 0 };
    this.#progress.set(key, progress);
    return progress;
  }

  /** One request for all bots. */
  async #ask(rows: readonly BotRow[]): Promise<Answers> {
    const { client, clock } = this.#options;
    const hasYielded = this.#yieldsSince !== null && clock.monotonicMs() - this.#yieldsSince > longestYieldMs;
    const how = { signal: this.#signal, patienceMs: hasYielded ? longestYieldMs : 0 };
    const calls = rows.map((row) => {
      const offset = this.#progressOf(row).marks.offset();
      return { method: 'imbot.v2.Event.get', params: { botId: Number(row.bot_id), offset, limit: this.#limit } };
    });
    const [only, another] = calls;
    if (only === undefined || another !== undefined) return await client.batch(this.#portal, calls, how);
    try {
      return [await client.timedCall(this.#portal, only, how)];
    } catch (error) {
      if (error instanceof AppError && error.code === goneCode) return [{ error }];
      throw error;
    }
  }

  /** Stores the events of one bot's answer. True when something was new, or there is more. */
  async #take({ bots }: KnownPortal, row: BotRow, answer: Answers[number] | undefined): Promise<boolean> {
    const { marks } = this.#progressOf(row);
    if (
      answer !== undefined &&
      'error' in answer &&
      answer.error instanceof AppError &&
      answer.error.code === goneCode
    ) {
      await storePage(this.#options, this.#portal, bots, farewell(row));
      return false;
    }
    const page = readFetched(resultOf(answer), marks.offset());
    await storePage(this.#options, this.#portal, bots, page);
    const isFull = page.hasMore || page.events.length >= this.#limit;
    const isNew = marks.read(page.nextOffset, isFull, this.#options.clock.monotonicMs());
    if (this.#limit < pageSize && page.events.length > 0) this.#limit += 1;
    return isNew || isFull;
  }

  #afterError(error: AppError): number {
    if (error.code === budgetCode) {
      this.#yieldsSince ??= this.#options.clock.monotonicMs();
      return Math.max(this.#options.pace.busyMs, leastPause(error));
    }
    // One event may be larger than all others: the next page holds fewer.
    if (error.code === 'http.too_large') this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#failures += 1;
    return this.#pauseAfter(error, this.#failures, null);
  }

  #pauseAfter(error: AppError, failures: number, bot: string | null): number {
    const facts = { portal: this.#portal, ...(bot === null ? {} : { bot }), err: error };
    if (error.retry === 'never') {
      this.#options.log.error(facts, 'a portal refuses to give its events');
      return refusedPauseMs;
    }
    this.#options.log.warn(facts, 'events could not be polled; trying again');
    const { busyMs } = this.#options.pace;
    return Math.max(leastPause(error), Math.min(busyMs * 2 ** Math.min(failures, 10), longestPauseMs));
  }
}

const goneCode = 'bitrix24.BOT_NOT_FOUND';

const leastPause = ({ retry }: AppError): number => (typeof retry === 'object' ? retry.afterMs : 0);

/** Deleting a bot deletes its events in the portal, also the one that tells of the deletion; it is made here when the portal refuses the bot. */
function farewell({ bot_id: id, code }: BotRow): FetchedPage {
  return readFetched({ events: [{ eventId: 1, type: 'ONIMBOTV2DELETE', data: { bot: { id, code } } }] }, firstOffset);
}

function resultOf(answer: Answers[number] | undefined): unknown {
  if (answer !== undefined && 'result' in answer) return answer.result;
  throw answer?.error ?? new AppError({ code: 'bitrix24.no_events', message: 'a batch answered too few of its calls' });
}
