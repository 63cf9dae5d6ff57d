/** Seals all stored secrets anew with the current key, while the app goes on, so that the former key can be thrown away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import { tokenContext } from '../portals/token-context.ts';
import type { Pool } from '../store/database.ts';
import {
  countSealedByKey,
  listSealedOtherwise,
  replaceSealed,
  type SealedColumn,
  type SealedSecret,
  sealedColumns,
} from '../store/sealed-columns.ts';
import { awaitingContext } from './awaiting-connections.ts';
import { configContext, webhookContext } from './stored-connection.ts';

/** By `table.column`: the context a secret of that column is sealed under. */
const contexts: Readonly<Record<string, (subject: string) => string>> = {
  'portal_token.access_sealed': tokenContext.access,
  'portal_token.refresh_sealed': tokenContext.refresh,
  'connection.config_sealed': configContext,
  'connection.webhook_secret_sealed': webhookContext,
  'awaiting_connection.config_sealed': awaitingContext,
};

/** The context of a secret in this column. */
export function sealedContext({ table, column }: SealedColumn, subject: string): string {
  const context = contexts[`${table}.${column}`];
  if (context === undefined) throw new Error(`nobody knows under which context ${table}.${column} is sealed`);
  return context(subject);
}

export interface ResealOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  /** The id of the current key, see `keyIdOf`. */
  readonly keyId: string;
  /** How many passes there are, and how far apart, for secrets that another process is just replacing. */
  readonly passes?: number;
  readonly pauseMs?: number;
}

export interface Resealed {
  readonly resealed: number;
  /** Secrets that neither key opens, by their place. Nobody can use them. */
  readonly lost: readonly string[];
  /** Secrets that are still sealed with another key, without the lost ones. 0: the former key is not needed for anything stored. */
  readonly left: number;
}

/** So many secrets are read at a time. */
const step = 200;

/** Repeats until nothing is left that can be sealed anew, or the passes are used up. */
export async function resealAll(options: ResealOptions): Promise<Resealed> {
  const { db, keyId, passes = 30, pauseMs = 2_000 } = options;
  let resealed = 0;
  for (let pass = 1; ; pass += 1) {
    const lost: string[] = [];
    for (const column of sealedColumns) resealed += await resealColumn(options, column, lost);
    const byKey = await countSealedByKey(db);
    const otherwise = [...byKey].reduce((total, [id, count]) => (id === keyId ? total : total + count), 0);
    const left = Math.max(0, otherwise - lost.length);
    if (left === 0 || pass >= passes) return { resealed, lost, left };
    await sleep(pauseMs);
  }
}

async function resealColumn(
  { db, sealer, keyId }: ResealOptions,
  column: SealedColumn,
  lost: string[],
): Promise<number> {
  let resealed = 0;
  let after: readonly string[] | null = null;
  for (;;) {
    const secrets: readonly SealedSecret[] = await listSealedOtherwise(db, column, { keyId, after, limit: step });
    for (const secret of secrets) {
      const anew = resealOne(sealer, sealedContext(column, secret.subject), secret.sealed);
      if (anew === null) lost.push(`${column.table}.${column.column} of ${secret.key.join('/')}`);
      else if (await replaceSealed(db, column, secret, anew)) resealed += 1;
    }
    after = secrets.at(-1)?.key ?? null;
    if (secrets.length < step) return resealed;
  }
}

/** Null when neither key opens it. */
function resealOne(sealer: Sealer, context: string, sealed: Buffer): Buffer | null {
  try {
    return sealer.seal(sealer.open(sealed, context), context);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('encryption.')) return null;
    throw error;
  }
}
