/** Counts rounds of the app's loops from outside: the database itself notes each statement of a kind, also one that changes no row. */
import { until } from './bridge.ts';
import type { DatabaseProbe } from './database-probe.ts';

export interface StatementCount {
  /** Resolves when the statement was run so many times more. */
  next(times: number): Promise<void>;
}

/**
 * Counts updates of a table whose text contains `part` from now on, whichever process runs them. Nothing to wait for means that a loop has
 * found nothing to do: three further rounds prove it better than any pause.
 */
export async function countStatements(probe: DatabaseProbe, table: string, part: string): Promise<StatementCount> {
  const name = `noted_${Math.random().toString(36).slice(2)}`;
  await probe.rows(`create table ${name} (at timestamptz default clock_timestamp())`);
  await probe.rows(`create function ${name}() returns trigger language plpgsql as $$
    begin
      if position('${part}' in current_query()) > 0 then insert into ${name} default values; end if;
      return null;
    end $$`);
  await probe.rows(`create trigger ${name} after update on ${table} for each statement execute function ${name}()`);
  const noted = (): Promise<number> => probe.count(`select count(*) from ${name}`);
  return {
    async next(times) {
      const wanted = (await noted()) + times;
      await until(async () => (await noted()) >= wanted);
    },
  };
}
