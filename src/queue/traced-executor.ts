/** Executes actions within spans, so that the calls they make become part of their message's trace. */
import { toAppError } from '../core/errors.ts';
import { withinSpans } from '../lib/tracing/current-spans.ts';
import type { Tracing } from '../lib/tracing/tracing.ts';
import { beginExecution, endExecution } from '../runtime/message-spans.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';
import type { Executor } from './execute-action.ts';

export function withExecutionSpans(executor: Executor, tracing: Tracing): Executor {
  async function traced<R>(
    row: OutboxRow,
    verb: 'prepare' | 'execute',
    { work, outcomeOf }: { readonly work: () => Promise<R>; readonly outcomeOf: (result: R) => string },
  ): Promise<R> {
    const span = beginExecution(tracing, row, verb);
    if (span === null) return await withinSpans([], work);
    try {
      const result = await withinSpans([span], work);
      endExecution(span, outcomeOf(result), null);
      return result;
    } catch (error) {
      const { code } = toAppError(error);
      endExecution(span, code, code);
      throw error;
    }
  }
  return {
    isRepeatable: (row) => executor.isRepeatable(row),
    wantsReceipts: (row) => executor.wantsReceipts(row),
    async prepare(row, signal) {
      const work = () => executor.prepare(row, signal);
      // Only files are opened before an attempt.
      if (row.action.type !== 'send_file') return await work();
      return await traced(row, 'prepare', { work, outcomeOf: (file) => (file === null ? 'nothing' : 'opened') });
    },
    async execute(row, prepared, attempt) {
      const work = () => executor.execute(row, prepared, attempt);
      return await traced(row, 'execute', { work, outcomeOf: ({ outcome }) => outcome });
    },
  };
}
