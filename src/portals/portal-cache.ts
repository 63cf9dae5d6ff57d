/**
 * What the hot paths need to know of portals and their bots, kept in memory for a few seconds. Changes made by another process are seen
 * when an entry has grown old, or at once where a caller has reason to doubt it.
 */
import type { Db } from '../store/database.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { findPortal, listWebhookPortals, namePortal, type Portal } from '../store/tenants/portals.ts';

export interface KnownPortal {
  /** Null: never installed, or erased. */
  readonly portal: Portal | null;
  readonly bots: readonly BotRow[];
}

export interface PortalCache {
  /** The portal and its bots, at most a few seconds old. */
  portal(id: string): Promise<KnownPortal>;
  /** Like `portal`, but read again, because what is known does not fit what the caller has just seen. */
  doubted(id: string): Promise<KnownPortal>;
  /** The portals added by an incoming webhook, which events may name by an id not known yet; at most a few seconds old. */
  webhookPortals(): Promise<readonly Portal[]>;
  /** Stores the id by which such a portal names itself, unless another portal has it. */
  nameWebhookPortal(id: string, memberId: string): Promise<void>;
  /** Called after this process has changed or erased the portal. */
  forget(id: string): void;
  /** Calls the listener with every portal that is forgotten from now on. */
  onForget(listener: (id: string) => void): void;
}

/** How long an entry is believed. */
const usualBelievedMs = 3_000;

/** Entries kept; a flood of invented portal ids must not fill the memory. */
const maxEntries = 5_000;

/** A doubted entry is read again at most this often, so that a flood of wrong tokens does not become a flood of queries. */
const doubtMs = 500;

interface Entry {
  /** When the read began; infinite while it is under way. */
  readAt: number;
  readonly known: Promise<KnownPortal>;
}

export function createPortalCache(db: Db, believedMs: number = usualBelievedMs): PortalCache {
  const entries = new Map<string, Entry>();
  const listeners: ((id: string) => void)[] = [];
  let webhookPortals: { readonly readAt: number; readonly known: Promise<readonly Portal[]> } | null = null;

  function read(id: string): Promise<KnownPortal> {
    const known = Promise.all([findPortal(db, id), listBots(db, id)]).then(([portal, bots]) => ({ portal, bots }));
    const [oldest] = entries.keys();
    if (entries.size >= maxEntries && oldest !== undefined) entries.delete(oldest);
    entries.delete(id);
    const begunAt = performance.now();
    // All callers share a read under way, however briefly entries are believed: so events keep the order in which they came.
    const entry: Entry = { readAt: Number.POSITIVE_INFINITY, known };
    entries.set(id, entry);
    known.then(
      () => {
        entry.readAt = begunAt;
      },
      // A failed read is not knowledge: the next caller asks again. This caller gets the error through `known`.
      () => {
        if (entries.get(id) === entry) entries.delete(id);
      },
    );
    return known;
  }

  function atMost(ageMs: number, id: string): Promise<KnownPortal> {
    const entry = entries.get(id);
    return entry !== undefined && performance.now() - entry.readAt < ageMs ? entry.known : read(id);
  }

  return {
    portal: (id) => atMost(believedMs, id),
    doubted: (id) => atMost(Math.min(doubtMs, believedMs), id),
    webhookPortals() {
      if (webhookPortals === null || performance.now() - webhookPortals.readAt >= Math.min(doubtMs, believedMs)) {
        const known = listWebhookPortals(db);
        webhookPortals = { readAt: performance.now(), known };
        known.catch(() => {
          webhookPortals = null;
        });
      }
      return webhookPortals.known;
    },
    async nameWebhookPortal(id, memberId) {
      await namePortal(db, id, memberId);
      entries.delete(id);
      webhookPortals = null;
    },
    forget(id) {
      entries.delete(id);
      webhookPortals = null;
      for (const listener of listeners) listener(id);
    },
    onForget: (listener) => void listeners.push(listener),
  };
}
