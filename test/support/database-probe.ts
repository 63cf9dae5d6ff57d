/** Reads a test's database from outside the app: rows, counts per portal, and all content, to search for text that must not be there. */
import pg from 'pg';

export interface DatabaseProbe {
  rows(statement: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The single number that a statement selects. */
  count(statement: string, values?: readonly unknown[]): Promise<number>;
  /** The number of rows in each table, of one portal or of all; empty tables are left out. */
  rowCounts(portal?: string): Promise<Record<string, number>>;
  /** Every value of every row of every table as one text, bytes as Latin-1, to be searched. */
  everything(): Promise<string>;
  /** Resolves when no lane has work waiting, except erasures and timers that are not due yet. */
  quiet(timeoutMs?: number): Promise<void>;
  /**
   * Ends the leases of all lanes now, as if their minute had passed. Lanes that were started several times already are left alone: after ten
   * starts without an end the app assumes that the lane's first event crashes its process.
   */
  endLeases(): Promise<void>;
  close(): Promise<void>;
}

export function openProbe(url: string): DatabaseProbe {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // Stopping the server during a test breaks idle connections; the next statement opens a new one.
  pool.on('error', () => undefined);

  async function rows(statement: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const result = await pool.query<Record<string, unknown>>(statement, [...values]);
    return result.rows;
  }

  async function tables(column?: string): Promise<string[]> {
    const found = await rows(
      column === undefined
        ? `select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`
        : `select table_name from information_schema.columns where table_schema = current_schema() and column_name = $1`,
      column === undefined ? [] : [column],
    );
    return found.map((row) => String(row['table_name'])).sort();
  }

  async function count(statement: string, values: readonly unknown[] = []): Promise<number> {
    return Number(Object.values((await rows(statement, values))[0] ?? {})[0] ?? Number.NaN);
  }

  return {
    rows,
    count,
    async rowCounts(portal) {
      const counts: Record<string, number> = {};
      for (const table of await tables('portal')) {
        const where = portal === undefined ? '' : 'where portal = $1';
        const found = await count(`select count(*) from ${table} ${where}`, portal === undefined ? [] : [portal]);
        if (found > 0) counts[table] = found;
      }
      return counts;
    },
    async everything() {
      const values: string[] = [];
      for (const table of await tables()) {
        for (const row of await rows(`select * from ${table}`)) values.push(...Object.values(row).map(asText));
      }
      return values.join('\n');
    },
    async quiet(timeoutMs = 90_000) {
      const waiting = `select coalesce(sum(seq - done), 0) from lane where ${works}`;
      for (const end = Date.now() + timeoutMs; (await count(waiting)) > 0; ) {
        if (Date.now() > end) throw new Error(`lanes still wait: ${JSON.stringify(await rows(openLanes))}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async endLeases() {
      // In the order in which the app locks them, to avoid deadlocks.
      await rows(`update lane l set ready_at = now() from (
        select portal, queue, key from lane where locked_by is not null and ready_at < 'infinity' and attempts <= ${mostStarts}
        order by queue, portal, key for update
      ) held where l.portal = held.portal and l.queue = held.queue and l.key = held.key`);
    },
    close: () => pool.end(),
  };
}

/** The most starts of one lane that `endLeases` may interrupt. */
const mostStarts = 5;

/** Lanes that count as work: those without a due time of their own, and those that a worker has leased. */
const works = `(locked_by is not null or key not in ('/erase') and key not like '%>later' and key not like '%>greet' or ready_at <= now())`;

/** Selects the open lanes for the error message when waiting fails. */
const openLanes = `select queue, key, seq, done, attempts, locked_by is not null as held, ready_at - now() as due
  from lane where seq > done and ${works} order by ready_at limit 10`;

function asText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
