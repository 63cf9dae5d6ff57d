/** Reads lists that have no page numbers and no guaranteed order (docs/platform-notes/messagegateway.md#lists). */
import type { MgQuery } from './mg-http.ts';

/** The largest page. */
export const pageSize = 1_000;

/** The most pages read of one list: more than any caller needs, so that a list without an end cannot keep us reading. */
const maxPages = 20;

type Bounds = Readonly<Record<string, string | number | boolean>>;

/**
 * The items of all pages in order of their ids; at most 20 pages, and about `maxItems`. After a page in descending order, lower ids are
 * read next; after an ascending page, higher ids. It is unknown whether bounds are inclusive, so each id counts once.
 *
 * @param whenCut called when the list has more pages than are read
 */
export async function readPages<T extends { readonly id: number }>(
  ask: (bounds: MgQuery) => Promise<readonly T[]>,
  filter: Bounds,
  maxItems: number = Number.POSITIVE_INFINITY,
  whenCut?: () => void,
): Promise<readonly T[]> {
  const found = new Map<number, T>();
  let bounds: Bounds = filter;
  for (let pages = 1; ; pages += 1) {
    const page = await ask({ ...bounds, limit: pageSize });
    const fresh = page.filter(({ id }) => !found.has(id));
    for (const item of fresh) found.set(item.id, item);
    if (page.length < pageSize || fresh.length === 0 || found.size >= maxItems) break;
    if (pages === maxPages) {
      whenCut?.();
      break;
    }
    const ids = page.map(({ id }) => id);
    const goesDown = (ids[0] ?? 0) > (ids.at(-1) ?? 0);
    bounds = goesDown ? { ...filter, until_id: Math.min(...ids) } : { ...filter, since_id: Math.max(...ids) };
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}
