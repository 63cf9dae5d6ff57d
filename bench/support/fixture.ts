/** The recorded Open Channel event that the bench sends, and its sender. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const file = new URL('../../test/fixtures/bitrix24/v1-onimbotmessageadd-openline.json', import.meta.url);

/** The event's body as it is sent, form-encoded, about 5 KB. */
export function readEventBody(): string {
  return z.object({ body: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).body;
}

export interface Sender {
  readonly memberId: string;
  readonly applicationToken: string;
  readonly botId: string;
  readonly botCode: string;
}

/** The portal and the bot of the recorded event. */
export function readSender(body: string): Sender {
  const form = new URLSearchParams(body);
  const botId = /data\[BOT\]\[(\d+)\]/.exec([...form.keys()].join('\n'))?.[1] ?? '';
  const need = (name: string): string => {
    const value = form.get(name);
    if (value === null) throw new Error(`the recorded event has no ${name}`);
    return value;
  };
  return {
    memberId: need('auth[member_id]'),
    applicationToken: need('auth[application_token]'),
    botId,
    botCode: need(`data[BOT][${botId}][BOT_CODE]`),
  };
}
