/**
 * Lets many callers share one costly write: everything that arrives while a write is under way goes together into the next one. `flush`
 * decides what a write does, and whether it may be repeated.
 */
import { AppError } from '../core/errors.ts';

export interface GroupCommitOptions<T, R> {
  /** Writes a batch and gives one result per item, in the items' order. When it throws, every item of the batch fails. */
  readonly flush: (items: readonly T[]) => Promise<readonly R[]>;
  /** A batch holds no more items than this. */
  readonly maxItems: number;
  /** A batch holds no more than this by `sizeOf`, except that a single larger item goes alone. */
  readonly maxBytes: number;
  readonly sizeOf: (item: T) => number;
  /** How many flushes may run at a time. */
  readonly concurrency: number;
  /** A flush begins beside a running one only when this many items wait; fewer go together into the next one. 1 when not given. */
  readonly besideFrom?: number;
}

export interface GroupCommit<T, R> {
  /** Resolves with the item's result once its batch is written; rejects with the error of its batch. */
  add(item: T): Promise<R>;
  /** Items added and not yet settled, in a running flush or waiting for one. */
  depth(): number;
  /** Resolves when nothing is waiting or being written. It never rejects: each item reports to its own caller. */
  idle(): Promise<void>;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly size: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a group commit. There is no artificial delay: with a free slot a flush starts in the tick of the first `add`
 * (items added in the same tick join it); under load batches grow by themselves to what arrives during one flush.
 */
export function createGroupCommit<T, R>(options: GroupCommitOptions<T, R>): GroupCommit<T, R> {
  const besideFrom = options.besideFrom ?? 1;
  const waiting: Waiting<T, R>[] = [];
  let idleCallers: (() => void)[] = [];
  let depth = 0;
  let running = 0;
  let startIsPlanned = false;

  const start = (): void => {
    startIsPlanned = false;
    while (running < options.concurrency && waiting.length >= (running === 0 ? 1 : besideFrom)) {
      running += 1;
      void write(waiting.splice(0, batchLength(waiting, options)));
    }
  };
  const write = async (batch: readonly Waiting<T, R>[]): Promise<void> => {
    await flushBatch(batch, options.flush);
    running -= 1;
    depth -= batch.length;
    start();
    if (depth > 0) return;
    const callers = idleCallers;
    idleCallers = [];
    for (const tell of callers) tell();
  };

  return {
    add(item) {
      const { promise, resolve, reject } = Promise.withResolvers<R>();
      waiting.push({ item, size: options.sizeOf(item), resolve, reject });
      depth += 1;
      if (!startIsPlanned) {
        startIsPlanned = true;
        queueMicrotask(start);
      }
      return promise;
    },
    depth: () => depth,
    async idle() {
      if (depth > 0) await new Promise<void>((resolve) => idleCallers.push(resolve));
    },
  };
}

/** How many of the first items make the next batch: always at least one. */
function batchLength<T, R>(waiting: readonly Waiting<T, R>[], limits: GroupCommitOptions<T, R>): number {
  let bytes = 0;
  let length = 0;
  for (const { size } of waiting) {
    bytes += size;
    if (length > 0 && (length >= limits.maxItems || bytes > limits.maxBytes)) break;
    length += 1;
  }
  return length;
}

async function flushBatch<T, R>(
  batch: readonly Waiting<T, R>[],
  flush: GroupCommitOptions<T, R>['flush'],
): Promise<void> {
  try {
    const results = await flush(batch.map(({ item }) => item));
    if (results.length !== batch.length) {
      const message = `a flush of ${batch.length} items gave ${results.length} results`;
      throw new AppError({ code: 'group_commit.wrong_results', message, report: true, fate: 'unknown' });
    }
    // The lengths are equal, so each index holds a result; it may be undefined when R allows it.
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
