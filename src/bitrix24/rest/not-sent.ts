/** Errors of calls that we did not send, to keep within a portal's limits: nothing was done, and nothing failed. */
import { RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';

/** The portal's request budget is used up: the lane waits, and the attempt is not counted. */
export const budgetCode = 'bitrix24.budget';

/** The method has used up most of its execution time: the lane waits, and the attempt is not counted. */
export const operatingCode = 'bitrix24.operating';

/** An optional call was left out, because the budget is kept for answers. */
export const budgetScarceCode = 'bitrix24.budget_scarce';

export function budgetUsedUp(waitMs: number): RemoteRefused {
  return new RemoteRefused({
    code: budgetCode,
    status: 429,
    message: "no call may leave now: the portal's request budget is used up",
    retry: { afterMs: Math.ceil(waitMs) },
  });
}

export function heldBack(method: string, delayMs: number): RemoteRefused {
  return new RemoteRefused({
    code: operatingCode,
    status: 429,
    message: `${method} has used up most of the time the portal allows it`,
    retry: { afterMs: Math.ceil(delayMs) },
  });
}

export function leftOut(method: string): RemoteRefused {
  return new RemoteRefused({
    code: budgetScarceCode,
    status: 429,
    message: `${method} was left out: the portal's request budget is kept for answers`,
  });
}

export function brokenOff(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'http.aborted',
    message: "a call was broken off while it waited for the portal's budget",
  });
}
