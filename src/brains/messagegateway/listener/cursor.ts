/** How far a listener has read: the last message, and a time before which all assignments are known. */
import { z } from 'zod';

const cursorShape = z.object({ messageId: z.int().nullable(), since: z.iso.datetime() });

export interface ListenCursor {
  /** Null: there has been no message of our channel yet. */
  readonly messageId: number | null;
  readonly since: Date;
}

/** The stored cursor; null when there is none, or it is not readable. */
export function readCursor(text: string | null): ListenCursor | null {
  if (text === null) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Listening begins anew, from now.
    return null;
  }
  const cursor = cursorShape.safeParse(parsed);
  return cursor.success ? { messageId: cursor.data.messageId, since: new Date(cursor.data.since) } : null;
}

export function writeCursor(cursor: ListenCursor): string {
  return JSON.stringify({ messageId: cursor.messageId, since: cursor.since.toISOString() });
}
