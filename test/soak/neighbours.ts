/** Portals that hang or are slow, and an OAuth host that hangs. Healthy portals must not be affected. */

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createEndings } from '../../bench/support/endings.ts';
import { type SoakApp, startApp } from './support/app.ts';
import type { FleetPortal } from './support/fleet-portal.ts';
import { type Account, createLedger, type Ledger } from './support/ledger.ts';
import { type PortalFleet, startPortalFleet } from './support/portal-fleet.ts';
import { createPoster, type Poster } from './support/post.ts';
import { seedPortals } from './support/seed-portals.ts';
import {
  all,
  atBest,
  atMost,
  never,
  percentile,
  type Soak,
  type SoakStage,
  type Verdict,
  within,
} from './support/soak.ts';
import { startSteadyTalk } from './support/steady-talk.ts';

interface Sizes {
  readonly healthy: number;
  readonly neighbours: number;
  readonly warmSeconds: number;
  readonly calmSeconds: number;
  readonly attackSeconds: number;
  readonly perSecond: number;
}

const sizes: Readonly<Record<'full' | 'short', Sizes>> = {
  full: { healthy: 20, neighbours: 200, warmSeconds: 5, calmSeconds: 15, attackSeconds: 30, perSecond: 20 },
  short: { healthy: 3, neighbours: 12, warmSeconds: 0.2, calmSeconds: 0.5, attackSeconds: 1.5, perSecond: 10 },
};

/** A p99 without attack below this counts as this: a few milliseconds more or less mean nothing. */
const calmFloorMs = 100;

/** The bar: this many times the p99 without attack. */
const allowedTimes = 3;

/** Time from the attackers' first messages to the measurement. */
const settleMs = 2_000;

/** After the attack, time for the last answers of healthy portals. */
const drainMs = 120_000;

interface Stage {
  readonly app: SoakApp;
  readonly fleet: PortalFleet;
  readonly healthy: readonly FleetPortal[];
  readonly neighbours: readonly FleetPortal[];
  readonly poster: Poster;
  readonly ledger: Ledger;
  readonly sizes: Sizes;
}

interface Attack {
  readonly name: string;
  /** Which of the neighbours attack: all, or one. */
  readonly attackers: (neighbours: readonly FleetPortal[]) => readonly FleetPortal[];
  /** Whether the app knows the attackers as portals that answer quickly; otherwise it has never called them. */
  readonly isKnown: boolean;
  readonly begin: (stage: Stage, attackers: readonly FleetPortal[]) => void;
  /** Number of dialogs of each attacking portal, and of messages per second from all of them, after one message from each dialog at once. */
  readonly dialogs: (sizes: Sizes) => number;
  readonly perSecond: (sizes: Sizes) => number;
}

const everybody = (neighbours: readonly FleetPortal[]): readonly FleetPortal[] => neighbours;

const attacks: readonly Attack[] = [
  {
    name: 'one portal hangs with 100 dialogs',
    isKnown: true,
    attackers: (neighbours) => neighbours.slice(0, 1),
    begin: (_, attackers) => setFailureMode(attackers, 'hangs'),
    dialogs: () => 100,
    perSecond: () => 5,
  },
  {
    name: 'all neighbours hang',
    isKnown: true,
    attackers: everybody,
    begin: (_, attackers) => setFailureMode(attackers, 'hangs'),
    dialogs: () => 3,
    perSecond: ({ neighbours }) => neighbours / 10,
  },
  {
    name: 'all neighbours answer in 3 s',
    isKnown: false,
    attackers: everybody,
    begin: (_, attackers) => setFailureMode(attackers, { slowMs: 3_000 }),
    dialogs: () => 3,
    perSecond: ({ neighbours }) => neighbours / 10,
  },
  {
    name: 'the OAuth host hangs, all neighbours need a refresh',
    isKnown: false,
    attackers: everybody,
    begin: ({ fleet }, attackers) => {
      fleet.oauth.isHanging = true;
      setFailureMode(attackers, 'expired');
    },
    dialogs: () => 1,
    perSecond: ({ neighbours }) => neighbours / 10,
  },
];

export const neighbours: Soak = {
  name: 'neighbours',
  about: 'portals and an OAuth host that hang or are slow cost healthy portals nothing',
  limitMinutes: 15,
  async run(stage, size) {
    // If times are judged, the attacks run one after the other.
    if (size === 'short')
      return (await Promise.all(attacks.map((attack) => endure(stage, sizes[size], attack)))).flat();
    const verdicts: Verdict[] = [];
    for (const attack of attacks) verdicts.push(...(await atBest(stage, () => endure(stage, sizes[size], attack))));
    return verdicts;
  },
};

function setFailureMode(portals: readonly FleetPortal[], failureMode: FleetPortal['failureMode']): void {
  for (const portal of portals) portal.failureMode = failureMode;
}

/** Runs one attack with a new database and a new app: first a measurement without it, then one during it. */
async function endure(soak: SoakStage, given: Sizes, attack: Attack): Promise<Verdict[]> {
  const endings = createEndings();
  const endAll = soak.endings.add(() => endings.endAll());
  try {
    const stage = await open({ ...soak, endings }, given);
    // The first seconds of a process are slow and would make the bar too generous.
    await talk(stage, 500, given.warmSeconds);
    const attackers = attack.attackers(stage.neighbours);
    if (attack.isKnown) await letAnswer(stage, attackers);
    const calm = await talk(stage, 1_000, given.calmSeconds);
    const calmP99 = percentile(calm.account.latencies, 0.99);
    attack.begin(stage, attackers);
    const storm = startSteadyTalk({
      ...stage,
      ledger: createLedger(),
      portals: attackers,
      dialogsPerPortal: attack.dialogs(given),
      perSecond: attack.perSecond(given),
      firstUser: 5_000,
      isBurst: true,
    });
    // The measurement begins only when all attackers are stuck.
    await delay(settleMs);
    const under = await talk(stage, 2_000, given.attackSeconds);
    const stopping = storm.stop();
    const p99 = percentile(under.account.latencies, 0.99);
    soak.say(`${attack.name}: p99 without attack ${Math.round(calmP99)} ms, under attack ${Math.round(p99)} ms`);
    const refused = [under.statuses, storm.statuses].map((statuses) => statuses.get(503) ?? 0);
    const isAlive = stage.app.isRunning();
    await stage.app.stop('SIGKILL');
    await stopping;
    const written = [...under.statuses.values()].reduce((sum, times) => sum + times, 0);
    return [
      all(`${attack.name}: healthy messages acknowledged`, under.statuses.get(200) ?? 0, written),
      all(`${attack.name}: healthy messages answered`, under.account.answered, under.account.acknowledged),
      atMost(
        `${attack.name}: p99 of healthy answers (calm ${Math.round(calmP99)} ms)`,
        p99,
        allowedTimes * Math.max(calmP99, calmFloorMs),
        'ms',
      ),
      never(`${attack.name}: answers 503`, (refused[0] ?? 0) + (refused[1] ?? 0)),
      never(`${attack.name}: doubled or out of turn`, under.account.doubled + under.account.outOfTurn),
      never(`${attack.name}: crashes`, isAlive ? 0 : 1),
    ];
  } finally {
    await endAll();
  }
}

/** Lets each portal answer one message. */
async function letAnswer(stage: Stage, portals: readonly FleetPortal[]): Promise<void> {
  const hearHealthy = stage.fleet.onMessage;
  const ledger = createLedger();
  stage.fleet.onMessage = (portal, dialog, text) => ledger.heard(portal.index, dialog, text);
  const { poster } = stage;
  const once = { poster, ledger, portals, dialogsPerPortal: 1, perSecond: 0, firstUser: 4_000, isBurst: true };
  await startSteadyTalk(once).stop();
  const areAll = await within(drainMs, () => ledger.account().answered === portals.length);
  stage.fleet.onMessage = hearHealthy;
  if (!areAll) throw new Error('the neighbours did not answer when they were well');
}

async function open(soak: SoakStage, given: Sizes): Promise<Stage> {
  const fleet = await startPortalFleet(soak.endings, given.healthy + given.neighbours);
  const appSecret = randomBytes(32);
  const databaseUrl = await soak.database();
  await seedPortals(databaseUrl, appSecret, fleet);
  const { endings } = soak;
  const { clientId, clientSecret, hosts } = fleet;
  const oauthOrigins = [fleet.oauth.origin];
  const app = await startApp({ endings, databaseUrl, appSecret, clientId, clientSecret, hosts, oauthOrigins });
  const ledger = createLedger();
  fleet.onMessage = (portal, dialog, text) => ledger.heard(portal.index, dialog, text);
  const poster = createPoster(app.port);
  endings.add(async () => poster.close());
  return {
    app,
    fleet,
    healthy: fleet.portals.slice(0, given.healthy),
    neighbours: fleet.portals.slice(given.healthy),
    poster,
    ledger,
    sizes: given,
  };
}

interface Talked {
  readonly account: Account;
  readonly statuses: ReadonlyMap<number, number>;
}

/** Employees of the healthy portals write for `seconds`. */
async function talk(stage: Stage, firstUser: number, seconds: number): Promise<Talked> {
  const since = performance.now();
  const { ledger, poster, healthy: portals } = stage;
  const { perSecond } = stage.sizes;
  const steady = startSteadyTalk({ poster, ledger, portals, dialogsPerPortal: 3, perSecond, firstUser });
  await delay(seconds * 1000);
  await steady.stop();
  await within(drainMs, () => {
    const { answered, acknowledged } = ledger.account(since);
    return answered === acknowledged;
  });
  return { account: ledger.account(since), statuses: steady.statuses };
}
