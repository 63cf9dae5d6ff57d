/** Optional parts of a brain: requests, chat commands, the pace of messages, counters and figures. */
import type { z } from 'zod';
import type { Language } from './language.ts';
import type { Texts } from './texts.ts';

/** What a person or a timer may ask of a brain for one conversation, for example to run a script. */
export interface BrainRequestForm {
  /** Lower-case Latin letters, digits and `_`, at most 32. */
  readonly name: string;
  readonly title: Texts;
  readonly help: Texts;
  /** The parameters; keys with `field()` are shown in forms. Parameters that the schema refuses never reach `deliver`. */
  readonly schema: z.ZodObject;
}

/** A command that employees type to a bot of the brain: it sends a request for that conversation. */
export interface BrainCommand {
  /** Without the slash: lower-case Latin letters and digits, at most 20; not one of the app's own commands. */
  readonly name: string;
  readonly title: Texts;
  /** What is typed after the name, as the list of commands shows it; empty texts if nothing is. */
  readonly params: Texts;
  /** The name of the request that is sent. */
  readonly request: string;
  /** Parses the typed text into the request's parameters; null: it cannot be understood, and the employee is shown how to type it. Pure. */
  read(params: string): Readonly<Record<string, unknown>> | null;
}

/** What the first settings of a new account may depend on. */
export interface NewAccount {
  /** The language of the administrator who connects it. */
  readonly language: Language;
  /** The administrator's BRAIN_SETTINGS for this brain, as parsed by its `settingsSchema`. */
  readonly settings: unknown;
}

/** Which account of the remote a config is for. */
export interface AccountName {
  /** What people call the account: the title of its connection unless they give another one. */
  readonly title: string;
  /** A UUID, always the same for one account. It proves nothing. Connections that await their portal are found by it. */
  readonly id: string;
}

/** How fast messages of a conversation are handed to the brain. */
export interface Pace {
  /**
   * Messages of one author that follow each other within `quietMs` are delivered as one, at the latest `maxMs` after the first. Absent:
   * each is delivered at once.
   */
  readonly burst?: { readonly quietMs: number; readonly maxMs: number };
}

/** A counter of a brain, summed over all connections: `bot_bridge_brain_total{brain,counter}` in `/metrics`. */
export interface BrainCounter {
  /** Lower-case Latin letters, digits and `_`. */
  readonly name: string;
  readonly title: Texts;
  readonly help: Texts;
}

/** One thing that an administrator wants to know of a connection, for example messages paid for today. */
export interface BrainFigure {
  readonly title: Texts;
  readonly value: string;
}
