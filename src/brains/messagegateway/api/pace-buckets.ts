/** What MessageGateway and its CRM count calls by, as names for the house's budgets. */
import { sha256 } from '../../../lib/encryption.ts';

/** The CRM allows ten requests a second per key: a burst and the second after it stay below. */
export const crmRate = { perSecond: 7, burst: 3 };

/** A limit counts by a secret, whose name tells nothing of it. */
export function bucketOf(limit: string, secret: string): string {
  return `${limit}:${sha256(secret).toString('hex').slice(0, 16)}`;
}
