/**
 * What the rest of the app knows of traces: spans begin and end. `recording-tracing.ts` sends them to the collector; it is loaded only when
 * an administrator has named one.
 */

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Never a token, a text of a message, a path or a query: a collector may be somebody else's. */
export type Attributes = Readonly<Record<string, string | number>>;

export interface NewSpan {
  /** The trace, as stored in the queues and the log. */
  readonly trace: string;
  /** One of a few names: collectors group by it. */
  readonly name: string;
  readonly kind: SpanKind;
  /**
   * Other processes derive this span's id from the trace and this text, to name it as their parent. Absent: no process does, and the id is
   * random.
   */
  readonly role?: string | undefined;
  /** The role of the parent; absent: the span has none. */
  readonly parentRole?: string | undefined;
  /** By `performance.now()`; now when absent. */
  readonly startedAt?: number;
  readonly attributes: Attributes;
}

export interface SpanEnd {
  readonly attributes?: Attributes;
  /** An error code; null or absent: the work succeeded. */
  readonly error?: string | null;
}

export interface RunningSpan {
  readonly traceId: string;
  readonly spanId: string;
  isOver(): boolean;
  begin(child: Pick<NewSpan, 'name' | 'kind' | 'attributes'>): RunningSpan;
  /** Only the first call counts. */
  end(end?: SpanEnd): void;
}

/** None of its functions throws, and none waits for the collector. */
export interface Tracing {
  /** Null: this trace is not among those that are recorded. */
  begin(span: NewSpan): RunningSpan | null;
  /** Sends the spans that have ended, for two seconds at most. */
  close(): Promise<void>;
}
