/** Whose calls a request carries, for traces: calls that waited together leave from one place, and belong to several messages. */
import { expect, it } from 'vitest';
import { createBatchedCalls } from '../../../src/bitrix24/rest/batched-calls.ts';
import { batchError } from '../../../src/bitrix24/rest/rest-errors.ts';
import { currentSpans, withinSpans } from '../../../src/lib/tracing/current-spans.ts';
import { createRecordingTracing } from '../../../src/lib/tracing/recording-tracing.ts';
import type { RunningSpan } from '../../../src/lib/tracing/tracing.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const tracing = createRecordingTracing({
  exporter: { add: () => undefined, close: () => Promise.resolve() },
  share: 1,
});

function spanOf(letter: string): RunningSpan {
  const span = tracing.begin({ trace: letter.repeat(32), name: 'execute', kind: 'producer', attributes: {} });
  if (span === null) throw new Error('the trace is not recorded');
  return span;
}

/** `refused`: a method that no batch may hold. */
function setUp(refused?: string) {
  const clock = createFakeClock();
  /** Of every request: its methods, and the first letters of the traces it is made for. */
  const requests: (readonly [string, string])[] = [];
  const note = (methods: readonly string[]): void => {
    requests.push([
      methods.join(),
      currentSpans()
        .map(({ traceId }) => traceId[0])
        .join(''),
    ]);
  };
  const budget = [100, 100, 100];
  const calls = createBatchedCalls({
    clock,
    rateLimiter: { tryPass: () => Promise.resolve(budget.shift() ?? 0) },
    client: {
      async timedCall(_portal, { method }) {
        note([method]);
        return await Promise.resolve({ result: null, time: null });
      },
      async batch(_portal, batch) {
        note(batch.map(({ method }) => method));
        const error = batchError('b', { error: 'ERROR_BATCH_METHOD_NOT_ALLOWED' });
        return await Promise.resolve(
          batch.map(({ method }) => (method === refused ? { error } : { result: null, time: null })),
        );
      },
    },
  });
  const call = (method: string, spans: readonly RunningSpan[]): Promise<unknown> =>
    withinSpans(spans, () => calls.call({ portal: 'p', method, params: {}, urgency: 'answer' }));
  return { clock, call, requests };
}

it('a batch is made for all messages whose calls are in it, and for no other', async () => {
  const { clock, call, requests } = setUp();
  const all = Promise.all([call('one', [spanOf('a')]), call('two', [spanOf('b')]), call('three', [])]);
  await clock.advance(1_000);
  await all;
  expect(requests).toEqual([['one,two,three', 'ab']]);
});

it('a call that leaves the batch goes on for its own message', async () => {
  const { clock, call, requests } = setUp('two');
  const all = Promise.all([call('one', [spanOf('a')]), call('two', [spanOf('b')])]);
  await clock.advance(5_000);
  await all;
  expect(requests).toEqual([
    ['one,two', 'ab'],
    ['two', 'b'],
  ]);
});
