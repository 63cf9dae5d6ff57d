import { describe, expect, it } from 'vitest';
import type { EndedSpan } from '../../../src/lib/tracing/otlp-json.ts';
import { createRecordingTracing } from '../../../src/lib/tracing/recording-tracing.ts';
import { traceIdOf } from '../../../src/lib/tracing/trace-ids.ts';
import { beginExecution, endExecution, recordProcessed, recordReceived } from '../../../src/runtime/message-spans.ts';
import type { InboxRow } from '../../../src/store/queue/inbox.ts';
import type { OutboxRow } from '../../../src/store/queue/outbox.ts';

const received = '0af7651916cd43dd8448eb211c80319c';
const portal = 'p1';

function setUp() {
  const ended: EndedSpan[] = [];
  const exporter = { add: (span: EndedSpan) => void ended.push(span), close: () => Promise.resolve() };
  return { ended, tracing: createRecordingTracing({ exporter, share: 1 }) };
}

const eventOf = (trace: string, lane = 'bridge_line/chat7'): Omit<InboxRow, 'body'> => ({
  ...{ portal, lane, seq: 1, source: 'bitrix24', connection_id: null, ingress: null, trace, received_at: new Date() },
});

const actionOf = (trace: string, dialogId: string | null = 'chat7'): OutboxRow => ({
  ...{ portal, lane: 'bridge_line/chat7>brain', seq: 1, key: 'k', target: 'brain', trace, attempted_at: null },
  ...{ bot_code: dialogId === null ? null : 'bridge_line', dialog_id: dialogId, created_at: new Date() },
  action: { type: 'receipt', remoteMessageId: '1', portalMessageId: null, error: null },
});

const processed = { startedAt: 0, isOwn: false, outcome: 'forwarded', failure: null } as const;

describe('spans of a message', () => {
  it('hang together by the trace and the dialog alone', () => {
    const { ended, tracing } = setUp();
    recordReceived(tracing, [eventOf(received), eventOf(received)], { kind: 'server', startedAt: 0 });
    recordProcessed(tracing, eventOf(received), processed);
    recordProcessed(tracing, eventOf(received), { ...processed, isOwn: true });
    beginExecution(tracing, actionOf(received), 'execute')?.end();
    const [receive, process, own, execute] = ended;
    expect(ended).toHaveLength(4);
    expect(receive?.parent).toBeNull();
    expect(process?.parent?.spanId).toBe(receive?.spanId);
    expect(own?.parent?.spanId).toBe(process?.spanId);
    expect(own?.spanId).not.toBe(process?.spanId);
    expect(execute?.parent?.spanId).toBe(process?.spanId);
  });

  it('of several dialogs are told apart', () => {
    const { ended, tracing } = setUp();
    recordProcessed(tracing, eventOf(received), processed);
    recordProcessed(tracing, eventOf(received, 'bridge_line/chat8'), processed);
    beginExecution(tracing, actionOf(received, 'chat8'), 'execute')?.end();
    expect(ended[2]?.parent?.spanId).toBe(ended[1]?.spanId);
    expect(ended[1]?.spanId).not.toBe(ended[0]?.spanId);
  });

  it('leave the id that others name to the attempt that counts', () => {
    const { ended, tracing } = setUp();
    for (const failure of ['again', 'again', 'dead_letter'] as const)
      recordProcessed(tracing, eventOf(received), { ...processed, outcome: 'broken', failure });
    beginExecution(tracing, actionOf(received), 'execute')?.end();
    expect(new Set(ended.map(({ spanId }) => spanId)).size).toBe(4);
    expect(ended[3]?.parent?.spanId).toBe(ended[2]?.spanId);
    expect(ended.slice(0, 3).map(({ error }) => error)).toEqual(['broken', 'broken', 'broken']);
  });

  it('of an order stand side by side, and tell its name', () => {
    const { ended, tracing } = setUp();
    recordProcessed(tracing, eventOf('order-12'), processed);
    beginExecution(tracing, actionOf('order-12'), 'execute')?.end();
    expect(ended.map(({ parent, traceId }) => [parent, traceId])).toEqual(
      Array.from({ length: 2 }, () => [null, traceIdOf('order-12')]),
    );
    expect(ended.map(({ attributes }) => attributes['bridge.trace'])).toEqual(['order-12', 'order-12']);
  });

  it.each(['check-app', 'uninstall'])('of what is always called %s are not recorded', (trace) => {
    expect(beginExecution(setUp().tracing, actionOf(trace, null), 'execute')).toBeNull();
  });

  it.each([
    ['delivered, with warnings: Anna said no', 'delivered'],
    ['sent+without_keyboard', 'sent+without_keyboard'],
    [`x${'y'.repeat(200)}`, `x${'y'.repeat(99)}`],
  ])('tell of the outcome %j only %j', (outcome, told) => {
    const { ended, tracing } = setUp();
    const span = beginExecution(tracing, actionOf(received), 'execute');
    if (span !== null) endExecution(span, outcome, outcome);
    expect(ended).toMatchObject([{ error: told, attributes: { 'bridge.outcome': told } }]);
  });

  it('are nothing where nobody wants them', () => {
    expect(beginExecution(null, actionOf(received), 'execute')).toBeNull();
  });
});
