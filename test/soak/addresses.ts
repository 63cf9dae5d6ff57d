/** Names forbidden addresses in every place from which the app takes an address, and checks that none of them is called. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Endings } from '../../bench/support/endings.ts';
import { type Canary, startCanary } from './support/canary.ts';
import { callDirectly, engines } from './support/direct-calls.ts';
import { type EvilAddress, evilAddresses } from './support/evil-addresses.ts';
import { createFleetOAuth } from './support/fleet-oauth.ts';
import { type FleetPortal, newFleetPortal } from './support/fleet-portal.ts';
import { type AppIdentity, type InstalledWorld, startInstalledWorld } from './support/installed-world.ts';
import { type Liar, type Lie, startLiar } from './support/liar.ts';
import { answerFrom, connectLiar, type LyingTenant, writeTo } from './support/lying-tenants.ts';
import { checkAccount, namedPlaces, oneStepSecret, postStep } from './support/named-addresses.ts';
import { createPoster, type Poster } from './support/post.ts';
import { seedPortals } from './support/seed-portals.ts';
import { all, never, type Size, type Soak, type SoakStage, shown, type Verdict, within } from './support/soak.ts';

/** Each place is tried with every n-th address only, beginning with a different one. */
const everyNth: Readonly<Record<Size, number>> = { full: 1, short: 24 };

/** Lies told by portals and accounts that exist already. */
const liesInTalk: readonly Lie[] = [
  'redirect of a REST call',
  'client_endpoint of a refresh',
  'address of a file of the portal',
  'redirect of a file of the portal',
  'redirect of a MessageGateway call',
  'address of a file of MessageGateway',
  'redirect of a WebSocket',
];
/** Lies told while an account is being connected. */
const liesInJoining: readonly Lie[] = ['redirect of a CRM call', 'endpointUrl of the CRM'];

const toldWithinMs = 120_000;

export const addresses: Soak = {
  name: 'addresses',
  about: '69 forbidden addresses, in every place from which the app takes an address: none is called',
  limitMinutes: 12,
  async run(stage, size) {
    const canary = await startCanary(stage.endings);
    const cast = await castLiars(stage.endings, canary, size);
    const world = await startInstalledWorld(stage, {
      settings: {
        TRUSTED_PROXIES: '127.0.0.0/8',
        BRAIN_SETTINGS: JSON.stringify({ messagegateway: { oneStepSecret } }),
      },
      beside: cast.meet,
    });
    const poster = createPoster(world.app.port, { hasManySenders: true });
    stage.endings.add(async () => poster.close());
    const verdicts: Verdict[] = [];
    const judge = async (place: string, count: number, work: () => Promise<void>): Promise<void> => {
      const before = canary.visitors.length;
      await work();
      verdicts.push(never(`${place} (${count} addresses)`, canary.visitors.length - before, canary.visitors[before]));
    };
    for (const engine of engines) {
      await judge(`${engine.name}, called directly`, cast.evils.length, () => callDirectly(engine, cast.evils));
    }
    for (const [at, place] of namedPlaces(world, poster).entries()) {
      const evils = thinned(cast.evils, size, at);
      await judge(place.name, evils.length, async () => {
        for (const evil of evils) await place.send(evil);
      });
    }
    const tenants = await settle(world, cast);
    await judge('lies of portals and accounts in talk', tenants.length, () => letTalk(stage, tenants, poster));
    const joining = cast.liars.filter(({ lie }) => liesInJoining.includes(lie));
    await judge('lies of a CRM while it is connected', joining.length, () => letJoin(world, joining, poster));
    const told = cast.liars.filter((liar) => liar.told > 0).length;
    return [
      shown('addresses and places', `${cast.evils.length} addresses, ${verdicts.length + liesInTalk.length} places`),
      ...verdicts,
      all('lies that were really told', told, cast.liars.length),
      never('crashes', world.app.isRunning() ? 0 : 1),
    ];
  },
};

const thinned = <T>(evils: readonly T[], size: Size, at: number): T[] =>
  evils.filter((_, index) => (index + at) % everyNth[size] === 0);

interface Cast {
  readonly evils: readonly EvilAddress[];
  readonly liars: readonly Liar[];
  readonly portals: readonly { readonly liar: Liar; readonly portal: FleetPortal }[];
  readonly oauthOrigin: () => string;
  readonly meet: (app: AppIdentity) => Promise<{ readonly hosts: readonly string[]; readonly oauthOrigin: string }>;
}

/** Starts one liar for each lie and address, each at its own address, so that a failure of one does not keep the app from calling another. */
async function castLiars(endings: Endings, canary: Canary, size: Size): Promise<Cast> {
  const liars: Liar[] = [];
  const own = hostname().toLowerCase();
  const evils = evilAddresses({ port: canary.port, allowed: '127.0.0.1:9', hostname: own });
  for (const [at, lie] of [...liesInTalk, ...liesInJoining].entries()) {
    for (const evil of thinned(evils, size, at))
      liars.push(await startLiar(endings, lie, evil, addressOf(liars.length)));
  }
  const portals = liars
    .filter(({ lie }) => liesInTalk.includes(lie))
    .map((liar, index) => ({ liar, portal: newFleetPortal(index, liar.domain) }));
  let oauthOrigin = '';
  return {
    evils,
    liars,
    portals,
    oauthOrigin: () => oauthOrigin,
    async meet(app) {
      oauthOrigin = await startOAuth(endings, app, portals);
      return { hosts: [new URL(oauthOrigin).host, ...liars.map(({ domain }) => domain)], oauthOrigin };
    },
  };
}

function addressOf(index: number): string {
  return process.platform === 'linux' ? `127.40.${Math.floor(index / 250)}.${2 + (index % 250)}` : '127.0.0.1';
}

async function startOAuth(endings: Endings, app: AppIdentity, cast: Cast['portals']): Promise<string> {
  const oauth = createFleetOAuth({
    ...app,
    portals: cast.map(({ portal }) => portal),
    endpointOf: (portal) => {
      const liar = cast.find((one) => one.portal === portal)?.liar;
      if (liar?.lie !== 'client_endpoint of a refresh') return `http://${portal.domain}/rest/`;
      liar.told += 1;
      return `${liar.evil.url}rest/`;
    },
  });
  const server = createServer((incoming, answer) => void oauth.handle(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.add(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  oauth.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return oauth.origin;
}

async function settle(world: InstalledWorld, cast: Cast): Promise<LyingTenant[]> {
  const { databaseUrl, appSecret } = world;
  const portals = cast.portals.map(({ portal }) => portal);
  await seedPortals(databaseUrl, appSecret, { portals, oauth: { origin: cast.oauthOrigin() } });
  const tenants: LyingTenant[] = [];
  for (const { liar, portal } of cast.portals) tenants.push(await connectLiar(databaseUrl, appSecret, liar, portal));
  return tenants;
}

async function letTalk(stage: SoakStage, tenants: readonly LyingTenant[], poster: Poster): Promise<void> {
  for (const tenant of tenants) {
    const status = await writeTo(tenant, poster);
    if (status !== 200) throw new Error(`a true event was answered with ${status}`);
  }
  const answering = tenants.filter(({ liar }) => liar.lie === 'address of a file of MessageGateway');
  await within(toldWithinMs, () => answering.every(({ liar }) => liar.chatRef !== ''));
  for (const tenant of answering) await answerFrom(tenant, poster);
  await within(toldWithinMs, () => tenants.every(({ liar }) => liar.told > 0));
  for (const lie of liesInTalk) {
    const silent = tenants.filter(({ liar }) => liar.lie === lie && liar.told === 0);
    if (silent.length > 0) stage.say(`not told: ${lie} × ${silent.length}, ${silent[0]?.liar.evil.name}`);
  }
}

/** An administrator tries to connect a bot to the liar's account, as far as the app allows it. */
async function letJoin(world: InstalledWorld, liars: readonly Liar[], poster: Poster): Promise<void> {
  for (const liar of liars) {
    const { text } = await checkAccount(world.first, poster, liar.origin);
    const { carried } = JSON.parse(text) as { readonly carried?: { readonly choice?: string } };
    if (carried?.choice === undefined) continue;
    await postStep(poster, { step: 'connect', carried, bot: 'bridge_assistant', values: {} });
  }
}
