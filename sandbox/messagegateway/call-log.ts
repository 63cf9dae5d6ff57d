/** What is recorded of an API call. Tokens and keys are never recorded. */
import { withoutSecrets } from '../kit/call-log.ts';
import type { Api } from './faults.ts';

export interface ApiCallRecord {
  readonly id: number;
  readonly api: Api;
  readonly account: string;
  /** Whose token it was; empty when the token was not known. */
  readonly moduleCode: string;
  readonly method: string;
  /** Path with the query, without the API prefix. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly ms: number;
  readonly at: number;
}

const SECRETS = new Set(['token', 'apikey', 'x-bot-token', 'x-transport-token', 'register']);

/** The value as it may be recorded. */
export function shownValue(value: unknown): unknown {
  return withoutSecrets(value, SECRETS);
}
