/** A million broken and hostile requests over all endpoints, with right secrets and with wrong ones. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeConnections } from '../../bench/support/joined-connections.ts';
import { type SoakApp, startApp } from './support/app.ts';
import { garbageCollector, inspectable } from './support/collect-garbage.ts';
import type { FleetPortal } from './support/fleet-portal.ts';
import { mutate } from './support/mutate.ts';
import { type Seed, type SeedKind, seedKinds } from './support/mutation-seeds.ts';
import { type PortalFleet, startPortalFleet } from './support/portal-fleet.ts';
import { createRandom, type Random } from './support/random.ts';
import { createRawLine } from './support/raw-line.ts';
import { seedPortals } from './support/seed-portals.ts';
import { atMost, never, pause, type Size, type Soak, type SoakStage, shown } from './support/soak.ts';

/** A slow machine sends fewer than a million: all runs together have to end within the hour. */
const longestMs = 7 * 60_000;

const counts: Readonly<Record<Size, number>> = { full: 1_000_000, short: 800 };

/** This share of the bodies comes before the first look at the memory: caches fill, code is compiled. */
const warmShare = 0.1;
/** Connections at a time. Many: answers to guessed secrets are held back on purpose. */
const lines = 128;
const growthBarMb = 50;
/** Left for what was accepted to be worked before memory is looked at. */
const drainMs = 10_000;

export const mutations: Soak = {
  name: 'mutations',
  about: 'a million mutated requests to every endpoint, with right tokens and wrong ones',
  limitMinutes: 12,
  async run(stage, size) {
    const { app, fleet, secrets } = await open(stage);
    const seed = randomInt(2 ** 31);
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
    await settle(size);
    const hasCrashed = !app.isRunning();
    if (!hasCrashed) await collect();
    const after = await app.memory();
    const { statuses, failures, unanswered } = attack;
    for (const failure of failures.slice(0, 5)) stage.say(failure);
    stage.say(`statuses: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`);
    const perSecond = Math.round(attack.sent() / seconds);
    return [
      shown(
        'requests sent',
        `${attack.sent()} of ${total} (seed ${seed}, ${perSecond} a second, ${callsOf(fleet)} calls into portals)`,
      ),
      never('answers 5xx', failures.length, failures[0]?.slice(0, 100)),
      never('requests without an answer', unanswered()),
      never('crashes', hasCrashed ? 1 : 0),
      atMost(`growth of memory, garbage collected, from ${Math.round(before)} MB`, after - before, growthBarMb, 'MB'),
    ];
  },
};

const settle = (size: Size): Promise<void> => pause(size === 'full' ? drainMs : 1_000);

const callsOf = (fleet: PortalFleet): number => fleet.portals.reduce((sum, { calls }) => sum + calls, 0);

async function open(stage: SoakStage) {
  const { endings } = stage;
  const fleet = await startPortalFleet(endings, 3);
  const [portal] = fleet.portals as readonly [FleetPortal, ...FleetPortal[]];
  const appSecret = randomBytes(32);
  const databaseUrl = await stage.database();
  await seedPortals(databaseUrl, appSecret, fleet);
  const webhook = await connectAccount(databaseUrl, appSecret, portal);
  const app = await startApp({
    endings,
    databaseUrl,
    appSecret,
    clientId: fleet.clientId,
    clientSecret: fleet.clientSecret,
    hosts: fleet.hosts,
    oauthOrigins: [fleet.oauth.origin],
    nodeArguments: inspectable,
    // Each request names another address as its sender, so that a limit for one of them does not end the run.
    settings: { ROLES: 'web,worker', TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  const { memberId, applicationToken, domain } = portal;
  return { app, fleet, secrets: { sender: { memberId, applicationToken }, domain, webhook } };
}

/** An account that was joined once; nobody listens to it, and nothing answers at its addresses. */
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
  let sent = 0;

  async function note(status: number, request: Buffer): Promise<void> {
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
    async send(count: number): Promise<void> {
      let left = Math.round(count);
      const work = async (): Promise<void> => {
        const line = createRawLine(app.port);
        while (left > 0 && app.isRunning() && performance.now() < endAt) {
          left -= 1;
          sent += 1;
          const request = requestOf(chosen(kinds, random), random, random.pick(everything).body);
          await note(await line.send(request), request);
        }
        line.close();
      };
      await Promise.all(Array.from({ length: lines }, work));
    },
  };
}

function chosen(kinds: readonly SeedKind[], random: Random): Seed {
  let at = random.below(kinds.reduce((sum, { share }) => sum + share, 0));
  for (const { share, seeds } of kinds) {
    if (at < share) return random.pick(seeds);
    at -= share;
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

/** Another message in another dialog: the same one again would be taken for a repetition and never read. */
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
