/** The latest API calls, for tests and for the page. Tokens and keys never get in. */
import type { Api } from './faults.ts';

export interface ApiCallRecord {
  readonly id: number;
  readonly api: Api;
  readonly account: string;
  /** Whose token it was; empty when the token was not known. */
  readonly moduleCode: string;
  readonly method: string;
  /** Path with the query, without the API prefix. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly ms: number;
  readonly at: number;
}

const SECRETS = new Set(['token', 'apikey', 'x-bot-token', 'x-transport-token', 'register']);

/** The value with every secret replaced. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRETS.has(key.toLowerCase()) ? '(hidden)' : withoutSecrets(inner),
    ]),
  );
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

  /** The newest `count`, oldest first. */
  latest(count: number = this.#limit): readonly T[] {
    return this.#items.slice(-Math.min(count, this.#limit));
  }
}

export class CallLog {
  readonly #recent: RecentList<ApiCallRecord>;
  readonly #onCall: () => void;
  #nextId = 1;

  constructor(limit: number, onCall: () => void) {
    this.#recent = new RecentList(limit);
    this.#onCall = onCall;
  }

  record(call: Omit<ApiCallRecord, 'id'>): void {
    this.#recent.push({ id: this.#nextId++, ...call });
    this.#onCall();
  }

  latest(count?: number): readonly ApiCallRecord[] {
    return this.#recent.latest(count);
  }
}
