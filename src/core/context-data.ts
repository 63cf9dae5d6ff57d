/** The data of a link that opened a bot: the author of the link chose them, so they are flattened and bounded before anybody reads them. */

/** By path, for example `{ 'order.id': '164' }`; all values are text. */
export type ContextData = Readonly<Record<string, string>>;

const most = { entries: 50, name: 100, value: 1_000, depth: 6, visited: 500 };

/** Flattens any JSON value or form tree; leaves out everything beyond the bounds, and cuts long values. Empty: there is nothing usable. */
export function contextDataOf(given: unknown): ContextData {
  const entries: [string, string][] = [];
  let visited = 0;
  const visit = (value: unknown, path: string, depth: number): void => {
    visited += 1;
    if (visited > most.visited || entries.length >= most.entries || path.length > most.name) return;
    if (typeof value === 'object' && value !== null) {
      if (depth >= most.depth) return;
      for (const name in value) {
        if (visited > most.visited || entries.length >= most.entries) return;
        if (Object.hasOwn(value, name))
          visit((value as Readonly<Record<string, unknown>>)[name], path === '' ? name : `${path}.${name}`, depth + 1);
      }
      return;
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return;
    const text = String(value).slice(0, most.value).toWellFormed();
    if (text !== '') entries.push([(path || 'context').toWellFormed(), text]);
  };
  visit(given, '', 0);
  return Object.fromEntries(entries);
}
