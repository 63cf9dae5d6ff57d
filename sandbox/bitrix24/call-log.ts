/** The latest REST calls, for tests and for the log pane. Tokens never get in. */

export interface RestCall {
  readonly id: number;
  readonly method: string;
  /** Parameters as the method saw them, without credentials. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly userId: number;
  readonly appId: string | null;
  readonly status: number;
  readonly error: string | null;
  readonly ms: number;
  readonly at: number;
  /** Whether the method's work was done; false when it was refused or the line was cut before. */
  readonly executed: boolean;
  readonly inBatch: boolean;
}

const CREDENTIALS = new Set(['auth', 'access_token', 'token', 'client_secret', 'refresh_token']);

/** Parameters without credentials. */
export function withoutCredentials(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([key]) => !CREDENTIALS.has(key.toLowerCase())));
}

/** Keeps the latest `limit` entries; dropping the oldest costs nothing per entry. */
export class RecentList<T> {
  #items: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= this.#limit * 2) this.#items = this.#items.slice(-this.#limit);
  }

  all(): readonly T[] {
    return this.latest(this.#limit);
  }

  /** The newest `count`, oldest first. */
  latest(count: number): readonly T[] {
    return this.#items.slice(-Math.min(count, this.#limit));
  }
}

export class CallLog {
  readonly #recent: RecentList<RestCall>;
  readonly #onCall: (call: RestCall) => void;
  #nextId = 1;

  constructor(limit: number, onCall: (call: RestCall) => void) {
    this.#recent = new RecentList(limit);
    this.#onCall = onCall;
  }

  record(call: Omit<RestCall, 'id'>): void {
    const entry: RestCall = { id: this.#nextId++, ...call };
    this.#recent.push(entry);
    this.#onCall(entry);
  }

  all(): readonly RestCall[] {
    return this.#recent.all();
  }

  /** The newest `count`, oldest first. */
  latest(count: number): readonly RestCall[] {
    return this.#recent.latest(count);
  }
}
