/** Accounts of brains, their settings by the form of the brain, what was sent to them, and what brains have scheduled. */
import { z } from 'zod';
import { connectionIdSchema, momentSchema, textSchema, textsSchema } from './common.ts';

export const fieldSchema = z.object({
  /** `limits.turns` is a key of a nested object. */
  key: z.string(),
  /** Values travel as text: `true` or `false` for a yesno, several values of a list separated by commas. */
  kind: z.enum(['text', 'secret', 'number', 'yesno', 'choice', 'list']),
  title: textsSchema,
  help: textsSchema,
  required: z.boolean(),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])).readonly()])
    .nullable(),
  choices: z.array(z.object({ value: z.string(), title: textsSchema })).readonly(),
  /** Fields that few people need are shown folded. */
  group: z.enum(['main', 'advanced']),
  ofNumbers: z.boolean(),
});
export type FormFieldAnswer = z.infer<typeof fieldSchema>;

const shownFieldSchema = z.union([
  z.object({ key: z.string(), value: z.string() }),
  z.object({ key: z.string(), isSet: z.boolean() }),
]);

export const formListSchema = z.object({
  forms: z.array(
    z.object({
      brain: z.string(),
      title: z.string(),
      form: z.array(fieldSchema).readonly(),
      /** What the fields of a new account show before anything is typed. */
      start: z.array(shownFieldSchema).readonly(),
      /** Where at the service a person enters the webhook's address; null: nobody has to. */
      webhookHelp: textsSchema.nullable(),
    }),
  ),
});

export const connectionSchema = z.object({
  id: z.string(),
  brain: z.string(),
  brainTitle: z.string(),
  title: z.string(),
  bots: z.array(z.object({ code: z.string(), name: z.string() })),
  /** Why nothing is sent; `paused`: a person wants it so; null: it works. */
  disabledReason: z.string().nullable(),
  /** What to do about that, in the language of the session; null: switch it on at the service. */
  disabledHelp: z.string().nullable(),
  hasFigures: z.boolean(),
  /** False when its settings cannot be opened any more: it has to be removed and connected again. */
  isReadable: z.boolean(),
  /** Empty for readers. A secret shows only whether there is one. */
  fields: z.array(shownFieldSchema),
  /** Anybody who has this address can speak for the brain. Null for readers, and if nobody has to enter it. */
  webhook: z.string().nullable(),
});
export type ConnectionAnswer = z.infer<typeof connectionSchema>;

export const connectionListSchema = z.object({ connections: z.array(connectionSchema) });
export const oneConnectionSchema = z.object({ connection: connectionSchema });

export const connectionParamsSchema = z.object({ id: connectionIdSchema });

/** Values by the keys of the form. An empty text takes a key back to its default; an empty secret keeps the stored one. */
const valuesSchema = z.record(textSchema(200), z.string().max(20_000));
const titleSchema = textSchema(100).trim();

export const connectSchema = z.strictObject({
  brain: textSchema(100),
  /** The bot that is to answer with it; null: none yet. */
  botCode: textSchema(100).nullable(),
  /** Empty: the title of the account, or of the brain. */
  title: titleSchema.default(''),
  values: valuesSchema,
});
export type ConnectBody = z.input<typeof connectSchema>;

/** Absent fields stay as they are. */
export const connectionChangeSchema = z.strictObject({
  title: titleSchema.min(1).optional(),
  values: valuesSchema.optional(),
});
export type ConnectionChangeBody = z.infer<typeof connectionChangeSchema>;

export const changedConnectionSchema = z.object({
  connection: connectionSchema,
  /** The keys whose values are different now. */
  changed: z.array(z.string()),
});

export const testedSchema = z.object({
  /** not_checked: the brain cannot check its accounts. */
  result: z.enum(['works', 'disabled', 'not_checked', 'changed_meanwhile', 'failed']),
  /** What to do, or why the test failed, in the reader's language; null where nothing is known. */
  problem: z.string().nullable(),
});

export const removedConnectionSchema = z.object({
  /** Whether the service was told; null: it need not be. */
  isLeft: z.boolean().nullable(),
});

export const figuresSchema = z.object({
  figures: z.array(z.object({ title: textsSchema, value: z.string() })),
  /** Why there are no figures now; null: nothing is wrong. */
  problem: z.string().nullable(),
});

export const deliveryListSchema = z.object({
  deliveries: z.array(
    z.object({
      lane: z.string(),
      seq: z.int(),
      bot: z.string(),
      dialog: z.string(),
      kind: z.string(),
      message: z.string().nullable(),
      trace: z.string(),
      at: momentSchema,
      doneAt: momentSchema.nullable(),
      state: z.string(),
      outcome: z.string().nullable(),
      remoteId: z.string().nullable(),
      attempts: z.int(),
      nextAt: momentSchema.nullable(),
    }),
  ),
});

export const againSchema = z.strictObject({
  lane: textSchema(300),
  seq: z.int().min(1).max(2_147_483_647),
  /** The administrator accepts that the delivery may arrive twice. */
  isConfirmed: z.boolean().default(false),
});

export const connectCodeBodySchema = z.strictObject({ brain: textSchema(100) });
export const connectCodeSchema = z.object({ code: z.string(), path: z.string(), minutes: z.int() });

export const followUpListSchema = z.object({
  followUps: z.array(
    z.object({
      botCode: z.string(),
      dialogId: z.string(),
      id: z.string(),
      title: textsSchema,
      dueAt: momentSchema,
    }),
  ),
});
export const cancelSchema = z.strictObject({
  botCode: textSchema(200),
  dialogId: textSchema(200),
  id: textSchema(200),
});
export const cancelledSchema = z.object({ isCancelled: z.boolean() });
