/** An HTTP client whose calls become spans: for each call, one span per message it is made for. */
import { toAppError } from '../../core/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.ts';
import { currentSpans } from './current-spans.ts';
import type { RunningSpan } from './tracing.ts';

export interface TracedOptions {
  /** Sends `traceparent` with calls, so that the other side can continue the trace. */
  readonly tellsRemote: boolean;
}

/** For `open`, the span ends with the head of the answer. */
export function withSpans(client: HttpClient, { tellsRemote }: TracedOptions): HttpClient {
  const traced = async <R extends Pick<HttpResponse, 'status'>>(
    request: HttpRequest,
    call: (told: HttpRequest) => Promise<R>,
  ): Promise<R> => {
    const spans = beginSpans(request);
    const [first] = spans;
    if (first === undefined) return await call(request);
    try {
      const response = await call(tellsRemote ? withTraceparent(request, first) : request);
      endSpans(spans, response.status);
      return response;
    } catch (error) {
      for (const span of spans) span.end({ error: toAppError(error).code });
      throw error;
    }
  };
  return {
    send: (request) => traced(request, (told) => client.send(told)),
    open: (request) => traced(request, (told) => client.open(told)),
    close: () => client.close(),
  };
}

/** The host only: paths and queries may hold secrets. */
function beginSpans({ method, url }: HttpRequest): RunningSpan[] {
  const port = url.port === '' ? {} : { 'server.port': Number(url.port) };
  const attributes = { 'http.request.method': method, 'server.address': url.hostname, ...port };
  return currentSpans().map((span) => span.begin({ name: method, kind: 'client', attributes }));
}

function endSpans(spans: readonly RunningSpan[], status: number): void {
  const error = status >= 400 ? String(status) : null;
  for (const span of spans) span.end({ attributes: { 'http.response.status_code': status }, error });
}

/** Version 00 of W3C Trace Context; 01: the trace is recorded. */
function withTraceparent(request: HttpRequest, { traceId, spanId }: RunningSpan): HttpRequest {
  return { ...request, headers: { ...request.headers, traceparent: `00-${traceId}-${spanId}-01` } };
}
