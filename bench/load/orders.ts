/** What the load generator is asked and answers. */
import { z } from 'zod';

export const loadOrderSchema = z.object({
  port: z.number(),
  path: z.string(),
  kind: z.enum(['event', 'slack']),
  connections: z.number(),
  /** Messages go round over so many dialogs. */
  dialogs: z.number(),
  /** Load before the clock starts. */
  warmSeconds: z.number(),
  /** Length of the run; null when the number of messages ends it. */
  seconds: z.number().nullable(),
  /** Messages in all; null when the time ends it. */
  messages: z.number().nullable(),
});
export type LoadOrder = z.infer<typeof loadOrderSchema>;

export const loadResultSchema = z.object({
  /** Answers with status 200 within the clock, each second. */
  perSecond: z.number(),
  /** Milliseconds from sending to the whole answer. */
  p50: z.number(),
  p99: z.number(),
  /** All answers with status 200, before and within the clock and after its end. */
  accepted: z.number(),
  /** All other answers. */
  refused: z.number(),
  /** Milliseconds since 1970 at which the first request was sent. */
  startedAt: z.number(),
});
export type LoadResult = z.infer<typeof loadResultSchema>;
