/** The short-lived session a page sends back to us: sealed, so that others can neither read nor forge it. */
import { z } from 'zod';
import type { Sealer } from '../lib/encryption.ts';

export interface PageSession {
  readonly portal: string;
  readonly isAdmin: boolean;
  /** When the page was requested, in Unix milliseconds. */
  readonly since: number;
}

/** A page left open longer must be reloaded. */
const lifetimeMs = 2 * 3_600_000;

const context = 'page.session';
const schema = z.object({ portal: z.string(), isAdmin: z.boolean(), since: z.number() });

export function sealSession(
  sealer: Sealer,
  visitor: { readonly portal: string; readonly isAdmin: boolean },
  since: number,
): string {
  const session: PageSession = { portal: visitor.portal, isAdmin: visitor.isAdmin, since };
  return sealer.seal(JSON.stringify(session), context).toString('base64url');
}

/** Null for anything that is not a valid session of ours. */
export function openSession(sealer: Sealer, sealed: string): PageSession | null {
  try {
    const session = schema.parse(JSON.parse(sealer.open(Buffer.from(sealed, 'base64url'), context)));
    return Date.now() - session.since < lifetimeMs ? session : null;
  } catch {
    // Forged, damaged or sealed with a key that was removed: in each case the visitor opens the page again.
    return null;
  }
}
