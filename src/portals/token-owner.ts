/** Asks a portal with the token of a visitor: whose token it is, and what the portal says of the app. */
import { z } from 'zod';
import { codeOf, exhaustedCode, patiently } from '../bitrix24/rest/patiently.ts';
import type { PortalRateLimiter } from '../bitrix24/rest/portal-access.ts';
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { RemoteUnreachable } from '../core/errors.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';

export interface AskingParts {
  readonly http: HttpClient;
  readonly guard: NetworkGuard;
  readonly rateLimiter: PortalRateLimiter;
}

/** A token and the address of the portal it is to be shown to. */
export interface PortalToken {
  readonly portal: string;
  /** Ends with `/rest/`. */
  readonly clientEndpoint: string;
  readonly accessToken: string;
}

/** The person a token belongs to. */
export interface TokenOwner {
  readonly userId: string;
  readonly userName: string;
  readonly isAdmin: boolean;
}

const portalTimeoutMs = 8_000;

/** How long a portal that gets too many requests is asked again; the last attempt may take longer. */
const patienceMs = 3_000;
const leastTimeoutMs = 1_000;

/** The name is part of the page's session, so it is kept short. */
const maxNameLength = 100;

const profileSchema = z
  .object({
    ID: z.union([z.string().max(50), z.number()]),
    ADMIN: z.boolean(),
    NAME: z.string().catch(''),
    LAST_NAME: z.string().catch(''),
  })
  .transform(
    ({ ID, ADMIN, NAME, LAST_NAME }): TokenOwner => ({
      userId: String(ID),
      userName: `${NAME} ${LAST_NAME}`.trim().slice(0, maxNameLength),
      isAdmin: ADMIN,
    }),
  );

/**
 * The result of a method without parameters. A person waits for it, so the portal is asked at once; only if it refuses because it gets too many
 * requests is it asked again, in turn with all other requests. Throws AppErrors.
 */
export async function askWithToken(parts: AskingParts, method: string, token: PortalToken): Promise<unknown> {
  const { rateLimiter } = parts;
  let refused: unknown = null;
  return await patiently({ patienceMs }, async (left) => {
    if (refused !== null) await rateLimiter.pass(token.portal, left.patienceMs);
    const timeoutMs = refused === null ? portalTimeoutMs : Math.max(leastTimeoutMs, left.patienceMs);
    try {
      return await askOnce(parts, method, token, timeoutMs);
    } catch (error) {
      // A portal that refused before and is slow now still counts as one that takes no more requests.
      if (refused !== null && error instanceof RemoteUnreachable) throw refused;
      if (codeOf(error) === exhaustedCode) {
        refused = error;
        rateLimiter.exhausted(token.portal);
      }
      throw error;
    }
  });
}

async function askOnce(
  { http, guard }: AskingParts,
  method: string,
  token: PortalToken,
  timeoutMs: number,
): Promise<unknown> {
  const response = await http.send({
    method: 'POST',
    url: guard.checkUrl(new URL(method, token.clientEndpoint)),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: token.accessToken }),
    timeoutMs,
  });
  return readAnswer({ method, ...response });
}

/** The owner as the method `profile` tells it, which needs no scope. Throws AppErrors, and ZodError for an answer that names nobody. */
export async function ownerOfToken(parts: AskingParts, token: PortalToken): Promise<TokenOwner> {
  return profileSchema.parse(await askWithToken(parts, 'profile', token));
}
