/** Verifies the signature of a webhook: `X-Signature: sha256=<HMAC of "timestamp.body">`, with `X-Timestamp` in seconds. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from '../../core/connector.ts';

/** How far the clocks may differ, and how long a webhook may travel. Repetitions within this time are recognised by their id. */
const windowSeconds = 300;

/** Why the signature is not accepted, as a sentence; null if it is accepted. */
export function signatureProblem({ headers, body }: WebhookRequest, secret: string, now: Date): string | null {
  const stamp = headers['x-timestamp'] ?? '';
  const [, given = ''] = /^sha256=([\da-f]{64})$/i.exec(headers['x-signature'] ?? '') ?? [];
  if (given === '' || !/^\d{1,12}$/.test(stamp)) return 'X-Signature and X-Timestamp are needed';
  if (Math.abs(now.getTime() / 1_000 - Number(stamp)) > windowSeconds) return 'X-Timestamp is too far from now';
  const right = createHmac('sha256', secret).update(`${stamp}.`).update(body).digest();
  return timingSafeEqual(right, Buffer.from(given, 'hex')) ? null : 'the signature is wrong';
}
