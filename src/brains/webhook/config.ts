/** The settings of a connection, and how its signing key is replaced: for a while the former key is valid beside the new one. */
import { z } from 'zod';
import { field } from '../../core/config-form.ts';
import { wrongKey } from './problem-texts.ts';
import { keyOf } from './protocol/signature.ts';

const keySchema = z
  .string()
  .max(120)
  .refine((text) => keyOf(text) !== null, 'must be whsec_ and 24 to 64 bytes in Base64');

/** Strict, so that a misspelt key is noticed when the connection is added. */
export const configSchema = z.strictObject({
  url: field(z.url({ protocol: /^https?$/ }).max(1_000), {
    title: { en: 'Address of the server', ru: 'Адрес сервера' },
    help: {
      en: 'The https address that is sent every event',
      ru: 'Адрес https, на который отправляется каждое событие',
    },
    isAddress: true,
  }),
  key: field(keySchema, {
    wrong: wrongKey,
    title: { en: 'Signing key', ru: 'Ключ подписи' },
    help: {
      en: 'Signs in both directions; make one: `echo whsec_$(openssl rand -base64 32)`. Another key replaces it, and both are valid for a while',
      ru: 'Подписывает в обе стороны; создать: `echo whsec_$(openssl rand -base64 32)`. Другой ключ заменяет его, и какое-то время действуют оба',
    },
    secret: true,
  }),
  keyOverlapHours: field(z.int().min(0).max(720), {
    title: { en: 'Hours both keys are valid', ru: 'Сколько часов действуют оба ключа' },
    help: {
      en: 'How long the former key stays valid after it was replaced; 0 ends it at once',
      ru: 'Сколько действует прежний ключ после замены; 0 отменяет его сразу',
    },
    group: 'advanced',
  }).default(24),
  timeoutSeconds: field(z.int().min(1).max(55), {
    title: { en: 'Seconds to wait for an answer', ru: 'Сколько секунд ждать ответа' },
    help: {
      en: 'How long the server may take to answer a call; later answers come by webhook',
      ru: 'Сколько сервер может отвечать на вызов; более поздние ответы приходят вебхуком',
    },
    group: 'advanced',
  }).default(20),
  toleranceSeconds: field(z.int().min(10).max(3_600), {
    title: { en: 'Tolerance of clocks, seconds', ru: 'Допустимое расхождение часов, секунды' },
    help: {
      en: 'How far the time of a signed request may differ from ours',
      ru: 'Насколько время подписанного запроса может отличаться от нашего',
    },
    group: 'advanced',
  }).default(300),
  /** The former key while it is still valid. The app writes it when `key` is replaced; null ends it at once. */
  previousKey: keySchema.optional().describe('The former key while it is still valid; null ends it at once'),
  /** Written by the app. */
  previousKeyUntil: z.iso.datetime().optional().describe('Until when `previousKey` is valid; written by the app'),
});

export type Config = z.output<typeof configSchema>;

/** The keys that are valid now, newest first. We sign with all of them; the server may sign with any. */
export function keysAt(config: Config, now: Date): readonly Buffer[] {
  const { key, previousKey, previousKeyUntil } = config;
  const isValid = previousKeyUntil !== undefined && Date.parse(previousKeyUntil) > now.getTime();
  const texts = [key, ...(previousKey !== undefined && isValid ? [previousKey] : [])];
  return texts.map(keyOf).filter((bytes) => bytes !== null);
}

export function withoutFormerKey({ previousKey: _key, previousKeyUntil: _until, ...rest }: Config): Config {
  return rest;
}

/**
 * The changed settings to store: a replaced key becomes the former one for `keyOverlapHours`. Never more than two keys are
 * valid: replacing twice ends the oldest at once.
 */
export function withRotatedKey(config: Config, before: Config | null, now: Date): Config {
  const { previousKey, previousKeyUntil } = config;
  const rest = withoutFormerKey(config);
  const until = new Date(now.getTime() + config.keyOverlapHours * 3_600_000).toISOString();
  const isReplaced = before !== null && before.key !== config.key;
  if (isReplaced && config.keyOverlapHours === 0) return rest;
  if (isReplaced) return { ...rest, previousKey: before.key, previousKeyUntil: until };
  if (previousKey === undefined) return rest;
  const isKept = before?.previousKey === previousKey && previousKeyUntil !== undefined;
  return { ...rest, previousKey, previousKeyUntil: isKept ? previousKeyUntil : until };
}
