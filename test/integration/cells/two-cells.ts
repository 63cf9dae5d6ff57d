/** An installation of two cells with one sandbox portal whose card leads to the first: two databases, two apps, and the directory. */
import { randomBytes } from 'node:crypto';
import type { Timings } from '../../../src/app/timings.ts';
import { brains } from '../../../src/brains/index.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { type App, startApp } from '../../../src/start-app.ts';
import { answeringBrain, settingsFor } from '../../support/bridge.ts';
import { type ClonedDatabase, cloneDatabase, emptyDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { quickTimings } from '../../support/timings.ts';
import { type Ran, runCli } from '../cli/run-cli.ts';

export interface TestCell {
  readonly name: string;
  readonly url: string;
  readonly databaseUrl: string;
  readonly probe: DatabaseProbe;
  /** As for a command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts the app again after `stop`. */
  start(): Promise<App>;
  stop(): Promise<void>;
}

export interface TwoCells {
  readonly own: OwnBridge;
  /** The card's addresses lead to it. */
  readonly first: TestCell;
  readonly second: TestCell;
  /** Address of the directory. */
  readonly directoryUrl: string;
  readonly directory: DatabaseProbe;
  /** With the settings of the first cell. */
  cli(...words: string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** Both cells are in the directory and open; the app is not installed yet. @param remotes `host:port` of further servers it may call */
export async function startTwoCells(timings: Timings = {}, remotes: readonly string[] = []): Promise<TwoCells> {
  const databases = [await cloneDatabase(), await emptyDatabase()] as const;
  const [secondDatabase, directoryDatabase] = databases;
  const ports = [await freePort(), await freePort()] as const;
  const [firstPort, secondPort] = ports;
  const appSecret = randomBytes(32);
  const ofCell = (name: string, databaseUrl: string): Record<string, string> => ({
    CELL: name,
    CELLS_DATABASE_URL: directoryDatabase.url,
    DATABASE_URL: databaseUrl,
    APP_SECRET: appSecret.toString('base64'),
  });
  const extraHosts = [...ports.map((port) => `127.0.0.1:${port}`), ...remotes];
  const own = await startOwnBridge({
    settings: {
      ...ofCell('first', 'postgres://set-by-the-stage'),
      PORT: String(firstPort),
      PUBLIC_URL: `http://127.0.0.1:${firstPort}`,
    },
    extraHosts,
    timings,
    appSecret,
  });
  const { portal } = own.bridge;
  const hosts = [portal.domain, new URL(portal.oauthOrigin).host, ...extraHosts].join();
  const second = secondCell();

  function secondCell(): TestCell {
    const environment = {
      ...ofCell('second', secondDatabase.url),
      PORT: String(secondPort),
      PUBLIC_URL: `http://127.0.0.1:${secondPort}`,
      B24_RATE_PER_SECOND: '100000',
      B24_RATE_BURST: '100000',
      DATABASE_POOL: '5',
      ENDPOINT_DATABASE_POOL: '2',
      TURNS_PER_MINUTE: '0',
      DEFAULT_BRAIN: answeringBrain(brains),
      ALLOWED_PRIVATE_HOSTS: hosts,
    };
    const settings = settingsFor(portal, secondPort, environment);
    const log = createLogger({ level: 'silent', name: 'second' });
    return cellOf('second', { url: settings.PUBLIC_URL, databaseUrl: secondDatabase.url, environment }, () =>
      startApp({
        settings,
        databaseUrl: secondDatabase.url,
        appSecret,
        brains,
        log,
        timings: { ...quickTimings, ...timings },
      }),
    );
  }

  const card = {
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
  };
  const first: TestCell = {
    name: 'first',
    url: own.bridge.url,
    databaseUrl: own.databaseUrl,
    probe: own.probe,
    environment: {
      ...ofCell('first', own.databaseUrl),
      ...card,
      PUBLIC_URL: own.bridge.url,
      ALLOWED_PRIVATE_HOSTS: hosts,
      LOG_LEVEL: 'silent',
    },
    start: () => Promise.reject(new Error('the first cell is started once')),
    stop: () => own.bridge.stop(),
  };
  for (const cell of [first, second]) {
    const added = await runCli({ ...cell.environment, ...card, LOG_LEVEL: 'silent' }, ['cells', 'add']);
    if (added.code !== 0) throw new Error(`cells add: ${added.out}${added.err}`);
  }
  await second.start();
  const directory = openProbe(directoryDatabase.url);
  return {
    own,
    first,
    second,
    directoryUrl: directoryDatabase.url,
    directory,
    cli: (...words) => runCli(first.environment, words),
    async close() {
      await second.stop();
      await own.close();
      await second.probe.close();
      await directory.close();
      await Promise.all(databases.map((database: ClonedDatabase) => database.drop()));
    },
  };
}

function cellOf(
  name: string,
  about: Pick<TestCell, 'url' | 'databaseUrl' | 'environment'>,
  begin: () => Promise<App>,
): TestCell {
  let app: App | null = null;
  return {
    name,
    ...about,
    probe: openProbe(about.databaseUrl),
    async start() {
      app = await begin();
      return app;
    },
    async stop() {
      await app?.stop();
      app = null;
    },
  };
}
