/** The settings of MessageGateway in BRAIN_SETTINGS: values from the app's card in the CRM's marketplace. */
import { z } from 'zod';

export const settingsSchema = z.strictObject({
  oneStepSecret: z
    .string()
    .min(8, 'is shorter than a secret of a marketplace card')
    .optional()
    .describe('Secret of the card; with it the one-step connection is offered'),
  integrationCode: z
    .string()
    .regex(/^[\w-]+$/, 'consists of Latin letters, digits, - and _')
    .optional()
    .describe('Symbol code of the card, given to every module that is registered through the page'),
});

export type MessageGatewaySettings = z.output<typeof settingsSchema>;
