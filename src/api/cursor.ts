/** Cursors of lists: each says where one part of a list ended, and comes back with the request for the next part. */
import type { z } from 'zod';
import { InvalidRequest } from './endpoint.ts';

export function writeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Null for an absent cursor. Throws InvalidRequest for a cursor that this app has not written. */
export function readCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | null {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new InvalidRequest([{ path: 'cursor', message: 'unknown' }]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
