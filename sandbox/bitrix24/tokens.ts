/** Access and refresh tokens of the portal: issue, look up, rotate, revoke. Each token belongs to one user and one app. */
import { randomBytes } from 'node:crypto';

export interface Token {
  readonly access: string;
  refresh: string;
  readonly userId: number;
  readonly clientId: string;
  /** Unix seconds. */
  expires: number;
  readonly refreshExpires: number;
  /** How many nested events are still allowed under a token that came with an event; null for tokens from OAuth and pages. */
  readonly eventDepth: number | null;
  revoked: boolean;
}

export interface TokenRequest {
  readonly userId: number;
  readonly clientId: string;
  readonly eventDepth?: number;
}

interface Lifetimes {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

/** Events within this many milliseconds share the tokens of one user, as the events of one request do; keeps load tests small. */
const SHARED_FOR_MS = 30_000;

export class TokenStore {
  readonly #byAccess = new Map<string, Token>();
  readonly #byRefresh = new Map<string, Token>();
  readonly #codes = new Map<string, { userId: number; clientId: string; expires: number }>();
  readonly #shared = new Map<string, { token: Token; until: number }>();
  readonly #now: () => number;
  readonly #lifetimes: Lifetimes;

  constructor(now: () => number, lifetimes: Lifetimes) {
    this.#now = now;
    this.#lifetimes = lifetimes;
  }

  issue(request: TokenRequest): Token {
    const now = Math.floor(this.#now() / 1000);
    const token: Token = {
      access: randomBytes(22).toString('hex'),
      refresh: randomBytes(20).toString('hex'),
      userId: request.userId,
      clientId: request.clientId,
      expires: now + this.#lifetimes.accessSeconds,
      refreshExpires: now + this.#lifetimes.refreshSeconds,
      eventDepth: request.eventDepth ?? null,
      revoked: false,
    };
    this.#byAccess.set(token.access, token);
    this.#byRefresh.set(token.refresh, token);
    return token;
  }

  /** A token for an event: the same one for a short while, but never one that has used up a quarter of its lifetime. */
  issueForEvent(userId: number, clientId: string, eventDepth: number): Token {
    const key = `${userId}:${clientId}:${eventDepth}`;
    const known = this.#shared.get(key);
    const now = this.#now();
    if (known !== undefined && known.until > now && !known.token.revoked && known.token.expires * 1000 > now) {
      return known.token;
    }
    const token = this.issue({ userId, clientId, eventDepth });
    this.#shared.set(key, { token, until: now + Math.min(SHARED_FOR_MS, this.#lifetimes.accessSeconds * 250) });
    return token;
  }

  findAccess(access: string): Token | undefined {
    return this.#byAccess.get(access);
  }

  isExpired(token: Token): boolean {
    return token.expires * 1000 <= this.#now();
  }

  /** Trades a refresh token for a new pair; the old refresh token no longer works. Null when it is unknown, used or too old. */
  rotate(refresh: string): Token | null {
    const old = this.#byRefresh.get(refresh);
    if (old === undefined) return null;
    this.#byRefresh.delete(refresh);
    if (old.revoked || old.refreshExpires * 1000 <= this.#now()) return null;
    this.#shared.clear();
    return this.issue({ userId: old.userId, clientId: old.clientId });
  }

  /** Finds a refresh token without using it up. */
  ownerOfRefresh(refresh: string): Token | undefined {
    return this.#byRefresh.get(refresh);
  }

  /** An authorization code; lives 30 seconds (documented). */
  issueCode(userId: number, clientId: string): string {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { userId, clientId, expires: this.#now() + 30_000 });
    return code;
  }

  /** Uses a code up. Null when unknown, used or older than 30 seconds. */
  redeemCode(code: string, clientId: string): Token | null {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    if (found === undefined || found.clientId !== clientId || found.expires <= this.#now()) return null;
    return this.issue({ userId: found.userId, clientId });
  }

  /** Every access token expires now; refresh tokens stay valid. */
  expireAll(): void {
    const past = Math.floor(this.#now() / 1000) - 1;
    for (const token of this.#byAccess.values()) token.expires = Math.min(token.expires, past);
    this.#shared.clear();
  }

  /** The app left the portal: its tokens stop working for good. */
  revokeApp(clientId: string): void {
    for (const token of this.#byAccess.values()) if (token.clientId === clientId) token.revoked = true;
    this.#shared.clear();
  }
}
