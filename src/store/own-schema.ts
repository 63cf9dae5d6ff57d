/**
 * The schema that holds the tables of this installation: `public`, or the one that the connection's `search_path` names
 * (`DATABASE_URL=postgres://…/bridge?options=-c%20search_path%3Dcell07`), where several installations share one database.
 */
import { Misconfigured } from '../core/errors.ts';
import { codeOf } from '../lib/code-of.ts';
import { type Db, query } from './database.ts';

/** What a search path begins with: one name, quoted or not. */
const firstName = /^\s*("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s*(?:,|$)/u;

/**
 * Creates the schema that the search path names first; the usual path (`"$user", public`) needs none. Throws Misconfigured `database.schema`
 * when the user may not create it, and when the path leads to another installation's tables as well.
 */
export async function createOwnSchema(db: Db): Promise<void> {
  const read = await query<{ path: string }>(db, `select current_setting('search_path') as path`);
  const name = firstName.exec(read.rows[0]?.path ?? '')?.[1];
  if (name === undefined || name === '"$user"') return;
  const found = await query<{ has: boolean; other: string | null }>(
    db,
    `select to_regnamespace(?) is not null as has,
            (select relnamespace::regnamespace::text from pg_class
             where oid = to_regclass('migration') and relnamespace is distinct from to_regnamespace(?)) as other`,
    [name, name],
  );
  const { has = false, other = null } = found.rows[0] ?? {};
  if (other !== null) {
    throw refusedSchema(
      `the search_path of DATABASE_URL leads to ${name} and also to the tables in ${other}; name one schema only`,
    );
  }
  if (has) return;
  try {
    // `firstName` has made sure that it is one name. Several processes may start at once.
    await query(db, `create schema if not exists ${name.replaceAll('?', '\\?')}`);
  } catch (error) {
    if (codeOf(error) === '42501') {
      throw refusedSchema(
        `the database user may not create the schema ${name} that DATABASE_URL names; as an owner of the database: create schema ${name} authorization <user>`,
      );
    }
    // Two processes may both find that it is missing.
    if (codeOf(error) !== '23505') throw error;
  }
}

const refusedSchema = (message: string): Misconfigured => new Misconfigured({ code: 'database.schema', message });
