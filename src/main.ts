/** The production entry: reads the settings, starts the app, stops it gracefully. */
import { brains } from './brains/index.ts';
import { readSettings, type Settings } from './config.ts';
import { Misconfigured } from './core/errors.ts';
import { explainStart } from './explain-start.ts';
import { arePagesBuilt } from './http/page-files.ts';
import { inheritedSocket } from './lib/inherited-socket.ts';
import { createLogger, openStandardLog } from './lib/logger.ts';
import { reportBreaches } from './lib/network-in-transaction.ts';
import { openStorage } from './open-storage.ts';
import { startApp } from './start-app.ts';

/** A shutdown that takes longer than this and DRAIN_SECONDS together is cut off; unfinished work is repeated after the next start. */
const shutdownMs = 25_000;

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    process.stderr.write(`${explainStart(error)}\n`);
    return process.exit(1);
  }
}

const settings = settingsOrExit();
const sink = openStandardLog('bot-bridge');
const log = createLogger({ level: settings.LOG_LEVEL, name: 'bot-bridge', destination: sink });

reportBreaches((breach) => log.error({ err: breach }, 'a database connection is held while a remote is called'));

try {
  const storage = await openStorage(settings, log);
  const app = await startApp({
    ...{ settings, ...storage, brains, log },
    listenFd: inheritedSocket(process.env, process.pid),
    droppedLogLines: () => sink.droppedLines(),
  });
  if (settings.ROLES.includes('web') && !arePagesBuilt())
    log.warn('the pages are not built, so administrators see an error; build them: npm run build:pages');
  log.info({ port: app.port, roles: settings.ROLES, publicUrl: settings.PUBLIC_URL }, 'the bridge is open');
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), settings.DRAIN_SECONDS * 1_000 + shutdownMs).unref();
    await app.stop();
    await storage.close();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        log.fatal({ err: error }, 'the shutdown failed');
        process.exit(1);
      });
    });
  }
} catch (error) {
  const explained = explainStart(error);
  if (explained !== null) process.stderr.write(`${explained}\n`);
  else log.fatal({ err: error }, 'the bridge could not start');
  process.exit(1);
}
