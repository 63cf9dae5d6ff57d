/** Faults that a test can order for REST calls and for the OAuth host. */
import { type FaultAnswer, type FaultAnswers, OrderedFaults } from '../kit/faults.ts';
import { answerHtml } from '../kit/http.ts';
import { answerError, answerRest } from './rest-answer.ts';
import { RestError, type SystemErrorCode, systemError } from './rest-error.ts';
import type { Params } from './wire-format.ts';

export type RestFaultKind =
  | 'html502'
  | 'html503'
  | 'bare429'
  | 'html200'
  | 'null-result'
  | '500'
  | 'query-limit'
  | 'operation-limit'
  | 'portal-deleted'
  | 'expired-token'
  | 'invalid-token'
  | 'no-auth'
  | 'error'
  | 'redirect'
  | 'reset-before'
  | 'reset-after'
  | 'slow'
  | 'slow-inside'
  | 'cut'
  | 'drip'
  | 'stall'
  | 'die-inside'
  | 'gated'
  | 'hang';

export interface RestFault {
  /** Only this method (case ignored); absent = any. */
  readonly method?: string;
  /** True: only calls inside a batch meet it. Possible kinds: those that refuse, `gated`, and `die-inside`, which ends the batch before this call. */
  readonly inBatch?: boolean;
  readonly times: number;
  readonly kind: RestFaultKind;
  /** Delay of `slow` and `slow-inside`; for `drip`, the delay between two pieces. */
  readonly ms?: number;
  /** Target of `redirect`; by default another host. */
  readonly location?: string;
  /** For `error`: the code to answer with (OVERLOAD_LIMIT, user_access_error…), with `status` (400 unless given). */
  readonly error?: string;
  readonly status?: number;
  /** For `gated`: awaited before the method runs and again after it. It is called for every call that the fault meets and may let some pass. */
  readonly gate?: (moment: 'before' | 'after', params: Params) => Promise<void>;
}

export type OAuthFaultKind = 'down' | 'invalid_grant' | 'invalid_client' | 'slow' | 'payment' | 'reset-after';

export interface OAuthFault {
  readonly times: number;
  readonly kind: OAuthFaultKind;
  readonly ms?: number;
}

export class Faults {
  readonly #rest = new OrderedFaults<RestFault>();
  readonly #oauth = new OrderedFaults<OAuthFault>();

  rest(fault: RestFault): void {
    this.#rest.order(fault);
  }

  oauth(fault: OAuthFault): void {
    this.#oauth.order(fault);
  }

  clear(): void {
    this.#rest.clear();
    this.#oauth.clear();
  }

  /** The fault for this call, if any; counts it as used. */
  takeRest(method: string): RestFault | null {
    const wanted = method.toLowerCase();
    return this.#rest.take((fault) => fault.inBatch !== true && hits(fault, wanted));
  }

  /** The same for a call inside a batch. */
  takeInBatch(method: string): RestFault | null {
    const wanted = method.toLowerCase();
    return this.#rest.take((fault) => fault.inBatch === true && hits(fault, wanted));
  }

  /** The fault for this file download, if any; only faults ordered for `download` apply. */
  takeDownload(): RestFault | null {
    return this.#rest.take((fault) => fault.method === 'download');
  }

  takeOAuth(): OAuthFault | null {
    return this.#oauth.take();
  }
}

const hits = (fault: RestFault, method: string): boolean =>
  fault.method === undefined || fault.method.toLowerCase() === method;

const HTML_502 =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>';
const HTML_503 =
  '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1><hr>nginx</body></html>';
const HTML_200 = '<!DOCTYPE html><html><body>Site maintenance</body></html>';

/** The codes of faults that refuse a call. */
const REFUSALS = {
  '500': 'INTERNAL_SERVER_ERROR',
  'query-limit': 'QUERY_LIMIT_EXCEEDED',
  'operation-limit': 'OPERATION_TIME_LIMIT',
  'portal-deleted': 'PORTAL_DELETED',
  'expired-token': 'expired_token',
  'invalid-token': 'invalid_token',
  'no-auth': 'NO_AUTH_FOUND',
} as const satisfies Partial<Record<RestFaultKind, SystemErrorCode>>;

type Refusal = keyof typeof REFUSALS;

const refusing =
  (kind: Refusal): FaultAnswer<RestFault> =>
  (answer) =>
    answerError(answer, systemError(REFUSALS[kind]));

const orderedError = (fault: RestFault): RestError =>
  new RestError(fault.error ?? 'ERROR_CORE', 'Ordered by a test', fault.status ?? 400);

/** The error that such a fault puts into `result_error`; null for other kinds. */
export function refusalInBatch(fault: RestFault): RestError | null {
  if (fault.kind === 'error') return orderedError(fault);
  return Object.hasOwn(REFUSALS, fault.kind) ? systemError(REFUSALS[fault.kind as Refusal]) : null;
}

/** Answers that are given instead of the method's answer. */
export const REST_FAULT_ANSWERS: FaultAnswers<RestFault> = {
  html502: (answer) => answerHtml(answer, 502, HTML_502),
  html503: (answer) => answerHtml(answer, 503, HTML_503),
  html200: (answer) => answerHtml(answer, 200, HTML_200),
  bare429: (answer) => answer.writeHead(429, { 'retry-after': '1' }).end(),
  // A closed portal redirects every request to another address; its OAuth host does not.
  redirect: (answer, { location }) =>
    answer.writeHead(302, { location: location ?? 'https://closed.example.com/' }).end(),
  'null-result': (answer) => answerRest(answer, 200, { result: null }),
  '500': refusing('500'),
  'query-limit': refusing('query-limit'),
  'operation-limit': refusing('operation-limit'),
  'portal-deleted': refusing('portal-deleted'),
  'expired-token': refusing('expired-token'),
  'invalid-token': refusing('invalid-token'),
  'no-auth': refusing('no-auth'),
  error: (answer, fault) => answerError(answer, orderedError(fault)),
};
