/** The bots of a portal, and what may be changed in them. */
import { z } from 'zod';
import { connectionIdSchema, languageSchema, textSchema } from './common.ts';

/** Bounds of the values, which the command line uses too. */
export const botLimits = {
  nameLength: 100,
  /** Thirty days: after longer, nobody thinks of a conversation as open. */
  minutes: 43_200,
  /** Ten minutes: a customer who has waited longer is not greeted any more. */
  greetAfterSeconds: 600,
  greetingLength: 2_000,
  /** Longer than anybody waits for an answer. */
  burstMs: 60_000,
  /** Ten answers a second: no portal has room for more. */
  turnsPerMinute: 600,
} as const;

/** Bitrix24's colours of people and bots; a test compares them with `core/bot.ts`. */
export const botColorSchema = z.enum([
  'RED',
  'GREEN',
  'MINT',
  'LIGHT_BLUE',
  'DARK_BLUE',
  'PURPLE',
  'AQUA',
  'PINK',
  'LIME',
  'BROWN',
  'AZURE',
  'KHAKI',
  'SAND',
  'MARENGO',
  'GRAY',
  'GRAPHITE',
]);

const greetingTextSchema = textSchema(botLimits.greetingLength).min(1);

export const botSchema = z.object({
  code: z.string(),
  /** B: ordinary · O: Open Channel · S: supervisor · P: personal assistant. */
  type: z.enum(['B', 'O', 'S', 'P']),
  name: z.string(),
  /** The portal's id of the bot's user; null until the bot is registered there. */
  botId: z.string().nullable(),
  /** wanted: to be registered · refused: the portal said no · deleted: a person removed it there. */
  state: z.enum(['wanted', 'registered', 'refused', 'deleted']),
  problem: z.string().nullable(),
  /** Who answers. */
  brain: z.object({ name: z.string(), title: z.string() }),
  /** The account it answers with; null for a brain that needs none. */
  connection: z.object({ id: z.string(), title: z.string(), disabledReason: z.string().nullable() }).nullable(),
  giveBackMinutes: z.int().nullable(),
  callPersonMinutes: z.int().nullable(),
  turnsPerMinute: z.int().nullable(),
  greeting: z.object({
    isOff: z.boolean(),
    /** Its own texts; languages without one use the usual text. */
    texts: z.partialRecord(languageSchema, z.string()),
    /** What it says in languages without a text of its own; `{name}` stands for its name. */
    usual: z.record(languageSchema, z.string()),
    afterSeconds: z.int(),
  }),
  language: languageSchema.nullable(),
  burstMs: z.int().nullable(),
  /** What it tells customers while nobody answers for it: its own texts; languages without one use the usual text. */
  unanswered: z.partialRecord(languageSchema, z.string()),
  /** Null: the usual one of its type. */
  color: botColorSchema.nullable(),
  /** Address of its usual picture, below the address of the app. */
  picture: z.string(),
  /** Names its own picture, which `GET /api/bots/:code/picture` gives; another picture has another id. Null: the bot has the usual one. */
  pictureId: z.string().nullable(),
  /** Send it with a change: the change is refused (409) if somebody else has changed the bot meanwhile. */
  revision: z.string(),
});
export type BotAnswer = z.infer<typeof botSchema>;

export const botListSchema = z.object({ bots: z.array(botSchema), maxBots: z.int() });

/** Parameters of the path `/api/bots/:code`. */
export const botParamsSchema = z.object({ code: textSchema(80).min(1) });

const minutesSchema = z.int().min(1).max(botLimits.minutes).nullable();

/** Absent fields stay as they are. */
export const botChangeSchema = z.strictObject({
  revision: textSchema(100).optional(),
  name: textSchema(botLimits.nameLength).trim().min(1).optional(),
  /** Its name. Without `connectionId`, the bot uses the portal's only account of this brain. */
  brain: textSchema(100).optional(),
  connectionId: connectionIdSchema.optional(),
  /** The brain leads again after so many minutes in which the people who lead wrote nothing; null: never. */
  giveBackMinutes: minutesSchema.optional(),
  /** People are called after a customer has waited so many minutes for the brain; null: never. */
  callPersonMinutes: minutesSchema.optional(),
  /** From this many answered questions a minute on, the app takes both sides for machines; 0: never; null: the installation's limit. */
  turnsPerMinute: z.int().min(0).max(botLimits.turnsPerMinute).nullable().optional(),
  greeting: z
    .strictObject({
      isOff: z.boolean().optional(),
      /** Null: the usual text again. */
      texts: z.partialRecord(languageSchema, greetingTextSchema.nullable()).optional(),
    })
    .optional(),
  greetAfterSeconds: z.int().min(0).max(botLimits.greetAfterSeconds).optional(),
  /** Null: the usual text again. */
  unanswered: z.partialRecord(languageSchema, greetingTextSchema.nullable()).optional(),
  /** Null: the portal's language. */
  language: languageSchema.nullable().optional(),
  /** How long a message waits for others, to be answered together; 0: not at all; null: as the brain says. */
  burstMs: z.int().min(0).max(botLimits.burstMs).nullable().optional(),
  /** Null: the usual one of its type. */
  color: botColorSchema.nullable().optional(),
});
export type BotChangeBody = z.infer<typeof botChangeSchema>;

export const newBotSchema = botChangeSchema.omit({ revision: true }).extend({
  /** Letters, digits, `_`, `.` and `-`. */
  code: textSchema(80).min(1),
  /** Fixed once it is added. */
  type: z.enum(['B', 'O', 'S', 'P']),
  name: textSchema(botLimits.nameLength).trim().min(1),
});
export type NewBotBody = z.infer<typeof newBotSchema>;

export const removedBotSchema = z.object({
  /** The bot's user leaves the portal, together with its private chats. */
  leavesPortal: z.boolean(),
  /** The next set-up adds the default bots again. */
  isLast: z.boolean(),
});

export const changedBotSchema = z.object({
  bot: botSchema,
  /** The id under which the set-up that tells the portal is traced. */
  trace: z.string(),
});

/** The longest body with a picture: Base64 takes a third more than its 300 KiB. */
export const pictureBodyBytes = 420 * 1024;

/** A square PNG of 50 to 1 000 pixels and at most 300 KiB, in Base64. */
export const pictureBodySchema = z.strictObject({ png: z.base64() });

/** Its own picture as a `data:` address; null: it has the usual one. */
export const pictureSchema = z.object({ picture: z.string().nullable() });
