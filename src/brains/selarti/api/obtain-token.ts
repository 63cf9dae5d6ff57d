/** Exchanges the API key for a bearer token: one call. Neither ever appears in an error. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError, RemoteRefused, RemoteUnreachable } from '../../../core/errors.ts';
import type { SelartiConfig } from '../config.ts';
import { jsonIn, saysFailure } from './answer-body.ts';
import { failureOf, refusedCodes, unreadable, waitAfter } from './selarti-errors.ts';
import { findToken } from './token-field.ts';

export type AuthorizationConfig = Pick<
  SelartiConfig,
  'host' | 'authPath' | 'keyField' | 'keyPlace' | 'tokenField' | 'requestTimeoutMs'
>;

const what = 'exchange of the API key';

/** Throws RemoteRefused `selarti.key_refused` where Selarti does not take the key. A failed exchange changes nothing: `fate` is none. */
export async function obtainToken(
  http: ConnectorTools['http'],
  config: AuthorizationConfig,
  apiKey: string,
): Promise<string> {
  const response = await http.send(requestWith(config, apiKey)).catch((error: unknown) => {
    throw withoutFate(error);
  });
  const { status, headers, body } = response;
  if (status === 400 || status === 401 || status === 403) throw keyRefused(status);
  if (status < 200 || status >= 300) {
    throw withoutFate(failureOf({ status, what, waitMs: waitAfter(headers, new Date()) }));
  }
  const answer = jsonIn(body);
  if (saysFailure(answer)) throw keyRefused(401);
  const token = findToken(answer, config.tokenField);
  if (token === null) throw withoutFate(unreadable(what));
  return token;
}

function requestWith(
  { host, authPath, keyField, keyPlace, requestTimeoutMs: timeoutMs }: AuthorizationConfig,
  apiKey: string,
) {
  const url = new URL(authPath, host);
  if (keyPlace === 'query') url.searchParams.set(keyField, apiKey);
  return {
    method: 'POST' as const,
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(keyPlace === 'header' ? { authorization: `Bearer ${apiKey}` } : {}),
    },
    body: JSON.stringify(keyPlace === 'body' ? { [keyField]: apiKey } : {}),
    timeoutMs,
    maxResponseBytes: 256 * 1024,
  };
}

function keyRefused(status: number): RemoteRefused {
  return new RemoteRefused({
    code: refusedCodes.key,
    message: `Selarti does not take the API key (${status}); set a new one in the connection`,
    // The app checks the account at 401.
    status: 401,
    report: true,
  });
}

/** The error with `fate` none: whatever this call did, no message was sent yet. */
function withoutFate(error: unknown): unknown {
  if (!(error instanceof AppError) || error.fate === 'none') return error;
  const { code, message, retry, isThrottled, report } = error;
  return new RemoteUnreachable({ code, message, retry, isThrottled, report, fate: 'none', cause: error });
}
