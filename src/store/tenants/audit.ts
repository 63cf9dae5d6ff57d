/** The audit list: what people changed in a portal, and who did it. */
import { type Db, query } from '../database.ts';
import { storableJson, storableText } from '../storable.ts';

export interface AuditEntry {
  readonly portal: string;
  /** Id of the employee; null: the command line of the installation. */
  readonly userId: string | null;
  /** The employee's name at that moment. */
  readonly userName: string | null;
  /** What was done: `bot.changed`. */
  readonly action: string;
  /** What it was done to: the code of a bot, the id of a connection. */
  readonly subject: string;
  /** Never holds a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditRow {
  /** Newer entries have greater ids. */
  readonly id: string;
  readonly at: Date;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Part of the transaction that made the change, where there is one. Nothing is stored for a portal that was erased meanwhile. */
export async function addAuditEntry(db: Db, entry: AuditEntry): Promise<void> {
  await query(
    db,
    `with there as (select portal from portal where portal = ? for key share)
     insert into audit_entries (portal, user_id, user_name, action, subject, details)
     select portal, ?, ?, ?, ?, ?::jsonb from there`,
    [
      entry.portal,
      storableText(entry.userId),
      storableText(entry.userName),
      storableText(entry.action),
      storableText(entry.subject),
      storableJson(entry.details),
    ],
  );
}

/** The newest first. @param before id of the last entry that was read; null: from the newest on */
export async function listAuditEntries(
  db: Db,
  portal: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<AuditRow[]> {
  const result = await query<AuditRow>(
    db,
    `select id, at, user_id, user_name, action, subject, details from audit_entries
     where portal = ? and (?::bigint is null or id < ?) order by id desc limit ?`,
    [portal, before, before, limit],
  );
  return result.rows;
}
