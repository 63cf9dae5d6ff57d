/** Validates what callers send; refusals have the text of a Go validator (`chat_id is a required field`). */
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { parseTime } from './time-format.ts';

type Issue = z.core.$ZodIssue;

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Go pointers: null means absent, at any depth. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
  if (Array.isArray(value)) return value.map(escaped);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}

function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(trimmed);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, trimmed(inner)]));
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isMap(value)) value = value[String(key)];
    else return undefined;
  }
  return value;
}

function wording(issue: Issue, root: unknown): string {
  const field = issue.path.length === 0 ? 'body' : issue.path.map(String).join('.');
  const given = valueAt(root, issue.path);
  if (given === undefined || given === '' || given === 0) return `${field} is a required field`;
  if (issue.code === 'too_big') {
    const isLength = issue.origin === 'string';
    return isLength
      ? `${field} must be a maximum of ${issue.maximum} characters in length`
      : `${field} must be ${issue.maximum} or less`;
  }
  if (issue.code === 'too_small') {
    const isLength = issue.origin === 'string';
    return isLength
      ? `${field} must be at least ${issue.minimum} character in length`
      : `${field} must be ${issue.minimum} or greater`;
  }
  if (issue.code === 'invalid_value') {
    return `${field} can contain only the following values: ${issue.values.map(String).join(', ')}`;
  }
  if (issue.code === 'custom') return `${field} ${issue.message}`;
  return `${field} has an invalid value`;
}

function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    400,
    parsed.error.issues.map((issue) => wording(issue, given)),
  );
}

/** The body as the schema describes it: nulls dropped, strings trimmed, optionally escaped. Throws a 400. */
export function readBodyAs<T>(schema: z.ZodType<T>, body: unknown, escaping: 'none' | 'html' = 'none'): T {
  const clean = trimmed(withoutNulls(body));
  const given = escaping === 'html' ? escaped(clean) : clean;
  return checked(schema, given);
}

/** Go clients send unused fields with their zero value, and the server's checks skip those: `""` and `0` mean absent. */
export function orZero<T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | undefined> {
  return z.preprocess((value) => (value === '' || value === 0 ? undefined : value), schema.optional());
}

/** A time in RFC 3339, converted to Unix milliseconds. */
export const timeField = z.string().transform((text, context) => {
  const ms = parseTime(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'must be a valid RFC 3339 date-time' });
  return z.NEVER;
});

/** int64 id of at least 1. */
export const idField = z.int().min(1);

const queryNumber = z.string().regex(/^\d+$/).transform(Number);

/** The filters that every list has. */
export const listQuery = z.object({
  since: timeField.optional(),
  until: timeField.optional(),
  since_id: queryNumber.pipe(idField).optional(),
  until_id: queryNumber.pipe(idField).optional(),
  limit: queryNumber.pipe(z.int().min(1).max(1000)).optional(),
});

export type ListQuery = z.infer<typeof listQuery>;

/** An integer in a query. */
export const queryId = queryNumber.pipe(idField);

/** `0`, `1`, `true`, `false`. */
export const queryFlag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true');

/** The query as the schema describes it; keys in `many` are arrays (repeated keys), the others take their last value. */
export function readQueryAs<T>(schema: z.ZodType<T>, query: URLSearchParams, many: readonly string[] = []): T {
  const given: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    // PHP clients write repeated keys as `id[]`.
    const key = name.replace(/\[\d*\]$/, '');
    const values = query.getAll(name).filter((value) => value !== '');
    if (values.length > 0) given[key] = many.includes(key) ? values : values.at(-1);
  }
  return checked(schema, given);
}
