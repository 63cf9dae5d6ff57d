/** Who changes something in a portal, and how every change gets into the portal's audit list. */
import type { Db } from '../store/database.ts';
import { type AuditEntry, addAuditEntry } from '../store/tenants/audit.ts';
import { refuseWhileMoving } from './cells/lives-elsewhere.ts';

/** The employee who makes the change. */
export type Actor = Pick<AuditEntry, 'userId' | 'userName'>;

/** What was done. Details hold no secrets, and texts of at most `maxTextLength` characters. */
export type Change = Pick<AuditEntry, 'action' | 'subject'> & {
  readonly details?: Readonly<Record<string, unknown>>;
};

/** Records a change, in the transaction that makes it if there is one. Throws what `refuseWhileMoving` throws, and the change is undone. */
export type NoteChange = (db: Db, portal: string, change: Change) => Promise<void>;

/** Somebody at the command line of the installation. */
export const commandLine: Actor = { userId: null, userName: null };

/** Longer texts are cut: the list tells what was changed and is no second place to keep it. */
const maxTextLength = 300;

export function noteBy(actor: Actor): NoteChange {
  return async (db, portal, { action, subject, details = {} }) => {
    const { userId, userName } = actor;
    await refuseWhileMoving(db, portal);
    await addAuditEntry(db, { portal, userId, userName, action, subject, details: cut(details) });
  };
}

type Facts = Readonly<Record<string, unknown>>;

/** The keys that differ, each with its value before and after. */
export function changedFacts(before: Facts, after: Facts): { readonly from: Facts; readonly to: Facts } {
  const keys = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const only = (facts: Facts): Facts => Object.fromEntries(keys.map((key) => [key, facts[key] ?? null]));
  return { from: only(before), to: only(after) };
}

function cut(details: Facts): Facts {
  const json = JSON.stringify(details, (_, value: unknown) =>
    typeof value === 'string' && value.length > maxTextLength ? `${value.slice(0, maxTextLength)}…` : value,
  );
  return JSON.parse(json) as Facts;
}
