/** Client of Bitrix24's OAuth hosts: verifies installations and refreshes tokens. The client secret is sent there only. */

import { z } from 'zod';
import {
  type AppError,
  BadInput,
  badInput,
  Misconfigured,
  RemoteRefused,
  RemoteUnreachable,
} from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';

export interface OAuthOptions {
  readonly http: HttpClient;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Origins that may be called, for example `https://oauth.bitrix.info`; bare hosts mean https. The first is the default. */
  readonly hosts: readonly string[];
  readonly timeoutMs?: number | undefined;
}

/** What the OAuth host knows about an access token. Fields other than the address are undocumented and may be absent. */
export interface TokenProof {
  /** Address of the portal the token belongs to. */
  readonly portalUrl: URL;
  readonly memberId: string | null;
  readonly clientId: string | null;
}

export interface FreshTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  readonly memberId: string;
  readonly clientEndpoint: URL;
  readonly userId: string | null;
}

/** Both hosts answer within a second or two; meanwhile a person or an event waits. */
const usualTimeoutMs = 8_000;

const proofSchema = z.object({
  result: z.object({
    install: z.object({ uri: z.string(), member_id: z.string().optional(), client_id: z.string().optional() }),
  }),
});

const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3600),
  member_id: z.string().min(1),
  client_endpoint: z.url(),
  user_id: z.union([z.string(), z.number()]).optional(),
});

export type OAuthClient = Pick<RestOAuthClient, keyof RestOAuthClient>;

/** A client for the allow-listed hosts. */
export function createOAuthClient(options: OAuthOptions): OAuthClient {
  return new RestOAuthClient(options);
}

class RestOAuthClient {
  readonly #options: OAuthOptions;
  readonly clientId: string;
  readonly #origins: string[];
  readonly #timeoutMs: number;

  constructor(options: OAuthOptions) {
    this.#options = options;
    this.clientId = options.clientId;
    this.#timeoutMs = options.timeoutMs ?? usualTimeoutMs;
    this.#origins = options.hosts.map((host) => new URL(host.includes('://') ? host : `https://${host}`).origin);
  }

  /**
   * The allow-listed origin of an endpoint. Throws BadInput `bitrix24.foreign_oauth_host` for any other, so that it is never sent the client
   * secret.
   */
  originOf(serverEndpoint: string | null): string {
    const [first] = this.#origins;
    if (first === undefined)
      throw new Misconfigured({ code: 'config.oauth_hosts', message: 'B24_OAUTH_HOSTS is empty' });
    if (serverEndpoint === null || serverEndpoint === '') return first;
    const origin = URL.canParse(serverEndpoint) ? new URL(serverEndpoint).origin : '';
    if (this.#origins.includes(origin)) return origin;
    throw new BadInput({
      code: 'bitrix24.foreign_oauth_host',
      status: 403,
      message: 'the OAuth host named in the request is not on the allow-list',
      report: true,
    });
  }

  /**
   * Asks the host whose token this is. Throws BadInput `bitrix24.token_not_proven` when the host does not know it, and RemoteUnreachable
   * when its answer is unreadable or it is too busy: neither proves anything.
   */
  async prove(serverEndpoint: string | null, accessToken: string): Promise<TokenProof> {
    const url = new URL('/rest/app.info', this.originOf(serverEndpoint));
    url.searchParams.set('auth', accessToken);
    const response = await this.#options.http.send({ method: 'GET', url, timeoutMs: this.#timeoutMs });
    const body = jsonOrUndefined(response.body) ?? null;
    const proof = proofSchema.safeParse(body);
    if (response.status >= 500 || response.status === 429 || body === null) throw hostAway(response);
    if (!proof.success || !URL.canParse(proof.data.result.install.uri)) {
      throw badInput('bitrix24.token_not_proven', 'the OAuth host does not confirm the token of this request', 403);
    }
    const { uri, member_id: memberId, client_id: clientId } = proof.data.result.install;
    return { portalUrl: new URL(uri), memberId: memberId ?? null, clientId: clientId ?? null };
  }

  /**
   * Exchanges a refresh token for a new pair; the old one is invalid afterwards. Only this app's own refresh tokens work, so the answer
   * also proves which portal they belong to. Errors: `bitrix24.disconnected` (a person must open the app in the portal again),
   * `bitrix24.payment_required`, `bitrix24.oauth_refused`, or the host is away.
   */
  async refresh(
    serverEndpoint: string,
    refreshToken: string,
    patienceMs: number = this.#timeoutMs,
  ): Promise<FreshTokens> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: this.#options.clientId,
      client_secret: this.#options.clientSecret,
      refresh_token: refreshToken,
    });
    const response = await this.#options.http.send({
      method: 'POST',
      url: new URL('/oauth/token/', this.originOf(serverEndpoint)),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      timeoutMs: patienceMs,
    });
    const body = jsonOrUndefined(response.body);
    const tokens = tokenSchema.safeParse(body);
    if (response.status < 400 && tokens.success) return toFreshTokens(tokens.data);
    throw tokenError(response, body);
  }
}

function toFreshTokens(data: z.infer<typeof tokenSchema>): FreshTokens {
  return {
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    expiresAt: new Date(Date.now() + data.expires_in * 1000),
    memberId: data.member_id,
    clientEndpoint: new URL(data.client_endpoint),
    userId: data.user_id === undefined ? null : String(data.user_id),
  };
}

/** HTTP statuses of these errors are undocumented, so the code decides (docs/platform-notes/bitrix24.md#oauth-errors). */
function tokenError(response: HttpResponse, body: unknown): AppError {
  const code = isRecord(body) && typeof body['error'] === 'string' ? body['error'] : '';
  const { status } = response;
  switch (code.toLowerCase()) {
    case 'invalid_grant':
    case 'invalid_client':
    case 'wrong_client':
      return new RemoteRefused({
        code: 'bitrix24.disconnected',
        status,
        message: `Bitrix24 no longer accepts the stored tokens (${code}); an administrator must open the app in the portal once`,
        retry: { afterMs: 120_000 },
        isThrottled: true,
        report: true,
      });
    case 'payment_required':
      return new RemoteRefused({
        code: 'bitrix24.payment_required',
        status,
        message: 'the portal has not paid for the app',
        retry: { afterMs: 300_000 },
        isThrottled: true,
        report: true,
      });
    case '':
      return hostAway(response);
    default:
      return new RemoteRefused({
        code: 'bitrix24.oauth_refused',
        status,
        message: `the OAuth host refused the refresh: ${code.slice(0, 60)}`,
        retry: status >= 500 ? 'backoff' : 'never',
        report: true,
      });
  }
}

function hostAway(response: HttpResponse): AppError {
  return new RemoteUnreachable({
    code: 'bitrix24.oauth_away',
    message: `the OAuth host answered with status ${response.status} and nothing readable`,
    fate: 'unknown',
  });
}
