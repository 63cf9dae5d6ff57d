/** Counts what connectors of a brain count, under the names that the brain declares. */
import type { Brain } from '../core/brain.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import type { Metrics } from '../runtime/metrics.ts';

/** Only declared names become time series, so their number is bounded. */
export function brainCounts(
  counter: Metrics['brain'],
  { name: brain, counters = [] }: Pick<Brain, 'name' | 'counters'>,
): ConnectorTools['count'] {
  const declared = new Set(counters.map(({ name }) => name));
  return (name, by = 1) => {
    if (!declared.has(name)) throw new Error(`the brain ${brain} does not declare the counter ${name}`);
    counter.inc({ brain, counter: name }, by);
  };
}
