/**
 * The error classes of the app: each error tells what happened (`code`), whether trying again can help (`retry`) and whether a person must
 * see it (`report`). The client that meets a foreign error translates it into one of these; nothing above translates again.
 */

/** What the caller should do next: give up, try again with the usual backoff, or try again after that many milliseconds. */
export type Retry = 'never' | 'backoff' | { readonly afterMs: number };

/**
 * Whether the remote may have executed the request although we saw an error. `none`: certainly not (refused, or never reached it).
 * `unknown`: it may have (the connection broke after the request was sent).
 */
export type Fate = 'none' | 'unknown';

export interface AppErrorOptions {
  readonly code: string;
  readonly message: string;
  readonly retry?: Retry;
  readonly report?: boolean;
  readonly fate?: Fate;
  /** The remote throttled us: not a failure of the request, and not counted as an attempt. */
  readonly isThrottled?: boolean;
  readonly cause?: unknown;
}

/** Base of every error thrown on purpose. `code` is stable and dotted (`bitrix24.expired_token`); branch on it, never on the text. */
export class AppError extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly report: boolean;
  readonly fate: Fate;
  readonly isThrottled: boolean;

  constructor(options: AppErrorOptions) {
    super(options.message);
    this.name = new.target.name;
    this.code = options.code;
    this.retry = options.retry ?? 'never';
    this.report = options.report ?? false;
    this.fate = options.fate ?? 'none';
    this.isThrottled = options.isThrottled ?? false;
    // Not enumerable, so that a serialiser cannot expose a request (and its token) with the error.
    Object.defineProperty(this, 'cause', {
      value: options.cause,
      enumerable: false,
      configurable: true,
      writable: true,
    });
  }
}

/** The remote was reached, understood the request and refused it. */
export class RemoteRefused extends AppError {
  readonly status: number;
  /** The remote has closed the account: the connection is disabled for this reason (one word), and its deliveries wait. */
  readonly disables: string | null;

  constructor(options: AppErrorOptions & { readonly status: number; readonly disables?: string }) {
    super(options);
    this.status = options.status;
    this.disables = options.disables ?? null;
  }
}

/** The remote could not be reached, broke off, or answered with something that is not its protocol. */
export class RemoteUnreachable extends AppError {
  constructor(options: AppErrorOptions) {
    super({ retry: 'backoff', ...options });
  }
}

/** Invalid data from outside; nothing was changed. `status` and `answer` are the HTTP response. */
export class BadInput extends AppError {
  readonly status: number;
  /** Body of the response where the remote's protocol defines one for refusals; otherwise the app's usual one. */
  readonly answer: unknown;

  constructor(options: AppErrorOptions & { readonly status?: number; readonly answer?: unknown }) {
    super(options);
    this.status = options.status ?? 400;
    this.answer = options.answer;
  }
}

/** A BadInput with a code and a message only. */
export function badInput(code: string, message: string, status = 400): BadInput {
  return new BadInput({ code, message, status });
}

/** This installation is configured wrongly; only an administrator can correct it. */
export class Misconfigured extends AppError {
  constructor(options: AppErrorOptions) {
    super({ report: true, ...options });
  }
}

/**
 * Any thrown value as an AppError; a foreign one becomes `internal` with the original as its cause. Its text is not repeated: it may hold a
 * secret.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AppError({
    code: 'internal',
    message: `unexpected ${kind}`,
    retry: 'backoff',
    report: true,
    cause: thrown,
  });
}

/** The result of `work`, or the AppError it throws, for callers that can go on without the result. */
export async function orProblem<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
