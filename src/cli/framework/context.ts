/** Opens what a command asks for (database, key of the secrets) and closes it again. */
import { readDatabaseSettings, settingsSchema } from '../../config.ts';
import { Misconfigured } from '../../core/errors.ts';
import { withNoBrain } from '../../core/no-brain.ts';
import { createSealer, type Sealer } from '../../lib/encryption.ts';
import { createLogger, type Logger } from '../../lib/logger.ts';
import { openDatabase, type Pool, tryToConnect } from '../../store/database.ts';
import { translateDatabaseError } from '../../store/database-errors.ts';
import { hasSchema, isSchemaCurrent } from '../../store/migrate.ts';
import type { CommandContext, RunOptions } from './command.ts';
import { type FoundDatabase, findDatabase, makeDatabase } from './open-database.ts';

/** The code of the error for a command without APP_SECRET. */
export const noAppSecret = 'cli.no_app_secret';

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
  const closers: (() => Promise<void>)[] = [];
  const find = once(async (): Promise<FoundDatabase> => {
    const database = await findDatabase(readDatabaseSettings(environment), log);
    closers.push(() => database.close());
    return database;
  });
  async function connect(url: string): Promise<Pool> {
    await tryToConnect(url).catch((error: unknown) => {
      throw translateDatabaseError(error);
    });
    const db = openDatabase({ url, poolSize, applicationName: 'bot-bridge cli' });
    closers.push(() => db.destroy());
    return db;
  }
  const open = once(async (): Promise<Pool> => {
    const db = await connect((await find()).url);
    await refuseOtherSchema(db);
    return db;
  });
  return {
    context: {
      environment,
      brains: withNoBrain(options.brains),
      log,
      publicUrl: publicUrlOf(environment['PUBLIC_URL']),
      database: open,
      async sealer() {
        const { appSecret } = await find();
        return sealerOf(appSecret, readDatabaseSettings(environment).APP_SECRET_PREVIOUS);
      },
      async databaseToFill() {
        const settings = readDatabaseSettings(environment);
        const database = await makeDatabase(settings, log);
        const { url, appSecret } = database;
        closers.push(() => database.close());
        const keys = [appSecret, settings.APP_SECRET_PREVIOUS].filter((key) => key !== undefined && key !== null);
        return { url, keys, db: await connect(url) };
      },
      ask: options.ask ?? null,
      tell: (text) => options.err(`${text}\n`),
      onClose: (close) => closers.push(close),
    },
    async close() {
      for (const close of closers.toReversed()) await close();
    },
  };
}

/** Returns the same promise at every call. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}

/** Answers go to standard output, so the log goes to standard error, and holds only what the caller has to know. */
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
      code: noAppSecret,
      message: 'APP_SECRET: is missing; give the command the same settings as the app',
    });
  }
  return createSealer({ current, ...(previous === undefined ? {} : { previous }) });
}

/** Commands never migrate: an app of another version may be running on the same database. */
async function refuseOtherSchema(db: Pool): Promise<void> {
  const isMigrated = await hasSchema(db);
  if (isMigrated && (await isSchemaCurrent(db))) return;
  throw new Misconfigured({
    code: 'database.other_shape',
    message: isMigrated
      ? 'the database has the schema of another version of this program; use the commands of that version'
      : 'the database is empty; start the app once, it creates the tables',
  });
}
