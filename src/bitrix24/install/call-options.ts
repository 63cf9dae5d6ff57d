/** The options of all calls of a set-up. */
import type { SetUpOptions } from './set-up-types.ts';

/** Each call may wait this long for the portal's rate limiter. */
export const patienceMs = 20_000;

export const callOptions = ({ signal }: Pick<SetUpOptions, 'signal'>) => ({ patienceMs, signal });
