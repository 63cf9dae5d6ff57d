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

const firstLength = 8 * 1024;
const lastLength = 128 * 1024;

/** A reader whose processor time grows too much is measured again so often, on longer input each time, before it is said to be so. */
const suspicions = 5;

/** What takes so long and grows too much is not measured again. */
const slowMs = 300;

/** The system counts a thread's processor time in steps of up to 4 ms: a block of runs must be far longer than one step. */
const blockMs = 48;

/** Blocks of each length; the smallest of them counts. */
const blocks = 4;

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
    for (let suspected = 0; ; ) {
      const times = measure(read, inputOf(length), inputOf(2 * length), suspected === 0 ? 3 : 7);
      if (length >= lastLength && times.twice < quickMs) return null;
      if (length < lastLength && times.twice < leastMs) length *= 4;
      else if (times.twice <= mostGrowth * times.once) return null;
      else {
        const spent = measureProcessor(read, inputOf(length), inputOf(2 * length), times.twice);
        if (spent.twice <= mostGrowth * spent.once) return null;
        suspected += 1;
        if (suspected > suspicions || spent.twice > slowMs) return { length, ...spent };
        if (length < lastLength) length *= 2;
      }
    }
  };
}

/** The best of several runs each, in turns, so that a busy moment meets both. */
function measure(read: Read, short: Input, long: Input, runs: number): Omit<Growth, 'length'> {
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
  const runs = Math.max(1, Math.ceil(blockMs / roughMs));
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let block = 0; block < blocks; block += 1) {
    once = Math.min(once, spentMs(read, short, 2 * runs));
    twice = Math.min(twice, spentMs(read, long, runs));
    if (twice > slowMs) break;
  }
  return { once, twice };
}

function spentMs(read: Read, input: Input, runs: number): number {
  const block = (): void => {
    for (let run = 0; run < runs; run += 1) attempt(read, input);
  };
  return processorMs(block) / runs;
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
