/** What several answers look like together, without what they say: each field with the kinds that it has in any of them. */
import { fieldName } from './field-name.ts';

/** Deep enough for every documented answer; what lies deeper is cut. */
const maxDepth = 8;
const maxKeys = 100;

/** A kind (`string`), an object, a list with the shape of its entries, or `{ oneOf: […] }`. Fields are in the order in which they came. */
export function mergedShape(values: readonly unknown[], depth = 0): unknown {
  const kinds = new Set<string>();
  const objects: object[] = [];
  const lists: unknown[][] = [];
  for (const value of values) {
    if (Array.isArray(value)) lists.push(value);
    else if (typeof value === 'object' && value !== null) objects.push(value);
    else kinds.add(value === null ? 'null' : typeof value);
  }
  const parts: unknown[] = [...kinds];
  if (objects.length > 0) parts.push(depth >= maxDepth ? 'object' : mergedObject(objects, depth));
  if (lists.length > 0) parts.push(depth >= maxDepth ? 'list' : listOf(lists.flat(), depth));
  return parts.length === 1 ? parts[0] : { oneOf: parts };
}

function listOf(entries: readonly unknown[], depth: number): unknown[] {
  return entries.length === 0 ? [] : [mergedShape(entries, depth + 1)];
}

function mergedObject(objects: readonly object[], depth: number): unknown {
  const found = new Map<string, unknown[]>();
  for (const object of objects) {
    for (const [key, value] of Object.entries(object)) {
      const name = fieldName(key);
      const known = found.get(name);
      if (known !== undefined) known.push(value);
      else if (found.size < maxKeys) found.set(name, [value]);
    }
  }
  return Object.fromEntries([...found].map(([name, inner]) => [name, mergedShape(inner, depth + 1)]));
}
