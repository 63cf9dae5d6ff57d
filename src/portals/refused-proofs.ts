/** Remembers for a short while which claims were refused, so that repeating a forged one costs the OAuth host nothing. */
import type { InstallClaim } from '../bitrix24/install/proof.ts';
import { BadInput } from '../core/errors.ts';
import { sha256 } from '../lib/encryption.ts';

export interface RefusedProofs {
  /** Throws the refusal this very claim met a moment ago. */
  check(claim: InstallClaim): void;
  /** Remembers a refusal. Only BadInput counts: a host that was away has judged nothing. */
  note(claim: InstallClaim, error: unknown): void;
}

/** A token that was refused for being too old or unknown does not become good; somebody who reloads the page brings a new one. */
const rememberedMs = 60_000;

/** Claims remembered; beyond, the oldest goes. */
const maxEntries = 5_000;

export function createRefusedProofs(nowMs: () => number = () => performance.now()): RefusedProofs {
  const refused = new Map<string, { readonly until: number; readonly error: BadInput }>();
  return {
    check(claim) {
      const key = digest(claim);
      const known = refused.get(key);
      if (known === undefined) return;
      if (nowMs() < known.until) throw known.error;
      refused.delete(key);
    },
    note(claim, error) {
      if (!(error instanceof BadInput)) return;
      const [oldest] = refused.keys();
      if (refused.size >= maxEntries && oldest !== undefined) refused.delete(oldest);
      refused.set(digest(claim), { until: nowMs() + rememberedMs, error });
    },
  };
}

/** Everything the verdict rests on; the tokens themselves are not kept. */
function digest(claim: InstallClaim): string {
  const { memberId, domain, isHttps, serverEndpoint, accessToken, refreshToken } = claim;
  return sha256(JSON.stringify([memberId, domain, isHttps, serverEndpoint, accessToken, refreshToken])).toString(
    'base64url',
  );
}
