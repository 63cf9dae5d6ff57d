/** A clock that processes of one machine share, finer than a millisecond. */

/** Milliseconds since 1970, with fractions. */
export function exactNow(): number {
  return performance.timeOrigin + performance.now();
}
