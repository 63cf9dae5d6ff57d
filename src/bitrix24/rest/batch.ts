/** The form of `batch`: which calls may travel in one, how they are written, and how the answer is read (docs/platform-notes/bitrix24.md#batch). */
import { type AppError, RemoteRefused } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { ownerOf } from './bot-owner.ts';
import { batchError, missingInBatch, readMethodTime, type TimedResult } from './rest-errors.ts';
import { toQuery } from './to-query.ts';

/** The portal refuses the calls of a batch beyond this number. */
export const maxBatchCalls = 50;

export interface BatchCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The result of one call; each call has its own. */
export type BatchOutcome = TimedResult | { readonly error: AppError };

/** The portal drops the variables of a call after the thousandth; as JSON, outside of a batch, it takes any number. */
const maxPairs = 500;

/**
 * The portal replaces such texts anywhere by results of earlier calls of the batch: a customer could write one and be shown data of another
 * dialog.
 */
const reference = /\$(?:result|next|total|time|error)/i;

/** A call as it is written into a batch, without credentials. */
const toCommand = ({ method, params }: BatchCall): string => `${method}?${toQuery(params)}`;

/** The command of a call that may travel in a batch; null for one that has to go alone. Linear in the size of the parameters. */
export function commandFor(call: BatchCall): string | null {
  if (hasReference(call.params)) return null;
  const command = toCommand(call);
  let pairs = 1;
  for (let at = command.indexOf('&'); at >= 0; at = command.indexOf('&', at + 1)) pairs += 1;
  return pairs > maxPairs ? null : command;
}

function hasReference(value: unknown): boolean {
  if (typeof value === 'string') return reference.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasReference);
}

/** The parameters of the call `batch`. Unless `stopsAtError` is set, one call's refusal does not stop the others. */
export function batchParams(
  calls: readonly BatchCall[],
  clientId: string | null,
  stopsAtError = false,
): Record<string, unknown> {
  const commands = calls.map(({ method, params }, index) => {
    const owner = clientId === null ? {} : ownerOf(method, clientId);
    return [nameOf(index), toCommand({ method, params: { ...params, ...owner } })];
  });
  return { halt: stopsAtError ? 1 : 0, cmd: Object.fromEntries(commands) };
}

/** Not a bare number: PHP would turn the answers into a list. */
const nameOf = (index: number): string => `c${index}`;

/** The result of each call, in the order of the calls. */
export function readBatch(calls: readonly BatchCall[], answer: unknown): BatchOutcome[] {
  const part = (name: string): Record<string, unknown> => {
    const found = isRecord(answer) ? answer[name] : null;
    return isRecord(found) ? found : {};
  };
  const results = part('result');
  const errors = part('result_error');
  const times = part('result_time');
  return calls.map(({ method }, index): BatchOutcome => {
    const name = nameOf(index);
    if (Object.hasOwn(errors, name)) return { error: batchError(method, errors[name]) };
    if (!Object.hasOwn(results, name)) return { error: missingInBatch(method) };
    return { result: results[name], time: readMethodTime(times[name]) };
  });
}

/** The portal refuses the batch for good without having made any of its calls. */
export function isRefusedAsSuch(error: unknown): boolean {
  return error instanceof RemoteRefused && error.retry === 'never' && error.fate === 'none';
}
