/** Errors for tests to examine. */
import { AppError } from '../../../src/core/errors.ts';

/** The AppError with which the call rejects; fails if it resolves or rejects with anything else. */
export async function errorOf(call: Promise<unknown>): Promise<AppError> {
  const outcome = await call.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  if (!(outcome instanceof AppError)) throw new Error(`expected an AppError, got ${String(outcome)}`);
  return outcome;
}
