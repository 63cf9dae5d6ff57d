/** The types of commands. Commander parses the line; a command gets its options, opens what it needs through the context, and returns an answer. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Environment } from '../../config.ts';
import type { Brain } from '../../core/brain.ts';
import { type BadInput, badInput } from '../../core/errors.ts';
import type { Sealer } from '../../lib/encryption.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Pool } from '../../store/database.ts';

/** What a command line runs with; tests bring their own. */
export interface RunOptions {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  /** Standard output: the answer alone. */
  readonly out: (text: string) => void;
  /** Standard error: problems, help after an error, log lines, and what a command is about to do. */
  readonly err: (text: string) => void;
  /** Asks the person at the terminal; absent: nobody is there. */
  readonly ask?: Ask;
}

/** Resolves with the answer, without the spaces around it. */
export type Ask = (question: string) => Promise<string>;

export interface DatabaseToFill {
  readonly db: Pool;
  readonly url: string;
  /** The keys with which the app will open secrets; none if APP_SECRET is not set yet. */
  readonly keys: readonly Buffer[];
}

/** What commands may use. Everything is opened at its first use and closed after the command. */
export interface CommandContext {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** The database, checked to have the schema of this program. Throws Misconfigured `database.*`, whose message says how to fix it. */
  database(): Promise<Pool>;
  /** The database that a backup is restored into. It need not have tables; the embedded one is created. Throws like `database`. */
  databaseToFill(): Promise<DatabaseToFill>;
  /** Opens and seals stored secrets. Throws Misconfigured `cli.no_app_secret` when the key is not set. */
  sealer(): Promise<Sealer>;
  /** PUBLIC_URL as an origin; null when it is not set or not an address. */
  readonly publicUrl: string | null;
  /** Null: nobody is there to be asked. */
  readonly ask: Ask | null;
  /** Prints at once, on a line of its own on standard error, what the command is about to do. */
  tell(text: string): void;
  /** Runs `close` after the command; what was opened last is closed first. */
  onClose(close: () => Promise<void>): void;
}

export interface Answer {
  /** Printed with `--json`, in one line. Dates become ISO texts. Never holds a secret. */
  readonly data: unknown;
  /** Printed without `--json`; no line break at its end. */
  readonly text: string;
  /** The command ran, but found something that is not as it should be: exit code 1. */
  readonly isFailure?: boolean;
}

/** Turns a command's work into what commander calls: `.action(run(list))`. */
export type Run = <Args extends unknown[]>(
  work: (context: CommandContext, ...args: Args) => Promise<Answer>,
) => (...args: Args) => Promise<void>;

/** Adds the commands of one noun to the program. */
export type AddCommands = (program: CommandUnknownOpts, run: Run) => void;

export const usageCode = 'cli.usage';

/** The line is not understood: exit code 2, with the help of the command. */
export function usageError(message: string): BadInput {
  return badInput(usageCode, message);
}
