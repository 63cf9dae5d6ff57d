/** Troubles a test can order: for REST calls, for the OAuth host. Each is used up by the calls it hits. */

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
  | 'die-inside'
  | 'hang';

export interface RestFault {
  /** Only this method (case ignored); absent = any. Sub-calls of a batch are not matched. */
  readonly method?: string;
  readonly times: number;
  readonly kind: RestFaultKind;
  /** For slow and slow-inside. */
  readonly ms?: number;
  /** For `redirect`: where to; another host unless given. */
  readonly location?: string;
  /** For `error`: the code to answer with (OVERLOAD_LIMIT, user_access_error…), with `status` (400 unless given). */
  readonly error?: string;
  readonly status?: number;
}

export type OAuthFaultKind = 'down' | 'invalid_grant' | 'invalid_client' | 'slow' | 'payment' | 'reset-after';

export interface OAuthFault {
  readonly times: number;
  readonly kind: OAuthFaultKind;
  readonly ms?: number;
}

interface Counted<T> {
  readonly fault: T;
  left: number;
}

export class Faults {
  #rest: Counted<RestFault>[] = [];
  #oauth: Counted<OAuthFault>[] = [];

  rest(fault: RestFault): void {
    this.#rest.push({ fault, left: fault.times });
  }

  oauth(fault: OAuthFault): void {
    this.#oauth.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#rest = [];
    this.#oauth = [];
  }

  /** The fault this call meets, if any; counts it as used. */
  takeRest(method: string): RestFault | null {
    const wanted = method.toLowerCase();
    const found = this.#rest.find(
      ({ fault, left }) => left > 0 && (fault.method === undefined || fault.method.toLowerCase() === wanted),
    );
    if (found === undefined) return null;
    found.left -= 1;
    this.#rest = this.#rest.filter(({ left }) => left > 0);
    return found.fault;
  }

  takeOAuth(): OAuthFault | null {
    const found = this.#oauth[0];
    if (found === undefined) return null;
    found.left -= 1;
    this.#oauth = this.#oauth.filter(({ left }) => left > 0);
    return found.fault;
  }
}
