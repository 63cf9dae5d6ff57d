/** Compares objects of an answer with what a brain assumes of them: missing or new fields, unknown words, and objects that cannot be read. */
import type { AssumedObject } from '../../core/brain-probe.ts';
import type { Difference } from './expectations.ts';
import { fieldName, shownWord } from './field-name.ts';

export interface Compared {
  readonly differences: readonly Omit<Difference, 'question'>[];
  /** Known fields that none of the objects had. */
  readonly neverSeen: readonly string[];
  /** The words that were met, by path. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** How many fields or words a list names at most; more would tell nothing further. */
const maxNamed = 20;
const maxDepth = 8;

export function compareObjects(objects: readonly unknown[], assumed: AssumedObject): Compared {
  const seen = new Set<string>();
  const others = new Set<string>();
  const named = new Set([...assumed.needed, ...assumed.known, ...assumed.words.map(({ path }) => path)]);
  const tree: Tree = { named, parents: parentsOf(named), seen, others };
  for (const object of objects) walk(object, '', 0, tree);
  const words = assumed.words.map((one) => ({ ...one, ...wordsAt(objects, one) }));
  return {
    differences: [
      ...unreadable(objects, assumed),
      ...missing(objects, assumed),
      ...(others.size === 0
        ? []
        : [{ found: `new: ${[...others].join(', ')}`, assumed: 'no other fields', follows: assumed.follows }]),
      ...words.flatMap(({ path, follows, unknown }) =>
        unknown.length === 0 ? [] : [{ found: `${path}: ${unknown.join(', ')}`, assumed: 'known words', follows }],
      ),
    ],
    neverSeen: objects.length === 0 ? [] : [...named].filter((path) => !seen.has(path)),
    words: Object.fromEntries(words.filter(({ met }) => met.length > 0).map(({ path, met }) => [path, met])),
  };
}

function unreadable(objects: readonly unknown[], { schema, follows }: AssumedObject): Omit<Difference, 'question'>[] {
  if (schema === undefined) return [];
  const failed = objects.flatMap((object) => schema.safeParse(object).error ?? []);
  if (failed.length === 0) return [];
  const places = new Set(failed.flatMap(({ issues }) => issues.map(({ path }) => placeOf(path))));
  const where = [...places].slice(0, maxNamed).join(', ');
  return [{ found: `${failed.length} of ${objects.length} not readable (${where})`, assumed: 'readable', follows }];
}

function placeOf(path: readonly PropertyKey[]): string {
  const names = path.filter((part) => typeof part === 'string').map(fieldName);
  return names.length === 0 ? 'the whole' : names.join('.');
}

function missing(objects: readonly unknown[], { needed, follows }: AssumedObject): Omit<Difference, 'question'>[] {
  return needed.flatMap((path) => {
    const without = objects.filter((object) => {
      const [first] = valuesAt([object], path).filter((value) => value !== null && value !== undefined);
      return first === undefined;
    }).length;
    if (without === 0) return [];
    return [{ found: `${path} is missing in ${without} of ${objects.length}`, assumed: 'always there', follows }];
  });
}

function wordsAt(
  objects: readonly unknown[],
  { path, isKnown }: AssumedObject['words'][number],
): { readonly met: readonly string[]; readonly unknown: readonly string[] } {
  const met = new Set<string>();
  const unknown = new Set<string>();
  for (const value of valuesAt(objects, path)) {
    if (value === null || value === undefined || value === '') continue;
    const word = shownWord(value);
    if (met.size < maxNamed) met.add(word);
    if (isKnown !== undefined && !isKnown(value) && unknown.size < maxNamed) unknown.add(word);
  }
  return { met: [...met], unknown: [...unknown] };
}

interface Tree {
  readonly named: ReadonlySet<string>;
  /** Paths with named paths below them. */
  readonly parents: ReadonlySet<string>;
  readonly seen: Set<string>;
  readonly others: Set<string>;
}

function parentsOf(paths: ReadonlySet<string>): ReadonlySet<string> {
  const parents = new Set(['']);
  for (const path of paths) {
    for (let end = path.indexOf('.'); end !== -1; end = path.indexOf('.', end + 1)) parents.add(path.slice(0, end));
  }
  return parents;
}

function walk(value: unknown, path: string, depth: number, tree: Tree): void {
  if (depth > maxDepth) return;
  if (Array.isArray(value)) {
    for (const entry of value) walk(entry, path, depth + 1, tree);
    return;
  }
  if (typeof value !== 'object' || value === null || !tree.parents.has(path)) return;
  for (const [key, inner] of Object.entries(value)) {
    const place = path === '' ? key : `${path}.${key}`;
    const isKnown = tree.named.has(place) || tree.parents.has(place);
    if (isKnown) tree.seen.add(place);
    else if (tree.others.size < maxNamed)
      tree.others.add([...path.split('.'), fieldName(key)].filter(Boolean).join('.'));
    if (isKnown) walk(inner, place, depth + 1, tree);
  }
}

/** The values at a dotted path; lists on the way and at its end are walked through. */
export function valuesAt(values: readonly unknown[], path: string): readonly unknown[] {
  let found: readonly unknown[] = values.flatMap(entriesOf);
  for (const part of path.split('.')) {
    found = found.flatMap((one) => {
      if (typeof one !== 'object' || one === null || !Object.hasOwn(one, part)) return [];
      const inner: unknown = Reflect.get(one, part);
      return entriesOf(inner);
    });
  }
  return found;
}

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flat(2) : [value];
}
