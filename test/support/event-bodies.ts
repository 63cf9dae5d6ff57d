/** Bodies of Bitrix24 events for posting directly to the event endpoint: recorded events with the ids of a sandbox portal. */
import { readFileSync } from 'node:fs';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';

/** The bot that an event is for; the app identifies it by its code. */
export interface EventBot {
  readonly id: number;
  readonly code: string;
}

export interface PrivateMessage {
  readonly userId: number;
  readonly messageId: string;
  readonly text: string;
}

type Pair = readonly [key: string, value: string];

const folder = new URL('../fixtures/bitrix24/', import.meta.url);

/** The bot id in the recorded events. */
const recordedBotId = '567';

/** The decoded pairs of a recorded event, in its order. */
export function recordedPairs(name: string): Pair[] {
  const fixture: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
  if (typeof fixture !== 'object' || fixture === null || !('body' in fixture) || typeof fixture.body !== 'string') {
    throw new Error(`the fixture ${name} has no body`);
  }
  return [...new URLSearchParams(fixture.body)];
}

/** A form body; keys with the same name as in `changes` get that value, those set to null are left out, new ones come last. */
export function formBody(pairs: readonly Pair[], changes: Readonly<Record<string, string | null>> = {}): string {
  const left = new Map(Object.entries(changes));
  const form = new URLSearchParams();
  for (const [key, value] of pairs) {
    const changed = left.get(key);
    left.delete(key);
    if (changed !== null) form.append(key, changed ?? value);
  }
  for (const [key, value] of left) if (value !== null) form.append(key, value);
  return form.toString();
}

/** The pairs that prove to the endpoint that an event comes from this portal. */
export function portalAuth(portal: Pick<SandboxPortal, 'memberId' | 'applicationToken'>): Record<string, string> {
  return { 'auth[member_id]': portal.memberId, 'auth[application_token]': portal.applicationToken };
}

/** An employee's message in the private chat with a bot, as the portal would send it, with `changes` applied. */
export function privateMessageBody(
  portal: Pick<SandboxPortal, 'memberId' | 'applicationToken'>,
  bot: EventBot,
  message: PrivateMessage,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const pairs = recordedPairs('v1-onimbotmessageadd-private').map(
    ([key, value]): Pair => [key.replace(`[${recordedBotId}]`, `[${bot.id}]`), value],
  );
  const userId = String(message.userId);
  return formBody(pairs, {
    ...portalAuth(portal),
    [`data[BOT][${bot.id}][BOT_ID]`]: String(bot.id),
    [`data[BOT][${bot.id}][BOT_CODE]`]: bot.code,
    'data[PARAMS][MESSAGE]': message.text,
    'data[PARAMS][MESSAGE_ID]': message.messageId,
    'data[PARAMS][FROM_USER_ID]': userId,
    'data[PARAMS][AUTHOR_ID]': userId,
    'data[PARAMS][DIALOG_ID]': userId,
    'data[PARAMS][TO_USER_ID]': String(bot.id),
    'data[USER][ID]': userId,
    ...changes,
  });
}

/** Posts a form body to the event endpoint. */
export async function postEvent(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return await fetch(`${url}/bitrix24/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}
