/** The webhook that the script posts to the app: an answer, signed if there is a secret. */
import { createHmac } from 'node:crypto';
import type { Webhook } from '../kit/webhook-sender.ts';
import type { MetabotState } from './state.ts';

/** What the record of an attempt contains besides request and answer. */
export interface WebhookAbout {
  readonly conversationId: string;
}

/** Null if the script knows no address yet. */
export function webhookOf(
  { hook, signingSecret }: MetabotState,
  conversationId: string,
  body: Readonly<Record<string, unknown>>,
): Webhook<WebhookAbout> | null {
  if (hook === '') return null;
  return { url: hook, headers: signed(signingSecret, JSON.stringify(body)), body, about: { conversationId } };
}

function signed(secret: string | null, body: string): Readonly<Record<string, string>> {
  if (secret === null) return {};
  const stamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex');
  return { 'x-timestamp': stamp, 'x-signature': `sha256=${signature}` };
}
