/**
 * Makes the calls of chats. While a portal's budget has room, a call goes alone and at once. When little of it is left, calls wait here for
 * a moment or until the budget allows a request, and all that wait go together in one `batch`, which the portal counts as one request. Each
 * call's result is its own.
 *
 * The order of a dialog is kept by its lane, which makes one call at a time: no two calls of one batch belong to the same lane.
 */
import { toAppError } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { currentSpans, withinSpans } from '../../lib/tracing/current-spans.ts';
import type { RunningSpan } from '../../lib/tracing/tracing.ts';
import { type BatchCall, type BatchOutcome, commandFor, isRefusedAsSuch } from './batch.ts';
import { type BatchPace, createBatchPace } from './batch-pace.ts';
import { brokenOff, budgetUsedUp, heldBack, leftOut } from './not-sent.ts';
import { createOperatingTimes, type OperatingTimes, operationLimitCode } from './operating-times.ts';
import type { PortalRateLimiter } from './portal-access.ts';
import { type CallOptions, type PortalClient, staleCodes } from './portal-client.ts';
import { bitrixCode } from './rest-errors.ts';
import { type WaitingCall, WaitingCalls } from './waiting-calls.ts';

/** Callbacks of the caller for moments in the life of a call. */
export interface CallMoments {
  /** The call has begun to wait for the portal's budget. */
  waits(): void;
  /** Right before the request leaves, with this many calls in it. If it rejects, this call is not made and fails with that error. */
  leaves(calls: number): Promise<void>;
}

export interface ChatCall extends BatchCall {
  readonly portal: string;
  /** `answer` goes before `change`; `optional` is refused with `bitrix24.budget_scarce` instead of waiting. */
  readonly urgency: 'answer' | 'change' | 'optional';
  /** The call never travels in a batch, because it carries a file. */
  readonly isAlone?: boolean;
  readonly file?: CallOptions['file'];
  readonly signal?: AbortSignal;
  readonly moments?: CallMoments;
}

export interface BatchedCalls {
  /**
   * The result of the call. Throws what `PortalClient.call` throws. Nothing was sent if the code is `bitrix24.budget`, `.operating` or
   * `.budget_scarce`.
   */
  call(call: ChatCall): Promise<unknown>;
}

export interface BatchedCallsOptions {
  readonly client: Pick<PortalClient, 'timedCall' | 'batch'>;
  readonly rateLimiter: Pick<PortalRateLimiter, 'tryPass'>;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** Called whenever a portal's budget is found used up. */
  readonly onWait?: () => void;
  /** How long a method is left alone after its time is used up. */
  readonly operatingHoldMs?: number | undefined;
}

/**
 * This share of the budget is kept for batches: when a crowd writes at once, batches answer it from this rest of the bucket, instead of call
 * by call.
 */
const keptForBatches = 0.2;

/** This share is kept from calls that nobody waits for. */
const keptForAnswers = 0.5;

/** Calls that are ready within this span go together. */
const gatherMs = 50;

/** A call waits here this long; then its lane is put back, and other calls of the portal get their turn. */
const patienceMs = 10_000;

/** Spreads the waits: if several processes always asked at the same moment, one of them might get nothing. */
const spreadMs = 250;

/** While only calls of held-back methods wait, the line is checked this often. */
const heldLookMs = 100;

/** If a method is held back for longer than this, its calls do not wait here. */
const operatingPatienceMs = 2_000;

/** Once a token was renewed, the request is repeated; it has to pass the rate limiter again. */
const repeatPatienceMs = 5_000;

/** Errors that say nothing about how the call would fare outside a batch; the call was not made. */
const aloneCodes: ReadonlySet<string> = new Set([
  ...staleCodes,
  ...['ERROR_BATCH_METHOD_NOT_ALLOWED', 'ERROR_BATCH_LENGTH_EXCEEDED'].map(bitrixCode),
]);

interface Entry extends WaitingCall {
  readonly call: ChatCall;
  readonly spans: readonly RunningSpan[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls of a portal while some wait. */
interface Line {
  readonly waiting: WaitingCalls<Entry>;
  isRunning: boolean;
}

export function createBatchedCalls(options: BatchedCallsOptions): BatchedCalls {
  return new CallsInBatches(options);
}

class CallsInBatches implements BatchedCalls {
  readonly #options: BatchedCallsOptions;
  readonly #operating: OperatingTimes;
  readonly #lines = new Map<string, Line>();
  readonly #pace: BatchPace;

  constructor(options: BatchedCallsOptions) {
    this.#options = options;
    this.#operating = createOperatingTimes(options.clock, options.operatingHoldMs);
    this.#pace = createBatchPace(options.clock);
  }

  async call(call: ChatCall): Promise<unknown> {
    const { portal, method } = call;
    const delayMs = this.#operating.delayMs(portal, method);
    if (call.urgency === 'optional') return await this.#callIfAmple(call, delayMs);
    if (delayMs > operatingPatienceMs) throw heldBack(method, delayMs);
    if (delayMs === 0 && !this.#lines.has(portal)) {
      if ((await this.#options.rateLimiter.tryPass(portal, keptForBatches)) === 0) return await this.#callAlone(call);
      this.#options.onWait?.();
    }
    return await this.#wait(call, call.urgency, call.isAlone === true);
  }

  /** Nobody waits for the call, so it must not take budget from calls that somebody waits for. */
  async #callIfAmple(call: ChatCall, delayMs: number): Promise<unknown> {
    const { portal } = call;
    const isScarce =
      delayMs > 0 || this.#lines.has(portal) || (await this.#options.rateLimiter.tryPass(portal, keptForAnswers)) > 0;
    if (isScarce) throw leftOut(call.method);
    return await this.#callAlone(call);
  }

  async #callAlone(call: ChatCall): Promise<unknown> {
    await call.moments?.leaves(1);
    this.#operating.spend(call.portal, call.method);
    return await this.#request(call);
  }

  async #request(call: ChatCall): Promise<unknown> {
    const { portal, method, params } = call;
    try {
      const sent = await this.#options.client.timedCall(portal, { method, params }, callOptions([call]));
      this.#note(call, sent);
      return sent.result;
    } catch (error) {
      this.#note(call, { error: toAppError(error) });
      throw error;
    }
  }

  #note({ portal, method }: ChatCall, outcome: BatchOutcome): void {
    if ('error' in outcome) {
      if (outcome.error.code === operationLimitCode) this.#operating.refused(portal, method);
    } else if (outcome.time !== null) this.#operating.note(portal, method, outcome.time);
  }

  #wait(call: ChatCall, urgency: Entry['urgency'], isAlone: boolean): Promise<unknown> {
    const { portal, signal } = call;
    if (signal?.aborted === true) return Promise.reject(brokenOff());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const since = this.#options.clock.monotonicMs();
    const command = isAlone ? null : commandFor(call);
    const entry: Entry = { call, spans: currentSpans(), urgency, since, command, resolve, reject };
    const line = this.#lines.get(portal) ?? { waiting: new WaitingCalls<Entry>(), isRunning: false };
    this.#lines.set(portal, line);
    line.waiting.add(entry);
    call.moments?.waits();
    const leave = (): void => {
      if (line.waiting.remove(entry)) reject(brokenOff());
    };
    signal?.addEventListener('abort', leave, { once: true });
    if (!line.isRunning) void this.#run(portal, line);
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Sends waiting calls, as the budget allows, until none is left. Never rejects. */
  async #run(portal: string, line: Line): Promise<void> {
    const { clock, rateLimiter } = this.#options;
    line.isRunning = true;
    try {
      for (;;) {
        if (line.waiting.size < this.#pace.most(portal)) await clock.sleep(gatherMs);
        this.#sendAwayWhoWaitedLong(portal, line);
        if (line.waiting.size === 0) return;
        const heldMs = line.waiting.least(({ call }) => this.#operating.delayMs(portal, call.method));
        if (heldMs > 0) {
          // Calls of other methods may come meanwhile.
          await clock.sleep(Math.min(Math.ceil(heldMs), heldLookMs));
          continue;
        }
        const waitMs = await rateLimiter.tryPass(portal);
        if (waitMs === 0) this.#sendRound(portal, line);
        else if (waitMs > patienceMs) return refuseAll(line, budgetUsedUp(waitMs));
        else await clock.sleep(waitMs + Math.random() * spreadMs);
      }
    } catch (error) {
      // The budget cannot be asked for: the database is away.
      refuseAll(line, error);
    } finally {
      line.isRunning = false;
      this.#lines.delete(portal);
    }
  }

  #sendAwayWhoWaitedLong(portal: string, line: Line): void {
    const now = this.#options.clock.monotonicMs();
    for (const { call, reject } of line.waiting.takeAll(({ since }) => now - since > patienceMs)) {
      const delayMs = this.#operating.delayMs(portal, call.method);
      reject(delayMs > 0 ? heldBack(call.method, delayMs) : budgetUsedUp(spreadMs));
    }
  }

  #sendRound(portal: string, line: Line): void {
    const round = line.waiting.takeRound(this.#pace.most(portal), ({ call: { method } }) => {
      if (this.#operating.delayMs(portal, method) > 0) return false;
      this.#operating.spend(portal, method);
      return true;
    });
    const spans = round.flatMap((entry) => entry.spans);
    void withinSpans(spans, () => this.#send(portal, round));
  }

  /** Never rejects: any error becomes the result of the calls. */
  async #send(portal: string, round: readonly Entry[]): Promise<void> {
    const leaving = await readyToLeave(round);
    const [first, second] = leaving;
    if (first === undefined) return;
    if (second === undefined) return await this.#request(first.call).then(first.resolve, first.reject);
    await this.#sendBatch(portal, leaving).catch((error: unknown) => {
      for (const { reject } of leaving) reject(error);
    });
  }

  async #sendBatch(portal: string, entries: readonly Entry[]): Promise<void> {
    const { client, clock } = this.#options;
    const calls = entries.map(({ call }) => call);
    const requests = calls.map(({ method, params }) => ({ method, params }));
    const began = clock.monotonicMs();
    let outcomes: readonly BatchOutcome[];
    try {
      outcomes = await client.batch(portal, requests, callOptions(calls));
    } catch (error) {
      if (!isRefusedAsSuch(error)) throw error;
      // The portal objects to the batch: each call is made alone, and its own error tells what is wrong.
      this.#pace.refused(portal);
      for (const entry of entries) this.#again(entry);
      return;
    }
    this.#pace.note(portal, entries.length, clock.monotonicMs() - began);
    for (const [index, entry] of entries.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      this.#note(entry.call, outcome);
      if (!('error' in outcome)) entry.resolve(outcome.result);
      else if (aloneCodes.has(outcome.error.code)) this.#again(entry);
      else entry.reject(outcome.error);
    }
  }

  /** The call was not made: it is made again, alone. */
  #again({ call, spans, urgency, resolve, reject }: Entry): void {
    withinSpans(spans, () => this.#wait(call, urgency, true)).then(resolve, reject);
  }
}

/** The calls that may still be made; the others fail with the error of their `leaves`. */
async function readyToLeave(round: readonly Entry[]): Promise<Entry[]> {
  const checked = await Promise.all(
    round.map(async (entry) => {
      try {
        await entry.call.moments?.leaves(round.length);
        return [entry];
      } catch (error) {
        entry.reject(error);
        return [];
      }
    }),
  );
  return checked.flat();
}

/** Passes on the signal if the calls of a batch share one: the one that ends their worker. */
function callOptions(calls: readonly ChatCall[]): CallOptions {
  const signals = new Set(calls.map(({ signal }) => signal));
  const [signal] = signals;
  const shared = signals.size === 1 && signal !== undefined ? { signal } : {};
  return { hasPassed: true, patienceMs: repeatPatienceMs, file: calls[0]?.file, ...shared };
}

function refuseAll(line: Line, error: unknown): void {
  for (const { reject } of line.waiting.takeAll()) reject(error);
}
