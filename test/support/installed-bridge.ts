/** A bridge with its own database and probe, closed together, for test files in which every test makes a new installation. */
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import type { Timings } from '../../src/app/timings.ts';
import { brains } from '../../src/brains/index.ts';
import type { Brain } from '../../src/core/brain.ts';
import { createLogger, type Logger } from '../../src/lib/logger.ts';
import { type App, startApp } from '../../src/start-app.ts';
import { answeringBrain, type Bridge, install, settingsFor, startBridge, until } from './bridge.ts';
import { cloneDatabase } from './database.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { freePort } from './free-port.ts';
import { answersIn, everythingDone, ourBot } from './talk.ts';
import { quickTimings } from './timings.ts';

export interface OwnBridge {
  readonly bridge: Bridge;
  readonly probe: DatabaseProbe;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Not installed yet. */
export async function startOwnBridge(
  options: {
    readonly portal?: SandboxPortalOptions;
    readonly settings?: Readonly<Record<string, string>>;
    readonly brains?: readonly Brain[];
    readonly log?: Logger;
    readonly extraHosts?: readonly string[];
    readonly timings?: Timings;
    readonly appSecret?: Buffer;
  } = {},
): Promise<OwnBridge> {
  const database = await cloneDatabase();
  const probe = openProbe(database.url);
  const bridge = await startBridge({ databaseUrl: database.url, ...options });
  return {
    bridge,
    probe,
    databaseUrl: database.url,
    async close() {
      await bridge.close();
      await probe.close();
      await database.drop();
    },
  };
}

/** The same, installed and idle. */
export async function startInstalled(options?: Parameters<typeof startOwnBridge>[0]): Promise<OwnBridge> {
  const own = await startOwnBridge(options);
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

/** Runs a test with an installed bridge of its own, so that tests that mostly wait can run side by side. */
export async function withInstalled(
  options: Parameters<typeof startOwnBridge>[0],
  work: (own: OwnBridge) => Promise<void>,
): Promise<void> {
  const own = await startOwnBridge(options);
  try {
    await install(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
    await work(own);
  } finally {
    await own.close();
  }
}

/** A second app on the same database, as another process of the installation would be. Stop it before closing the bridge. */
export async function startAnotherApp(
  { bridge, databaseUrl }: OwnBridge,
  extra: Readonly<Record<string, string>> = {},
  itsBrains: readonly Brain[] = brains,
  timings: Timings = {},
): Promise<App> {
  const settings = settingsFor(bridge.portal, await freePort(), {
    PUBLIC_URL: bridge.url,
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
    DEFAULT_BRAIN: answeringBrain(itsBrains),
    ...extra,
  });
  const log = createLogger({ level: 'silent', name: 'another' });
  const { appSecret } = bridge;
  return await startApp({
    settings,
    databaseUrl,
    appSecret,
    brains: itsBrains,
    log,
    timings: { ...quickTimings, ...timings },
  });
}

export interface Said {
  readonly userId: number;
  readonly chatId: number;
  isAnswered(): boolean;
}

/** Somebody writes to the assistant: `userId`, or a new employee. */
export function sayToAssistant({ portal }: Bridge, text: string, userId?: number): Said {
  const id = userId ?? portal.addEmployee({ name: 'Вера Проверкина' }).id;
  const { chatId } = portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, text);
  return { userId: id, chatId, isAnswered: () => answersIn(portal, chatId).includes(text) };
}

/** A new employee writes to the assistant and must be answered in time. */
export async function expectToAnswer(bridge: Bridge, text = 'Работает?'): Promise<void> {
  const said = sayToAssistant(bridge, text);
  await until(() => said.isAnswered());
}
