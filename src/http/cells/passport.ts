/**
 * What one cell shows another with a request it forwards: sealed with the APP_SECRET that all cells share, so that nobody else can name a sender,
 * vouch for an installation, or stop a request from being forwarded.
 */
import { z } from 'zod';
import type { ProvenClaim } from '../../bitrix24/install/proof.ts';
import type { Sealer } from '../../lib/encryption.ts';

export const passportHeader = 'x-bot-bridge-cell';

export interface Passport {
  readonly from: string;
  readonly to: string;
  /** The sender as the first cell saw it: the second cell's limits and logs count this one. */
  readonly sender: string;
  /** The installation that the first cell has proven, for the second to store. */
  readonly proven: ProvenClaim | null;
}

/** Clocks of cells may differ by this much; a request takes less. */
const validMs = 120_000;
const context = 'cells.passport';

const claimSchema = z.object({
  memberId: z.string(),
  domain: z.string(),
  isHttps: z.boolean(),
  serverEndpoint: z.string(),
  clientEndpoint: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresInSeconds: z.number(),
  applicationToken: z.string().nullable(),
  scope: z.string(),
  language: z.string(),
});
const schema = z.object({
  from: z.string(),
  to: z.string(),
  sender: z.string(),
  proven: claimSchema.nullable(),
  at: z.number(),
});

/** Texts whose length the portal chooses are cut, because the head of a request is limited. */
const longestText = 2_000;

export function sealPassport(sealer: Sealer, { from, to, sender, proven }: Passport, now: number): string {
  const claim =
    proven === null
      ? null
      : { ...proven, scope: proven.scope.slice(0, longestText), language: proven.language.slice(0, 10) };
  return sealer.seal(JSON.stringify({ from, to, sender, proven: claim, at: now }), context).toString('base64url');
}

/** Null for anything that was not sealed for this cell a moment ago. */
export function openPassport(sealer: Sealer, sealed: string, own: string, now: number): Passport | null {
  try {
    const { at, ...passport } = schema.parse(JSON.parse(sealer.open(Buffer.from(sealed, 'base64url'), context)));
    return passport.to === own && Math.abs(now - at) < validMs ? passport : null;
  } catch {
    // Made up by somebody, damaged, or sealed by a cell with another secret: the request is treated like anybody's.
    return null;
  }
}
