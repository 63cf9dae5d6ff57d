/** The Standard Webhooks scheme as the server on the other side implements it: HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const TOLERANCE_SECONDS = 300;

/** A new key, in the form in which both sides get it. */
export function newKey(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function signatureOf(key: string, id: string, timestamp: string, body: string | Buffer): string {
  const bytes = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', bytes).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

/** The headers of a request from this server to the app. */
export function signed(key: string, id: string, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signatureOf(key, id, timestamp, body)}`,
  };
}

/** Why a request is refused; null when it is signed with one of the keys, and fresh. */
export function signatureProblem(headers: IncomingHttpHeaders, body: Buffer, keys: readonly string[]): string | null {
  const [id, timestamp, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name] ?? ''),
  );
  if (!id || !timestamp || !given) return 'a header is missing';
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS)) return 'the timestamp is not now';
  const offered = given.split(' ').map((one) => Buffer.from(one));
  const isValid = keys.some((key) => {
    const expected = Buffer.from(`v1,${signatureOf(key, id, timestamp, body)}`);
    return offered.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
  return isValid ? null : 'no signature fits';
}
