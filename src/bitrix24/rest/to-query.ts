/** Parameters of a REST call as a query, for the calls inside a batch. */

/** PHP's way of writing nested values into a query. */
export function toQuery(params: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  const add = (key: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) add(`${key}[${name}]`, inner);
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  };
  for (const [key, value] of Object.entries(params)) add(key, value);
  return pairs.join('&');
}
