/**
 * Finds out whether a reader's time grows linearly with its input or quadratically. Wall-clock time is enough to clear most readers. Others
 * are judged by the processor time of their own thread, which other processes do not affect.
 */
import { processorMs } from './processor-time.ts';

/** A reader of outside data; the same input as text and as bytes, so that turning one into the other is not measured. */
export type Read = (text: string, bytes: Buffer) => unknown;

export interface Growth {
  /** Characters of the smaller input. */
  readonly length: number;
  /** Milliseconds for this input, and for one twice as long. */
  readonly once: number;
  readonly twice: number;
}

/** How many times as long twice the input may take: a linear reader needs 2, a quadratic one 4. */
const mostGrowth = 2.5;

/** Shorter times depend more on the clock and the garbage collector than on the reader, so the input is then enlarged. */
const leastMs = 0.5;

/** A reader that takes less for a quarter of a million characters, about 12 nanoseconds each, counts as linear. */
const quickMs = 3;

const firstLength = 32 * 1024;
const lastLength = 128 * 1024;

/** How often a reader whose processor time grows too much is measured again, each time on longer input, before it fails. */
const suspicions = 5;

/** A reader that takes this long is run once and then judged by processor time alone; if that grows too much, it is not measured again. */
const slowMs = 150;

/** Two undisturbed runs with the same input differ by no more than this. */
const steady = 1.2;

/** Length of a block of runs. The system counts processor time in steps of up to 4 ms, so a block must be far longer than that. */
const blockMs = 48;

/** Blocks for each input length; the quickest counts. Measuring stops after any but the first if the reader is linear by then. */
const blocks = 4;

/** Runs by wall-clock time. Measuring stops after any but the first if the reader is linear by then. */
const runs = 7;

/** Measures readers on one kind of input. Each length of input is made once for all readers. */
export function createGrowthMeter(make: (length: number) => string) {
  const made = new Map<number, Input>();
  const inputOf = (length: number): Input => {
    const known = made.get(length) ?? flat(make(length));
    made.set(length, known);
    return known;
  };

  /** Null if the reader is linear; otherwise the last of several measurements, all of which showed too much growth. */
  return function tooMuchGrowth(read: Read, startAt = firstLength): Growth | null {
    let length = startAt;
    for (let suspected = 0, measured = 0; ; ) {
      const times = measure(read, inputOf(length), inputOf(2 * length));
      if (length >= lastLength && times.twice < quickMs) return null;
      if (length < lastLength && times.twice < leastMs) length *= 4;
      else if (times.twice <= slowMs && times.twice <= mostGrowth * times.once) return null;
      else {
        suspected += 1;
        // A jump at one length (a larger buffer, the next cache level) is not growth; the next length shows whether it was one.
        const mayBeStep = suspected === 1 && length < lastLength && times.twice <= slowMs;
        if (!mayBeStep) {
          const spent = measureProcessor(read, inputOf(length), inputOf(2 * length), times.twice);
          if (spent.twice <= mostGrowth * spent.once) return null;
          measured += 1;
          if (measured > suspicions || spent.twice > slowMs) return { length, ...spent };
        }
        if (length < lastLength) length *= 2;
      }
    }
  };
}

/**
 * The quickest of several runs for each input, alternating, so that a busy moment affects both. A reader is cleared after two runs only if those
 * with the shorter input took about the same: one that other processes interrupted makes growth look smaller than it is.
 */
function measure(read: Read, short: Input, long: Input): Omit<Growth, 'length'> {
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const last = timed(read, short);
    const isUndisturbed = Math.max(last, once) <= steady * Math.min(last, once);
    once = Math.min(once, last);
    twice = Math.min(twice, timed(read, long));
    if (isUndisturbed && twice <= 2.2 * once) break;
    if (twice > slowMs || (run === 0 && twice < leastMs)) break;
  }
  return { once, twice };
}

/** Processor time of one run for each input, from alternating blocks of runs. `roughMs` is about how long one run with the long input takes. */
function measureProcessor(read: Read, short: Input, long: Input, roughMs: number): Omit<Growth, 'length'> {
  const perBlock = Math.max(1, Math.ceil(blockMs / roughMs));
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let block = 0; block < blocks; block += 1) {
    once = Math.min(once, spentMs(read, short, 2 * perBlock));
    twice = Math.min(twice, spentMs(read, long, perBlock));
    if (twice > slowMs || (block > 0 && twice <= mostGrowth * once)) break;
  }
  return { once, twice };
}

function spentMs(read: Read, input: Input, times: number): number {
  const block = (): void => {
    for (let time = 0; time < times; time += 1) attempt(read, input);
  };
  return processorMs(block) / times;
}

function timed(read: Read, input: Input): number {
  const started = performance.now();
  attempt(read, input);
  return performance.now() - started;
}

function attempt(read: Read, { text, bytes }: Input): void {
  try {
    read(text, bytes);
  } catch {
    // A reader may also refuse the input; its time counts all the same.
  }
}

interface Input {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Makes the text flat: V8 stores a repeated text as a tree of pieces until it is first read, and that must not be measured. */
function flat(made: string): Input {
  return { text: Buffer.from(made, 'utf16le').toString('utf16le'), bytes: Buffer.from(made) };
}
