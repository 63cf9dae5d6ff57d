/** Finds the token in the answer to the exchange of the API key, whose fields are not documented. */
import { z } from 'zod';

const recordSchema = z.record(z.string(), z.unknown());

/** Where such tokens usually are, tried after the place that is configured. */
const usualPlaces = [
  'response.token',
  'response.access_token',
  'response.bearer',
  'token',
  'access_token',
  'bearer',
  'user_token',
  'response.user_token',
];

/** What a header can carry. */
const tokenForm = /^[\x21-\x7e]{8,4000}$/;

/** The token; null where there is none. @param configured a path of fields with dots, tried first */
export function findToken(answer: unknown, configured: string): string | null {
  for (const place of [configured, ...usualPlaces]) {
    const found = valueAt(answer, place.split('.'));
    if (typeof found === 'string' && tokenForm.test(found)) return found;
  }
  return null;
}

function valueAt(answer: unknown, names: readonly string[]): unknown {
  let at = answer;
  for (const name of names) {
    const record = recordSchema.safeParse(at);
    if (!record.success || !Object.hasOwn(record.data, name)) return undefined;
    at = record.data[name];
  }
  return at;
}
