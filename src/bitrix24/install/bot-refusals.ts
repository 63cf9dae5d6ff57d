/** Refusals of a portal that concern one bot; any other error stops the set-up, which is then retried as a whole. */
import { AppError } from '../../core/errors.ts';

const tooMany = 'the portal allows this app no more bots';
const taken = 'another app in this portal already uses this bot code';
const badName = 'the portal does not accept this bot name';

const refusals = new Map([
  ['bitrix24.MAX_COUNT_ERROR', tooMany],
  ['bitrix24.BOT_LIMIT_EXCEEDED', tooMany],
  ['bitrix24.APP_ID_ERROR', taken],
  ['bitrix24.BOT_OWNERSHIP_ERROR', taken],
  ['bitrix24.BOT_CODE_ALREADY_TAKEN', taken],
  ['bitrix24.CODE_ERROR', 'the portal does not accept this bot code'],
  ['bitrix24.NAME_ERROR', badName],
  ['bitrix24.BOT_PROPERTIES_REQUIRED', badName],
  ['bitrix24.BOT_INVALID_TYPE', 'the portal does not know this type of bot'],
]);

/** What to tell people of the refused bot; null for an error that does not concern this bot alone. */
export function refusalOf(error: unknown): string | null {
  return error instanceof AppError ? (refusals.get(error.code) ?? null) : null;
}
