/** The `batch` method: up to fifty calls in one request, later ones may refer to results of earlier ones. */
import type { CallContext, MethodTable } from '../call-context.ts';
import { isYes, mapOf } from '../param-reader.ts';
import { RestError, systemError } from '../rest-error.ts';
import { isMap, type Params, parseForm, phpMap } from '../wire-format.ts';

const MAX_COMMANDS = 50;
const FORBIDDEN = new Set(['batch', 'imbot.v2.file.upload', 'upload', 'download']);
const REFERENCE = /\$result((?:\[[^\]]+\])+)/g;

interface SubCall {
  readonly method: string;
  readonly query: string;
}

function readSubCall(raw: unknown): SubCall | null {
  if (typeof raw === 'string') {
    const cut = raw.indexOf('?');
    return cut < 0 ? { method: raw, query: '' } : { method: raw.slice(0, cut), query: raw.slice(cut + 1) };
  }
  return null;
}

function lookUp(results: Params, path: string): unknown {
  return [...path.matchAll(/\[([^\]]+)\]/g)].reduce<unknown>((value, [, key = '']) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isMap(value) ? value[key] : undefined;
  }, results);
}

function resolved(value: unknown, results: Params): unknown {
  if (Array.isArray(value)) return value.map((inner) => resolved(inner, results));
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner, results)]));
  }
  if (typeof value !== 'string' || !value.includes('$result')) return value;
  const whole = /^\$result((?:\[[^\]]+\])+)$/.exec(value);
  if (whole !== null) return lookUp(results, whole[1] ?? '') ?? null;
  return value.replace(REFERENCE, (_found, path: string) => {
    const inner = lookUp(results, path);
    return typeof inner === 'string' || typeof inner === 'number' ? String(inner) : '';
  });
}

/** Runs the commands in order; errors of single commands are collected, `halt` stops at the first. */
async function batch({ params, runSub }: CallContext): Promise<unknown> {
  const commands = Array.isArray(params['cmd'])
    ? Object.fromEntries(params['cmd'].entries())
    : (mapOf(params, 'cmd') ?? {});
  const halts = isYes(params, 'halt') || params['halt'] === 1 || params['halt'] === '1';
  const results: Params = {};
  const errors: Record<string, unknown> = {};
  const times: Record<string, unknown> = {};
  let done = 0;
  for (const [id, raw] of Object.entries(commands)) {
    done += 1;
    try {
      if (done > MAX_COMMANDS) throw systemError('ERROR_BATCH_LENGTH_EXCEEDED');
      const sub = readSubCall(raw) ?? structuredSubCall(raw);
      if (sub === null) throw systemError('ERROR_METHOD_NOT_FOUND');
      if (FORBIDDEN.has(sub.method.toLowerCase())) throw systemError('ERROR_BATCH_METHOD_NOT_ALLOWED');
      const given = resolved(parseForm(sub.query), results) as Params;
      const outcome = await runSub(sub.method, given);
      results[id] = outcome.result;
      times[id] = outcome.time;
    } catch (thrown) {
      if (!(thrown instanceof RestError)) throw thrown;
      errors[id] = { error: thrown.error, error_description: thrown.message };
      if (halts) break;
    }
  }
  return {
    result: phpMap(results),
    result_error: phpMap(errors),
    result_total: [],
    result_next: [],
    result_time: phpMap(times),
  };
}

/** The server also takes `{method, params}` where params is a query string. */
function structuredSubCall(raw: unknown): SubCall | null {
  if (!isMap(raw) || typeof raw['method'] !== 'string') return null;
  return { method: raw['method'], query: typeof raw['params'] === 'string' ? raw['params'] : '' };
}

/** Basic scope; the scopes of the sub-calls are checked one by one. */
export const batchMethods: MethodTable = { batch: { scopes: [], run: batch } };
