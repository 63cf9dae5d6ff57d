/** What is recorded of a REST call. Tokens are never recorded. */

export interface RestCall {
  readonly id: number;
  readonly method: string;
  /** Parameters as the method saw them, without credentials. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly userId: number;
  readonly appId: string | null;
  readonly status: number;
  readonly error: string | null;
  readonly ms: number;
  readonly at: number;
  /** Whether the method ran; false when the call was refused or the connection was cut before. */
  readonly executed: boolean;
  readonly inBatch: boolean;
}

const CREDENTIALS = new Set(['auth', 'access_token', 'token', 'client_secret', 'refresh_token']);

/** Parameters without credentials. */
export function withoutCredentials(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([key]) => !CREDENTIALS.has(key.toLowerCase())));
}
