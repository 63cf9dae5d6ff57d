/** Counts rounds of the app's loops from outside: a trigger records each statement of a kind, even one that changes no row. */
import { until } from './bridge.ts';
import type { DatabaseProbe } from './database-probe.ts';

export interface StatementCount {
  /** Resolves when the statement has run `times` more times. */
  next(times: number): Promise<void>;
}

/**
 * From now on counts updates of a table whose text contains `part`, whichever process runs them. To show that a loop finds nothing to do,
 * waiting for three more rounds proves more than any delay.
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
