/** Waits until a portal that refuses requests because there are too many accepts them again. */
import { bitrixCode } from './rest-errors.ts';

/** The portal's own limit of requests is exceeded; nothing was done. */
export const exhaustedCode = bitrixCode('QUERY_LIMIT_EXCEEDED');

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'internal';

interface Patience {
  readonly patienceMs?: number;
  readonly hasPassed?: boolean;
  readonly file?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Repeats a request that the portal refused because there were too many, after the rate limiter has held it back, as long as its patience
 * lasts. A job of many calls, such as a set-up, thus goes on where it was; if it began anew each time, it would never end in a portal that
 * allows fewer calls.
 *
 * @param request gets the options with the remaining patience
 */
export async function patiently<Options extends Patience, T>(
  options: Options,
  request: (left: Options) => Promise<T>,
): Promise<T> {
  const { patienceMs = 0, hasPassed, file, signal } = options;
  const isOnce = hasPassed === true || file !== undefined;
  const end = performance.now() + patienceMs;
  for (let left = patienceMs; ; ) {
    try {
      return await request({ ...options, patienceMs: left });
    } catch (error) {
      left = end - performance.now();
      const isRefused = codeOf(error) === exhaustedCode;
      if (!isRefused || isOnce || signal?.aborted === true || left <= 0) throw error;
    }
  }
}
