/**
 * The log: one JSON object per line, and no secret in any of them. Secrets are recognised by their name (a key of an object, a parameter in
 * a text), so callers may log things that hold them; what to log is the caller's choice.
 */
import type { ChildLoggerOptions, DestinationStream, Level, Logger as PinoLogger } from 'pino';
import { pino } from 'pino';
import { createLogSink, type LogSink } from './log-sink.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Lines below this level are dropped. */
  readonly level: Level | 'silent';
  /** Written on every line, to tell processes apart. */
  readonly name: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

const hidden = '[hidden]';
/** Objects nested deeper than this are cut off: nobody reads them in a log, and a cycle ends here too. */
const maxDepth = 4;
const maxListItems = 100;

/** Whole names that are secret, in lower case without dashes and underscores. `code` is that of an OAuth grant. */
const secretNames = new Set(['auth', 'authid', 'authorization', 'code', 'cookie', 'refreshid', 'setcookie']);
/** Names ending like this are secret: `access_token`, `X-Bot-Token`, `client_secret`, `apiKey`, `APPLICATION_TOKEN`. */
const secretEnding = /(?:token|secret|password|passwd|apikey|privatekey)$/;

/**
 * A pino logger with ISO time and level names. Values under secret names are hidden at any depth; texts go through maskSecrets; errors, at
 * any place, become name, code, message, stack and the codes and messages of their causes.
 */
export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      name: options.name,
      base: { name: options.name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: cleanFields,
      },
      // Errors are described by `log` already; pino's own serializer would add their every property.
      serializers: { err: (described: unknown) => described },
      hooks: {
        logMethod(args, method) {
          method.apply(this, cleanArguments(args) as typeof args);
        },
      },
    },
    options.destination ?? (options.level === 'silent' ? nowhere : openStandardLog(options.name)),
  );
  cleanBindings(logger);
  return logger;
}

const nowhere: DestinationStream = { write: () => undefined };

let standardLog: LogSink | null = null;

/** The log sink on standard output: one per process, named by the first caller. */
export function openStandardLog(name: string): LogSink {
  standardLog ??= makeStandardLog(name);
  return standardLog;
}

/** The line about lost lines has the same form as all others. */
function makeStandardLog(name: string): LogSink {
  const fixed = { level: 'warn', name, pid: process.pid };
  const lossLine = (dropped: number): string => {
    const msg = 'log lines were lost because nobody read them';
    return `${JSON.stringify({ ...fixed, time: new Date().toISOString(), dropped, msg })}\n`;
  };
  return createLogSink({ lossLine });
}

/** pino's `bindings` formatter is not inherited by child loggers, so bound fields are cleaned when they are set. Children inherit this. */
function cleanBindings(logger: Logger): void {
  type Child = (this: Logger, bindings: Record<string, unknown>, options?: ChildLoggerOptions) => Logger;
  // oxlint-disable-next-line typescript/unbound-method -- both are called with the logger that was asked
  const { child, setBindings }: { child: Child; setBindings: Logger['setBindings'] } = logger;
  Object.assign(logger, {
    child(this: Logger, bindings: Record<string, unknown>, options?: ChildLoggerOptions): Logger {
      return child.call(this, cleanFields(bindings), options);
    },
    setBindings(this: Logger, bindings: Record<string, unknown>): void {
      setBindings.call(this, cleanFields(bindings));
    },
  });
}

/**
 * Hides secrets inside free text: values of secretly named parameters (`access_token=…`, `auth%5Btoken%5D=…`), JSON members
 * (`"token":"…"`), headers (`X-Bot-Token: …`), Bearer and Basic credentials, passwords in addresses, and path parts that
 * are long and random (a webhook's secret).
 */
export function maskSecrets(text: string): string {
  return text
    .replace(credentials, `$1 ${hidden}`)
    .replace(userInAddress, `$1${hidden}@`)
    .replace(namedValue, `$1${hidden}`)
    .replace(jsonMember, `$1${hidden}$2`)
    .replace(headerLine, `$1${hidden}`)
    .replace(randomPathPart, (part, before: string, id: string) => (looksRandom(id) ? `${before}${hidden}` : part));
}

// Each name is matched from its first letter and over a bounded length, so that long texts take linear time.
const nameEnd = '(?:token|secret|password|passwd|api[-_]?key|private[-_]?key)';
const secretName = String.raw`(?<![\w-])(?:[\w-]{0,40}?${nameEnd}|auth|auth_id|refresh_id|authorization|code|cookie)`;
const headerName = String.raw`(?<![\w-])(?:[\w-]{0,40}?${nameEnd}|authorization|(?:set-)?cookie)`;
const credentials = /\b(Bearer|Basic)(?:\s|\+|%20)+[^\s"',;&\\]+/gi;
const userInAddress = /(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#@"'<>]{1,500}@/gi;
const namedValue = new RegExp(String.raw`(${secretName}(?:\]|%5D)?=)[^&\s"'<>\\]+`, 'gi');
const jsonMember = new RegExp(
  String.raw`(${secretName}\\{0,3}"\s{0,9}:\s{0,9}\\{0,3}")(?:[^"\\]|\\[^"])*(\\{0,3}")`,
  'gi',
);
const headerLine = new RegExp(String.raw`(${headerName}:\s{0,9})(?!\s|\[hidden)[^\s"',;<>\\][^"'\r\n,;<>\\]*`, 'gi');
const randomPathPart = /(\/)([\w-]{24,200})(?![\w-])/g;

/** Whether letters and digits are mixed; not a UUID, since ids of rows and messages should stay readable. */
function looksRandom(part: string): boolean {
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(part)) return false;
  return /\d/.test(part) && /[a-z]/i.test(part);
}

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, '');
  return secretNames.has(plain) || secretEnding.test(plain);
}

/** Cleans the message of a line and the values formatted into it; `log` cleans the object that the line begins with. */
function cleanArguments([first, ...others]: readonly unknown[]): unknown[] {
  const rest = others.map((other) => clean(other, 1));
  if (typeof first === 'string') return [maskSecrets(first), ...rest];
  const error = errorIn(first);
  // Without a message, pino would take the error's own, unmasked.
  if (error !== undefined && rest.length === 0) rest.push(maskSecrets(error.message));
  return [first instanceof Error ? { err: first } : first, ...rest];
}

function errorIn(first: unknown): Error | undefined {
  if (first instanceof Error) return first;
  const isObject = typeof first === 'object' && first !== null;
  return isObject && !('msg' in first) && 'err' in first && first.err instanceof Error ? first.err : undefined;
}

function cleanFields(fields: Record<string, unknown>): Record<string, unknown> {
  return cleanEntries(Object.entries(fields), 1);
}

function cleanEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    if (value !== undefined) cleaned[name] = isSecretName(name) ? hidden : clean(value, depth);
  }
  return cleaned;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return maskSecrets(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth > maxDepth) return Array.isArray(value) ? '[list]' : '[object]';
  if (value instanceof Map)
    return cleanEntries(
      [...value].map(([name, item]) => [String(name), item]),
      depth + 1,
    );
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, maxListItems).map((item) => clean(item, depth + 1));
  }
  return cleanEntries(Object.entries(value), depth + 1);
}

function describeError(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    ...codeOf(error),
    message: maskSecrets(error.message),
    stack: maskSecrets(error.stack ?? ''),
    ...causesOf(error),
  };
}

function causesOf(error: Error): { causes?: readonly Record<string, unknown>[] } {
  const causes: Record<string, unknown>[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    causes.push({ name: cause.name, ...codeOf(cause), message: maskSecrets(cause.message) });
  }
  return causes.length === 0 ? {} : { causes };
}

function codeOf(error: Error): { code?: string } {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? { code: maskSecrets(String(code)) } : {};
}
