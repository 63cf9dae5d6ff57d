/** What a call into a portal needs: the address with its credentials, and a rate limiter. Implemented over the store. */
import type { AppError } from '../../core/errors.ts';

/** How to reach a portal, and with which credentials. */
export interface PortalAccess {
  readonly portal: string;
  /** Ends with `/rest/`, or with the secret of an incoming webhook. */
  readonly endpoint: string;
  /** Null in webhook mode, where the address itself is the secret. */
  readonly accessToken: string | null;
  /** Owns the bots of a portal in webhook mode: sent as CLIENT_ID, or as the bot token of `imbot.v2`. */
  readonly clientId: string | null;
  /** This call tests whether a suspended or disconnected portal works again. */
  readonly isProbe?: boolean;
}

/** Why new credentials are needed: the portal refuses the token, or it redirects to another address. */
export type RenewalReason = 'refused' | 'moved';

/** Provides tokens; implemented over the store. */
export interface TokenProvider {
  /** Throws the stored error of a portal that must not be called at the moment; the error names the delay. */
  current(portal: string): Promise<PortalAccess>;
  /**
   * Credentials newer than `stale`: those that another process has refreshed meanwhile, otherwise from a refresh. Single-flight per portal
   * over all processes. Does not wait long: throws `bitrix24.refresh_waits` or `bitrix24.oauth_away` (throttled) while the refresh continues
   * in the background.
   */
  renew(portal: string, stale: PortalAccess, reason: RenewalReason): Promise<PortalAccess>;
  /** The portal refuses even renewed credentials: stores that it is disconnected, and returns the error to throw. */
  lost(portal: string, access: PortalAccess, cause: AppError): Promise<unknown>;
  /** The portal refuses every call (not paid, moved away): stores it as suspended, and returns the error to throw. */
  suspended(access: PortalAccess, cause: AppError): Promise<unknown>;
  /** A call with `isProbe` has been answered. */
  recovered(access: PortalAccess): Promise<void>;
}

/** Limits requests to a portal across processes; implemented over the store. */
export interface PortalRateLimiter {
  /**
   * Resolves when the request may be sent. With `patienceMs` 0 it throws `bitrix24.budget` (retry after the wait) instead of waiting;
   * otherwise it waits up to that long first.
   */
  pass(portal: string, patienceMs: number): Promise<void>;
  /**
   * 0: the request may be sent. Otherwise the milliseconds after which it is worth asking again. `leaves`: the share of the budget to keep
   * free for others.
   */
  tryPass(portal: string, leaves?: number): Promise<number>;
  /** The portal reported that the limit was exceeded. */
  exhausted(portal: string): void;
}
