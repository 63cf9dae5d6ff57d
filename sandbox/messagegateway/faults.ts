/** Troubles a test can order for API calls. Each is used up by the calls it hits. */

export type Api = 'crm' | 'bot' | 'transport' | 'ws';

export type FaultKind = 500 | 503 | 429 | 'slow' | 'hang' | 'reset-before' | 'reset-after' | 'html';

export interface Fault {
  readonly api: Api;
  /** Only calls whose path ends with or contains this; absent = any. */
  readonly path?: string;
  /** Only this HTTP method; absent = any. */
  readonly method?: string;
  readonly times: number;
  readonly kind: FaultKind;
  /** For slow; 3 000 when absent. */
  readonly ms?: number;
}

export class Faults {
  #ordered: { readonly fault: Fault; left: number }[] = [];

  order(fault: Fault): void {
    this.#ordered.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#ordered = [];
  }

  /** The fault this call meets, if any; counts it as used. */
  take(api: Api, method: string, path: string): Fault | null {
    if (this.#ordered.length === 0) return null;
    const found = this.#ordered.find(
      ({ fault }) =>
        fault.api === api &&
        (fault.path === undefined || path.includes(fault.path)) &&
        (fault.method === undefined || fault.method === method),
    );
    if (found === undefined) return null;
    found.left -= 1;
    this.#ordered = this.#ordered.filter(({ left }) => left > 0);
    return found.fault;
  }
}
