/** The state a connector is given: values its connection keeps in the database. */
import type { ConnectorState } from '../core/connector-tools.ts';
import { createRecentFacts, type RecentFacts } from '../runtime/recent-facts.ts';
import type { Db } from '../store/database.ts';
import { notifyFacts } from '../store/queue/notify.ts';
import { storableJson } from '../store/storable.ts';
import { claimFact, deleteFact, listFacts, readFact, writeFact } from '../store/tenants/connector-state.ts';

export function connectorState(
  db: Db,
  portal: string,
  connectionId: string,
  recent: RecentFacts = createRecentFacts(),
): ConnectorState {
  const owner = { portal, connectionId };
  return {
    get: (key) => readFact(db, owner, key),
    put: (key, value, keepDays) => writeFact(db, owner, key, { json: storableJson(value), keepDays: keepDays ?? null }),
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
