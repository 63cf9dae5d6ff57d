/** The second documented limit of a portal: execution time per app and method. */

const WINDOW_MINUTES = 10;

/** The server ignores the time of a method in a request if it adds up to no more than this (`$minimalFixTime` of its LoadLimiter). */
const UNCOUNTED_SECONDS = 0.1;

/** The server counts the calls inside a batch and not the batch (`$ignoreMethod`). */
const UNLIMITED = new Set(['batch']);

export interface Operating {
  /** Seconds used in the last ten minutes. */
  readonly operating: number;
  /** Unix seconds when the oldest part of it is forgotten. */
  readonly resetAt: number;
}

/** Execution time of one request so far, in seconds by app and method; a batch adds up the times of its calls. */
export type RequestTime = Map<string, number>;

/** Execution time per (app, method), in ten one-minute buckets. */
export class OperatingTime {
  readonly #limitSeconds: number;
  readonly #now: () => number;
  readonly #used = new Map<string, Map<number, number>>();

  constructor(limitSeconds: number, now: () => number) {
    this.#limitSeconds = limitSeconds;
    this.#now = now;
  }

  isBlocked(app: string, method: string, request: RequestTime): boolean {
    return !UNLIMITED.has(method) && this.read(app, method, request).operating > this.#limitSeconds;
  }

  add(app: string, method: string, seconds: number, request: RequestTime): void {
    const key = keyOf(app, method);
    if (!UNLIMITED.has(method)) request.set(key, (request.get(key) ?? 0) + seconds);
  }

  /** Adds the times of a request; called at its end. */
  keep(request: RequestTime): void {
    const minute = this.#minute();
    for (const [key, seconds] of request) {
      if (seconds <= UNCOUNTED_SECONDS) continue;
      const buckets = this.#bucketsOf(key);
      buckets.set(minute, (buckets.get(minute) ?? 0) + seconds);
    }
  }

  read(app: string, method: string, request: RequestTime): Operating {
    const key = keyOf(app, method);
    const buckets = this.#bucketsOf(key);
    const oldest = this.#minute() - WINDOW_MINUTES;
    for (const minute of buckets.keys()) if (minute <= oldest) buckets.delete(minute);
    const first = Math.min(...buckets.keys(), this.#minute());
    const kept = [...buckets.values()].reduce((sum, seconds) => sum + seconds, 0);
    const current = request.get(key) ?? 0;
    return {
      operating: kept + (current > UNCOUNTED_SECONDS ? current : 0),
      resetAt: (first + WINDOW_MINUTES + 1) * 60,
    };
  }

  #minute(): number {
    return Math.floor(this.#now() / 60_000);
  }

  #bucketsOf(key: string): Map<number, number> {
    const known = this.#used.get(key);
    if (known !== undefined) return known;
    const fresh = new Map<number, number>();
    this.#used.set(key, fresh);
    return fresh;
  }
}

const keyOf = (app: string, method: string): string => `${app} ${method}`;
