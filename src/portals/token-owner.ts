/** Asks a portal with the token of a visitor: whose it is, and what the portal says of the app. */
import { z } from 'zod';
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';

export interface AskingParts {
  readonly http: HttpClient;
  readonly guard: NetworkGuard;
}

/** A token and the address of the portal it is to be shown to. */
export interface PortalToken {
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

/** The result of a method without parameters. Throws AppErrors. */
export async function askWithToken({ http, guard }: AskingParts, method: string, token: PortalToken): Promise<unknown> {
  const response = await http.send({
    method: 'POST',
    url: guard.checkUrl(new URL(method, token.clientEndpoint)),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: token.accessToken }),
    timeoutMs: portalTimeoutMs,
  });
  return readAnswer({ method, ...response });
}

/** As `profile` tells it, which needs no scope. Throws AppErrors, and ZodError for an answer that names nobody. */
export async function ownerOfToken(parts: AskingParts, token: PortalToken): Promise<TokenOwner> {
  return profileSchema.parse(await askWithToken(parts, 'profile', token));
}
