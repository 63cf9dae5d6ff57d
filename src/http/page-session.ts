/** The short-lived proof a page carries back to us: sealed, so that it can be neither read nor made by others. */
import { z } from 'zod';
import type { Sealer } from '../lib/encryption.ts';

export interface PageSession {
  readonly portal: string;
  readonly isAdmin: boolean;
  /** When the page was asked for, in Unix milliseconds. */
  readonly since: number;
}

/** A page left open longer has to be opened anew. */
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

/** Null for anything that is not a living session of ours. */
export function openSession(sealer: Sealer, sealed: string): PageSession | null {
  try {
    const session = schema.parse(JSON.parse(sealer.open(Buffer.from(sealed, 'base64url'), context)));
    return Date.now() - session.since < lifetimeMs ? session : null;
  } catch {
    // Forged, damaged or sealed with a key we no longer have: all the same to the visitor, who opens the page again.
    return null;
  }
}
