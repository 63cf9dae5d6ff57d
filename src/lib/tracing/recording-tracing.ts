/** Tracing that records: decides which traces to record, makes spans, and gives ended spans to the exporter. */
import type { EndedSpan } from './otlp-json.ts';
import type { SpanExporter } from './span-exporter.ts';
import { isInShare, newSpanId, spanIdOf, traceIdOf } from './trace-ids.ts';
import type { NewSpan, RunningSpan, SpanEnd, Tracing } from './tracing.ts';

export interface RecordingOptions {
  readonly exporter: SpanExporter;
  /** 0 to 1: the share of traces that are recorded. */
  readonly share: number;
}

export function createRecordingTracing({ exporter, share }: RecordingOptions): Tracing {
  return {
    begin(span) {
      const traceId = traceIdOf(span.trace);
      if (!isInShare(traceId, share)) return null;
      const { trace, role, parentRole } = span;
      const spanId = role === undefined ? newSpanId() : spanIdOf(trace, role);
      const parent = parentRole === undefined ? null : { spanId: spanIdOf(trace, parentRole), isRemote: true };
      return new Span(exporter, { traceId, spanId, parent }, span);
    },
    close: () => exporter.close(),
  };
}

class Span implements RunningSpan {
  readonly #exporter: SpanExporter;
  readonly #place: Pick<EndedSpan, 'traceId' | 'spanId' | 'parent'>;
  readonly #about: Pick<NewSpan, 'name' | 'kind' | 'attributes'>;
  readonly #startedAt: number;
  #isOver = false;

  constructor(
    exporter: SpanExporter,
    place: Pick<EndedSpan, 'traceId' | 'spanId' | 'parent'>,
    about: Pick<NewSpan, 'name' | 'kind' | 'attributes' | 'startedAt'>,
  ) {
    this.#exporter = exporter;
    this.#place = place;
    this.#about = about;
    this.#startedAt = about.startedAt ?? performance.now();
  }

  get traceId(): string {
    return this.#place.traceId;
  }

  get spanId(): string {
    return this.#place.spanId;
  }

  isOver(): boolean {
    return this.#isOver;
  }

  begin(child: Pick<NewSpan, 'name' | 'kind' | 'attributes'>): RunningSpan {
    const { traceId, spanId } = this.#place;
    const place = { traceId, spanId: newSpanId(), parent: { spanId, isRemote: false } };
    return new Span(this.#exporter, place, child);
  }

  end({ attributes = {}, error = null }: SpanEnd = {}): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const offset = clockOffset();
    this.#exporter.add({
      ...this.#place,
      name: this.#about.name,
      kind: this.#about.kind,
      attributes: { ...this.#about.attributes, ...attributes },
      startMs: offset + this.#startedAt,
      endMs: offset + performance.now(),
      error,
    });
  }
}

/** The system's clock may be set while the process runs; smaller differences come from its resolution. */
const toleranceMs = 5;

let offsetMs = performance.timeOrigin;

/** The difference between the time of day and `performance.now()`, the same for all spans unless the clock was set. */
function clockOffset(): number {
  const now = Date.now() - performance.now();
  if (Math.abs(now - offsetMs) > toleranceMs) offsetMs = now;
  return offsetMs;
}
