/** Changes of a connection's settings, as JSON. */
import { isRecord } from '../core/is-record.ts';

/** Applies a merge patch (RFC 7396): its values replace the old ones, inside objects too; null removes a key, so that its default applies again. */
export function changedBy(before: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = changedBy(result[key], value);
  }
  return result;
}

/** The keys that differ, the innermost ones named by their path. */
export function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
