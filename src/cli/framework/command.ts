/** What commands are made of. Commander reads the line; a command gets its options, opens what it needs by the context, and answers. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Environment } from '../../config.ts';
import type { Brain } from '../../core/brain.ts';
import { AppError, type BadInput, badInput } from '../../core/errors.ts';
import type { Sealer } from '../../lib/encryption.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Pool } from '../../store/database.ts';

/** What a command line runs with; tests bring their own. */
export interface RunOptions {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  /** Standard output: the answer alone. */
  readonly out: (text: string) => void;
  /** Standard error: problems, help after an error, and log lines. */
  readonly err: (text: string) => void;
}

/** What commands may use. Everything is opened at its first use and closed after the command. */
export interface CommandContext {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** The database, checked to have the schema of this program. Throws Misconfigured `database.*`, whose message says how to fix it. */
  database(): Promise<Pool>;
  /** Opens and seals stored secrets. Throws Misconfigured `cli.no_app_secret` when the key is not set. */
  sealer(): Promise<Sealer>;
  /** PUBLIC_URL as an origin; null when it is not set or not an address. */
  readonly publicUrl: string | null;
  /** Runs `close` after the command; what was opened last is closed first. */
  onClose(close: () => Promise<void>): void;
}

export interface Answer {
  /** Printed with `--json`, in one line. Dates become ISO texts. Never holds a secret. */
  readonly data: unknown;
  /** Printed without `--json`; no line break at its end. */
  readonly text: string;
  /** The command ran, and what it found is not as it should be: exit code 1. */
  readonly isFailure?: boolean;
}

/** Turns a command's work into what commander calls: `.action(run(list))`. */
export type Run = <Args extends unknown[]>(
  work: (context: CommandContext, ...args: Args) => Promise<Answer>,
) => (...args: Args) => Promise<void>;

/** Adds the commands of one noun to the program. */
export type AddCommands = (program: CommandUnknownOpts, run: Run) => void;

/** What `work` gives, or the AppError it throws, for commands that go on without it. */
export async function orProblem<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

export const usageCode = 'cli.usage';

/** The line is not understood: exit code 2, with the help of the command. */
export function usageError(message: string): BadInput {
  return badInput(usageCode, message);
}
