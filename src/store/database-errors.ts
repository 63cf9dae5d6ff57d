/** Says in plain words why the database could not be used. */
import { Misconfigured } from '../core/errors.ts';
import { isDatabaseAway } from './database.ts';

/** Refusals of the server that only the administrator of the installation can fix (PostgreSQL manual, appendix A). */
const refusals: Readonly<Record<string, string>> = {
  '28P01': 'the database does not accept the password in DATABASE_URL',
  '28000': 'the database does not accept the user in DATABASE_URL',
  '3D000': 'the database named in DATABASE_URL does not exist',
  '42501': 'the database user lacks rights on the tables',
};

/** Returns Misconfigured `database.refused` or `database.away`; returns any other error as it is. */
export function translateDatabaseError(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const refusal = refusals[code];
  if (refusal !== undefined) return new Misconfigured({ code: 'database.refused', message: refusal, cause: thrown });
  if (!isDatabaseAway(thrown)) return thrown;
  const message = 'the database cannot be reached; is it running, and is DATABASE_URL right?';
  return new Misconfigured({ code: 'database.away', message, cause: thrown });
}
