/** Fetches a body that is passed on as it comes, in constant memory. Everything else goes through `HttpClient`. */
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { AppError, RemoteUnreachable } from '../core/errors.ts';
import { guardedConnector } from './http-engine-undici.ts';
import type { NetworkGuard } from './network-guard.ts';
import { checkNoTransaction } from './network-in-transaction.ts';

export interface StreamedResponse {
  readonly status: number;
  /** Bytes that will come; null when the server does not say. */
  readonly length: number | null;
  /** Must be read to its end or destroyed. */
  readonly body: Readable;
}

export interface StreamClient {
  /**
   * GET once: no retry, no redirect followed, any status is an answer. `signal` breaks it off at any time, also while the body is read.
   * Throws like `HttpClient`: the guard's BadInput, or RemoteUnreachable `http.broken`.
   */
  open(url: URL, signal: AbortSignal): Promise<StreamedResponse>;
  /** Breaks off what is under way and closes the connections. */
  close(): Promise<void>;
}

/** The longest silence of the server, before its answer and within the body. */
const silenceMs = 30_000;

const connections = 32;

export function createStreamClient({ guard }: { readonly guard: NetworkGuard }): StreamClient {
  const agent = new Agent({
    connections,
    pipelining: 1,
    connect: guardedConnector(guard),
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });
  return {
    async open(given, signal) {
      const url = guard.checkUrl(given);
      checkNoTransaction(`GET ${url.host}`);
      try {
        const path = `${url.pathname}${url.search}`;
        const {
          statusCode: status,
          headers,
          body,
        } = await agent.request({
          origin: url.origin,
          path,
          method: 'GET',
          signal,
        });
        return { status, length: lengthIn(headers['content-length']), body };
      } catch (error) {
        throw translate(error, url);
      }
    },
    close: () => agent.destroy(),
  };
}

function lengthIn(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

/** No cause is kept: undici's errors carry the request, and addresses of files hold tokens. */
function translate(error: unknown, url: URL): AppError {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof AppError) return at;
  return new RemoteUnreachable({ code: 'http.broken', message: `GET ${url.host} broke off`, fate: 'none' });
}
