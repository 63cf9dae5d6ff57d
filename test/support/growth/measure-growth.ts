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
const leastMs = 0.3;

const firstLength = 8 * 1024;
/** What takes less than `leastMs` for twice this much is quick enough, however it grows: no body may be much larger. */
const lastLength = 1024 * 1024;

/** A reader that seems too slow is measured again so often, on longer input each time, before it is said to be so. */
const suspicions = 3;

/** What takes so long and grows too much is not measured again. */
const slowMs = 300;

/** Null when it is linear; otherwise the last measurement, every one of which was too slow. */
export function tooMuchGrowth(read: Read, make: (length: number) => string, startAt = firstLength): Growth | null {
  let length = startAt;
  for (let suspected = 0; ; ) {
    const growth = measure(read, make, length, suspected === 0 ? 3 : 7);
    if (growth.twice < leastMs) {
      if (length >= lastLength) return null;
      length *= 4;
    } else if (growth.twice <= mostGrowth * growth.once) return null;
    else {
      suspected += 1;
      // Seconds for a few kilobytes: nobody needs to see it again on more of them.
      if (suspected > suspicions || growth.twice > slowMs) return growth;
      if (length < lastLength) length *= 2;
    }
  }
}

/** The best of several runs each, in turns, so that a busy moment meets both. */
function measure(read: Read, make: (length: number) => string, length: number, runs: number): Growth {
  const [short, long] = [inputOf(make(length)), inputOf(make(2 * length))];
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    once = Math.min(once, timed(read, short));
    twice = Math.min(twice, timed(read, long));
    if (run > 0 && twice <= 2.2 * once) break;
    if (twice > slowMs) break;
  }
  return { length, once, twice };
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
function inputOf(made: string): Input {
  return { text: Buffer.from(made, 'utf16le').toString('utf16le'), bytes: Buffer.from(made) };
}
