/** The session a page sends back to us: sealed, so that others can neither read nor forge it. */
import { z } from 'zod';
import { type Language, languages } from '../core/language.ts';
import type { Sealer } from '../lib/encryption.ts';

export interface PageSession {
  readonly portal: string;
  /** Empty, like the name, when the portal did not say whose token opened the page. */
  readonly userId: string;
  readonly userName: string;
  readonly isAdmin: boolean;
  /** The language in which the page was opened. */
  readonly language: Language;
  /** When the portal's token was shown to us, in Unix milliseconds. */
  readonly openedAt: number;
  /** When the session was sealed: at `openedAt`, or at its last renewal. */
  readonly since: number;
  /** When the portal last said whether the visitor is an administrator; absent: when the page was opened. */
  readonly confirmedAt?: number | undefined;
}

/** A page that has not renewed its session for so long must be reloaded. */
const lifetimeMs = 2 * 3_600_000;

/** The longest life of a session, however often renewed: an administrator of the morning may be none in the evening. */
export const longestMs = 12 * 3_600_000;

/** A role may be taken away while a page is open: after this time the portal has to confirm it before something is changed. */
const roleMs = 3_600_000;

const context = 'page.session';
const schema = z.object({
  portal: z.string(),
  userId: z.string(),
  userName: z.string(),
  isAdmin: z.boolean(),
  language: z.enum(languages),
  openedAt: z.number(),
  since: z.number(),
  confirmedAt: z.number().optional(),
});

/** What a page sends as `Authorization: Bearer …`. */
export function sealSession(sealer: Sealer, session: PageSession): string {
  const { portal, userId, userName, isAdmin, language, openedAt, since, confirmedAt } = session;
  const text = JSON.stringify({ portal, userId, userName, isAdmin, language, openedAt, since, confirmedAt });
  return sealer.seal(text, context).toString('base64url');
}

/** Null for anything that is not a valid session of ours. */
export function openSession(sealer: Sealer, sealed: string, now = Date.now()): PageSession | null {
  try {
    const session = schema.parse(JSON.parse(sealer.open(Buffer.from(sealed, 'base64url'), context)));
    return now < endOf(session) ? session : null;
  } catch {
    // Forged, damaged or sealed with a key that was removed: in each case the visitor opens the page again.
    return null;
  }
}

/** When a session is over, in Unix milliseconds. */
export function endOf({ since, openedAt }: Pick<PageSession, 'since' | 'openedAt'>): number {
  return Math.min(since + lifetimeMs, openedAt + longestMs);
}

/** Whether what the session says of the visitor's role is recent enough to change something. */
export function isRoleFresh({ openedAt, confirmedAt = openedAt }: PageSession, now: number): boolean {
  return now < confirmedAt + roleMs;
}

/** The sealed session in a request's header; empty without one. Logs, histories and proxies keep addresses, but not headers. */
export function bearerOf(authorization: string): string {
  return /^Bearer (\S{1,4000})$/.exec(authorization)?.[1] ?? '';
}
