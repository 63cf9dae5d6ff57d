/** The `batch` method: up to fifty calls in one request, later ones may refer to results of earlier ones. */
import type { CallContext, MethodTable } from '../call-context.ts';
import { isYes, mapOf } from '../param-reader.ts';
import { RestError, systemError } from '../rest-error.ts';
import { isMap, type Params, parseForm, phpMap } from '../wire-format.ts';

const MAX_COMMANDS = 50;
const FORBIDDEN = new Set(['batch', 'imbot.v2.file.upload', 'upload', 'download']);

/** References as the server finds them: `$` and one of these names in any case, with everything up to the next blank. */
const REFERENCE = /\$(result|next|total|time|error)(\S*)/gi;

/** PHP's `max_input_vars`: `parse_str` drops all variables after this many. */
const MAX_VARIABLES = 1_000;

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

/** The results of the calls before this one; a call may refer to any of them. */
interface SoFar {
  readonly result: Params;
  readonly error: Params;
  readonly time: Params;
  readonly next: Params;
  readonly total: Params;
}

/** Follows the path into the value as far as it leads; null when there is no path. */
function lookUp(start: unknown, path: string): { readonly value: unknown } | null {
  const keys = [...path.matchAll(/\[([^\]]+)\]/g)].map(([, key = '']) => key);
  if (keys.length === 0) return null;
  let value = start;
  for (const key of keys) {
    const inner: unknown = Array.isArray(value) ? value[Number(key)] : isMap(value) ? value[key] : undefined;
    if (inner === undefined || inner === null) break;
    value = inner;
  }
  return { value };
}

function resolved(value: unknown, soFar: SoFar): unknown {
  if (Array.isArray(value)) return value.map((inner) => resolved(inner, soFar));
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner, soFar)]));
  }
  if (typeof value !== 'string' || !value.includes('$')) return value;
  let text: unknown = value;
  for (const [found, name = '', path = ''] of value.matchAll(REFERENCE)) {
    // The server looks the name up exactly as it was written, so a name in any other case finds nothing.
    const target = lookUp(Object.hasOwn(soFar, name) ? soFar[name as keyof SoFar] : undefined, path);
    if (target === null) continue;
    if (found === text) return target.value ?? null;
    const { value: inner } = target;
    if ((typeof inner === 'string' || typeof inner === 'number') && typeof text === 'string')
      text = text.replaceAll(found, String(inner));
  }
  return text;
}

function readQuery(query: string): Params {
  return parseForm(query.split('&').slice(0, MAX_VARIABLES).join('&'));
}

/** Runs the commands in order; errors of single commands are collected, `halt` stops at the first. */
async function batch({ params, runSub }: CallContext): Promise<unknown> {
  const commands = Array.isArray(params['cmd'])
    ? Object.fromEntries(params['cmd'].entries())
    : (mapOf(params, 'cmd') ?? {});
  const halts = isYes(params, 'halt') || params['halt'] === 1 || params['halt'] === '1';
  const soFar: SoFar = { result: {}, error: {}, time: {}, next: {}, total: {} };
  let done = 0;
  for (const [id, raw] of Object.entries(commands)) {
    done += 1;
    try {
      if (done > MAX_COMMANDS) throw systemError('ERROR_BATCH_LENGTH_EXCEEDED');
      const sub = readSubCall(raw) ?? structuredSubCall(raw);
      if (sub === null) throw systemError('ERROR_METHOD_NOT_FOUND');
      if (FORBIDDEN.has(sub.method.toLowerCase())) throw systemError('ERROR_BATCH_METHOD_NOT_ALLOWED');
      const given = resolved(readQuery(sub.query), soFar) as Params;
      const outcome = await runSub(sub.method, given);
      soFar.result[id] = outcome.result;
      soFar.time[id] = outcome.time;
    } catch (thrown) {
      if (!(thrown instanceof RestError)) throw thrown;
      soFar.error[id] = { error: thrown.error, error_description: thrown.message };
      if (halts) break;
    }
  }
  return {
    result: phpMap(soFar.result),
    result_error: phpMap(soFar.error),
    result_total: [],
    result_next: [],
    result_time: phpMap(soFar.time),
  };
}

/** The server also takes `{method, params}` where params is a query string. */
function structuredSubCall(raw: unknown): SubCall | null {
  if (!isMap(raw) || typeof raw['method'] !== 'string') return null;
  return { method: raw['method'], query: typeof raw['params'] === 'string' ? raw['params'] : '' };
}

/** Basic scope; the scopes of the sub-calls are checked one by one. */
export const batchMethods: MethodTable = { batch: { scopes: [], run: batch } };
