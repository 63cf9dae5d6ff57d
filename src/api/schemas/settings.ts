/** What an administrator sets for the whole portal, and what is done with its data. */
import { z } from 'zod';
import { momentSchema, textSchema } from './common.ts';

const userIdSchema = z.string().regex(/^[1-9]\d{0,15}$/);

export const portalSettingsSchema = z.object({
  retention: z.object({
    days: z.int(),
    /** The installation keeps nothing longer. */
    most: z.int(),
  }),
  /** Employees who are told of trouble by a bot of the portal. */
  troubleReaders: z.array(userIdSchema),
  restLog: z.object({
    isOn: z.boolean(),
    /** How long its lines are kept. */
    days: z.int(),
  }),
});
export type PortalSettingsAnswer = z.infer<typeof portalSettingsSchema>;

/** What is not given stays as it is. */
export const settingsChangeSchema = z.strictObject({
  retentionDays: z.int().min(1).max(3650).optional(),
  troubleReaders: z.array(userIdSchema).max(20).optional(),
  restLog: z.boolean().optional(),
});
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const peopleQuerySchema = z.object({
  /** Part of a name. */
  find: textSchema(100).trim().min(3).optional(),
  /** Ids, separated by commas. */
  ids: z
    .string()
    .regex(/^[1-9]\d{0,15}(,[1-9]\d{0,15}){0,49}$/)
    .optional(),
});

export const peopleSchema = z.object({
  /** False: the app may not ask for people; they are named by their ids. */
  isSearchable: z.boolean(),
  people: z.array(z.object({ id: z.string(), name: z.string(), position: z.string() })),
});
export type People = z.infer<typeof peopleSchema>;

export const restLogSchema = z.object({
  lines: z.array(
    z.object({
      id: z.string(),
      at: momentSchema,
      method: z.string(),
      code: z.string(),
      ms: z.int(),
      isInBatch: z.boolean(),
      request: z.string(),
      answer: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
export type RestLogPage = z.infer<typeof restLogSchema>;

export const exportQuerySchema = z.object({
  /** Only what concerns this person. */
  userId: userIdSchema.optional(),
});

export const erasePersonSchema = z.strictObject({
  userId: userIdSchema,
  /** The id once more, as it was typed. */
  confirmation: textSchema(100),
});

export const erasingSchema = z.object({
  /** The id under which the erasure is traced. */
  trace: z.string(),
});

export const eraseEverythingSchema = z.strictObject({
  /** The domain of the portal, as it was typed. */
  confirmation: textSchema(300),
});

export const erasedSchema = z.object({
  /** Bots that stay in the portal and have to be deleted there by hand. */
  leftBots: z.array(z.string()),
});
