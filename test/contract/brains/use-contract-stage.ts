/** The stage of the contract suite: app, database and sandbox portal, and the brain's own fake server, started once for all its tests. */
import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { type Bridge, install, startBridge } from '../../support/bridge.ts';
import { connectBrain } from '../../support/connect-brain.ts';
import { cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import type { FakeServer, HeardMessage } from '../../support/fake-brains/fake-server.ts';
import { createPatience, type Patience } from '../../support/patience.ts';
import { everythingDone } from '../../support/talk.ts';
import type { BrainHarness } from './brain-harness.ts';

/** How long the waits of a test may take together: they end before the test's own time does, and say what did not happen. */
const patienceMs = 120_000;

export interface ContractStage {
  readonly bridge: Bridge;
  readonly db: Pool;
  readonly probe: DatabaseProbe;
  /** The employee of this test's conversation. */
  readonly person: number;
  /** What the app has logged in this test. */
  readonly logged: () => string;
  readonly write: (text: string) => void;
  /** The texts of bots in this test's chat, greetings left out. */
  readonly shown: () => string[];
  readonly until: (...wait: Parameters<Patience['until']>) => ReturnType<Patience['until']>;
  /** Waits until the text is shown in the chat. */
  readonly shows: (text: string) => Promise<void>;
  /** What the fake server has heard in this test. */
  readonly heard: () => readonly HeardMessage[];
  /** Those of this test's conversation. */
  readonly deadLetters: () => ReturnType<typeof listDeadLetters>;
  /** What is not there when nothing is under way any more will not come: a double would have shown itself. */
  readonly settle: () => Promise<void>;
  /** Throws where the brain has none. */
  readonly fakeServer: () => FakeServer;
  /** Says the first words of a conversation, and waits for the answer. */
  readonly begin: () => Promise<{ readonly botCode: string; readonly dialogId: string }>;
}

/** What is started once. */
interface Started {
  readonly bridge: Bridge;
  readonly db: Pool;
  readonly probe: DatabaseProbe;
  readonly server: FakeServer | null;
  readonly bot: number;
  close(): Promise<void>;
}

/** Starts the stage before the tests of the suite and closes it after them; each test has a conversation of its own. */
export function useContractStage(harness: BrainHarness): ContractStage {
  let started: Started;
  let patience: Patience;
  let logged = '';
  let person = 0;
  let heardBefore = 0;

  beforeAll(async () => {
    started = await start(harness, (text) => {
      logged += text;
    });
  });
  afterAll(() => started.close());
  beforeEach(() => {
    logged = '';
    person = started.bridge.portal.addEmployee({ name: 'Пётр Опытов' }).id;
    patience = createPatience(patienceMs, describeState);
    if (started.server === null) return;
    started.server.be('well', 0);
    started.server.answersEarly = false;
    heardBefore = started.server.heard.length;
  });

  const shown = (): string[] =>
    started.bridge.portal
      .messages(String(person))
      .filter((message) => message.isBot)
      .map((message) => message.text)
      .filter((text) => !text.includes('/help'));
  const heard = (): readonly HeardMessage[] => started.server?.heard.slice(heardBefore) ?? [];
  const write = (text: string): void => void started.bridge.portal.employeeWritesPrivate(person, started.bot, text);
  const deadLetters = async () =>
    (await listDeadLetters(started.db, started.bridge.portal.memberId)).filter(({ lane }) =>
      lane.includes(`/${person}>`),
    );
  const until: Patience['until'] = (what, condition) => patience.until(what, condition);
  const shows = (text: string): Promise<void> => until(`"${text}" is shown in the chat`, () => shown().includes(text));

  async function describeState(): Promise<string> {
    const dead = (await deadLetters()).map(({ side, outcome }) => `${side}: ${outcome}`);
    const texts = heard().map(({ text }) => text);
    const lines = logged.trimEnd().split('\n').slice(-12).join('\n');
    return `shown: ${JSON.stringify(shown())}; heard by the fake server: ${JSON.stringify(texts)}; dead letters: ${JSON.stringify(dead)}; log:\n${lines}`;
  }

  return {
    get bridge() {
      return started.bridge;
    },
    get db() {
      return started.db;
    },
    get probe() {
      return started.probe;
    },
    get person() {
      return person;
    },
    logged: () => logged,
    write,
    shown,
    until,
    shows,
    heard,
    deadLetters,
    settle: () => everythingDone(started.bridge.portal, started.probe),
    fakeServer() {
      if (started.server === null) throw new Error('this brain has no fake server');
      return started.server;
    },
    async begin() {
      write('начало');
      await shows(harness.answerTo('начало'));
      return { botCode: 'bridge_assistant', dialogId: String(person) };
    },
  };
}

async function start(harness: BrainHarness, log: (text: string) => void): Promise<Started> {
  const clone = await cloneDatabase();
  const db = openDatabase({ url: clone.url, poolSize: 4 });
  const probe = openProbe(clone.url);
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log(chunk.toString('utf8'));
      done();
    },
  });
  const server = harness.fakeServer === null ? null : await harness.fakeServer();
  const bridge = await startBridge({
    databaseUrl: clone.url,
    brains: [harness.brain],
    log: createLogger({ level: 'debug', name: 'contract', destination }),
    extraHosts: [server === null ? '' : new URL(server.origin).host],
  });
  await install(bridge);
  const bot = bridge.portal.bots().find((entry) => entry.type === 'B')?.id ?? 0;
  if (server !== null) {
    ({ hook: server.hook } = await connectBrain(db, bridge, harness.brain.name, harness.config(server)));
    const usesIt = async (): Promise<boolean> => (await brainOfBots(db, bridge)) === harness.brain.name;
    await createPatience(patienceMs, () => '').until('the bots use the brain', usesIt);
  }
  return {
    bridge,
    db,
    probe,
    server,
    bot,
    async close() {
      await bridge.close();
      await server?.close();
      await db.destroy();
      await probe.close();
      await clone.drop();
    },
  };
}

async function brainOfBots(db: Pool, bridge: Bridge): Promise<string> {
  const rows = await db('bot').where({ portal: bridge.portal.memberId }).select('brain');
  return String(rows[0]?.brain);
}
