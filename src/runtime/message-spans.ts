/**
 * The spans of a message on its way: `receive`, `process` for each dialog it concerns, `execute …` for each action that follows. Like the
 * log, they hold codes and ids, and no texts.
 */
import { checkAppTrace } from '../core/actions.ts';
import { isTraceId } from '../lib/tracing/trace-ids.ts';
import type { Attributes, NewSpan, RunningSpan, Tracing } from '../lib/tracing/tracing.ts';
import type { InboxRow, NewEvent } from '../store/queue/inbox.ts';
import { dialogOf } from '../store/queue/lane-names.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';

/** Null or absent: nobody wants traces. */
export type MaybeTracing = Tracing | null | undefined;

const receiveRole = 'receive';

/** Outbox rows name the dialog they come from, but not the event. */
const processRole = (botCode: string, dialogId: string): string => `process ${botCode}/${dialogId}`;

/** A trace with a name of its own instead of an id was never received: its spans have no parent. */
const ofReceived = (trace: string, role: string): string | undefined => (isTraceId(trace) ? role : undefined);

/** Traces that all portals share: each would become one endless trace. */
const sharedTraces: ReadonlySet<string> = new Set([checkAppTrace, 'uninstall']);

/** Outcomes begin with joined words; a remote may have written the rest, which is cut off. */
const wordsOf = (outcome: string): string => (/^[\w.+:-]*/.exec(outcome)?.[0] ?? '').slice(0, 100);

/** A trace with a name of its own carries that name as an attribute, because its id in the collector differs. */
const common = (trace: string, portal: string): Attributes => ({
  'bridge.portal': portal,
  ...(isTraceId(trace) ? {} : { 'bridge.trace': trace }),
});

/** To be called when the events are stored. Events of one request or page may share a trace, which gets one span. */
export function recordReceived(
  tracing: MaybeTracing,
  events: readonly Pick<NewEvent, 'trace' | 'portal' | 'source'>[],
  { kind, startedAt }: { readonly kind: 'server' | 'consumer'; readonly startedAt: number },
): void {
  if (tracing == null) return;
  const traces = new Map(events.map((event) => [event.trace, event]));
  for (const [trace, { portal, source }] of traces) {
    const attributes = { ...common(trace, portal), 'bridge.source': source };
    tracing.begin({ trace, name: 'receive', kind, role: receiveRole, startedAt, attributes })?.end();
  }
}

export interface Processed {
  readonly startedAt: number;
  /** The app made the event itself, from what another event of the trace led to. */
  readonly isOwn: boolean;
  readonly outcome: string;
  /** Null: it was processed. */
  readonly failure: 'again' | 'dead_letter' | null;
}

/** An event that is tried again has several such spans, of which only the last may be the parent of others. */
export function recordProcessed(tracing: MaybeTracing, row: Omit<InboxRow, 'body'>, processed: Processed): void {
  if (tracing == null) return;
  const { trace, portal, lane } = row;
  const { startedAt, isOwn, outcome, failure } = processed;
  const { botCode, dialogId } = dialogOf(lane);
  const role = processRole(botCode, dialogId);
  const span: NewSpan = {
    ...{ trace, name: 'process', kind: 'consumer', startedAt },
    role: isOwn || failure === 'again' ? undefined : ofReceived(trace, role),
    parentRole: ofReceived(trace, isOwn ? role : receiveRole),
    attributes: { ...common(trace, portal), 'bridge.lane': lane, 'bridge.outcome': wordsOf(outcome) },
  };
  tracing.begin(span)?.end({ error: failure === null ? null : wordsOf(outcome) });
}

/** Null: no span is wanted for it. */
export function beginExecution(tracing: MaybeTracing, row: OutboxRow, verb: 'prepare' | 'execute'): RunningSpan | null {
  if (tracing == null || sharedTraces.has(row.trace)) return null;
  const { trace, portal, lane, target, action, bot_code: botCode, dialog_id: dialogId } = row;
  return tracing.begin({
    trace,
    name: `${verb} ${action.type}`,
    kind: target === 'app' ? 'internal' : 'producer',
    parentRole: ofReceived(trace, processRole(botCode ?? '', dialogId ?? '')),
    attributes: { ...common(trace, portal), 'bridge.lane': lane, 'bridge.target': target },
  });
}

export function endExecution(span: RunningSpan, outcome: string, error: string | null): void {
  span.end({ attributes: { 'bridge.outcome': wordsOf(outcome) }, error: error === null ? null : wordsOf(error) });
}
