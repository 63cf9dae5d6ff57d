/** The errors of the portal client that are about the portal as a whole, or about a call that it cannot repeat by itself. */
import { AppError, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { HttpResponse } from '../../lib/http-client.ts';

/** Delay while a portal refuses every call; messages wait that long instead of becoming dead letters. */
const troubleMs = 300_000;

/** The portal sends its callers to an address that may be anybody's. */
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

/** The portal refused the call, and whether it refuses all calls could not be found out: nothing was done, and it may be retried. */
export function refusalUnclear(cause: unknown): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.refusal_unclear',
    message: 'the portal refused a call, and did not answer when we checked whether it refuses all calls',
    cause,
  });
}

/** The portal refuses every call because of its account. */
export function notPaid(cause: RemoteRefused): RemoteRefused {
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
