/** Names of the rate limits of MessageGateway (per token) and its CRM (per key). */
import { sha256 } from '../../../lib/encryption.ts';

/** The CRM allows ten requests a second per key. A burst and the calls of the following second stay below that. */
export const crmRate = { perSecond: 7, burst: 3 };

/** The name of one secret's rate limit; it does not reveal the secret. */
export function bucketOf(limit: string, secret: string): string {
  return `${limit}:${sha256(secret).toString('hex').slice(0, 16)}`;
}
