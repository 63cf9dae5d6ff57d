/** A brain whose accounts are connected by the generic form: with every kind of field, a remote that accepts one key, and figures. */
import { z } from 'zod';
import { field } from '../../../src/core/config-form.ts';
import { defineBrain } from '../../../src/core/define-brain.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';
import { runRequest } from './request-brain.ts';

const same = (text: string) => ({ ru: text, en: text });

const configSchema = z.strictObject({
  host: field(z.url(), {
    title: { ru: 'Адрес сервиса', en: 'Address of the service' },
    help: { ru: 'Например, https://demo.example', en: 'For example https://demo.example' },
    isAddress: true,
  }),
  key: field(z.string().min(8), {
    title: { ru: 'Ключ', en: 'Key' },
    help: { ru: 'Создаётся в настройках сервиса', en: 'Made in the settings of the service' },
    secret: true,
  }),
  mode: field(z.enum(['fast', 'careful']), {
    title: { ru: 'Как отвечать', en: 'How to answer' },
    help: same(''),
    choices: { fast: { ru: 'Быстро', en: 'Fast' }, careful: { ru: 'Вдумчиво', en: 'Carefully' } },
  }).default('fast'),
  limits: z
    .strictObject({
      turns: field(z.int().min(1).max(100), {
        title: { ru: 'Ответов в разговоре', en: 'Answers in a conversation' },
        help: { ru: 'Больше бот не отвечает', en: 'The bot answers no more often' },
        group: 'advanced',
      }).default(20),
    })
    .prefault({}),
  isLoud: field(z.boolean(), { title: { ru: 'Громко', en: 'Loudly' }, help: same(''), group: 'advanced' }).default(
    false,
  ),
  tags: field(z.array(z.string()), { title: { ru: 'Метки', en: 'Tags' }, help: same(''), group: 'advanced' }).default(
    [],
  ),
  token: z.string().optional(),
});

export const goodKey = 'good-key-of-the-account';

export const formBrain = defineBrain({
  name: 'formed',
  title: 'Formed',
  capabilities: { maxTextLength: 1_000, idempotentDelivery: true },
  configSchema,
  requests: [runRequest],
  webhookHelp: { ru: 'Вставьте адрес в настройках сервиса.', en: 'Enter it in the settings of the service.' },
  join({ config }) {
    if (config.key === goodKey) return Promise.resolve({ ...config, token: 'token-given-when-joining' });
    const message = 'the service does not know this key';
    return Promise.reject(new RemoteRefused({ code: 'formed.refused', status: 403, message }));
  },
  figures: ({ config }) =>
    Promise.resolve([{ title: { ru: 'Осталось ответов', en: 'Answers left' }, value: String(config.limits.turns) }]),
  create: () => ({
    decode: () => [],
    deliver: () =>
      Promise.resolve({
        replies: [
          { type: 'follow_up' as const, id: 'remind', afterMs: 86_400_000, name: 'run', params: { code: 'hello' } },
        ],
      }),
    receive: () => ({ accept: [] }),
  }),
});
