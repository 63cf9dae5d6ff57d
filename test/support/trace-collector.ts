/** A collector that takes OTLP over HTTP in JSON as strictly as the specification allows, or fails in one of several ways. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const attributesSchema = z.array(
  z.strictObject({
    key: z.string().min(1),
    value: z.union([
      z.strictObject({ stringValue: z.string() }),
      z.strictObject({ intValue: z.int() }),
      z.strictObject({ doubleValue: z.number() }),
    ]),
  }),
);
const spanSchema = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  flags: z.int(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes: attributesSchema,
  status: z.strictObject({ code: z.int().min(0).max(2) }),
});
const requestSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: attributesSchema }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(spanSchema).min(1),
        }),
      ),
    }),
  ),
});

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  /** Of its resource. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** `hangs`: never answers. `garbage`: 200, but no JSON. `breaks`: closes the connection. */
export type CollectorMode = 'takes' | 'hangs' | 'garbage' | 'breaks' | 'busy' | 'refuses';

export interface TraceCollector {
  readonly url: string;
  mode: CollectorMode;
  readonly spans: readonly CollectedSpan[];
  /** The text of all requests, for a search for what must not be in them. */
  text(): string;
  /** Headers of the last request. */
  headers(): IncomingMessage['headers'];
  requests(): number;
  close(): Promise<void>;
}

export async function startTraceCollector(mode: CollectorMode = 'takes'): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  let last: IncomingMessage['headers'] = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      last = request.headers;
      bodies.push(body);
      answer(request, response, body);
    });
  });
  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    if (collector.mode === 'hangs') return;
    if (collector.mode === 'breaks') return void request.socket.destroy();
    if (collector.mode === 'garbage') return void response.end('<html>\u0000not what you expect');
    if (collector.mode === 'busy') return void response.writeHead(503, { 'retry-after': '0' }).end();
    if (collector.mode === 'refuses') return void response.writeHead(401).end();
    const isRight = request.method === 'POST' && request.url === '/v1/traces';
    const parsed = isRight ? requestSchema.safeParse(JSON.parse(body)) : null;
    if (parsed?.success !== true) return void response.writeHead(isRight ? 400 : 404).end(parsed?.error.message);
    spans.push(...collect(parsed.data));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const collector: TraceCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode,
    spans,
    text: () => bodies.join('\n'),
    headers: () => last,
    requests: () => bodies.length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

function collect({ resourceSpans }: z.output<typeof requestSchema>): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? null,
        name: span.name,
        kind: span.kind,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        attributes: plain(span.attributes),
        isError: span.status.code === 2,
        resource: plain(resource.attributes),
      })),
    ),
  );
}

const plain = (attributes: z.output<typeof attributesSchema>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** The spans of a trace as an indented tree in the order of their beginnings; a parent that is missing is marked. */
export function treeOf(spans: readonly CollectedSpan[], traceId: string): string[] {
  const own = spans.filter((span) => span.traceId === traceId);
  const known = new Set(own.map(({ spanId }) => spanId));
  const below = (parent: string | null, depth: number): string[] =>
    own
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .toSorted((a, b) => Number(a.startNs - b.startNs))
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...below(span.spanId, depth + 1)]);
  const lost = own.filter(({ parentSpanId }) => parentSpanId !== null && !known.has(parentSpanId));
  return [...below(null, 0), ...lost.map(({ name }) => `without its parent: ${name}`)];
}
