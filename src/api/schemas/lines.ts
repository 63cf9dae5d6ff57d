/** The Open Channels of a portal, and the bots that meet their customers. */
import { z } from 'zod';
import { textSchema } from './common.ts';

export const lineSchema = z.object({
  id: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  /** Who meets its customers; null: its operators, at once. */
  welcomeBot: z
    .object({
      /** The portal's id of the bot. */
      botId: z.string(),
      /** Its code, if it is one of ours; null: another app's. */
      code: z.string().nullable(),
      /** In new chats only, or in every session. */
      join: z.enum(['first', 'always']),
      /** After so long the portal gives the session to the operators by itself; 0: never. */
      operatorsAfterSeconds: z.int(),
      /** What the bot does when the operators get the session. */
      afterwards: z.enum(['leave', 'stay']),
    })
    .nullable(),
  operators: z.int(),
});
export type LineAnswer = z.infer<typeof lineSchema>;

export const lineListSchema = z.object({ lines: z.array(lineSchema) });

export const lineParamsSchema = z.object({ id: z.string().regex(/^[1-9]\d{0,15}$/) });

export const attachSchema = z.strictObject({
  code: textSchema(80).min(1),
  join: z.enum(['first', 'always']).default('always'),
  operatorsAfterSeconds: z.int().min(0).max(86_400).default(0),
  afterwards: z.enum(['leave', 'stay']).default('stay'),
  /** Take the place of another app's bot. */
  replaces: z.boolean().default(false),
});
export type AttachBody = z.input<typeof attachSchema>;

export const changedLineSchema = z.object({ line: lineSchema });
