/**
 * Verifies who is behind an installation. Neither the page POST nor ONAPPINSTALL is signed, so nothing in them is trusted until an
 * allow-listed OAuth host has confirmed the token and, through it, the portal (docs/platform-notes/bitrix24.md#install-proof).
 */
import { BadInput, badInput, RemoteRefused } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { type FormTree, text } from '../../lib/form-body.ts';
import type { NetworkGuard } from '../../lib/network-guard.ts';
import type { FreshTokens, OAuthClient, TokenProof } from '../rest/oauth-client.ts';

/** The claims of a page POST or an install event. */
export interface InstallClaim {
  readonly memberId: string;
  readonly domain: string;
  readonly isHttps: boolean;
  readonly serverEndpoint: string | null;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
  /** Null on pages of older portals. */
  readonly applicationToken: string | null;
  readonly scope: string;
  readonly language: string;
}

/** A verified claim. The token pair is the claim's own, or the newer one that the verification had to fetch. */
export interface ProvenClaim extends InstallClaim {
  readonly clientEndpoint: string;
  readonly serverEndpoint: string;
}

const memberIdForm = /^[0-9a-f]{32}$/i;

/** The claim in a page POST: four fields are in the query, the others in the body. Throws BadInput `install.incomplete`. */
export function claimFromPage(
  query: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
): InstallClaim {
  const get = (from: Readonly<Record<string, unknown>>, name: string): string => {
    const value = from[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const claim: InstallClaim = {
    memberId: get(body, 'member_id'),
    domain: get(query, 'DOMAIN') || get(body, 'DOMAIN'),
    isHttps: (get(query, 'PROTOCOL') || get(body, 'PROTOCOL')) !== '0',
    serverEndpoint: get(body, 'SERVER_ENDPOINT') || null,
    accessToken: get(body, 'AUTH_ID'),
    refreshToken: get(body, 'REFRESH_ID'),
    expiresInSeconds: Number(get(body, 'AUTH_EXPIRES')) || 3600,
    applicationToken: get(body, 'APPLICATION_TOKEN') || null,
    scope: get(body, 'APPLICATION_SCOPE'),
    language: get(query, 'LANG') || get(body, 'LANG') || 'en',
  };
  return complete(claim);
}

/** The claim in ONAPPINSTALL or ONAPPUPDATE. Throws BadInput `install.incomplete`. */
export function claimFromEvent(tree: FormTree): InstallClaim {
  const auth = (name: string): string => (text(tree, 'auth', name) ?? '').trim();
  const endpoint = auth('client_endpoint');
  return complete({
    memberId: auth('member_id'),
    domain: auth('domain') || (URL.canParse(endpoint) ? new URL(endpoint).host : ''),
    isHttps: !endpoint.startsWith('http:'),
    serverEndpoint: auth('server_endpoint') || null,
    accessToken: auth('access_token'),
    refreshToken: auth('refresh_token'),
    expiresInSeconds: Number(auth('expires_in')) || 3600,
    applicationToken: auth('application_token') || null,
    scope: auth('scope'),
    language: text(tree, 'data', 'LANGUAGE_ID') ?? 'en',
  });
}

function complete(claim: InstallClaim): InstallClaim {
  const missing = [
    memberIdForm.test(claim.memberId) ? '' : 'member_id',
    claim.domain === '' ? 'DOMAIN' : '',
    claim.accessToken === '' ? 'AUTH_ID' : '',
    claim.refreshToken === '' ? 'REFRESH_ID' : '',
  ].filter((name) => name !== '');
  if (missing.length > 0)
    throw badInput('install.incomplete', `not an installation: ${missing.join(', ')} missing or malformed`);
  return { ...claim, memberId: claim.memberId.toLowerCase() };
}

/**
 * Confirms the claim or throws BadInput: `install.forged` (the token belongs to another portal or app), `network.*` (an address that must
 * not be called), `bitrix24.foreign_oauth_host`, `bitrix24.token_not_proven`. Throws RemoteUnreachable when the OAuth host is away. Nothing
 * is stored here.
 *
 * The documented part of `app.info` at the OAuth host names only the portal's address. Where it does not name the portal's id and our app
 * too, the refresh token is exchanged: that works only with our own client secret, and its answer names the portal.
 */
export async function proveClaim(claim: InstallClaim, oauth: OAuthClient, guard: NetworkGuard): Promise<ProvenClaim> {
  const origin = guard.checkUrl(`${claim.isHttps ? 'https' : 'http'}://${claim.domain}`);
  const oauthOrigin = oauth.originOf(claim.serverEndpoint);
  const proof = await oauth.prove(claim.serverEndpoint, claim.accessToken);
  if (proof.portalUrl.host !== origin.host) throw foreignPortal();
  const proven = {
    ...claim,
    domain: origin.host,
    clientEndpoint: new URL('/rest/', origin).href,
    serverEndpoint: `${oauthOrigin}/rest/`,
  };
  if (namesOurApp(proof, claim.memberId, oauth.clientId)) return proven;
  return withFreshTokens(proven, await exchangeToken(oauth, oauthOrigin, claim.refreshToken), guard);
}

/**
 * True when the OAuth host named both the portal's id and our app; false when it omitted one of them: the token may then be another app's.
 * Throws BadInput `install.forged` when it named another portal or another app.
 */
export function namesOurApp(proof: TokenProof, memberId: string, clientId: string): boolean {
  if (proof.memberId !== null && proof.memberId.toLowerCase() !== memberId) throw foreignPortal();
  if (proof.clientId !== null && proof.clientId !== clientId) {
    throw badInput('install.forged', 'the token belongs to another app', 403);
  }
  return proof.memberId !== null && proof.clientId !== null;
}

/**
 * How a portal names the app a token belongs to, from its answer to `app.info`: the number of the app's row in that portal and the app's
 * code. Two apps of one portal never share the number. Null when the answer names neither.
 */
export function appRefOf(answer: unknown): string | null {
  if (!isRecord(answer)) return null;
  const { ID: id, CODE: code } = answer;
  const isNamed = (typeof id === 'string' && id !== '') || typeof id === 'number';
  return isNamed && typeof code === 'string' && code !== '' ? `${id}:${code}`.slice(0, 200) : null;
}

function foreignPortal(): BadInput {
  return badInput('install.forged', 'the token belongs to another portal', 403);
}

/** If the host refuses the refresh token, the token is not our app's: the claim is refused, and the host is not at fault. */
async function exchangeToken(oauth: OAuthClient, oauthOrigin: string, refreshToken: string): Promise<FreshTokens> {
  try {
    return await oauth.refresh(oauthOrigin, refreshToken);
  } catch (error) {
    if (!(error instanceof RemoteRefused) || error.code === 'bitrix24.payment_required') throw error;
    throw new BadInput({
      code: 'bitrix24.token_not_proven',
      status: 403,
      message: 'the OAuth host does not confirm the refresh token of this request',
      cause: error,
    });
  }
}

function withFreshTokens(claim: ProvenClaim, fresh: FreshTokens, guard: NetworkGuard): ProvenClaim {
  if (fresh.memberId.toLowerCase() !== claim.memberId) throw foreignPortal();
  guard.checkUrl(fresh.clientEndpoint);
  return {
    ...claim,
    clientEndpoint: fresh.clientEndpoint.href,
    domain: fresh.clientEndpoint.host,
    accessToken: fresh.accessToken,
    refreshToken: fresh.refreshToken,
    expiresInSeconds: Math.max(1, Math.round((fresh.expiresAt.getTime() - Date.now()) / 1000)),
  };
}
