/** Answers of the portal and of its OAuth host: JSON that pages of any origin may read (CORS). */
import type { ServerResponse } from 'node:http';
import { answerJson } from '../kit/http.ts';
import type { RestError } from './rest-error.ts';

export function answerRest(answer: ServerResponse, status: number, value: unknown): void {
  answerJson(answer, status, value, { 'access-control-allow-origin': '*' });
}

export function answerError(answer: ServerResponse, error: RestError): void {
  answerRest(answer, error.status, { error: error.error, error_description: error.message });
}

/** Answers a request whose handler failed. */
export function answerFailure(answer: ServerResponse, error: unknown): void {
  answerRest(answer, 500, {
    error: 'INTERNAL_SERVER_ERROR',
    error_description: error instanceof Error ? `Internal server error: ${error.message}` : 'Internal server error',
  });
}
