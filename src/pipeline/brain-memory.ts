/** The memory a connector is given: its connection's facts in the database. */
import type { BrainMemory } from '../core/connector-tools.ts';
import { claimFact, deleteFact, listFacts, readFact, writeFact } from '../store/brain-memory.ts';
import type { Db } from '../store/database.ts';
import { notifyFacts } from '../store/notify.ts';
import { storableJson } from '../store/storable.ts';
import { createRecentFacts, type RecentFacts } from './recent-facts.ts';

export function brainMemory(
  db: Db,
  portal: string,
  connectionId: string,
  recent: RecentFacts = createRecentFacts(),
): BrainMemory {
  const owner = { portal, connectionId };
  return {
    get: (key) => readFact(db, owner, key),
    put: (key, value, keepDays) => writeFact(db, owner, key, storableJson(value), keepDays ?? null),
    claim: (key, value, keepSeconds) => claimFact(db, owner, { key, json: storableJson(value), keepSeconds }),
    forget: (key) => deleteFact(db, owner, key),
    list: (prefix) => listFacts(db, owner, prefix),
    recent: (prefix) => recent.get(connectionId, prefix, () => listFacts(db, owner, prefix)),
    async announce() {
      recent.forget(connectionId);
      await notifyFacts(db, connectionId);
    },
  };
}
