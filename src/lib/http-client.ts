/**
 * The contract of calls to other servers, whichever engine carries them. Engines live in http-engine-*.ts; `app/base.ts` and
 * `cli/services.ts` choose.
 */
import type { NetworkGuard } from './network-guard.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | StreamedBody;
  /** Covers everything: waiting for a free connection, connecting, sending, and reading the answer to its last byte. */
  readonly timeoutMs: number;
  /** The longest that the remote may let no byte move, in either direction; time that our own side takes does not count. No limit when absent. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
  /** A longer answer is broken off. 8 MiB when absent. */
  readonly maxResponseBytes?: number;
}

/** A body that is read while it is sent. */
export interface StreamedBody {
  /** Read once. An error it throws is the error of the request, with the fate `none`. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes, sent as the content length; null: unknown, sent in chunks. If the body has another length, the request is broken off. */
  readonly size: number | null;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header sent several times is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came over the line: engines ask for no compression and undo none. */
  readonly body: Buffer;
}

/** An answer whose body is still coming in. */
export interface OpenedResponse extends Pick<HttpResponse, 'status' | 'headers'> {
  /** Can be read once; throws the errors of `send`. A reader that stops early breaks the answer off. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Breaks off an answer that will not be read; does nothing when it has ended. */
  cancel(): void;
}

export interface HttpClient {
  /**
   * Sends once: no retry, no redirect followed (a 3xx is an answer), any status is an answer.
   *
   * Throws the network guard's BadInput when the address must not be called, BadInput `http.bad_request` when a header is malformed, and
   * otherwise RemoteUnreachable: `http.connect` (no connection that could be written to), `http.timeout`, `http.aborted` (by the signal),
   * `http.broken` (the line broke, or this was not HTTP), `http.too_large`. The error's `fate` is `none` only when no byte of the request
   * can have left, or when a streamed body has not left completely: an incomplete request is never executed
   * (docs/platform-notes/bitrix24.md#incomplete-requests). Its text names method, host and a system error code.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Like `send`, but resolves when the head of the answer is there. Its limits of time and size hold until the last byte is read. */
  open(request: HttpRequest): Promise<OpenedResponse>;
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

/** A connection that is not established after this many milliseconds is given up, even when the request has time left. */
export const connectTimeoutMs = 10_000;
