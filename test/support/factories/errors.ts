/** Errors as tests look at them. */
import { AppError } from '../../../src/core/errors.ts';

/** What the call is refused with; fails where nothing is thrown, or something that is no error of ours. */
export async function errorOf(call: Promise<unknown>): Promise<AppError> {
  const outcome = await call.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  if (!(outcome instanceof AppError)) throw new Error(`expected an AppError, got ${String(outcome)}`);
  return outcome;
}
