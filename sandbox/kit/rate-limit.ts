/** Request limits as services document them. Both kinds count per key (a token, an address); `false` switches them off. */

/** How many requests drain per second, and how many fit into the bucket before one is refused. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket per key that each request fills by one and that drains steadily; a request that does not fit is refused. */
export class LeakyBucket {
  readonly #rate: BucketSize | false;
  readonly #now: () => number;
  readonly #levels = new Map<string, { level: number; at: number }>();

  constructor(rate: BucketSize | false, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Whether the request is within the limit; if so, it is counted. */
  admits(key: string): boolean {
    if (this.#rate === false) return true;
    const now = this.#now();
    const known = this.#levels.get(key) ?? { level: 0, at: now };
    const level = Math.max(0, known.level - ((now - known.at) / 1000) * this.#rate.perSecond);
    const isFull = level + 1 > this.#rate.burst;
    this.#levels.set(key, { level: isFull ? level : level + 1, at: now });
    return !isFull;
  }
}

/** Requests have different delays on their way, so more of them can arrive within a second than were sent within one. */
const slackRequests = 2;
const slackMs = 50;

interface Count {
  /** Token bucket: what is left, and when that was counted. */
  left: number;
  countedAt: number;
  /** The group of requests that began with the first request of a second. */
  startedAt: number;
  started: number;
}

/**
 * So many requests per second per token. How MessageGateway counts a second is not published. The vendor's own clients count it in two
 * ways: mg-transport-api-client-go lets N requests start at once and N more when a second has passed since the first of them; the newer
 * clients fill a token bucket evenly. A request is refused only where both ways of counting refuse it, so that no client that keeps the
 * limit the vendor's way is ever refused. (A sliding second refuses both: it sees the end of one group and the beginning of the next
 * together, 50 requests for a client that keeps to 25.)
 */
export class RateLimit {
  readonly #perSecond: number | false;
  readonly #now: () => number;
  readonly #counts = new Map<string, Count>();

  /** `now` in milliseconds. */
  constructor(perSecond: number | false, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Whether the request is within the limit; if so, it is counted. */
  admits(key: string): boolean {
    if (this.#perSecond === false) return true;
    const most = this.#perSecond + slackRequests;
    const now = this.#now();
    const count = this.#counts.get(key) ?? { left: most, countedAt: now, startedAt: now, started: 0 };
    this.#counts.set(key, count);
    count.left = Math.min(most, count.left + ((now - count.countedAt) / 1000) * this.#perSecond);
    count.countedAt = now;
    const age = now - count.startedAt;
    if (age >= 1000 || (count.started >= most && age >= 1000 - slackMs)) {
      count.startedAt = now;
      count.started = 0;
    }
    if (count.left < 1 && count.started >= most) return false;
    // A request that only the group admits is taken from the bucket too; otherwise both together would admit nearly twice as many.
    count.left = Math.max(-most, count.left - 1);
    count.started += 1;
    return true;
  }
}
