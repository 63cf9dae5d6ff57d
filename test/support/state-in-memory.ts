/** A connector's state without a database, for unit tests. */
import type { ConnectorState } from '../../src/core/connector-tools.ts';

/** Lasts as long as the test; values are converted to JSON and back as in the database. */
export function stateInMemory(facts: Map<string, string> = new Map()): ConnectorState {
  const list: ConnectorState['list'] = (prefix) =>
    Promise.resolve(
      [...facts.keys()]
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => ({ key, value: JSON.parse(facts.get(key) ?? 'null') })),
    );
  return {
    list,
    recent: list,
    announce: () => Promise.resolve(),
    get: (key) => Promise.resolve(facts.has(key) ? JSON.parse(facts.get(key) ?? 'null') : null),
    put(key, value) {
      facts.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
    claim(key, value) {
      const isFree = !facts.has(key);
      if (isFree) facts.set(key, JSON.stringify(value));
      return Promise.resolve(isFree);
    },
    forget(key) {
      facts.delete(key);
      return Promise.resolve();
    },
  };
}
