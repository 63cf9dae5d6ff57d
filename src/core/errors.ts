/**
 * The one family of errors of the house: each says what happened (`code`), whether trying again can help (`retry`) and
 * whether a person has to see it (`report`). Translating a foreign error into one of these is the job of the client that
 * met it; nothing above translates again.
 */

/** What the caller should do next: give up, try again with the usual backoff, or try again after that many milliseconds. */
export type Retry = 'never' | 'backoff' | { readonly afterMs: number };

/**
 * Whether the far side may have carried out the request although we saw an error.
 * `none`: certainly not (refused, or never reached it). `unknown`: it may have (the line broke after the request left).
 */
export type Fate = 'none' | 'unknown';

export interface AppErrorOptions {
  readonly code: string;
  readonly message: string;
  readonly retry?: Retry;
  readonly report?: boolean;
  readonly fate?: Fate;
  /** The far side asked to be left alone: no fault of what was tried, and no attempt of it. */
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
    // Not enumerable, so that a serialiser cannot carry a request (and its token) out with the error.
    Object.defineProperty(this, 'cause', {
      value: options.cause,
      enumerable: false,
      configurable: true,
      writable: true,
    });
  }
}

/** The far side was reached, understood us and said no. */
export class RemoteRefused extends AppError {
  readonly status: number;

  constructor(options: AppErrorOptions & { readonly status: number }) {
    super(options);
    this.status = options.status;
  }
}

/** The far side could not be reached, broke off, or answered with something that is not its protocol. */
export class RemoteUnreachable extends AppError {
  constructor(options: AppErrorOptions) {
    super({ retry: 'backoff', ...options });
  }
}

/** What came in from outside is not acceptable; nothing was changed. `status` and `answer` are the HTTP answer it deserves. */
export class BadInput extends AppError {
  readonly status: number;
  /** Body of the answer where the far side's protocol has a form for refusals; the house's own form otherwise. */
  readonly answer: unknown;

  constructor(options: AppErrorOptions & { readonly status?: number; readonly answer?: unknown }) {
    super(options);
    this.status = options.status ?? 400;
    this.answer = options.answer;
  }
}

/** A BadInput of nothing but a code and a sentence. */
export function badInput(code: string, message: string, status = 400): BadInput {
  return new BadInput({ code, message, status });
}

/** This installation is set up wrongly; only an operator or an administrator can mend it. */
export class Misconfigured extends AppError {
  constructor(options: AppErrorOptions) {
    super({ report: true, ...options });
  }
}

/** Any thrown value as an AppError; a foreign one becomes `internal` with the original as its cause. Its text is not repeated: it may hold a secret. */
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
