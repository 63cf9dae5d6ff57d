/** Bounds, order and page size of every list. There are no pages, cursors or totals: a list is a bare array. */
import type { ResolvedOptions } from './options.ts';
import type { ListQuery } from './validate.ts';

/** The times of a record; its last update counts for since and until. */
export interface Placed {
  readonly id: number;
  readonly updatedAt: number | null;
  readonly createdAt: number;
}

/** Default page size; the largest is 1000. */
const DEFAULT_LIMIT = 100;

function isInside(item: Placed, query: ListQuery, isInclusive: boolean): boolean {
  const changed = item.updatedAt ?? item.createdAt;
  const { since, until, since_id: sinceId, until_id: untilId } = query;
  if (since !== undefined && changed < since) return false;
  if (until !== undefined && changed > until) return false;
  if (sinceId !== undefined && (isInclusive ? item.id < sinceId : item.id <= sinceId)) return false;
  return untilId === undefined || (isInclusive ? item.id <= untilId : item.id < untilId);
}

/** The part of the records that the query asks for, in the order the service shows it. */
export function listPage<T extends Placed>(
  items: Iterable<T>,
  query: ListQuery,
  options: ResolvedOptions,
  isWanted: (item: T) => boolean,
): T[] {
  const inside: T[] = [];
  for (const item of items) {
    if (isInside(item, query, options.boundsInclusive) && isWanted(item)) inside.push(item);
  }
  const hasLower = query.since !== undefined || query.since_id !== undefined;
  const hasUpper = query.until !== undefined || query.until_id !== undefined;
  const isAscending = options.listOrder === 'ascending' || (options.listOrder === 'fixtures' && hasLower && !hasUpper);
  inside.sort((a, b) => (isAscending ? a.id - b.id : b.id - a.id));
  return inside.slice(0, query.limit ?? DEFAULT_LIMIT);
}
