/** The load generator's orders and results. */
import { z } from 'zod';

export const loadOrderSchema = z.object({
  port: z.number(),
  path: z.string(),
  kind: z.enum(['event', 'slack']),
  connections: z.number(),
  /** Number of dialogs; messages are sent to them in turn. */
  dialogs: z.number(),
  /** Duration of the load before the measurement. */
  warmSeconds: z.number(),
  /** Duration of the run; null when the number of messages ends it. */
  seconds: z.number().nullable(),
  /** Total number of messages; null when the time ends it. */
  messages: z.number().nullable(),
});
export type LoadOrder = z.infer<typeof loadOrderSchema>;

export const loadResultSchema = z.object({
  /** Answers with status 200 per second during the measurement. */
  perSecond: z.number(),
  /** Milliseconds from sending to the whole answer. */
  p50: z.number(),
  p99: z.number(),
  /** All answers with status 200, before, during and after the measurement. */
  accepted: z.number(),
  /** All other answers. */
  refused: z.number(),
  /** Milliseconds since 1970 at which the first request was sent. */
  startedAt: z.number(),
});
export type LoadResult = z.infer<typeof loadResultSchema>;
