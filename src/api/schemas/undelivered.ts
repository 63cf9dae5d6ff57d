/** What was not delivered: by reason, one by one, and what an administrator decides about it. */
import { z } from 'zod';
import { cursorSchema, momentSchema, textSchema } from './common.ts';

const queueSchema = z.enum(['inbox', 'outbox']);

/** What entries are grouped by. */
export const stuckReasonSchema = z.object({
  /** inbox: an event that could not be worked · outbox: something that could not be sent. */
  queue: queueSchema,
  /** unknown: it may have arrived. */
  state: z.enum(['dead_letter', 'unknown']),
  /** Where it came from (`bitrix24`, a brain, `bridge`) or was to go (`portal`, `brain`, `app`). */
  side: textSchema(100),
  /** Why, as a code; empty where there is none. */
  outcome: textSchema(500),
});
export type StuckReasonAnswer = z.infer<typeof stuckReasonSchema>;

export const undeliveredGroupsSchema = z.object({
  groups: z.array(z.object({ reason: stuckReasonSchema, count: z.int(), oldest: momentSchema, newest: momentSchema })),
});
export type UndeliveredGroups = z.infer<typeof undeliveredGroupsSchema>;

/** All four fields of a reason; or none of them, for every reason. */
export const undeliveredQuerySchema = z.object({
  ...stuckReasonSchema.partial().shape,
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const undeliveredPlaceSchema = z.object({
  queue: queueSchema,
  lane: textSchema(400).min(1),
  seq: z.int().min(1),
});
export type UndeliveredPlace = z.infer<typeof undeliveredPlaceSchema>;

export const undeliveredEntrySchema = z.object({
  ...undeliveredPlaceSchema.shape,
  reason: stuckReasonSchema,
  /** The type of the action, or the message an event is about. */
  kind: z.string().nullable(),
  trace: z.string(),
  at: momentSchema,
  /** How its text begins; null: it has no text. */
  text: z.string().nullable(),
  /** Bot and dialog of the conversation; both empty if the entry belongs to none. */
  bot: z.string(),
  dialog: z.string(),
  person: z.string(),
  title: z.string(),
});
export type UndeliveredEntry = z.infer<typeof undeliveredEntrySchema>;

export const undeliveredPageSchema = z.object({
  entries: z.array(undeliveredEntrySchema),
  /** For `cursor` of the next page; null: there is none. */
  next: z.string().nullable(),
});
export type UndeliveredPage = z.infer<typeof undeliveredPageSchema>;

/** One entry. */
export const oneDecisionSchema = z.strictObject(undeliveredPlaceSchema.shape);

/** All entries of one reason, or all entries; each call decides a few hundred. */
export const manyDecisionSchema = z.strictObject({
  /** Absent: every reason; entries that may have arrived are then not sent again. */
  reason: stuckReasonSchema.optional(),
  /** As the call before has answered it; absent in the first call. Entries that fail again meanwhile are left alone. */
  failedBefore: momentSchema.optional(),
});

export const decidedSchema = z.object({
  done: z.int(),
  /** False: call again, with `failedBefore`. */
  isOver: z.boolean(),
  failedBefore: momentSchema,
});
export type Decided = z.infer<typeof decidedSchema>;
