/**
 * Bounds the token refreshes under way at each OAuth host, and stops asking a host that hangs or is down: a circuit breaker with one
 * probe at a time. Refreshes hold no database connection, so a hanging host costs sockets and time of those who need it, no more.
 */
import { RemoteUnreachable } from '../core/errors.ts';

export interface RefreshLimiter {
  /**
   * Runs one refresh at that host. Throws RemoteUnreachable `bitrix24.oauth_away` (throttled) without running it while the host is left alone or too
   * many wait. An AppError of the work that is no RemoteUnreachable counts as an answer of the host.
   */
  run<T>(host: string, work: () => Promise<T>): Promise<T>;
}

export interface RefreshLimiterOptions {
  /** Refreshes under way at one host. */
  readonly perHost: number;
  /** Refreshes that may wait for one host. */
  readonly waiting: number;
  /** A host that has not answered after this long counts as hanging, whatever it says later. */
  readonly slowMs: number;
  /** So many failures in a row open the circuit. */
  readonly failures: number;
  /** How long it stays open at first; doubled with every probe that fails, up to `maxOpenMs`. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly nowMs: () => number;
}

const usualRefreshLimits: RefreshLimiterOptions = {
  perHost: 16,
  waiting: 1_000,
  slowMs: 3_000,
  failures: 4,
  openMs: 2_000,
  maxOpenMs: 60_000,
  nowMs: () => performance.now(),
};

export function createRefreshLimiter(options: RefreshLimiterOptions = usualRefreshLimits): RefreshLimiter {
  // One entry per host of the allow-list in the settings.
  const hosts = new Map<string, Host>();
  return {
    async run(host, work) {
      const known = hosts.get(host) ?? new Host(options);
      hosts.set(host, known);
      return await known.run(work);
    },
  };
}

interface Waiting {
  readonly start: () => void;
  readonly giveUp: (error: unknown) => void;
}

class Host {
  readonly #options: RefreshLimiterOptions;
  readonly #line: Waiting[] = [];
  #underWay = 0;
  #failures = 0;
  #openUntil: number | null = null;
  #openMs: number;
  #isProbing = false;

  constructor(options: RefreshLimiterOptions) {
    this.#options = options;
    this.#openMs = options.openMs;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#checkCircuit();
    if (this.#openUntil !== null) this.#isProbing = true;
    // A refresh that ends hands its place to the next one that waits.
    if (!this.#isProbing && this.#underWay >= this.#options.perHost) await this.#wait();
    else this.#underWay += 1;
    let isCounted = false;
    const countFailure = (): void => {
      if (isCounted) return;
      isCounted = true;
      this.#failed();
    };
    const slow = setTimeout(countFailure, this.#options.slowMs);
    try {
      const result = await work();
      this.#answered();
      return result;
    } catch (error) {
      if (error instanceof RemoteUnreachable) countFailure();
      else this.#answered();
      throw error;
    } finally {
      clearTimeout(slow);
      const next = this.#line.shift();
      if (next === undefined) this.#underWay -= 1;
      else next.start();
    }
  }

  #checkCircuit(): void {
    if (this.#openUntil === null) return;
    const leftMs = this.#openUntil - this.#options.nowMs();
    if (leftMs > 0) throw leftAlone(leftMs);
    if (this.#isProbing) throw leftAlone(this.#options.slowMs);
  }

  async #wait(): Promise<void> {
    if (this.#line.length >= this.#options.waiting) throw leftAlone(this.#options.slowMs);
    await new Promise<void>((resolve, reject) => this.#line.push({ start: resolve, giveUp: reject }));
  }

  #answered(): void {
    this.#failures = 0;
    this.#openUntil = null;
    this.#openMs = this.#options.openMs;
    this.#isProbing = false;
  }

  #failed(): void {
    this.#failures += 1;
    if (!this.#isProbing && (this.#openUntil !== null || this.#failures < this.#options.failures)) return;
    this.#isProbing = false;
    this.#openUntil = this.#options.nowMs() + this.#openMs;
    for (const waiting of this.#line.splice(0)) waiting.giveUp(leftAlone(this.#openMs));
    this.#openMs = Math.min(this.#openMs * 2, this.#options.maxOpenMs);
  }
}

function leftAlone(afterMs: number): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.oauth_away',
    message: 'the OAuth host does not answer in time and is left alone for a moment',
    retry: { afterMs: Math.ceil(afterMs) },
    isThrottled: true,
  });
}
