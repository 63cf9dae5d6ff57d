/** What a connection to MessageGateway has to know: what an administrator gives, and what joining adds. */
import { z } from 'zod';
import { readCrmUrl } from './api/crm-url.ts';
import { channelTypes } from './api/transport-api.ts';

const crmUrl = z.string().transform((typed, context) => {
  const address = readCrmUrl(typed);
  if ('origin' in address) return address.origin;
  context.addIssue({ code: 'custom', message: address.problem });
  return z.NEVER;
});

/** A name after the slash, as MessageGateway takes it: at most 32 characters. */
const commandName = z
  .string()
  .transform((typed) => typed.trim().replace(/^\//, ''))
  .pipe(z.string().regex(/^[\w-]{1,32}$/, 'a command is 1 to 32 letters, digits, - or _'));

/** It travels in a header, which takes no other signs. */
export const apiKeySchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,500}$/, 'an API key is one word of Latin letters and digits');

const handoverSchema = z.strictObject({
  command: commandName
    .refine((name) => name !== 'bot' && name !== 'help', 'this command already means something else')
    .prefault('operator')
    .describe('A manager types this command to give the conversation to Bitrix24'),
  tag: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .optional()
    .describe('A tag that gives the conversation to Bitrix24 when it is put on the dialog'),
  userIds: z
    .array(z.int().min(1))
    .default([])
    .describe(
      'MessageGateway users (chat ids) that stand for Bitrix24: a dialog assigned to one of them is given over',
    ),
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // A RangeError: the only thing it says is that there is no such zone.
    return false;
  }
}

const consoleSchema = z.strictObject({
  groups: z
    .enum(['supervisors', 'all', 'none'])
    .default('supervisors')
    .describe('In which group chats a mention is a word to the console: those of supervisor bots, all, or none'),
  privateBots: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Codes of bots whose private chats with employees are consoles; in those of others employees are customers',
    ),
  employees: z
    .array(z.string().regex(/^\d+$/))
    .default([])
    .describe('Bitrix24 user ids that may use the console; empty: every employee in the chat'),
  overheard: z
    .enum(['drop', 'note'])
    .default('drop')
    .describe('What becomes of talk past the bot in a bound group: nothing, or private notes in the chat'),
  showStaffTalk: z
    .boolean()
    .default(true)
    .describe('Private messages of managers in a bound chat are shown in the group, marked as such'),
});

const channelsSchema = z.strictObject({
  perLine: z
    .boolean()
    .default(true)
    .describe(
      'Each Open Channel and messenger has a channel of its own, made when it is first needed; false: all customers are in one',
    ),
  types: z
    .record(z.string().regex(/^[\w-]{1,50}$/), z.enum(channelTypes))
    .default({})
    .describe("Types of channels by Bitrix24's code of the messenger, where the usual one does not fit"),
  textLimits: z
    .partialRecord(z.enum(channelTypes), z.int().min(1).max(20_000))
    .default({})
    .describe('Characters of a message by type of channel, where the usual limit of the messenger does not fit'),
});

const accessSchema = z.strictObject({ endpointUrl: z.url(), token: z.string().min(1) });

const joinedSchema = z.strictObject({
  clientId: z.string().min(1),
  moduleCode: z.string().min(1),
  bot: z.strictObject({ endpointUrl: z.url(), token: z.string().min(1), botId: z.int() }),
  transport: accessSchema,
  channelId: z.int(),
});

/** Of accounts that have said nothing else. */
export const defaultLanguage = 'ru';

/**
 * Strict, so that a misspelt key is reported when the connection is added. What is unknown about MessageGateway and matters is a key here
 * (docs/platform-notes/messagegateway.md).
 */
export const configSchema = z.strictObject({
  crmUrl: crmUrl.describe('Address of the CRM account'),
  apiKey: apiKeySchema.describe('API key with the rights integration_read and integration_write'),
  name: z.string().trim().min(1).max(32).default('Bitrix24').describe('Name of module, bot and channel in the CRM'),
  handover: handoverSchema.prefault({}),
  console: consoleSchema.prefault({}),
  channels: channelsSchema.prefault({}),
  onPersonTakesOver: z
    .enum(['note', 'unassign', 'close'])
    .default('unassign')
    .describe(
      'What happens to the MessageGateway dialog when a person in Bitrix24 takes over; managers get a note in any case',
    ),
  managerAnswer: z
    .enum(['refuse', 'take'])
    .default('refuse')
    .describe(
      'What the answer of a manager does while a person in Bitrix24 leads: it is refused with the reason, or takes the conversation back and is shown',
    ),
  onDialogClosed: z
    .enum(['nothing', 'finish'])
    .default('nothing')
    .describe(
      'What the closing of the MessageGateway dialog does in Bitrix24 while the bot leads: nothing, or it ends the Open Channel session',
    ),
  mirrorWhilePersonLeads: z
    .boolean()
    .default(true)
    .describe(
      'What customers and operators say while a person in Bitrix24 leads is shown in MessageGateway too, marked [Bitrix24]; otherwise a summary comes when the conversation does',
    ),
  mirrorAs: z
    .enum(['history', 'messages'])
    .default('history')
    .describe(
      'How such lines are handed over: as history, which opens no dialog, or as new messages. What else MessageGateway makes of either is not documented',
    ),
  lateDelivery: z
    .enum(['withdraw', 'note'])
    .default('withdraw')
    .describe(
      'What becomes of an answer that MessageGateway shows as failed and that has not been shown yet: it is never shown, or it is shown when it can be, and managers get a note',
    ),
  language: z.enum(['ru', 'en']).default(defaultLanguage).describe('Language of notes to managers and of cards'),
  summaryLength: z
    .int()
    .min(0)
    .max(10_000)
    .default(3_000)
    .describe(
      'Characters of what was said while people led, told to managers when the conversation comes back; 0: none',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'this is no time zone; use a name such as Europe/Moscow')
    .default('UTC')
    .describe('Of the times in notes to managers'),
  uploadEncoding: z
    .enum(['multipart', 'raw'])
    .default('multipart')
    .describe('How file bytes are sent; where the service takes them the other way alone, that is noticed and done'),
  unescapeHtml: z
    .boolean()
    .optional()
    .describe("Texts come HTML-escaped and are to be decoded once; absent: found out from the service's answers"),
  botRoles: z
    .array(z.enum(['distributor', 'responsible', 'hidden']))
    .default(['responsible'])
    .describe('Roles of our bot; without `responsible` no dialog can be given back to it'),
  integrationCode: z
    .string()
    .regex(/^[\w-]+$/)
    .optional()
    .describe('Symbol code in the marketplace; the module code when absent'),
  maxFileMegabytes: z
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('Larger files are named, not sent (20 MiB in an official client)'),
  callsPerSecond: z
    .number()
    .min(0.1)
    .max(30)
    .default(25)
    .describe('Per token, over all processes; MessageGateway allows 30'),
  answerWithinMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(1_000)
    .describe(
      'How long the answer to a webhook waits for Bitrix24; later the result is sent apart. 0: always apart. How long MessageGateway waits is not documented',
    ),
  requestTimeoutMs: z.int().min(100).max(120_000).default(20_000).describe('How long one call may take'),
  pingSeconds: z.number().min(0.05).default(30).describe('Between pings on the socket; the interval is not documented'),
  silenceSeconds: z
    .number()
    .min(0.1)
    .default(75)
    .describe('A socket that shows no sign of life for so long is dropped'),
  joined: joinedSchema.optional(),
});

export type MessageGatewayConfig = z.output<typeof configSchema>;
export type Joined = z.output<typeof joinedSchema>;

/** The config of a connection that has joined its account. */
export type JoinedConfig = MessageGatewayConfig & { readonly joined: Joined };

export function isJoined(config: MessageGatewayConfig): config is JoinedConfig {
  return config.joined !== undefined;
}
