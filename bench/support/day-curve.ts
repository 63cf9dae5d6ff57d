/** The load of a day: how many messages each hour has, and how they are shared among portals. */

/**
 * Messages of each hour, relative to one another, from midnight on: a low in the night, a peak before noon and one in the evening. The
 * highest value is 1.8 times the mean.
 */
const dayCurve: readonly number[] = [
  0.3, 0.2, 0.15, 0.12, 0.12, 0.15, 0.25, 0.45, 0.8, 1.25, 1.6, 1.75, 1.6, 1.5, 1.55, 1.6, 1.5, 1.35, 1.25, 1.4, 1.55,
  1.3, 0.85, 0.5,
];

/** Messages a second in each hour of the day, if the busiest one has `peak`. */
export function hourlyRates(peak: number): number[] {
  const highest = Math.max(...dayCurve);
  return dayCurve.map((value) => (peak * value) / highest);
}

/** The flattened head of the distribution: without it the first portal alone would send a tenth of everything. */
const rankOffset = 20;

/**
 * The share of all messages that come from the first portal, the first two, and so on (Zipf-Mandelbrot): of 10 000 portals the busiest has
 * 0.8 %, the busiest hundred 29 %, and the one in the middle 0.003 %.
 */
export function cumulatedShares(portals: number): Float64Array {
  const shares = new Float64Array(portals);
  let sum = 0;
  for (let rank = 1; rank <= portals; rank += 1) {
    sum += 1 / (rank + rankOffset);
    shares[rank - 1] = sum;
  }
  return shares.map((value) => value / sum);
}

/** The portal, counted from 1, to which a random number from 0 to 1 belongs. */
export function portalAt(shares: Float64Array, random: number): number {
  let low = 0;
  let high = shares.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shares[middle] ?? 1) < random) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Random numbers from 0 to 1, the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
