/** The config of a connection to MessageGateway: what an administrator enters, and what joining adds. */
import { z } from 'zod';
import { isTimeZone } from '../../lib/time-zones.ts';
import { readCrmUrl } from './api/crm-url.ts';
import { channelsSchema, consoleSchema, handoverSchema } from './config-parts.ts';
import { setting } from './config-texts.ts';

const crmUrl = z.string().transform((typed, context) => {
  const address = readCrmUrl(typed);
  if ('origin' in address) return address.origin;
  context.addIssue({ code: 'custom', message: address.problem });
  return z.NEVER;
});

/** Sent in a header, which allows no other characters. */
export const apiKeySchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,500}$/, 'an API key is one word of Latin letters and digits');

const accessSchema = z.strictObject({ endpointUrl: z.url(), token: z.string().min(1) });

const joinedSchema = z.strictObject({
  clientId: z.string().min(1),
  moduleCode: z.string().min(1),
  bot: z.strictObject({ endpointUrl: z.url(), token: z.string().min(1), botId: z.int() }),
  transport: accessSchema,
  channelId: z.int(),
});

/** Used when nothing else is configured. */
export const defaultLanguage = 'ru';

/**
 * Strict, so that a misspelt key is reported when the connection is added. Facts that MessageGateway does not document are settings here
 * (docs/platform-notes/messagegateway.md).
 */
export const configSchema = z.strictObject({
  crmUrl: setting('crmUrl', crmUrl.describe('For example https://demo.simla.com')),
  apiKey: setting(
    'apiKey',
    apiKeySchema.describe(
      'Create one in the CRM: Settings → Integration → API keys. It needs the rights integration_read and integration_write.',
    ),
  ),
  name: setting(
    'name',
    z.string().trim().min(1).max(32).default('Bitrix24').describe('Name of module, bot and channel in the CRM'),
  ),
  handover: handoverSchema.prefault({}),
  console: consoleSchema.prefault({}),
  channels: channelsSchema.prefault({}),
  onPersonTakesOver: setting(
    'onPersonTakesOver',
    z.enum(['note', 'unassign', 'close']).default('unassign').describe('Managers see a note in any case'),
  ),
  managerAnswer: setting(
    'managerAnswer',
    z
      .enum(['refuse', 'take'])
      .default('refuse')
      .describe('What becomes of the answer of a manager while a person in Bitrix24 leads the conversation'),
  ),
  onDialogClosed: setting(
    'onDialogClosed',
    z
      .enum(['nothing', 'finish'])
      .default('nothing')
      .describe('What happens in Bitrix24 when the dialog is closed in the CRM while the bot leads'),
  ),
  mirrorWhilePersonLeads: setting(
    'mirrorWhilePersonLeads',
    z
      .boolean()
      .default(true)
      .describe(
        'Messages of customers and operators while a person in Bitrix24 leads are shown in MessageGateway too, marked [Bitrix24]; otherwise a summary follows when the conversation comes back',
      ),
  ),
  mirrorAs: setting(
    'mirrorAs',
    z
      .enum(['history', 'messages'])
      .default('history')
      .describe('How such messages are sent to the CRM. Other effects of either are not documented'),
  ),
  lateDelivery: setting(
    'lateDelivery',
    z
      .enum(['withdraw', 'note'])
      .default('withdraw')
      .describe('What becomes of an answer that the CRM shows as failed and the customer has not seen yet'),
  ),
  language: setting(
    'language',
    z
      .enum(['ru', 'en'])
      .default(defaultLanguage)
      .describe('Cards of customers, orders and products are in this language too'),
  ),
  summaryLength: setting(
    'summaryLength',
    z
      .int()
      .min(0)
      .max(10_000)
      .default(3_000)
      .describe('Characters of the takeover summary, which managers get when the conversation comes back; 0: none'),
  ),
  timeZone: setting(
    'timeZone',
    z
      .string()
      .refine(isTimeZone, 'this is not a time zone; use a name such as Europe/Moscow')
      .default('UTC')
      .describe('Time zone of the times in notes to managers'),
  ),
  uploadEncoding: setting(
    'uploadEncoding',
    z
      .enum(['multipart', 'raw'])
      .default('multipart')
      .describe('How file bytes are sent; if the service accepts only the other way, the app switches to it by itself'),
  ),
  unescapeHtml: setting(
    'unescapeHtml',
    z
      .boolean()
      .optional()
      .describe("Texts come HTML-escaped and must be unescaped once; absent: found out from the service's answers"),
  ),
  botRoles: setting(
    'botRoles',
    z
      .array(z.enum(['distributor', 'responsible', 'hidden']))
      .default(['responsible'])
      .describe('Roles of our bot; without `responsible` no dialog can be assigned to it'),
  ),
  integrationCode: setting(
    'integrationCode',
    z
      .string()
      .regex(/^[\w-]+$/)
      .optional()
      .describe('Symbol code in the marketplace; the module code when absent'),
  ),
  maxFileMegabytes: setting(
    'maxFileMegabytes',
    z.int().min(1).max(100).default(20).describe('Larger files are named, not sent (20 MiB in an official client)'),
  ),
  callsPerSecond: setting(
    'callsPerSecond',
    z.number().min(0.1).max(30).default(25).describe('Per token, over all processes; MessageGateway allows 30'),
  ),
  answerWithinMs: setting(
    'answerWithinMs',
    z
      .int()
      .min(0)
      .max(10_000)
      .default(1_000)
      .describe(
        'How long the answer to a webhook waits for Bitrix24; later the result is sent separately. 0: always separately. How long MessageGateway waits is not documented',
      ),
  ),
  requestTimeoutMs: setting(
    'requestTimeoutMs',
    z.int().min(100).max(120_000).default(20_000).describe('How long one call may take'),
  ),
  pingSeconds: setting(
    'pingSeconds',
    z.number().min(0.05).default(30).describe('Seconds between pings on the socket; the interval is not documented'),
  ),
  silenceSeconds: setting(
    'silenceSeconds',
    z.number().min(0.1).default(75).describe('A socket that is silent for so many seconds is closed'),
  ),
  joined: joinedSchema.optional(),
});

export type MessageGatewayConfig = z.output<typeof configSchema>;
export type Joined = z.output<typeof joinedSchema>;

/** The config of a connection that has joined its account. */
export type JoinedConfig = MessageGatewayConfig & { readonly joined: Joined };

export function isJoined(config: MessageGatewayConfig): config is JoinedConfig {
  return config.joined !== undefined;
}
