/** `POST /bitrix24/app/connect-code`: shows an administrator a one-time code that connects an account of a brain to this portal only. */
import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { hashOfCode } from '../connections/connector-host.ts';
import type { Brain } from '../core/brain.ts';
import { BadInput } from '../core/errors.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { codeMinutes, replaceCode } from '../store/tenants/connect-codes.ts';
import { firstValues } from './first-values.ts';
import type { PageSession } from './page-session.ts';

/** Without letters that look like digits. 32 characters, five bits each: a code has 60 bits. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const groups = 3;
const groupLength = 4;

/** The brains whose accounts an administrator may connect on the page. */
export function connectable(brains: readonly Brain[]): readonly { readonly name: string; readonly title: string }[] {
  return brains.filter((brain) => brain.connectPath !== undefined).map(({ name, title }) => ({ name, title }));
}

/** Call it with an administrator's session. Throws BadInput `page.unknown_brain`. */
export async function sendConnectCode(
  db: Pool,
  brains: readonly Brain[],
  session: PageSession,
  ctx: Context,
): Promise<void> {
  const brain = brains.find(({ name }) => name === firstValues(ctx.query)['brain']);
  if (brain?.connectPath === undefined) {
    throw new BadInput({ code: 'page.unknown_brain', message: 'accounts of this brain cannot be connected on a page' });
  }
  const code = newCode();
  await inTransaction(db, (trx) => replaceCode(trx, session.portal, brain.name, hashOfCode(code)));
  // The code is in the fragment, so that it stays in the browser and out of logs.
  ctx.body = { code, path: `/${brain.name}${brain.connectPath}#code=${code}`, minutes: codeMinutes };
}

function newCode(): string {
  const signs = [...randomBytes(groups * groupLength)].map((byte) => alphabet[byte % alphabet.length]);
  return Array.from({ length: groups }, (_, group) =>
    signs.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-');
}
