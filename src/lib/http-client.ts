/**
 * What a call to another server is, whichever engine carries it. Engines live in http-engine-*.ts; main.ts chooses.
 */
import type { NetworkGuard } from './network-guard.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For everything: waiting for a free connection, connecting, sending, and reading the answer to its last byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A longer answer is broken off. 8 MiB when absent. */
  readonly maxResponseBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header sent several times is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came over the line: engines ask for no compression and undo none. */
  readonly body: Buffer;
}

export interface HttpClient {
  /**
   * Sends once: no retry, no redirect followed (a 3xx is an answer), any status is an answer.
   *
   * Throws the network guard's BadInput when the address must not be called, BadInput `http.bad_request` when a header is
   * malformed, and otherwise RemoteUnreachable: `http.connect` (no connection, or none left to write to), `http.timeout`,
   * `http.aborted` (by the signal), `http.broken` (the line broke, or this was not HTTP), `http.too_large`. The error's
   * `fate` is `none` only when no byte of the request can have left. Its text names method, host and a system error code.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Refuses new requests, waits for those under way, closes the connections. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly guard: NetworkGuard;
  /** Connections open to one origin at a time; more requests wait. 64 when absent. */
  readonly connectionsPerOrigin?: number;
  /** Sent when a request brings no `user-agent` of its own. */
  readonly userAgent?: string;
}

export const defaultConnectionsPerOrigin = 64;

/** An idle connection is closed after this, before most servers close theirs (Node's own closes after 5 s). */
export const idleConnectionMs = 4_000;

/** A connection that is not there after this many milliseconds is given up, even when the request has time left. */
export const connectTimeoutMs = 10_000;
