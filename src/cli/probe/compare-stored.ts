/** What the stored messages of a connection tell about its remote: kinds, fields and words that the brain does not know. */
import type { AssumedObject, StoredAssumption } from '../../core/brain-probe.ts';
import type { RawEvent } from '../../core/connector.ts';
import { named, type ProbeResult, shownOf } from './ask-brain.ts';
import type { Probed } from './ask-portal.ts';
import { compareObjects } from './compare-objects.ts';
import { shownWord } from './field-name.ts';
import { mergedShape } from './merged-shape.ts';

/** At most so many kinds are told apart; a remote has fewer. */
const maxKinds = 50;

export function compareStored(messages: readonly RawEvent[], assumed: StoredAssumption): ProbeResult {
  const kinds = new Map<string, unknown[]>();
  for (const message of messages) {
    const read = assumed.read(message);
    if (read === null) continue;
    const known = kinds.get(read.kind);
    if (known !== undefined) known.push(read.object);
    else if (kinds.size < maxKinds) kinds.set(read.kind, [read.object]);
  }
  const results = [...kinds].map(([kind, objects]) => ofKind(kind, objects, assumed));
  const facts = assumed.facts?.(messages) ?? [];
  const question = 'What do the stored messages tell?';
  const told: Probed = { question, method: 'stored', outcome: 'ok', answer: shownOf(nothing, facts) };
  return {
    probed: [...results.flatMap(({ probed }) => probed), ...(facts.length === 0 ? [] : [told])],
    differences: [...results.flatMap(({ differences }) => differences), ...named(question, nothing, facts)],
  };
}

const nothing = { differences: [], neverSeen: [], words: {} };

function ofKind(kind: string, objects: readonly unknown[], { kinds, unknownFollows }: StoredAssumption): ProbeResult {
  const assumed: AssumedObject | undefined = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const name = assumed === undefined ? shownWord(kind) : kind;
  const question = `Which fields do the last stored ${name} have?`;
  const compared = assumed === undefined ? nothing : compareObjects(objects, assumed);
  const answer = { count: objects.length, shape: mergedShape(objects), ...shownOf(compared, []) };
  const unknown = {
    question,
    found: `a kind that is not known: ${name}`,
    assumed: 'known kinds',
    follows: unknownFollows,
  };
  return {
    probed: [{ question, method: 'stored', outcome: 'ok', answer }],
    differences: assumed === undefined ? [unknown] : named(question, compared, []),
  };
}
