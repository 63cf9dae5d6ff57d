/** The orders and results of the load of a day. */
import { z } from 'zod';

export const dayOrderSchema = z.object({
  /** The app's processes; messages go to them in turn. */
  ports: z.array(z.number()).min(1),
  portals: z.number(),
  /** How long an hour of the day lasts. */
  hourSeconds: z.number(),
  /** Messages a second in each hour. */
  rates: z.array(z.number()),
});
export type DayOrder = z.infer<typeof dayOrderSchema>;

export const dayResultSchema = z.object({
  /** Milliseconds since 1970. */
  beganAt: z.number(),
  /** Of each message: when it was posted, in milliseconds since 1970. */
  postedAt: z.array(z.number()),
  /** Of each message: milliseconds until it was acknowledged; -1 where it was not. */
  acceptedMs: z.array(z.number()),
  /** Of each message: by how much the load itself was late with it. */
  lateMs: z.array(z.number()),
  /** How often each status was answered; 0: the connection broke. */
  statuses: z.array(z.tuple([z.number(), z.number()])),
  unanswered: z.number(),
  /** The most connections that were open at a time. */
  connections: z.number(),
});
export type DayResult = z.infer<typeof dayResultSchema>;
