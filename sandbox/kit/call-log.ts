/** The latest calls to a fake server, for tests and for the log on its page. */

/** Keeps the latest `limit` entries; dropping the oldest takes constant time per entry. */
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

/** Numbers the calls. The caller removes tokens and keys before adding a call. */
export class CallLog<Call extends { readonly id: number }> extends RecentList<Call> {
  readonly #onCall: (call: Call) => void;
  #nextId = 1;

  constructor(limit: number, onCall: (call: Call) => void) {
    super(limit);
    this.#onCall = onCall;
  }

  record(call: Omit<Call, 'id'>): void {
    // The id is what Omit left out; TypeScript cannot infer that for a type parameter.
    const entry = { id: this.#nextId++, ...call } as unknown as Call;
    this.push(entry);
    this.#onCall(entry);
  }
}

/** A copy of the value in which whatever is stored under one of these names (lower case) is replaced, at any depth. */
export function withoutSecrets(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutSecrets(inner, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      names.has(key.toLowerCase()) ? '(hidden)' : withoutSecrets(inner, names),
    ]),
  );
}
