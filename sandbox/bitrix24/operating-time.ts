/** The second documented limit of a portal: execution time per app and method. */

const WINDOW_MINUTES = 10;

export interface Operating {
  /** Seconds used in the last ten minutes. */
  readonly operating: number;
  /** Unix seconds when the oldest part of it is forgotten. */
  readonly resetAt: number;
}

/** Execution time per (app, method), in ten one-minute buckets. */
export class OperatingTime {
  readonly #limitSeconds: number;
  readonly #now: () => number;
  readonly #used = new Map<string, Map<number, number>>();

  constructor(limitSeconds: number, now: () => number) {
    this.#limitSeconds = limitSeconds;
    this.#now = now;
  }

  isBlocked(app: string, method: string): boolean {
    return this.read(app, method).operating >= this.#limitSeconds;
  }

  add(app: string, method: string, seconds: number): void {
    const buckets = this.#bucketsOf(app, method);
    const minute = this.#minute();
    buckets.set(minute, (buckets.get(minute) ?? 0) + seconds);
  }

  read(app: string, method: string): Operating {
    const buckets = this.#bucketsOf(app, method);
    const oldest = this.#minute() - WINDOW_MINUTES;
    for (const minute of buckets.keys()) if (minute <= oldest) buckets.delete(minute);
    const first = Math.min(...buckets.keys(), this.#minute());
    const operating = [...buckets.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { operating, resetAt: (first + WINDOW_MINUTES + 1) * 60 };
  }

  #minute(): number {
    return Math.floor(this.#now() / 60_000);
  }

  #bucketsOf(app: string, method: string): Map<number, number> {
    const key = `${app} ${method}`;
    const known = this.#used.get(key);
    if (known !== undefined) return known;
    const fresh = new Map<number, number>();
    this.#used.set(key, fresh);
    return fresh;
  }
}
