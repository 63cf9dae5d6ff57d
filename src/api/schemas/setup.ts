/** The set-up of a portal as the installation wizard shows it, and how far the wizard has come. */
import { z } from 'zod';
import { momentSchema } from './common.ts';

/** The wizard's steps; a test compares them with `store/tenants/wizard.ts`. */
export const wizardStepSchema = z.enum(['rights', 'bots', 'answers', 'line', 'message']);
export type WizardStep = z.infer<typeof wizardStepSchema>;

export const setUpSchema = z.object({
  rights: z.object({
    /** The visitor is an administrator of the portal. */
    isAdmin: z.boolean(),
    /** The rights that the portal granted to the app; empty: it did not tell. */
    granted: z.array(z.string()),
    /** What the app cannot work without, and was not granted. */
    missing: z.array(z.string()),
  }),
  /** failing: the last attempt failed; it is repeated by itself, and `problem` says why. */
  state: z.enum(['working', 'failing', 'done']),
  /** Its code is stable and dotted, `bitrix24.insufficient_scope`; the message is in English. */
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** When the last set-up succeeded. */
  setUpAt: momentSchema.nullable(),
  /** A set-up has succeeded since the page was opened: Bitrix24 may be told that the installation is finished. */
  isSetUpSinceOpened: z.boolean(),
  /** Why the portal sends no events; null: it does, as far as the app knows. */
  appProblem: z.enum(['not_finished', 'payment_expired']).nullable(),
  bots: z.array(
    z.object({
      code: z.string(),
      type: z.enum(['B', 'O', 'S', 'P']),
      name: z.string(),
      /** The portal's id of the bot's user, which is also that of the private chat with it; null until the bot is registered. */
      botId: z.string().nullable(),
      state: z.enum(['wanted', 'registered', 'refused', 'deleted']),
      problem: z.string().nullable(),
      brain: z.string(),
      connectionId: z.string().nullable(),
    }),
  ),
  wizard: z.object({ step: wizardStepSchema, isEnded: z.boolean(), beganAt: momentSchema }),
});
export type SetUp = z.infer<typeof setUpSchema>;

export const orderedSetUpSchema = z.object({
  /** A set-up later than this is the one that was ordered. */
  orderedAt: momentSchema,
  /** The id under which it is traced. */
  trace: z.string(),
});
export type OrderedSetUp = z.infer<typeof orderedSetUpSchema>;

export const wizardChangeSchema = z.strictObject({
  step: wizardStepSchema.optional(),
  /** True: the app opens its pages from now on; false: the wizard again. */
  isEnded: z.boolean().optional(),
});
export type WizardChangeBody = z.infer<typeof wizardChangeSchema>;

export const wizardSchema = setUpSchema.shape.wizard;
export type Wizard = z.infer<typeof wizardSchema>;

export const firstMessageSchema = z.object({
  /** The latest message that reached a bot since the wizard began, within the last hour; null: none has. */
  message: z
    .object({
      botCode: z.string(),
      dialogId: z.string(),
      trace: z.string(),
      at: momentSchema,
      /**
       * arrived: it is being looked at · passed: the brain has it, an answer has not come · retrying: passing it on or showing the answer has failed
       * and is tried again · answered: the answer is in the chat · unanswered: nobody is connected · ignored: see `outcome` · failed: it will not be
       * tried again
       */
      state: z.enum(['arrived', 'passed', 'retrying', 'answered', 'unanswered', 'ignored', 'failed']),
      /** The stable word for why, where there is one. */
      outcome: z.string().nullable(),
      passedAt: momentSchema.nullable(),
      answeredAt: momentSchema.nullable(),
      shownAt: momentSchema.nullable(),
    })
    .nullable(),
});
export type FirstMessage = z.infer<typeof firstMessageSchema>['message'];
