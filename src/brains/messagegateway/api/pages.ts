/** Reads lists that have no page numbers and no promised order (docs/platform-notes/messagegateway.md#lists). */
import type { MgQuery } from './mg-http.ts';

/** The largest page. */
export const pageSize = 1_000;

/** Pages read for one list: as many objects as any caller wants, and a far side whose list never ends is left. */
const maxPages = 20;

type Bounds = Readonly<Record<string, string | number | boolean>>;

/**
 * All pages, at most 20 of them and about `maxItems`: a page that goes down is followed by the one below it, a page that goes up by the one above.
 * Whether bounds are inclusive is unknown, so ids are counted once. In order of ids.
 *
 * @param whenCut called when the list went on after the last page that is read
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
