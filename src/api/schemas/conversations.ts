/** The conversations of a portal: the list, one of them step by step, and what an administrator orders in it. */
import { z } from 'zod';
import { cursorSchema, momentSchema, textSchema } from './common.ts';

export const conversationQuerySchema = z.object({
  /** Finds parts of words, in upper or lower case. */
  search: textSchema(200).trim().optional(),
  /**
   * people: the person's name, the chat's title, the dialog's id · messages: what was passed on to the brain and what the bot sent, as far as it
   * is kept; the newest of each conversation, and a few hundred conversations at a time: `next` goes on.
   */
  in: z.enum(['people', 'messages']).default('people'),
  /** Only conversations of the bot with this code. */
  bot: textSchema(80).optional(),
  /** Only conversations of the Open Channel with this id. */
  line: textSchema(80).optional(),
  kind: z.enum(['private', 'group', 'line']).optional(),
  /** Who leads: the brain · people whom it called · somebody who took it. */
  lead: z.enum(['brain', 'handed_over', 'taken']).optional(),
  /** undelivered: something failed for good · under_way: something waits for its turn · waiting: its customer waits for an answer. */
  state: z.enum(['undelivered', 'under_way', 'waiting']).optional(),
  /** Last active since `since`, and before `until`. */
  since: momentSchema.optional(),
  until: momentSchema.optional(),
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
});

const leadSchema = z.enum(['brain', 'handed_over', 'taken']);

export const listedConversationSchema = z.object({
  bot: z.string(),
  dialog: z.string(),
  kind: z.enum(['private', 'group', 'line']),
  /** The person's name; empty in groups, and until the person has written. */
  person: z.string(),
  title: z.string(),
  line: z.string().nullable(),
  lead: leadSchema,
  /** Since when `lead` is so; null: from the beginning. */
  ledSince: momentSchema.nullable(),
  /** Since when its customer waits for an answer; null: nobody waits, or it is not measured. */
  waitingSince: momentSchema.nullable(),
  activeAt: momentSchema,
  /** The last text that is kept, or the one a search has found. */
  said: z.object({ text: z.string(), at: momentSchema, by: z.enum(['bot', 'other']) }).nullable(),
  /** How many messages and events failed for good. */
  undelivered: z.int(),
});
export type ListedConversationAnswer = z.infer<typeof listedConversationSchema>;

export const conversationPageSchema = z.object({
  conversations: z.array(listedConversationSchema),
  /** For `cursor` of the next page; null: there is none. */
  next: z.string().nullable(),
  /** How far back a search through messages has come: to conversations last active then. Null: it has come to the end, or it is no such search. */
  searchedBackTo: momentSchema.nullable(),
});
export type ConversationPage = z.infer<typeof conversationPageSchema>;

export const conversationFiltersSchema = z.object({
  bots: z.array(z.object({ code: z.string(), name: z.string() })),
  /** Ids of Open Channels. */
  lines: z.array(z.string()),
});
export type ConversationFilters = z.infer<typeof conversationFiltersSchema>;

/** Parameters of the path. */
export const conversationParamsSchema = z.object({
  bot: textSchema(80).min(1),
  dialog: textSchema(200).min(1),
});

export const conversationSchema = z.object({
  conversation: listedConversationSchema,
  botName: z.string(),
  /** The visitor may take it over and say something. */
  mayAct: z.boolean(),
});
export type ConversationAnswer = z.infer<typeof conversationSchema>;

export const timelineQuerySchema = z.object({ cursor: cursorSchema.optional() });

export const timelineItemSchema = z.object({
  /** Type of the event or action: `message`, `reply`, `send`, `handover`, … */
  type: z.string(),
  messageId: z.string().nullable(),
  messageIds: z.array(z.string()),
  text: z.string().nullable(),
  author: z.object({ name: z.string(), kind: z.string() }).nullable(),
  files: z.array(z.string()),
  /** Customers do not see it. */
  isInternal: z.boolean(),
  to: z.string().nullable(),
});
export type TimelineItem = z.infer<typeof timelineItemSchema>;

export const timelineEntrySchema = z.object({
  /** Where the entry is: its queue, lane and number. */
  queue: z.enum(['inbox', 'outbox']),
  lane: z.string(),
  seq: z.int(),
  trace: z.string(),
  /** Where it came from (`bitrix24`, a brain, `bridge`: the app itself) or goes to (`portal`, `brain`). */
  side: z.string(),
  at: momentSchema,
  doneAt: momentSchema.nullable(),
  state: z.string(),
  outcome: z.string().nullable(),
  /** The id that the other side gave to what the entry became there. */
  remoteId: z.string().nullable(),
  /** While it waits: tries so far, and when it is tried again; null when it is behind others or being tried. */
  attempts: z.int().nullable(),
  nextTryAt: momentSchema.nullable(),
  items: z.array(timelineItemSchema),
  isUnreadable: z.boolean(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const timelineSchema = z.object({ entries: z.array(timelineEntrySchema), next: z.string().nullable() });
export type Timeline = z.infer<typeof timelineSchema>;

/** Chosen by the page: an order that is sent twice is carried out once. */
const orderIdSchema = z.uuid();

export const leadOrderSchema = z.strictObject({ id: orderIdSchema, to: z.enum(['person', 'brain']) });

export const messageOrderSchema = z.strictObject({ id: orderIdSchema, text: textSchema(4_000).trim().min(1) });
