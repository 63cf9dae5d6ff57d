/**
 * Ids of traces and spans in the form of W3C Trace Context. They can be derived from what the queues store, so that a process can name
 * another process's span as its parent although only the trace has passed between them.
 */
import { randomHex, sha256 } from '../encryption.ts';

/** The trace of something that was received: 32 hexadecimal digits, the same in the database, the log and a collector. */
export function newTrace(): string {
  return randomHex(16);
}

const form = /^[0-9a-f]{32}$/;

/** False for named traces, such as those of orders and set-ups, and for traces of earlier versions. */
export function isTraceId(trace: string): boolean {
  return form.test(trace);
}

/** The trace itself if it has the form of an id, a UUID without its hyphens, and otherwise an id that is always the same for this trace. */
export function traceIdOf(trace: string): string {
  if (isTraceId(trace)) return trace;
  const digits = trace.replaceAll('-', '');
  return isTraceId(digits) ? digits : sha256(trace).toString('hex', 0, 16);
}

/** The id of the span that has this role in the trace. */
export function spanIdOf(trace: string, role: string): string {
  return sha256(`${trace} ${role}`).toString('hex', 0, 8);
}

/** A random id for a span that no other process names. */
export function newSpanId(): string {
  return randomHex(8);
}

/** Digits of a trace id that decide: 52 bits, as many as a number holds exactly, from the part that W3C wants to be random. */
const decidingDigits = 13;

/** Whether a trace belongs to this share of all traces. Every process decides the same, and a larger share contains a smaller one. */
export function isInShare(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-decidingDigits), 16) < share * 16 ** decidingDigits;
}
