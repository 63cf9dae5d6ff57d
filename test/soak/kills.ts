/** Processes of every role, and the database, are killed, restarted and stopped in their tracks while people write. */
import { randomBytes, randomInt } from 'node:crypto';
import { startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { openProbe } from '../support/database-probe.ts';
import { freePort } from '../support/free-port.ts';
import { startNumberedTalk } from '../support/numbered-talk.ts';
import { everythingDone, ourBot, sendKeys } from '../support/talk.ts';
import { type AppOptions, type SoakApp, startApp } from './support/app.ts';
import { type DyingDatabase, startDyingDatabase } from './support/database-that-dies.ts';
import { never, pause, type Size, type Soak, type SoakStage, shown, type Verdict, within } from './support/soak.ts';

interface Sizes {
  /** SIGKILL of processes of the app, in turn over its roles. */
  readonly kills: number;
  /** SIGKILL of the database server. */
  readonly databaseKills: number;
  readonly databaseRestarts: number;
  /** SIGSTOP and, a while later, SIGCONT of workers. */
  readonly freezes: number;
  /** Longest freeze but those below. */
  readonly freezeMs: number;
  /** The last so many freezes outlast every lease. */
  readonly longFreezes: number;
  readonly dialogs: number;
  readonly betweenMs: readonly [from: number, to: number];
}

const sizes: Readonly<Record<Size, Sizes>> = {
  full: {
    kills: 80,
    databaseKills: 20,
    databaseRestarts: 20,
    freezes: 50,
    freezeMs: 3_000,
    longFreezes: 2,
    dialogs: 40,
    betweenMs: [500, 2_500],
  },
  short: {
    kills: 5,
    databaseKills: 1,
    databaseRestarts: 1,
    freezes: 3,
    freezeMs: 500,
    longFreezes: 0,
    dialogs: 10,
    betweenMs: [100, 400],
  },
};

/** Longer than any lease of the app. */
const longFreezeMs = 70_000;
/** Longer than any lease of the app: what the dead held must be worked by then. */
const quietMs = 120_000;

/** One process of each role; the workers twice, so that one takes over from the other. */
const fleet = ['web', 'web', 'worker', 'worker', 'sockets'] as const;
type Role = (typeof fleet)[number];

interface Member {
  readonly role: Role;
  readonly port: number;
  app: SoakApp | null;
  /** Being killed, started or frozen by one of the troublemakers. */
  isBusy: boolean;
}

export const kills: Soak = {
  name: 'kills',
  about: 'kill -9 of each role and of the database, restarts, frozen workers: nothing lost, doubled or out of turn',
  limitMinutes: 14,
  async run(stage, size) {
    const given = sizes[size];
    const database = await startDyingDatabase(stage.endings);
    await migrateToLatest(database.url);
    const probe = openProbe(database.url);
    stage.endings.add(() => probe.close());
    const portal = await startSandboxPortal({ rate: false, recordLimit: 100_000 });
    stage.endings.add(() => portal.close());
    const members = await Promise.all(
      fleet.map(async (role): Promise<Member> => ({ role, port: await freePort(), app: null, isBusy: false })),
    );
    const publicPort = members[0]?.port ?? 0;
    const url = `http://127.0.0.1:${publicPort}`;
    portal.setCard({
      installUrl: `${url}/bitrix24/install`,
      appUrl: `${url}/bitrix24/app`,
      eventUrl: `${url}/bitrix24/events`,
    });
    const options: AppOptions = {
      endings: stage.endings,
      databaseUrl: database.url,
      appSecret: randomBytes(32),
      clientId: portal.clientId,
      clientSecret: portal.clientSecret,
      oauthOrigins: [portal.oauthOrigin],
      hosts: [portal.domain, new URL(portal.oauthOrigin).host],
      publicPort,
    };
    const begin = (member: Member): Promise<SoakApp> => startMember(options, member);
    for (const member of members) member.app = await begin(member);
    const page = await portal.openInstallPage();
    if (page.status !== 200) throw new Error(`the installer answered ${page.status}`);
    const isSetUp = await within(30_000, () => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
    if (!isSetUp) throw new Error('the portal was not set up');
    portal.finishInstall();
    await everythingDone(portal, probe);
    // Each send takes its time inside the portal, so that many are under way at every kill.
    portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 15, times: 100_000_000 });
    const bot = ourBot(portal, 'assistant');
    const talk = startNumberedTalk({ portal, bot, url: () => webOf(members), dialogs: given.dialogs, pauseMs: 100 });
    const done = await makeTrouble(stage, given, { members, begin, database });
    for (const member of members) member.app ??= await begin(member);
    await talk.finish();
    const isQuiet = await probe.quiet(quietMs).then(
      () => true,
      () => false,
    );
    const given_up = await probe.count(`select count(*) from outbox where state in ('parked', 'unknown')`);
    const parked = await probe.count(`select count(*) from inbox_history where state = 'parked'`);
    return judge({ talk, done, isQuiet, givenUp: given_up + parked, keys: sendKeys(portal) });
  },
};

function startMember(options: AppOptions, member: Member): Promise<SoakApp> {
  const settings = { ROLES: member.role, LOG_LEVEL: 'info' };
  return startApp({ ...options, port: member.port, readyBy: member.role === 'web' ? 'port' : 'log', settings });
}

/** A living web process, another one each time. */
function webOf(members: readonly Member[]): string {
  const webs = members.filter(({ role, app }) => role === 'web' && app?.isRunning() === true);
  const [first] = members;
  return webs[randomInt(Math.max(1, webs.length))]?.app?.url ?? `http://127.0.0.1:${first?.port ?? 1}`;
}

interface Targets {
  readonly members: readonly Member[];
  readonly begin: (member: Member) => Promise<SoakApp>;
  readonly database: DyingDatabase;
}

/** What was really done, by its name. */
type Done = Map<string, number>;

async function makeTrouble(stage: SoakStage, given: Sizes, targets: Targets): Promise<Done> {
  const done: Done = new Map();
  const note = (what: string): void => void done.set(what, (done.get(what) ?? 0) + 1);
  const between = (): Promise<void> => pause(randomInt(given.betweenMs[0], given.betweenMs[1]));
  const take = async (wanted: (member: Member) => boolean): Promise<Member> => {
    for (;;) {
      const member = targets.members.find((one) => !one.isBusy && wanted(one));
      if (member !== undefined) {
        member.isBusy = true;
        return member;
      }
      await pause(20);
    }
  };

  async function killApps(): Promise<void> {
    for (let round = 0; round < given.kills; round += 1) {
      const role = fleet[round % fleet.length];
      const member = await take((one) => one.role === role);
      await member.app?.stop('SIGKILL');
      member.app = null;
      note(`kill -9 of ${member.role}`);
      // While the database is away a process cannot start: it is started again, as a supervisor would.
      for (let attempt = 0; member.app === null && attempt < 20; attempt += 1) {
        member.app = await targets.begin(member).catch(() => null);
      }
      member.isBusy = false;
      await between();
    }
  }

  async function killDatabase(): Promise<void> {
    const rounds = [
      ...Array.from({ length: given.databaseKills }, () => 'kill' as const),
      ...Array.from({ length: given.databaseRestarts }, () => 'restart' as const),
    ];
    for (let round = 0; round < rounds.length; round += 1) {
      await between();
      await between();
      // Kills and restarts in turn.
      const isKill = round % 2 === 0 ? round / 2 < given.databaseKills : false;
      if (isKill) await targets.database.kill();
      else await targets.database.restart(randomInt(50, 1_500));
      note(isKill ? 'kill -9 of the database' : 'restart of the database');
    }
  }

  async function freezeWorkers(): Promise<void> {
    for (let round = 0; round < given.freezes; round += 1) {
      const member = await take((one) => one.role === 'worker' && one.app !== null);
      member.app?.signal('SIGSTOP');
      await pause(round >= given.freezes - given.longFreezes ? longFreezeMs : randomInt(50, given.freezeMs));
      member.app?.signal('SIGCONT');
      note('freeze of a worker');
      member.isBusy = false;
      await between();
    }
  }

  const started = performance.now();
  await Promise.all([killApps(), killDatabase(), freezeWorkers()]);
  stage.say(`trouble of ${Math.round((performance.now() - started) / 1000)} s: ${JSON.stringify([...done])}`);
  return done;
}

interface Outcome {
  readonly talk: ReturnType<typeof startNumberedTalk>;
  readonly done: Done;
  readonly isQuiet: boolean;
  readonly givenUp: number;
  readonly keys: readonly string[];
}

function judge({ talk, done, isQuiet, givenUp, keys }: Outcome): Verdict[] {
  const faults = talk.faults();
  const repeated = keys.length - new Set(keys).size;
  return [
    shown('what was done', [...done].map(([what, times]) => `${times} × ${what}`).join(', ')),
    shown('messages acknowledged', `${talk.acknowledged()}; ${repeated} sends came again and were one message`),
    never('dialogs with anything lost, doubled or out of turn', faults.length, faults[0]?.slice(0, 200)),
    never('dialogs not greeted exactly once', talk.greetings().filter((times) => times !== 1).length),
    never('messages given up', givenUp),
    never('work left two minutes later', isQuiet ? 0 : 1),
  ];
}
