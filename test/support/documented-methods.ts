/** Bitrix24's REST methods as documented: their parameters and the shape of their answers. */
import { readFileSync } from 'node:fs';

interface DocumentedParam {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
}

export interface DocumentedMethod {
  readonly page: string;
  readonly params: readonly DocumentedParam[];
  /** The `result` of every example answer on the page. */
  readonly answers: readonly unknown[];
}

const file = new URL('../fixtures/bitrix24-methods.json', import.meta.url);
const { methods } = JSON.parse(readFileSync(file, 'utf8')) as { methods: Readonly<Record<string, DocumentedMethod>> };

const byLowerName = new Map(Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]));

export const documentedMethods: readonly (readonly [string, DocumentedMethod])[] = Object.entries(methods);

/** Undocumented parameters that the server accepts according to its source of May 2026. */
const undocumentedParams: Readonly<Record<string, readonly string[]>> = {
  'imbot.v2.chat.message.send': ['skipConnector', 'silentConnector'],
  'imbot.register': ['EVENT_CONTEXT_GET'],
  'imbot.update': ['EVENT_CONTEXT_GET'],
  'imbot.command.update': ['COMMAND_ID', 'FIELDS', 'EVENT_COMMAND_ADD', 'LANG', 'LANGUAGE_ID', 'TITLE', 'PARAMS'],
};

/** Parameters whose own keys are documented too. */
const nested = new Set(['fields', 'FIELDS', 'PROPERTIES', 'properties']);

/** Problems with the parameters of a call; none for a method without a documentation page. Names are case-sensitive here. */
export function paramFaults(method: string, params: Readonly<Record<string, unknown>>): string[] {
  const known = byLowerName.get(method.toLowerCase());
  if (known === undefined) return [];
  const names = new Set([
    ...known.params.map(({ name }) => name),
    ...(undocumentedParams[method.toLowerCase()] ?? []),
    // The server ignores it except in webhook mode.
    'CLIENT_ID',
  ]);
  const sent = new Set<string>();
  const look = (part: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(part).flatMap(([name, value]) => {
      sent.add(name);
      if (!names.has(name)) return [`${method}: no parameter ${name}`];
      return nested.has(name) && isRecord(value) ? look(value) : [];
    });
  const unknown = look(params);
  const missing = known.params
    .filter(({ required, name }) => required && !sent.has(name) && !optionalInside.has(name))
    .map(({ name }) => `${method}: ${name} is missing`);
  const wrong = known.params
    .filter(({ name, type }) => type === 'integer' && name in params && !isInteger(params[name]))
    .map(({ name }) => `${method}: ${name} is no integer`);
  return [...unknown, ...missing, ...wrong];
}

/** Parameters that are required only inside their parent, or as one of two: the pages list parents and children in the same way. */
const optionalInside = new Set(['NAME', 'LAST_NAME', 'LANGUAGE_ID', 'TITLE', 'EVENT_WELCOME_MESSAGE']);

function isInteger(value: unknown): boolean {
  return Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value));
}

/** Differences between an answer and the documented one: missing or additional keys, and values of another type. */
export function shapeFaults(documented: unknown, answer: unknown, path = 'result'): string[] {
  // PHP cannot tell an empty map from an empty list.
  if (isEmptyMap(documented) || (Array.isArray(documented) && documented.length === 0)) {
    return isEmptyMap(answer) || Array.isArray(answer) || isRecord(answer) ? [] : [`${path}: ${kindOf(answer)}`];
  }
  if (documented === null || answer === null) return [];
  if (kindOf(documented) !== kindOf(answer)) return [`${path}: ${kindOf(answer)} instead of ${kindOf(documented)}`];
  if (Array.isArray(documented) && Array.isArray(answer)) return listFaults(documented, answer, path);
  if (!isRecord(documented) || !isRecord(answer)) return [];
  return recordFaults(documented, answer, path);
}

function recordFaults(
  documented: Readonly<Record<string, unknown>>,
  answer: Readonly<Record<string, unknown>>,
  path: string,
): string[] {
  if (isMapById(documented)) {
    const [example] = Object.values(documented);
    return Object.entries(answer).flatMap(([key, value]) => shapeFaults(example, value, `${path}.${key}`));
  }
  const missing = Object.keys(documented).filter((key) => !(key in answer));
  const fresh = Object.keys(answer).filter((key) => !allKeys.has(key) && !sourceKeys.has(key));
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...fresh.map((key) => `${path}.${key}: in no documented answer`),
    ...Object.keys(documented).flatMap((key) =>
      key in answer ? shapeFaults(documented[key], answer[key], `${path}.${key}`) : [],
    ),
  ];
}

function listFaults(documented: readonly unknown[], answer: readonly unknown[], path: string): string[] {
  const isDetail = detailLists.has(path.split('.').at(-1) ?? '');
  if (answer.length === 0) return isDetail ? [] : [`${path}: empty, so that nothing can be compared`];
  return answer.flatMap((value, index) => shapeFaults(documented[0], value, `${path}[${index}]`));
}

/** Lists that may be empty, for example the departments of a bot. */
const detailLists = new Set(['departments', 'readed_list', 'first_viewers']);

/** Undocumented keys that the server sends according to its source. */
const sourceKeys = new Set(['chat_id', 'author_id', 'email', 'website']);

const allKeys = new Set(Object.values(methods).flatMap(({ answers }) => keysIn(answers)));

function keysIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return isRecord(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysIn(inner)]) : [];
}

function isMapById(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).length > 0 && Object.keys(value).every((key) => /^\d+$/.test(key));
}

function isEmptyMap(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
