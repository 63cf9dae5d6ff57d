/**
 * What an administrator may ask of a brain's remote on the first day with a real account (`probe --connection`). The brain names the calls
 * and what it assumes of the answers; the app prints the calls, makes them, compares the answers, and keeps only their shapes.
 */
import type { z } from 'zod';
import type { RawEvent } from './connector.ts';

/** The probe of one connection. */
export interface BrainProbe {
  /** Asked one after the other, in this order. */
  readonly questions: readonly ProbeQuestion[];
  /** What stored messages of the connection are compared with. Absent: they are not compared. */
  readonly stored?: StoredAssumption;
  /** What to look at if an answer's headers name a rate limit or a version; none is assumed to. */
  readonly headersFollow: string;
}

/** One call that changes nothing at the remote, reaches no customer and costs nothing. */
export interface ProbeQuestion {
  /** A sentence; it also identifies the answer. */
  readonly question: string;
  /** Method and path, for example `GET /api/bot/v1/bots`. Any other call that `ask` tries is refused. */
  readonly call: string;
  /** Printed and kept in place of `call` if the administrator's own address may hold a secret. */
  readonly shownCall?: string;
  /** Makes the call by the brain's own client. If it throws an AppError, the error's code is the outcome. */
  ask(signal: AbortSignal): Promise<unknown>;
  /** What an administrator should look at if the call is refused. */
  readonly refusedFollows: string;
  /** The objects of the answer: the answer itself, or each entry of a list. Absent: its shape is kept and not compared. */
  readonly objects?: AssumedObject;
  /** Where the objects stand in the answer, as a dotted path. Absent: the answer is the object or the list. */
  readonly at?: string;
  /** Further facts that the answer shows. Pure. */
  facts?(answer: unknown): readonly ProbeFact[];
}

/** Objects of one kind, as the app reads them. Paths are dotted; lists on the way are walked through. */
export interface AssumedObject {
  /** The schema by which the app reads one; an object it refuses counts as a difference. */
  readonly schema?: z.ZodType;
  /** Paths without which the app does not work as it should. */
  readonly needed: readonly string[];
  /** All other known paths. An object none of whose fields is named is not compared inside. */
  readonly known: readonly string[];
  /** Fields that hold one of a few words. */
  readonly words: readonly AssumedWords[];
  /** The file to look at if a field is missing, new, or not readable. */
  readonly follows: string;
}

export interface AssumedWords {
  readonly path: string;
  /** Absent: every word is listed and none is a difference. */
  readonly isKnown?: (value: unknown) => boolean;
  /** The setting or the file to look at after an unknown word. */
  readonly follows: string;
}

/** Yes or no, and nothing else: facts are kept in a file. */
export interface ProbeFact {
  readonly fact: string;
  /** Null: the answers do not show it. */
  readonly value: boolean | null;
  /** Null: the app works either way. */
  readonly assumed: boolean | null;
  readonly follows: string;
}

/** Messages of the remote that the app has stored. */
export interface StoredAssumption {
  /** The kind of a message, and the object in it that is compared; null for one that the remote did not send like this. Pure. */
  read(message: RawEvent): { readonly kind: string; readonly object: unknown } | null;
  /** By kind. */
  readonly kinds: Readonly<Record<string, AssumedObject>>;
  /** What to look at after a kind that is not among these. */
  readonly unknownFollows: string;
  facts?(messages: readonly RawEvent[]): readonly ProbeFact[];
}

/** For `isKnown`: exactly one of these words. */
export function oneOf(...words: readonly string[]): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && words.includes(value);
}
