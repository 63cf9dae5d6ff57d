/** Reads a recorded event from a file and fits it to another portal: same payload, other member id, token, bot or message number. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BadInput } from '../../core/errors.ts';

const fixtureSchema = z.object({ body: z.string().min(1) });

/** The form-encoded body of a recorded event. Throws BadInput `receive.bad_fixture`. */
export async function readFixture(file: string): Promise<string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw badFixture(`${file} cannot be read as JSON`, cause);
  }
  const fixture = fixtureSchema.safeParse(parsed);
  if (fixture.success && fixture.data.body.includes('event=')) return fixture.data.body;
  throw badFixture(`${file} is no recorded event: its field "body" must hold the form that was posted`);
}

export interface Substitutes {
  readonly memberId?: string;
  readonly applicationToken?: string;
  readonly bot?: { readonly code: string; readonly id: string };
  /** Another message number and time stamp, which make the event one that the app has not seen. */
  readonly fresh?: { readonly messageId: string; readonly ts: string };
}

/** Puts these values into every place of the body that holds such a value. All other pairs stay byte for byte. */
export function substitute(body: string, wanted: Substitutes): string {
  const pairs = body.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const rawKey = at === -1 ? pair : pair.slice(0, at);
    return { pair, rawKey, key: decode(rawKey), value: decode(at === -1 ? '' : pair.slice(at + 1)) };
  });
  const oldBots = new Set(pairs.filter(({ key }) => isBotId(key)).map(({ value }) => value));
  return pairs
    .map(({ pair, rawKey, key, value }) => {
      const replaced = replacement(key, value, wanted, oldBots);
      return replaced === null ? pair : `${rawKey}=${encodeURIComponent(replaced)}`;
    })
    .join('&');
}

const isBotId = (key: string): boolean =>
  key === 'data[bot][id]' || /^data\[(?:BOT|COMMAND)\]\[[^\]]*\]\[BOT_ID\]$/.test(key);

const isBotCode = (key: string): boolean =>
  key === 'data[bot][code]' || /^data\[(?:BOT|COMMAND)\]\[[^\]]*\]\[BOT_CODE\]$/.test(key);

const isMessageId = (key: string): boolean =>
  ['data[PARAMS][MESSAGE_ID]', 'data[message][id]', 'data[messageId]'].includes(key) ||
  /^data\[COMMAND\]\[[^\]]*\]\[MESSAGE_ID\]$/.test(key);

/** Null: the pair stays. */
function replacement(key: string, value: string, wanted: Substitutes, oldBots: ReadonlySet<string>): string | null {
  const { memberId, applicationToken, bot, fresh } = wanted;
  if (memberId !== undefined && key.endsWith('[member_id]')) return memberId;
  if (applicationToken !== undefined && key.endsWith('[application_token]')) return applicationToken;
  if (bot !== undefined) {
    if (isBotId(key)) return bot.id;
    if (isBotCode(key)) return bot.code;
    const isAddressee = key === 'data[PARAMS][TO_USER_ID]' || key.startsWith('data[PARAMS][MENTIONED_LIST][');
    if (isAddressee && oldBots.has(value)) return bot.id;
  }
  if (fresh !== undefined) {
    if (key === 'ts') return fresh.ts;
    if (isMessageId(key)) return fresh.messageId;
  }
  return null;
}

/** A broken escape stays as it is written: fixtures may be broken on purpose. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function badFixture(message: string, cause?: unknown): BadInput {
  return new BadInput({ code: 'receive.bad_fixture', message, cause });
}
