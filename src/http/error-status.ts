/** The HTTP status an error is answered with. */
import { AppError, BadInput } from '../core/errors.ts';
import { isDatabaseAway, isDataFault } from '../store/database.ts';

export function statusOf(thrown: unknown): number {
  if (thrown instanceof BadInput) return thrown.status;
  if (isDatabaseAway(thrown)) return 503;
  // The data sent can never be stored, so a sender that repeats failed requests should not repeat this one.
  if (isDataFault(thrown)) return 400;
  if (thrown instanceof AppError) return 503;
  return isHttpError(thrown) ? thrown.status : 503;
}

/** Errors of koa and koa-body carry the status they deserve. */
function isHttpError(thrown: unknown): thrown is Error & { status: number } {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number' && thrown.status < 500;
}
