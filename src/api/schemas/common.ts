/** Parts that the schemas of several subjects share. */
import { z } from 'zod';

/** The languages of the app; a test compares them with `core/language.ts`. */
export const languageSchema = z.enum(['en', 'ru', 'de', 'es', 'pt', 'pl', 'uk', 'kz']);

/** A moment as text: `2026-11-21T09:30:00.000Z`. */
export const momentSchema = z.iso.datetime();

/** Text from outside. Without NUL characters, which the database cannot store. */
export function textSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^[^\0]*$/);
}

/** In a query: `next` of the page before. */
export const cursorSchema = z
  .string()
  .max(2_000)
  .regex(/^[\w-]+$/);

/** Query of a list whose rows are numbered as they come. */
export const numberedQuerySchema = z.object({
  /** `next` of the page before; absent: the newest entries. */
  before: z
    .string()
    .regex(/^[1-9]\d{0,17}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** One text in English and Russian, and in any other language of the app. */
export const textsSchema = z.object({
  en: z.string(),
  ru: z.string(),
  de: z.string().optional(),
  es: z.string().optional(),
  pt: z.string().optional(),
  pl: z.string().optional(),
  uk: z.string().optional(),
  kz: z.string().optional(),
});

/** Every answer with a status of 400 or more. */
export const errorAnswerSchema = z.object({
  error: z.object({
    /** Stable and dotted: `bot.unknown`. */
    code: z.string(),
    /** For the reader; in the language of the session if there is a text in it. */
    message: z.string(),
    /** Problems of single values (422); `path` as in the request: `greeting.texts.ru`. */
    problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

/** Answer of a change that has nothing else to tell. */
export const doneSchema = z.object({ done: z.literal(true) });

/** Ids that are made from the name of an account have no version of RFC 9562: `z.uuid()` would refuse most of them. */
export const connectionIdSchema = z.guid();
