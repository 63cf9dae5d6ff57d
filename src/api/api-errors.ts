/** The answers to errors of the API. */
import type { Brain } from '../core/brain.ts';
import { AppError, badInput, RemoteRefused, RemoteUnreachable, toAppError } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import { statusOf } from '../http/error-status.ts';
import { InvalidRequest } from './endpoint.ts';
import { errorText } from './error-texts.ts';
import type { ErrorAnswer } from './schemas/common.ts';

export interface Failure {
  readonly status: number;
  readonly answer: ErrorAnswer;
}

/** Turns an error into an answer. An error not meant for readers (of the database, or a defect) is answered as `unavailable`. */
export function failureOf(
  thrown: unknown,
  language: Language,
  brains: readonly Pick<Brain, 'problemTexts'>[] = [],
): Failure {
  // What a remote refuses, it refuses again: the administrator has to change something.
  const status = thrown instanceof RemoteRefused && !thrown.isThrottled ? 422 : statusOf(thrown);
  const isForReaders = status < 500 ? thrown instanceof AppError : thrown instanceof RemoteUnreachable;
  const { code, message } = isForReaders ? toAppError(thrown) : unavailable;
  const problems = thrown instanceof InvalidRequest ? { problems: [...thrown.problems] } : {};
  return { status, answer: { error: { code, message: errorText({ code, message }, language, brains), ...problems } } };
}

const unavailable = { code: 'unavailable', message: '' } as const;

export const sessionOver = () => badInput('page.session_over', 'the page is too old; open it again', 401);

export const notAllowed = () => badInput('page.not_allowed', 'the visitor may not do this', 403);

export const tooMany = () => badInput('api.too_many', 'too many attempts; try again in a minute', 429);

export const unknownAddress = () => badInput('api.unknown', 'there is no such endpoint', 404);

export const unreadable = () => badInput('api.unreadable', 'the body is not JSON');
