/** Caches connector state that is read very often, for a short time, and drops it when another process has changed it. */
import type { Fact } from '../core/connector-tools.ts';
import { remember } from '../lib/remember.ts';

/** A notification may be missed; then a change is seen after this long. */
const believedMs = 30_000;

/** Lists kept; the oldest is forgotten first. */
const maxEntries = 10_000;

interface Entry {
  readonly readAt: number;
  readonly facts: Promise<readonly Fact[]>;
}

export interface RecentFacts {
  /** Returns what is cached, or else what `read` finds. A failed read is not kept. */
  get(connectionId: string, prefix: string, read: () => Promise<readonly Fact[]>): Promise<readonly Fact[]>;
  /** Null: forgets the facts of all connections. */
  forget(connectionId: string | null): void;
}

export function createRecentFacts(now: () => number = () => performance.now()): RecentFacts {
  const entries = new Map<string, Entry>();
  const keyOf = (connectionId: string, prefix: string): string => `${connectionId} ${prefix}`;
  return {
    get(connectionId, prefix, read) {
      const key = keyOf(connectionId, prefix);
      const known = entries.get(key);
      if (known !== undefined && now() - known.readAt < believedMs) return known.facts;
      const entry = { readAt: now(), facts: read() };
      remember(entries, key, entry, maxEntries);
      entry.facts.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return entry.facts;
    },
    forget(connectionId) {
      for (const key of entries.keys()) {
        if (connectionId === null || key.startsWith(`${connectionId} `)) entries.delete(key);
      }
    },
  };
}
