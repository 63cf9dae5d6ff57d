/** The errors that say why a portal cannot be called at the moment. All but one count as throttled: what waits goes on when the portal is back. */
import { type AppError, RemoteRefused, RemoteUnreachable } from '../core/errors.ts';
import type { TokenRow } from '../store/tenants/tokens.ts';

export function notInstalled(): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.not_installed',
    status: 403,
    message: 'the app is not installed in this portal (any more)',
  });
}

export function disconnected(cause: AppError): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: `the portal refuses the app's tokens (${cause.code}); an administrator must open the app in the portal once`,
    retry: { afterMs: 120_000 },
    isThrottled: true,
    report: true,
    cause,
  });
}

/** For a refused refresh after one whose end nobody saw: tells a person what has probably happened to the pair. */
export function pairLost(cause: AppError, lostAt: Date): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: `the portal's tokens were being exchanged at ${lostAt.toISOString()} when the answer or the process was lost, and the former ones are no longer accepted; an administrator must open the app in the portal once`,
    retry: { afterMs: 120_000 },
    isThrottled: true,
    report: true,
    cause,
  });
}

export function overtaken(cause: AppError): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.tokens_changed',
    status: 401,
    message: 'the portal got other tokens while a call was made with the former ones',
    retry: { afterMs: 200 },
    isThrottled: true,
    cause,
  });
}

export function webhookDead(cause?: AppError): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: 'the portal no longer accepts its incoming webhook; add the portal again with a living one (portals add)',
    retry: { afterMs: 60_000 },
    isThrottled: true,
    report: true,
    cause,
  });
}

/** Looking whether a hold is over costs one short statement, and a wakeup may be missed by a lane that is just being written. */
const longestRetryMs = 60_000;

/** A hold this short is about to end with the answer to the one call that is tried. */
const soonMs = 30_000;

/** The portal is left alone; its `backoff_code` says why. */
export function held(token: Pick<TokenRow, 'backoff_code'>, leftMs: number): RemoteRefused {
  const code = token.backoff_code ?? 'bitrix24.disconnected';
  return new RemoteRefused({
    code,
    status: 403,
    message: `the portal is left alone for a while, because of ${code}`,
    retry: { afterMs: leftMs <= soonMs ? 3_000 : Math.min(Math.ceil(leftMs), longestRetryMs) },
    isThrottled: true,
  });
}

/** The refresh goes on, here or in another process; the caller does not wait for it. */
export function refreshWaits(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.refresh_waits',
    message: "the portal's tokens are being renewed, which takes a while",
    retry: { afterMs: 1_000 },
    isThrottled: true,
  });
}

/** The OAuth host could not be asked. Even if the refresh succeeded there, the call that needed it was not made. */
export function oauthAway(cause: AppError): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.oauth_away',
    message: `the OAuth host cannot be asked now: ${cause.message}`,
    retry: typeof cause.retry === 'object' ? cause.retry : 'backoff',
    isThrottled: true,
    cause,
  });
}
