/** The documented brake: so many requests per second per token. A sliding second, the strictest reading of the rule. */

export class RateWindow {
  readonly #perSecond: number | false;
  readonly #seen = new Map<string, number[]>();

  constructor(perSecond: number | false) {
    this.#perSecond = perSecond;
  }

  /** Counts the request, or says no. A refused request does not count. */
  admits(key: string): boolean {
    if (this.#perSecond === false) return true;
    const now = performance.now();
    const recent = (this.#seen.get(key) ?? []).filter((at) => at > now - 1000);
    const isFull = recent.length >= this.#perSecond;
    if (!isFull) recent.push(now);
    this.#seen.set(key, recent);
    return !isFull;
  }
}
