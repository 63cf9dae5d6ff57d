/** Finds out whether a reader's time grows with its input or with the square of it. Made so that a busy machine does not fail a good reader. */

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

/** A reader that seems too slow is measured again so often, on longer input each time, before it is said to be so. */
const suspicions = 5;

/** What takes so long and grows too much is not measured again. */
const slowMs = 300;

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
        suspected += 1;
        if (suspected > suspicions || times.twice > slowMs) return { length, ...times };
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

function timed(read: Read, { text, bytes }: Input): number {
  const started = performance.now();
  try {
    read(text, bytes);
  } catch {
    // A refusal is an answer too; what it took counts.
  }
  return performance.now() - started;
}

interface Input {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Repeated texts are kept as trees of their pieces until somebody reads them, which must not count. */
function flat(made: string): Input {
  return { text: Buffer.from(made, 'utf16le').toString('utf16le'), bytes: Buffer.from(made) };
}
