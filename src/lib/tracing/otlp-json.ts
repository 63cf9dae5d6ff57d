/** Writes spans in the JSON form of OTLP 1.x: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import type { Attributes, SpanKind } from './tracing.ts';

export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: { readonly spanId: string; readonly isRemote: boolean } | null;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly error: string | null;
}

/** Who sends the spans. */
export interface SpanSource {
  readonly name: string;
  readonly version: string;
  /** Attributes of the resource: the service and its process. */
  readonly attributes: Attributes;
}

const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };

const statusUnset = 0;
const statusError = 2;

/** Flags: the trace is sampled; it is known whether the parent is of another process; the parent is of another process. */
const sampled = 0x1;
const knowsParent = 0x100;
const parentIsRemote = 0x200;

export function toOtlpJson(source: SpanSource, spans: readonly EndedSpan[]): string {
  const scope = { name: source.name, version: source.version };
  const resource = { attributes: toKeyValues(source.attributes) };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(toSpan) }] }] });
}

function toSpan({ traceId, spanId, parent, name, kind, startMs, endMs, attributes, error }: EndedSpan) {
  return {
    traceId,
    spanId,
    ...(parent === null ? {} : { parentSpanId: parent.spanId }),
    flags: sampled | knowsParent | (parent?.isRemote === true ? parentIsRemote : 0),
    name,
    kind: kinds[kind],
    startTimeUnixNano: toNanoseconds(startMs),
    endTimeUnixNano: toNanoseconds(Math.max(startMs, endMs)),
    attributes: toKeyValues(error === null ? attributes : { ...attributes, 'error.type': error }),
    status: { code: error === null ? statusUnset : statusError },
  };
}

/** As text: a JavaScript number cannot hold nanoseconds since 1970. */
function toNanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return `${whole}${String(Math.floor((ms - whole) * 1e6)).padStart(6, '0')}`;
}

function toKeyValues(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: string | number) {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
}
