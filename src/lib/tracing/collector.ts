/** One request to a collector, by OTLP over HTTP in JSON, and what its answer means. */
import { z } from 'zod';
import { toAppError } from '../../core/errors.ts';
import type { HttpClient, HttpResponse } from '../http-client.ts';
import { retryAfterMs } from '../retry-after.ts';

export interface CollectorAddress {
  readonly url: URL;
  /** May hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

export type CollectorAnswer =
  /** `refused`: how many of the spans the collector did not take. */
  | { readonly isTaken: true; readonly refused: number }
  /** `afterMs`: when to send the same again; null: never. */
  | { readonly isTaken: false; readonly reason: string; readonly afterMs: number | null };

/** The time limit that OpenTelemetry gives exporters. */
const timeoutMs = 10_000;

/** An answer has a few bytes. */
const maxAnswerBytes = 64 * 1024;

/** The statuses after which OTLP clients repeat a request. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const usualPauseMs = 5_000;
const shortestPauseMs = 100;
const longestPauseMs = 60_000;

/** Never rejects: an error becomes an answer that is not taken. */
export async function sendToCollector(
  http: Pick<HttpClient, 'send'>,
  { url, headers }: CollectorAddress,
  body: string,
  signal: AbortSignal,
): Promise<CollectorAnswer> {
  try {
    const all = { ...headers, 'content-type': 'application/json' };
    const limits = { timeoutMs, maxResponseBytes: maxAnswerBytes, signal };
    return judge(await http.send({ method: 'POST', url, headers: all, body, ...limits }));
  } catch (thrown) {
    const { code, retry } = toAppError(thrown);
    return { isTaken: false, reason: code, afterMs: retry === 'never' ? null : usualPauseMs };
  }
}

function judge({ status, headers, body }: HttpResponse): CollectorAnswer {
  if (status >= 200 && status < 300) return { isTaken: true, refused: refusedIn(body) };
  const reason = `status ${status}`;
  if (!passing.has(status)) return { isTaken: false, reason, afterMs: null };
  const afterMs = retryAfterMs(headers['retry-after'], new Date()) ?? usualPauseMs;
  return { isTaken: false, reason, afterMs: Math.min(Math.max(afterMs, shortestPauseMs), longestPauseMs) };
}

/** OTLP's JSON writes 64-bit numbers as texts; collectors send texts or numbers. */
const answerSchema = z.object({ partialSuccess: z.object({ rejectedSpans: z.coerce.number().int().min(0) }) });

/** An answer that is empty or not JSON refuses nothing: the status has said that the spans were taken. */
function refusedIn(body: Buffer): number {
  try {
    return answerSchema.safeParse(JSON.parse(body.toString())).data?.partialSuccess.rejectedSpans ?? 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}
