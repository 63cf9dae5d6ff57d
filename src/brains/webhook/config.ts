/** The settings of a connection, and how its signing key is replaced: for a while the former key is valid beside the new one. */
import { z } from 'zod';
import { keyOf } from './signature.ts';

const keySchema = z
  .string()
  .max(120)
  .refine((text) => keyOf(text) !== null, 'must be whsec_ and 24 to 64 bytes in Base64');

/** Strict, so that a misspelt key is noticed when the connection is added. */
export const configSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .describe('Address of the server that is sent every event; https'),
  key: keySchema.describe(
    'Signing key of both directions, `whsec_…`; make one: `echo whsec_$(openssl rand -base64 32)`. Setting another one replaces it',
  ),
  previousKey: keySchema
    .optional()
    .describe('The former key while it is still valid; set by the app when `key` is replaced, null ends it at once'),
  keyOverlapHours: z
    .int()
    .min(0)
    .max(720)
    .default(24)
    .describe('How long the former key stays valid after `key` is replaced'),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(55)
    .default(20)
    .describe('How long the server may take to answer a call; later answers come by webhook'),
  toleranceSeconds: z
    .int()
    .min(10)
    .max(3_600)
    .default(300)
    .describe('How far the clock of a signed request may differ from ours'),
  /** Written by the app: until when `previousKey` is valid. */
  previousKeyUntil: z.iso.datetime().optional(),
});

export type Config = z.output<typeof configSchema>;

/** The keys that are valid now, the newest first: the first and the former one sign, and either may have signed. */
export function keysAt(config: Config, now: Date): readonly Buffer[] {
  const { key, previousKey, previousKeyUntil } = config;
  const isValid = previousKeyUntil !== undefined && Date.parse(previousKeyUntil) > now.getTime();
  const texts = [key, ...(previousKey !== undefined && isValid ? [previousKey] : [])];
  return texts.map(keyOf).filter((bytes) => bytes !== null);
}

/**
 * The changed settings as they are to be stored: a replaced key becomes the former one for `keyOverlapHours`. Never more than two keys are
 * valid: replacing twice ends the oldest at once.
 */
export function withRotatedKey(config: Config, before: Config | null, now: Date): Config {
  const { previousKey, previousKeyUntil, ...rest } = config;
  const until = new Date(now.getTime() + config.keyOverlapHours * 3_600_000).toISOString();
  const isReplaced = before !== null && before.key !== config.key;
  if (isReplaced && config.keyOverlapHours === 0) return rest;
  if (isReplaced) return { ...rest, previousKey: before.key, previousKeyUntil: until };
  if (previousKey === undefined) return rest;
  const isKept = before?.previousKey === previousKey && previousKeyUntil !== undefined;
  return { ...rest, previousKey, previousKeyUntil: isKept ? previousKeyUntil : until };
}
