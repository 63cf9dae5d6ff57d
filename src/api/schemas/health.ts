/** The health of a portal: what the checks found, what waits, what happened, and the figures of the charts. */
import { z } from 'zod';
import { momentSchema } from './common.ts';

export const remedySchema = z.union([
  z.object({ do: z.literal('set_up') }),
  /** `POST /api/connections/:id/test` */
  z.object({ do: z.literal('test_connection'), connection: z.string() }),
]);

export const healthCheckSchema = z.object({
  /** For example `payment.expired`; the pages have a text for each code. */
  code: z.string(),
  verdict: z.enum(['ok', 'wrong', 'unknown']),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  /** What a button can do about it; null: nothing, or nothing for readers. */
  remedy: remedySchema.nullable(),
});
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const healthSchema = z.object({
  checks: z.array(healthCheckSchema),
  /** Requests the portal allows, and how many of them were used a moment ago. */
  budget: z.object({ used: z.number(), most: z.number(), perSecond: z.number() }),
  /** How many rows of the queues wait. */
  waiting: z.object({ incoming: z.int(), outgoing: z.int(), oldestSeconds: z.number() }),
  /** Counted up to 10 000 each. */
  undelivered: z.object({ incoming: z.int(), outgoing: z.int(), unknown: z.int() }),
  /** The last 24 hours. */
  day: z.array(
    z.object({
      bot: z.string(),
      name: z.string(),
      events: z.int(),
      outcomes: z.array(z.object({ outcome: z.string(), events: z.int() })),
    }),
  ),
  readAt: momentSchema,
});
export type Health = z.infer<typeof healthSchema>;

export const portalHealthSchema = z.object({ checks: z.array(healthCheckSchema), askedAt: momentSchema });
export type PortalHealth = z.infer<typeof portalHealthSchema>;

export const figuresQuerySchema = z.object({
  days: z.coerce.number().int().min(1).max(31).default(1),
  /** Only the hours of the bot with this code; without requests, which belong to no bot. */
  bot: z.string().max(100).optional(),
  /** Only the hours of the bots for which the brain with this name answers. */
  brain: z.string().max(100).optional(),
});

const waitSchema = z.object({
  /** Answered within five minutes. */
  answered: z.int(),
  unanswered: z.int(),
  /** Milliseconds; null: nothing was answered. */
  p50: z.number().nullable(),
  p95: z.number().nullable(),
});

export const healthFiguresSchema = z.object({
  /** Every hour of the span, in order, including those in which nothing happened. */
  hours: z.array(waitSchema.extend({ at: momentSchema, messages: z.int(), calls: z.int(), failedCalls: z.int() })),
  bots: z.array(waitSchema.extend({ bot: z.string(), name: z.string(), messages: z.int() })),
  brains: z.array(waitSchema.extend({ brain: z.string(), title: z.string(), messages: z.int() })),
  /** Answer times are counted some minutes later, up to this moment. */
  answersUntil: momentSchema,
});
export type HealthFigures = z.infer<typeof healthFiguresSchema>;
