/** The groups of settings: hand-over, console and channels. */
import { z } from 'zod';
import { channelTypes } from './api/transport-api.ts';
import { setting } from './config-texts.ts';

/** A name after the slash, as MessageGateway takes it: at most 32 characters. */
const commandName = z
  .string()
  .transform((typed) => typed.trim().replace(/^\//, ''))
  .pipe(z.string().regex(/^[\w-]{1,32}$/, 'a command is 1 to 32 letters, digits, - or _'));

export const handoverSchema = z.strictObject({
  command: setting(
    'handover.command',
    commandName
      .refine((name) => name !== 'bot' && name !== 'help', 'this command already means something else')
      .prefault('operator')
      .describe(
        'When a manager types it with a slash in a chat of the CRM, for example /operator, people in Bitrix24 lead the conversation',
      ),
  ),
  tag: setting(
    'handover.tag',
    z
      .string()
      .trim()
      .min(1)
      .max(255)
      .optional()
      .describe('A tag that hands the conversation over to Bitrix24 when it is put on the dialog'),
  ),
  userIds: setting(
    'handover.userIds',
    z
      .array(z.int().min(1))
      .default([])
      .describe(
        'MessageGateway users (chat ids) that stand for Bitrix24: a dialog assigned to one of them is handed over',
      ),
  ),
});

export const consoleSchema = z.strictObject({
  groups: setting(
    'console.groups',
    z
      .enum(['supervisors', 'all', 'none'])
      .default('supervisors')
      .describe(
        'In a group with the bot, employees answer customers and manage dialogs of the CRM by mentioning the bot',
      ),
  ),
  privateBots: setting(
    'console.privateBots',
    z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Codes of bots whose private chats with employees are consoles; in those of other bots employees are customers',
      ),
  ),
  employees: setting(
    'console.employees',
    z
      .array(z.string().regex(/^\d+$/))
      .default([])
      .describe('Bitrix24 user ids that may use the console; empty: every employee in the chat'),
  ),
  overheard: setting(
    'console.overheard',
    z
      .enum(['drop', 'note'])
      .default('drop')
      .describe('What becomes of messages in a bound group that do not mention the bot'),
  ),
  showStaffTalk: setting(
    'console.showStaffTalk',
    z
      .boolean()
      .default(true)
      .describe('Private messages of managers in a bound chat are shown in the group, with a mark'),
  ),
});

export const channelsSchema = z.strictObject({
  perLine: setting(
    'channels.perLine',
    z
      .boolean()
      .default(true)
      .describe(
        'Each Open Channel and messenger has a channel of its own, created when it is first needed; false: all customers are in one',
      ),
  ),
  types: z
    .record(z.string().regex(/^[\w-]{1,50}$/), z.enum(channelTypes))
    .default({})
    .describe("Channel types by Bitrix24's code of the messenger, where the usual one does not fit"),
  textLimits: z
    .partialRecord(z.enum(channelTypes), z.int().min(1).max(20_000))
    .default({})
    .describe('Characters of a message by channel type, where the usual limit of the messenger does not fit'),
});
