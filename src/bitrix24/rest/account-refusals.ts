/** Tells whether a refusal concerns one call or a portal's whole account; in the latter case the portal is left alone for a while. */
import { AppError, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import type { PortalAccess, TokenProvider } from './portal-access.ts';
import { bitrixCode, readAnswer } from './rest-errors.ts';

export interface AccountRefusals {
  /**
   * The error to throw for a refusal: the portal's own, unless it refuses every call because of its account. `ask` calls the given method of
   * the portal. Throws if it cannot find out which.
   */
  judge(
    access: PortalAccess,
    method: string,
    error: RemoteRefused,
    ask: (method: string) => Promise<HttpResponse>,
  ): Promise<unknown>;
}

/** Refusals that concern the whole account. */
const wholeAccount: ReadonlySet<string> = new Set(['PAYMENT_REQUIRED', 'PORTAL_DELETED'].map(bitrixCode));

/** Refusals that may concern the whole account. */
export const accountCodes: ReadonlySet<string> = new Set([...wholeAccount, bitrixCode('ACCESS_DENIED')]);

/** What a portal answers to an incoming webhook that was removed, or whose user was dismissed (docs/platform-notes/bitrix24.md#incoming-webhooks). */
export const deadWebhookCodes: ReadonlySet<string> = new Set(
  ['INVALID_CREDENTIALS', 'NO_AUTH_FOUND', 'authorization_error'].map(bitrixCode),
);

/** A method every token may call. */
const harmlessMethod = 'profile';

/** For this long after a portal has answered `harmlessMethod`, it counts as refusing single methods only. */
const worksForMs = 300_000;

/** The number of portals for which we remember that. */
const maxRemembered = 5_000;

/** Delay while a portal refuses every call; messages wait that long instead of becoming dead letters. */
const troubleMs = 300_000;

export function createAccountRefusals(tokenProvider: Pick<TokenProvider, 'suspended'>): AccountRefusals {
  const worksUntil = new Map<string, number>();

  /**
   * `ACCESS_DENIED` is returned for one method that this user may not call, and for all methods where the portal's plan has no REST. The
   * texts differ between portals, so we decide by a method that every token may call; we call it now and then per portal.
   */
  async function refusesEverything(portal: string, ask: (method: string) => Promise<HttpResponse>): Promise<boolean> {
    const now = performance.now();
    if ((worksUntil.get(portal) ?? 0) > now) return false;
    try {
      readAnswer({ method: harmlessMethod, ...(await ask(harmlessMethod)) });
    } catch (error) {
      if (!(error instanceof RemoteRefused)) throw refusalUnclear(error);
      if (error.code === bitrixCode('ACCESS_DENIED')) return true;
      if (error.isThrottled || error.retry !== 'never') throw error;
    }
    if (worksUntil.size >= maxRemembered) worksUntil.clear();
    worksUntil.set(portal, now + worksForMs);
    return false;
  }

  return {
    async judge(access, method, error, ask) {
      if (wholeAccount.has(error.code)) return await tokenProvider.suspended(access, error);
      if (error.code !== bitrixCode('ACCESS_DENIED') || method === harmlessMethod) return error;
      if (!(await refusesEverything(access.portal, ask))) return error;
      return await tokenProvider.suspended(access, notPaid(error));
    },
  };
}

/** The portal redirects to an address that its OAuth host does not confirm. */
export function movedElsewhere(response: HttpResponse): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.moved_elsewhere',
    status: response.status,
    message: 'the portal redirects to an address that its OAuth host does not confirm',
    retry: { afterMs: troubleMs },
    isThrottled: true,
    report: true,
  });
}

/** The portal refused the call, and we could not find out whether it refuses all calls. Nothing was done; the call may be retried. */
function refusalUnclear(cause: unknown): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.refusal_unclear',
    message: 'the portal refused a call, and did not answer when we checked whether it refuses all calls',
    cause,
  });
}

function notPaid(cause: RemoteRefused): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.payment_required',
    status: cause.status,
    message: 'the portal refuses every call: its plan has no REST, or it has not paid',
    retry: { afterMs: troubleMs },
    isThrottled: true,
    report: true,
    cause,
  });
}

/** Nothing was done, and the next attempt, which opens the file again, has the credentials that this one lacked. */
export function fileAgain(cause: unknown): AppError {
  const message = 'the portal took no file with these credentials; it is sent again with new ones';
  return new AppError({ code: 'bitrix24.file_again', message, retry: { afterMs: 0 }, cause });
}
