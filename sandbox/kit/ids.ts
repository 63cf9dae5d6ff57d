/** Ids as the real services give them: one counter per kind of record. */

/** Counts from the given first ids. Starting them far apart shows when an id is used for the wrong kind of record. */
export function createIds<Kind extends string>(first: Readonly<Record<Kind, number>>): (kind: Kind) => number {
  const next: Record<Kind, number> = { ...first };
  return (kind) => next[kind]++;
}
