/** Opens for a command what it asks for (database, key of the secrets) and closes it again. */
import { Client } from 'pg';
import { readDatabaseSettings, settingsSchema } from '../config.ts';
import { Misconfigured } from '../core/errors.ts';
import { createSealer, type Sealer } from '../lib/encryption.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { openDatabase, type Pool } from '../store/database.ts';
import { isSchemaCurrent } from '../store/migrate.ts';
import type { CommandContext, RunOptions } from './command.ts';
import { translateDatabaseError } from './database-errors.ts';
import { type FoundDatabase, findDatabase } from './open-database.ts';

/** A command runs few statements; `doctor` refreshes a token in one connection while it asks for budget in another. */
const poolSize = 4;

export interface OpenContext {
  readonly context: CommandContext;
  /** Closes what was opened, in the reverse order. */
  close(): Promise<void>;
}

/** Nothing is read or opened before a command asks for it. */
export function openContext(options: RunOptions): OpenContext {
  const { environment } = options;
  const log = loggerFor(options);
  let found: Promise<FoundDatabase> | undefined;
  let pool: Promise<Pool> | undefined;

  const find = (): Promise<FoundDatabase> => {
    found ??= findDatabase(readDatabaseSettings(environment), log);
    return found;
  };
  const open = async (): Promise<Pool> => {
    const { url } = await find();
    await tryToConnect(url);
    return openDatabase({ url, poolSize, applicationName: 'bot-bridge cli' });
  };

  const context: CommandContext = {
    environment,
    brains: options.brains,
    log,
    publicUrl: publicUrlOf(environment['PUBLIC_URL']),
    async database() {
      pool ??= open();
      const db = await pool;
      await refuseOtherShape(db);
      return db;
    },
    async sealer() {
      const { appSecret } = await find();
      return sealerOf(appSecret, readDatabaseSettings(environment).APP_SECRET_PREVIOUS);
    },
  };
  return {
    context,
    async close() {
      // What could not be opened has been reported by whoever asked for it; there is nothing to close then.
      const opened = await pool?.catch(() => undefined);
      await opened?.destroy();
      const server = await found?.catch(() => undefined);
      await server?.close();
    },
  };
}

/** One connection by itself first: the pool would try again for seconds, and say so on standard output, which belongs to the answer. */
async function tryToConnect(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    throw translateDatabaseError(error);
  } finally {
    await client.end();
  }
}

/** Answers go to standard output, so the log goes to standard error, and says only what an operator has to know. */
function loggerFor({ environment, err }: RunOptions): Logger {
  const level = settingsSchema.shape.LOG_LEVEL.safeParse(environment['LOG_LEVEL']);
  const wanted = level.success ? level.data : 'info';
  return createLogger({ level: wanted === 'info' ? 'warn' : wanted, name: 'cli', destination: { write: err } });
}

function publicUrlOf(text: string | undefined): string | null {
  const parsed = settingsSchema.shape.PUBLIC_URL.safeParse(text);
  return parsed.success ? parsed.data : null;
}

function sealerOf(current: Buffer | null, previous: Buffer | undefined): Sealer {
  if (current === null) {
    throw new Misconfigured({
      code: 'cli.no_app_secret',
      message: 'APP_SECRET: is missing; give the command the same settings as the app',
    });
  }
  return createSealer({ current, ...(previous === undefined ? {} : { previous }) });
}

/** Commands never migrate: an app of another version may be at work in the same database. */
async function refuseOtherShape(db: Pool): Promise<void> {
  const isMigrated = await db.schema.hasTable('migration');
  if (isMigrated && (await isSchemaCurrent(db))) return;
  throw new Misconfigured({
    code: 'database.other_shape',
    message: isMigrated
      ? 'the database has the shape of another version of this program; use the commands of that version'
      : 'the database is empty; start the app once, it makes the tables',
  });
}
