/** What an operator command is made of. Each noun has a file of its own; command-list.ts lists them all. */
import type { Environment } from '../config.ts';
import type { Brain } from '../core/brain.ts';
import { BadInput } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Pool } from '../store/database.ts';

/** The world a command line runs in; tests bring their own. */
export interface RunOptions {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  /** Standard output: the answer alone. */
  readonly out: (text: string) => void;
  /** Standard error: problems, usage and log lines. */
  readonly err: (text: string) => void;
}

export interface CommandOption {
  readonly name: string;
  /** Stands for the value in the usage text; null: a flag without a value. */
  readonly value: string | null;
  readonly isRequired?: boolean;
  readonly text: string;
}

/** A word that follows the verb without an option's name. */
export interface Operand {
  readonly name: string;
  readonly isRequired: boolean;
}

export interface Command {
  readonly noun: string;
  /** Null for the nouns that do one thing. */
  readonly verb: string | null;
  readonly summary: string;
  readonly operand?: Operand;
  readonly options: readonly CommandOption[];
  run(line: CommandLine, context: CommandContext): Promise<Answer>;
}

/** What the operator wrote, checked against the command's options. */
export interface CommandLine {
  readonly operand: string | null;
  /** The value of an option; null when it was not given. Never empty. */
  text(name: string): string | null;
  /** The value of a required option. */
  need(name: string): string;
  has(flag: string): boolean;
}

/** What commands may use. Everything is opened at its first use and closed after the command. */
export interface CommandContext {
  readonly environment: Environment;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** The database, checked to have the shape this program knows. Throws Misconfigured `database.*` with the mend in its message. */
  database(): Promise<Pool>;
  /** Opens and seals stored secrets. Throws Misconfigured `cli.no_app_secret` when the key is not set. */
  sealer(): Promise<Sealer>;
  /** PUBLIC_URL as an origin; null when it is not set or not an address. */
  readonly publicUrl: string | null;
}

export interface Answer {
  /** Printed with `--json`. Dates become ISO texts. Never holds a secret. */
  readonly data: unknown;
  /** Printed without `--json`; no line break at its end. */
  readonly text: string;
  /** The command ran, and what it found is not as it should be: exit code 1. */
  readonly isFailure?: boolean;
}

export const usageCode = 'cli.usage';

/** The operator wrote something the command does not understand: exit code 2, with the usage text. */
export function usageError(message: string): BadInput {
  return new BadInput({ code: usageCode, message });
}

export const portalOption: CommandOption = {
  name: 'portal',
  value: 'id or domain',
  text: 'The portal (member_id or domain); may be left out while there is only one',
};

export const portalFilter: CommandOption = {
  name: 'portal',
  value: 'id or domain',
  text: 'Only this portal (member_id or domain)',
};
