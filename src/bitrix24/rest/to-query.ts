/** Parameters of a REST call as a query, for the calls inside a batch. */

/**
 * Writes nested values into a query as PHP does. A query holds only texts: true and false become Y and N, which both bot APIs read; nulls
 * and empty lists are left out.
 */
export function toQuery(params: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  const add = (key: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) add(`${key}[${name}]`, inner);
    else if (typeof value === 'boolean') pairs.push(`${encodeURIComponent(key)}=${value ? 'Y' : 'N'}`);
    else if (typeof value === 'string' || typeof value === 'number')
      pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(String(value).toWellFormed())}`);
  };
  for (const [key, value] of Object.entries(params)) add(key, value);
  return pairs.join('&');
}
