/** One-time codes by which an administrator connects an account on a brain's own page to this portal only. */
import { randomBytes } from 'node:crypto';
import type { Brain } from '../core/brain.ts';
import { badInput } from '../core/errors.ts';
import type { NoteChange } from '../portals/audit.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { codeMinutes, replaceCode } from '../store/tenants/connect-codes.ts';
import { hashOfCode } from './connector-host.ts';

/** Without letters that look like digits. 32 characters, five bits each: a code has 60 bits. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const groups = 3;
const groupLength = 4;

export interface ConnectCode {
  readonly code: string;
  /** Path of the brain's page, with the code in the fragment, so that it stays in the browser and out of logs. */
  readonly path: string;
  readonly minutes: number;
}

/** Call it for an administrator. The former code of this portal and brain is void. Throws BadInput `page.unknown_brain` (404). */
export async function newConnectCode(
  db: Pool,
  brains: readonly Brain[],
  { portal, brain: name }: { readonly portal: string; readonly brain: string },
  note: NoteChange,
): Promise<ConnectCode> {
  const brain = brains.find((one) => one.name === name);
  if (brain?.connectPath === undefined) {
    throw badInput('page.unknown_brain', 'accounts of this brain cannot be connected on a page', 404);
  }
  const code = newCode();
  await inTransaction(db, async (trx) => {
    await replaceCode(trx, portal, brain.name, hashOfCode(code));
    await note(trx, portal, { action: 'connect_code.made', subject: brain.name });
  });
  return { code, path: `/${brain.name}${brain.connectPath}#code=${code}`, minutes: codeMinutes };
}

function newCode(): string {
  const signs = [...randomBytes(groups * groupLength)].map((byte) => alphabet[byte % alphabet.length]);
  return Array.from({ length: groups }, (_, group) =>
    signs.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-');
}
