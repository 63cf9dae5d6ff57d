/**
 * The spans that the current work is done for. A call to another server becomes a child of each of them: one request may carry the calls of
 * several messages.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunningSpan } from './tracing.ts';

const current = new AsyncLocalStorage<readonly RunningSpan[]>();
const none: readonly RunningSpan[] = [];

/** The current spans, without those that have ended: timers and loops that were started within a span may outlive it by far. */
export function currentSpans(): readonly RunningSpan[] {
  const spans = current.getStore();
  return spans === undefined ? none : spans.filter((span) => !span.isOver());
}

/** Does the work for these spans, and for no others. */
export function withinSpans<T>(spans: readonly RunningSpan[], work: () => T): T {
  // Without a collector, only this line runs.
  if (spans.length === 0 && current.getStore() === undefined) return work();
  return current.run(spans, work);
}
