/**
 * Sends a million broken and hostile requests to all endpoints, with correct and with wrong secrets. At the same time a polled portal answers
 * with a hundred thousand mutated events.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { storeConnections } from '../../bench/support/joined-connections.ts';
import { openProbe } from '../support/database-probe.ts';
import { type SoakApp, startApp } from './support/app.ts';
import { garbageCollector, inspectable } from './support/collect-garbage.ts';
import type { FleetPortal } from './support/fleet-portal.ts';
import { mutate } from './support/mutate.ts';
import { createMutatedPages, lastWords } from './support/mutated-pages.ts';
import { type Seed, type SeedKind, seedKinds } from './support/mutation-seeds.ts';
import { type PortalFleet, startPortalFleet } from './support/portal-fleet.ts';
import { createRandom, type Random } from './support/random.ts';
import { createRawLine, type RawLine } from './support/raw-line.ts';
import { fleetBot, seedPortals } from './support/seed-portals.ts';
import { atMost, never, type Size, type Soak, type SoakStage, shown, within } from './support/soak.ts';

/** The longest duration: a slow machine sends fewer than a million, because all runs together have to end within an hour. */
const longestMs = 7 * 60_000;

const counts: Readonly<Record<Size, number>> = { full: 1_000_000, short: 800 };
const polledCounts: Readonly<Record<Size, number>> = { full: 100_000, short: 400 };
/** A page has 100 events, so a hundred thousand take four minutes. */
const pollSeconds: Readonly<Record<Size, string>> = { full: '0.25', short: '0.05' };
/** Time after the last request for the remaining pages. */
const pollingMs = 60_000;
/** Mutated events may delete a bot; it is restored at this interval. */
const reviveMs = 500;

/** This share of the bodies is sent before memory is first measured, while caches fill and code is compiled. */
const warmShare = 0.1;
/** Connections at a time; many, because the app delays answers to wrong secrets on purpose. */
const lines = 128;
const growthBarMb = 50;
/** The most attempts for a request that is answered with 503. */
const mostTries = 10;
/** Time for accepted events to be processed before memory is measured. */
const drainMs = 10_000;

export const mutations: Soak = {
  name: 'mutations',
  about:
    'a million mutated requests to every endpoint, with right tokens and wrong ones, and 100 000 mutated events that are polled',
  limitMinutes: 12,
  async run(stage, size) {
    const seed = randomInt(2 ** 31);
    const { app, fleet, secrets, polled, bots } = await open(stage, size, createRandom(seed + 1));
    const collect = await garbageCollector(app);
    const kinds = seedKinds(secrets);
    const total = counts[size];
    const started = performance.now();
    const attack = createAttack({ app, kinds, random: createRandom(seed), endAt: started + longestMs });
    await attack.send(total * warmShare);
    await settle(size);
    await collect();
    const before = await app.memory();
    await attack.send(total - attack.sent());
    const seconds = (performance.now() - started) / 1000;
    await within(pollingMs, () => polled.pages.isOver());
    // A slow machine polls fewer events.
    polled.pages.end();
    const isPolledOut = await within(pollingMs, () => polled.pages.isOver());
    const isStillHeard = await within(pollingMs, polled.isAnswered);
    await settle(size);
    const hasCrashed = !app.isRunning();
    if (!hasCrashed) await collect();
    const after = await app.memory();
    const revived = await bots.stop();
    const { statuses, failures, unanswered } = attack;
    for (const failure of failures.slice(0, 5)) stage.say(failure);
    stage.say(`statuses: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`);
    const perSecond = Math.round(attack.sent() / seconds);
    return [
      shown(
        'requests sent',
        `${attack.sent()} of ${total} (seed ${seed}, ${perSecond} a second, ${callsOf(fleet)} calls into portals)`,
      ),
      shown('accepted, of those sent', attack.takenOf()),
      shown('mutated events polled', `${polled.pages.given()} of ${polledCounts[size]}`),
      never('the polled portal no longer gets answers', isPolledOut && isStillHeard ? 0 : 1),
      never('events given up because they seemed to end their worker', revived.startedTooOften),
      never('answers 5xx', failures.length, failures[0]?.slice(0, 100)),
      never('requests without an answer', unanswered()),
      never('crashes', hasCrashed ? 1 : 0),
      atMost(`growth of memory, garbage collected, from ${Math.round(before)} MB`, after - before, growthBarMb, 'MB'),
    ];
  },
};

const settle = (size: Size): Promise<void> => delay(size === 'full' ? drainMs : 1_000);

const callsOf = (fleet: PortalFleet): number => fleet.portals.reduce((sum, { calls }) => sum + calls, 0);

async function open(stage: SoakStage, size: Size, random: Random) {
  const { endings } = stage;
  const fleet = await startPortalFleet(endings, 3);
  const [portal, other] = fleet.portals as readonly [FleetPortal, FleetPortal, ...FleetPortal[]];
  const appSecret = randomBytes(32);
  const databaseUrl = await stage.database();
  await seedPortals(databaseUrl, appSecret, fleet);
  const webhook = await connectAccount(databaseUrl, appSecret, portal);
  const bots = keepBots(stage, databaseUrl);
  await bots.poll(other);
  const pages = createMutatedPages(fleetBot, random, polledCounts[size]);
  other.kept = pages;
  let isHeard = false;
  fleet.onMessage = (from, _, text) => {
    if (from === other && text.includes(lastWords)) isHeard = true;
  };
  const app = await startApp({
    endings,
    databaseUrl,
    appSecret,
    clientId: fleet.clientId,
    clientSecret: fleet.clientSecret,
    hosts: fleet.hosts,
    oauthOrigins: [fleet.oauth.origin],
    nodeArguments: inspectable,
    // Each request names another sender, so that the limit of one sender does not end the run.
    settings: {
      TRUSTED_PROXIES: '127.0.0.0/8',
      EVENT_POLL_SECONDS: pollSeconds[size],
      EVENT_POLL_IDLE_SECONDS: pollSeconds[size],
    },
  });
  const { memberId, applicationToken, domain } = portal;
  const secrets = { sender: { memberId, applicationToken }, domain, webhook };
  return { app, fleet, secrets, polled: { pages, isAnswered: () => isHeard }, bots };
}

/** Restores bots that mutated events have deleted. */
function keepBots({ endings }: SoakStage, databaseUrl: string) {
  const probe = openProbe(databaseUrl);
  endings.add(() => probe.close());
  const revive = async (): Promise<void> =>
    void (await probe.rows(`update bot set state = 'registered', bot_id = $1 where state = 'deleted'`, [fleetBot.id]));
  let working: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    working = working.then(revive);
  }, reviveMs);
  endings.add(async () => clearInterval(timer));
  return {
    /** From now on the portal's events are polled. */
    async poll({ memberId }: FleetPortal): Promise<void> {
      await probe.rows(`update portal set event_api = 'v2-fetch' where portal = $1`, [memberId]);
      await probe.rows('insert into event_poll (portal) values ($1)', [memberId]);
    },
    async stop() {
      clearInterval(timer);
      await working;
      const outcome = 'inbox.attempts_used_up';
      const rows = await probe.rows('select count(*) as many from inbox_outcome where outcome = $1', [outcome]);
      return { startedTooOften: Number(rows[0]?.['many'] ?? 0) };
    },
  };
}

/** Stores a joined account; no listener uses it, and nothing answers at its addresses. */
async function connectAccount(databaseUrl: string, appSecret: Buffer, portal: FleetPortal) {
  const access = { endpointUrl: 'https://mg.invalid', token: 'token' };
  const joined = {
    clientId: 'c'.repeat(64),
    moduleCode: 'soak',
    bot: { ...access, botId: 1 },
    transport: access,
    channelId: 1,
  };
  const config = { crmUrl: 'https://demo.retailcrm.ru', apiKey: 'key', joined };
  const shared = { databaseUrl, appSecret, portal: portal.memberId, brain: 'messagegateway' };
  const [stored] = await storeConnections({ ...shared, configs: [config] });
  if (stored === undefined) throw new Error('the connection was not stored');
  return { path: `/brains/messagegateway/${stored.webhookSecret}`, clientId: joined.clientId };
}

interface AttackOptions {
  readonly app: SoakApp;
  readonly kinds: readonly SeedKind[];
  readonly random: Random;
  /** By the clock of `performance`. */
  readonly endAt: number;
}

function createAttack({ app, kinds, random, endAt }: AttackOptions) {
  const statuses = new Map<number, number>();
  const failures: string[] = [];
  const everything = kinds.flatMap(({ seeds }) => seeds);
  const taken = new Map(kinds.map(({ name }) => [name, { taken: 0, sent: 0 }]));
  let sent = 0;

  async function note(kind: SeedKind, status: number, request: Buffer): Promise<void> {
    const count = taken.get(kind.name);
    if (count !== undefined) count.sent += 1;
    if (count !== undefined && status === 200) count.taken += 1;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 500) return;
    if (failures.length < 20) {
      const file = join(await mkdtemp(join(tmpdir(), 'soak-request-')), `${status}.txt`);
      await writeFile(file, request);
      failures.push(`${status}: ${file}`);
    } else failures.push(String(status));
  }

  return {
    statuses,
    failures,
    sent: () => sent,
    unanswered: () => statuses.get(0) ?? 0,
    takenOf: () => [...taken].map(([name, count]) => `${name} ${count.taken} of ${count.sent}`).join(', '),
    async send(count: number): Promise<void> {
      let left = Math.round(count);
      const work = async (): Promise<void> => {
        const line = createRawLine(app.port);
        while (left > 0 && app.isRunning() && performance.now() < endAt) {
          left -= 1;
          sent += 1;
          const kind = chosen(kinds, random);
          const request = requestOf(random.pick(kind.seeds), random, random.pick(everything).body);
          await note(kind, await sendUntilTaken(line, request), request);
        }
        line.close();
      };
      await Promise.all(Array.from({ length: lines }, work));
    },
  };
}

/** The status of the answer. 503 asks for a repetition; if it is answered every time, the request itself causes it, which is a failure. */
async function sendUntilTaken(line: RawLine, request: Buffer): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const status = await line.send(request);
    if (status !== 503 || tries === mostTries) return status;
    await delay(1_000);
  }
}

function chosen(kinds: readonly SeedKind[], random: Random): SeedKind {
  let at = random.below(kinds.reduce((sum, { share }) => sum + share, 0));
  for (const kind of kinds) {
    if (at < kind.share) return kind;
    at -= kind.share;
  }
  throw new Error('the shares do not add up');
}

const otherTypes = [
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  'application/x-www-form-urlencoded',
];

function requestOf(seed: Seed, random: Random, other: Buffer): Buffer {
  const body = Buffer.concat([seed.proof, mutate(renumbered(seed.body, random), random, other)]);
  const type = random.percent(3) ? random.pick(otherTypes) : seed.type;
  const sender = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
  const headers = { 'content-type': type, 'x-forwarded-for': sender, ...seed.headers };
  const head = [
    `POST ${seed.path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** Gives the event another message and dialog id: the same ones would be recognised as a repetition and not be read. */
function renumbered(body: Buffer, random: Random): Buffer {
  const text = body.toString('latin1');
  if (!/%5BMESSAGE_ID%5D=|%5Bmessage%5D%5Bid%5D=/.test(text)) return body;
  const changed = text
    .replace(/%5Bmessage%5D%5Bid%5D=\d+/, () => `%5Bmessage%5D%5Bid%5D=${1 + random.below(2 ** 31)}`)
    .replace(/%5BdialogId%5D=(chat)?\d+/, (_, chat = '') => `%5BdialogId%5D=${chat}${1 + random.below(500)}`)
    .replace(/%5BMESSAGE_ID%5D=\d+/, `%5BMESSAGE_ID%5D=${1 + random.below(2 ** 31)}`)
    .replace(/%5BDIALOG_ID%5D=(chat)?\d+/, (_, chat = '') => `%5BDIALOG_ID%5D=${chat}${1 + random.below(500)}`);
  return Buffer.from(changed, 'latin1');
}
