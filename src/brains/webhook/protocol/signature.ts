/**
 * Signs and verifies requests by the Standard Webhooks scheme (docs/platform-notes/webhooks.md#signature): HMAC-SHA256 over
 * `id.timestamp.body`, in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How keys are written: the prefix, then the bytes in Base64. */
const keyPrefix = 'whsec_';

/** Bytes of a key: what the specification asks for. */
const keyBytes = { least: 24, most: 64 } as const;

/** Visible ASCII without the full stop, which separates the signed parts. */
const idForm = /^[!-\-/-~]{1,200}$/;

/** Only this many signatures are read; two keys make two. */
const maxSignatures = 10;

/** The bytes of a key; null for a text that is not a key of 24 to 64 bytes. */
export function keyOf(text: string): Buffer | null {
  const encoded = text.startsWith(keyPrefix) ? text.slice(keyPrefix.length) : '';
  if (!/^[A-Za-z\d+/]{1,100}={0,2}$/.test(encoded)) return null;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= keyBytes.least && bytes.length <= keyBytes.most ? bytes : null;
}

/** What is signed. `id` is the same on every repetition, `timestamp` (Unix seconds) is that of the attempt. */
export interface SignedParts {
  readonly id: string;
  readonly timestamp: number;
  readonly body: Buffer;
}

/** The headers of a request, with one signature for each key. */
export function signedHeaders(parts: SignedParts, keys: readonly Buffer[]): Readonly<Record<string, string>> {
  return {
    'webhook-id': parts.id,
    'webhook-timestamp': String(parts.timestamp),
    'webhook-signature': keys.map((key) => `v1,${digestOf(parts, key).toString('base64')}`).join(' '),
  };
}

export type Verified = { readonly id: string } | { readonly problem: string };

/**
 * Verifies a request: its id, or why it is refused. One valid `v1` signature with any of the keys is enough; signatures of other schemes
 * are passed over.
 *
 * @param toleranceSeconds how far the timestamp may be from `now`, in either direction
 */
export function verify(
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer,
  keys: readonly Buffer[],
  { now, toleranceSeconds }: { readonly now: Date; readonly toleranceSeconds: number },
): Verified {
  const { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': signatures } = headers;
  if (id === undefined || stamp === undefined || signatures === undefined) {
    return { problem: 'a header is missing: webhook-id, webhook-timestamp and webhook-signature are needed' };
  }
  if (!idForm.test(id)) return { problem: 'webhook-id must be 1 to 200 visible characters without a full stop' };
  if (!/^\d{1,12}$/.test(stamp)) return { problem: 'webhook-timestamp must be a whole number of seconds' };
  const timestamp = Number(stamp);
  const ageSeconds = now.getTime() / 1000 - timestamp;
  if (Math.abs(ageSeconds) > toleranceSeconds) {
    return { problem: `webhook-timestamp is too ${ageSeconds > 0 ? 'old' : 'new'}` };
  }
  // The timestamp as it was sent: leading zeros are signed too.
  const expected = keys.map((key) => digestOf({ id, timestamp: stamp, body }, key));
  const given = signatures.split(' ', maxSignatures).flatMap((one) => {
    const [scheme, encoded] = one.split(',', 2);
    return scheme === 'v1' && encoded !== undefined ? [Buffer.from(encoded, 'base64')] : [];
  });
  const isValid = given.some((signature) => expected.some((digest) => isSame(signature, digest)));
  return isValid ? { id } : { problem: 'no signature fits: check the key, and that the signed body is the sent one' };
}

function digestOf(
  { id, timestamp, body }: Omit<SignedParts, 'timestamp'> & { readonly timestamp: number | string },
  key: Buffer,
): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
