/** Reads the body of an answer. Only the status and the type (JSON) of answers are documented. */
import { z } from 'zod';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';

const statusSchema = z.object({ status: z.unknown().optional(), statusCode: z.unknown().optional() });

const failureWords: ReadonlySet<string> = new Set(['error', 'fail', 'failed', 'failure']);

/** The parsed JSON; null for an empty body, undefined for a body that is not JSON. */
export function jsonIn(body: Buffer): unknown {
  const text = body.toString('utf8').trim();
  return text === '' ? null : jsonOrUndefined(text);
}

/** Whether an answer with status 200 says in its body that it failed. */
export function saysFailure(answer: unknown): boolean {
  const read = statusSchema.safeParse(answer);
  if (!read.success) return false;
  const { status, statusCode } = read.data;
  return (
    (typeof status === 'string' && failureWords.has(status.toLowerCase())) ||
    (typeof statusCode === 'number' && statusCode >= 400)
  );
}
