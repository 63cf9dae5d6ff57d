/** The errors of a portal that refuses every call, or may do so. */
import { RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { HttpResponse } from '../../lib/http-client.ts';

/** Delay while a portal refuses every call; messages wait that long instead of becoming dead letters. */
const troubleMs = 300_000;

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
