/**
 * Finds out whether a reader's time grows with its input or with the square of it. The clock on the wall clears most readers at once. A reader
 * it suspects is judged by the processor time of its own thread, which other processes cannot add to.
 */
import { processorMs } from './processor-time.ts';

/** A reader of outside data; the same input as text and as bytes, so that turning one into the other is not measured. */
export type Read = (text: string, bytes: Buffer) => unknown;

export interface Growth {
  /** Characters of the smaller input. */
  readonly length: number;
  /** Milliseconds for it, and for one twice as long. */
  readonly once: number;
  readonly twice: number;
}

/** Twice the input may take so many times as long: 2 for a linear reader, 4 for a quadratic one. */
const mostGrowth = 2.5;

/** Shorter times say more about the clock and the collector than about the reader: then the input grows. */
const leastMs = 0.5;

/** What takes less for a quarter of a million characters, some 12 nanoseconds for each, is linear as far as anybody can see. */
const quickMs = 3;

const firstLength = 32 * 1024;
const lastLength = 128 * 1024;

/** A reader whose processor time grows too much is measured again so often, on longer input each time, before it is said to be so. */
const suspicions = 5;

/** What takes so long is run once and then judged by processor time alone; if it grows too much it is not measured again. */
const slowMs = 150;

/** The system counts a thread's processor time in steps of up to 4 ms: a block of runs must be far longer than one step. */
const blockMs = 48;

/** Blocks of each length; the smallest of them counts. From the second on, a reader that they clear is measured no further. */
const blocks = 4;

/** Runs by the clock on the wall; from the second on, a reader that they clear is measured no further. */
const runs = 7;

/** Measures readers on one kind of input. Each length of it is made once for all of them. */
export function createGrowthMeter(make: (length: number) => string) {
  const made = new Map<number, Input>();
  const inputOf = (length: number): Input => {
    const known = made.get(length) ?? flat(make(length));
    made.set(length, known);
    return known;
  };

  /** Null when the reader is linear; otherwise the last measurement, every one of which showed too much growth. */
  return function tooMuchGrowth(read: Read, startAt = firstLength): Growth | null {
    let length = startAt;
    for (let suspected = 0, measured = 0; ; ) {
      const times = measure(read, inputOf(length), inputOf(2 * length));
      if (length >= lastLength && times.twice < quickMs) return null;
      if (length < lastLength && times.twice < leastMs) length *= 4;
      else if (times.twice <= slowMs && times.twice <= mostGrowth * times.once) return null;
      else {
        suspected += 1;
        // A step at one length (a larger buffer, the next cache) is no growth: that shows at the next length, and for less.
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

/** The best of several runs each, in turns, so that a busy moment meets both. */
function measure(read: Read, short: Input, long: Input): Omit<Growth, 'length'> {
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    once = Math.min(once, timed(read, short));
    twice = Math.min(twice, timed(read, long));
    if (run > 0 && twice <= 2.2 * once) break;
    if (twice > slowMs || (run === 0 && twice < leastMs)) break;
  }
  return { once, twice };
}

/** Processor time of one run each, from blocks of runs in turns. `roughMs` says about how long one run with the long input takes. */
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
    // A refusal is an answer too; what it took counts.
  }
}

interface Input {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Repeated texts are kept as trees of their pieces until somebody reads them, which must not count. */
function flat(made: string): Input {
  return { text: Buffer.from(made, 'utf16le').toString('utf16le'), bytes: Buffer.from(made) };
}
