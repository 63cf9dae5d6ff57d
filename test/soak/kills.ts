/** Processes of every role and the database are killed, restarted and frozen while people write. */
import { randomBytes, randomInt } from 'node:crypto';
import { startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { openProbe } from '../support/database-probe.ts';
import { freePort } from '../support/free-port.ts';
import { startNumberedTalk } from '../support/numbered-talk.ts';
import { everythingDone, ourBot, sendKeys } from '../support/talk.ts';
import { type AppOptions, type SoakApp, startApp } from './support/app.ts';
import { startDyingDatabase } from './support/database-that-dies.ts';
import { never, type Size, type Soak, type SoakStage, shown, type Verdict, within } from './support/soak.ts';
import { type Done, fleet, type Member, makeTrouble, type Trouble } from './support/trouble.ts';

interface Sizes extends Trouble {
  readonly dialogs: number;
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
    kills: 3,
    databaseKills: 1,
    databaseRestarts: 0,
    freezes: 1,
    freezeMs: 200,
    longFreezes: 0,
    dialogs: 10,
    betweenMs: [100, 400],
  },
};

/** Longer than any lease of the app plus the time to process the backlog: by then the work of killed processes must be done. */
const quietMs = 240_000;

export const kills: Soak = {
  name: 'kills',
  about: 'kill -9 of each role and of the database, restarts, frozen workers: nothing lost, doubled or out of turn',
  limitMinutes: 16,
  async run(stage, size) {
    const given = sizes[size];
    const database = await startDyingDatabase(stage.endings);
    await migrateToLatest(database.url);
    const probe = openProbe(database.url);
    stage.endings.add(() => probe.close());
    const { portal, members, begin } = await openPortal(stage, database.url);
    await everythingDone(portal, probe);
    // Each send takes a while inside the portal, so that many are under way at every kill.
    portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 15, times: 100_000_000 });
    const bot = ourBot(portal, 'assistant');
    const talk = startNumberedTalk({ portal, bot, url: () => webOf(members), dialogs: given.dialogs, pauseMs: 100 });
    const done = await makeTrouble(given, { members, begin, database });
    stage.say(`done: ${JSON.stringify([...done])}`);
    for (const member of members) member.app ??= await begin(member);
    await talk.finish();
    const isQuiet = await probe.quiet(quietMs).then(
      () => true,
      () => false,
    );
    const unsent = await probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`);
    const unread = await probe.count(`select count(*) from inbox_history where state = 'dead_letter'`);
    const waiting = isQuiet ? 0 : await probe.count('select coalesce(sum(seq - done), 0) as count from lane');
    return judge({ talk, done, waiting, givenUp: unsent + unread, keys: sendKeys(portal) });
  },
};

/** Starts a sandbox portal and a process for each role, and installs the app. */
async function openPortal({ endings }: SoakStage, databaseUrl: string) {
  // The portal's limit of 480 s of execution time in 10 minutes is switched off: 34 000 sends would exceed it, and it is not the subject here.
  const portal = await startSandboxPortal({ rate: false, recordLimit: 100_000, operatingLimitSeconds: 1_000_000 });
  endings.add(() => portal.close());
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
    endings,
    databaseUrl,
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
  const isSetUp = await within(120_000, () => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
  if (!isSetUp) throw new Error('the portal was not set up');
  portal.finishInstall();
  return { portal, members, begin };
}

function startMember(options: AppOptions, member: Member): Promise<SoakApp> {
  const settings = { ROLES: member.role, LOG_LEVEL: 'info' };
  return startApp({ ...options, port: member.port, readyBy: member.role === 'web' ? 'port' : 'log', settings });
}

/** The port of a running web process, another one each time. */
function webOf(members: readonly Member[]): string {
  const webs = members.filter(({ role, app }) => role === 'web' && app?.isRunning() === true);
  const [first] = members;
  return webs[randomInt(Math.max(1, webs.length))]?.app?.url ?? `http://127.0.0.1:${first?.port ?? 1}`;
}

interface Outcome {
  readonly talk: ReturnType<typeof startNumberedTalk>;
  readonly done: Done;
  /** Events and actions that still wait at the end. */
  readonly waiting: number;
  readonly givenUp: number;
  readonly keys: readonly string[];
}

function judge({ talk, done, waiting, givenUp, keys }: Outcome): Verdict[] {
  const { lost, doubled, outOfTurn } = talk.tally();
  const repeated = keys.length - new Set(keys).size;
  return [
    shown('what was done', [...done].map(([what, times]) => `${times} × ${what}`).join(', ')),
    shown('messages acknowledged', `${talk.acknowledged()}; ${repeated} repeated sends were recognised`),
    never('messages acknowledged and neither answered nor waiting', Math.max(0, lost - waiting)),
    never('answers doubled', doubled),
    never('answers out of turn', outOfTurn),
    never('dialogs not greeted exactly once', talk.greetings().filter((times) => times !== 1).length),
    never('dead letters', givenUp),
    never('events and actions waiting four minutes later', waiting),
  ];
}
