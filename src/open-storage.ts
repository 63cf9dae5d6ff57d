/** Finds the database and the key this process is to use: the external ones from the settings, or its own in the data folder. */
import type { Settings } from './config.ts';
import { chooseOwnDataDir } from './lib/data-folder.ts';
import { keepSecret } from './lib/data-secret.ts';
import { startEmbeddedPostgres } from './lib/embedded-postgres.ts';
import type { Logger } from './lib/logger.ts';

export interface Storage {
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  /** The database server was started for this process, so nobody else uses it yet. */
  readonly isServerOurs: boolean;
  /** Stops the embedded database; does nothing to an external one. */
  close(): Promise<void>;
}

/** Throws Misconfigured `database.*` or `data.*` with the mend in its message. */
export async function openStorage(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATA_DIR' | 'APP_SECRET'>,
  log: Logger,
): Promise<Storage> {
  if (settings.DATABASE_URL !== undefined && settings.APP_SECRET !== undefined) {
    return {
      databaseUrl: settings.DATABASE_URL,
      appSecret: settings.APP_SECRET,
      isServerOurs: false,
      close: () => Promise.resolve(),
    };
  }
  const { path: dataDir, remark } = await chooseOwnDataDir(settings.DATA_DIR);
  if (remark !== null) log.warn({ dataDir }, remark);
  const password = (await keepSecret(dataDir, 'database.secret')).toString('base64url');
  const server = await startEmbeddedPostgres({ dataDir, password, log });
  if (server.adopted) log.info({ port: server.port }, 'took over the database server a killed process left behind');
  return {
    databaseUrl: server.url('bridge'),
    appSecret: settings.APP_SECRET ?? (await keepSecret(dataDir, 'app.secret')),
    isServerOurs: !server.adopted,
    close: () => server.stop(),
  };
}
