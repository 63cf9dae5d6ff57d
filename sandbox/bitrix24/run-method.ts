/** Runs one REST method for a known caller: checks its name, scope and operating limit, executes and records it. No HTTP here. */
import { wait } from '../kit/wait.ts';
import type { CallContext, Outcome } from './call-context.ts';
import { withoutCredentials } from './call-log.ts';
import { isoDate } from './events/v1-message-params.ts';
import { type RestFault, refusalInBatch } from './faults.ts';
import { findMethod } from './method-list.ts';
import type { Operating, OperatingTime, RequestTime } from './operating-time.ts';
import { RestError, systemError } from './rest-error.ts';
import type { PortalState } from './state.ts';
import type { Params } from './wire-format.ts';

export interface Caller {
  readonly userId: number;
  /** Null for an incoming webhook. */
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  readonly eventDepth: number | null;
}

export interface Running {
  readonly state: PortalState;
  readonly operating: OperatingTime;
  /** Execution time of this request, all its calls together. */
  readonly requestTime: RequestTime;
  readonly fault: RestFault | null;
  /** Marks the calls inside a batch in the record. */
  readonly inBatch: boolean;
}

/** Runs one method for a caller after checking its name, its scope and the operating limit. Throws RestError. */
export async function runMethod(running: Running, caller: Caller, name: string, params: Params): Promise<Outcome> {
  const { state, operating, requestTime } = running;
  const started = Date.now();
  const began = performance.now();
  const owner = caller.clientId ?? 'webhook';
  const method = findMethod(state, name);
  const key = method === null ? name.toLowerCase() : method.name;
  let error: string | null = null;
  let status = 200;
  try {
    if (method === null) throw systemError('ERROR_METHOD_NOT_FOUND');
    const { scopes } = method.method;
    if (scopes.length > 0 && !scopes.some((scope) => caller.scopes.includes(scope)))
      throw systemError('insufficient_scope');
    if (operating.isBlocked(owner, key, requestTime)) throw systemError('OPERATION_TIME_LIMIT');
    if (key !== 'batch' && state.options.callMs > 0) await wait(state.options.callMs);
    const call: CallContext = {
      state,
      method: key,
      params,
      userId: caller.userId,
      clientId: caller.clientId,
      eventDepth: caller.eventDepth,
      interrupt: interruption(running.fault),
      runSub: (sub, given) => runInBatch(running, caller, sub, given),
    };
    const gate = running.fault?.kind === 'gated' ? running.fault.gate : undefined;
    await gate?.('before', params);
    const result = await method.method.run(call);
    await gate?.('after', params);
    const seconds = state.options.operatingCostSeconds || (performance.now() - began) / 1000;
    operating.add(owner, key, seconds, requestTime);
    return { result, time: timeBlock(started, operating.read(owner, key, requestTime)) };
  } catch (thrown) {
    error = thrown instanceof RestError ? thrown.error : 'INTERNAL_SERVER_ERROR';
    status = thrown instanceof RestError ? thrown.status : 500;
    throw thrown;
  } finally {
    state.calls.record({
      method: key,
      params: withoutCredentials(params),
      userId: caller.userId,
      appId: caller.clientId,
      status,
      error,
      ms: Math.round((performance.now() - began) * 100) / 100,
      at: started,
      executed: error === null,
      inBatch: running.inBatch,
    });
  }
}

/** A call of a batch, with the fault that was ordered for such calls. */
async function runInBatch(running: Running, caller: Caller, name: string, params: Params): Promise<Outcome> {
  const fault = running.state.faults.takeInBatch(name);
  if (fault?.kind === 'die-inside') throw new PortalDied();
  const refusal = fault === null ? null : refusalInBatch(fault);
  if (refusal !== null) throw refusal;
  return await runMethod({ ...running, fault, inBatch: true }, caller, name, params);
}

/** The PHP process died: what it has done so far stays done, and the caller gets no answer. */
export class PortalDied extends Error {}

function interruption(fault: RestFault | null): (() => Promise<void>) | null {
  if (fault?.kind === 'slow-inside') return () => wait(fault.ms ?? 1_000);
  if (fault?.kind === 'die-inside') return () => Promise.reject(new Error('the PHP process died'));
  return null;
}

/** Seconds as the envelope shows them. */
function timeBlock(started: number, used: Operating): Outcome['time'] {
  const finished = Date.now();
  return {
    start: started / 1000,
    finish: finished / 1000,
    duration: (finished - started) / 1000,
    processing: (finished - started) / 1000,
    date_start: isoDate(started),
    date_finish: isoDate(finished),
    operating_reset_at: used.resetAt,
    operating: Math.round(used.operating * 1000) / 1000,
  };
}
