/** Ten thousand forged installs, visits, events, webhooks, callbacks, sessions and codes. None may be accepted, and genuine visitors must still get in. */

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { readPageData } from '../support/page-data.ts';
import { createForgers } from './support/forgers.ts';
import type { Forger, Loot } from './support/forgery.ts';
import { type InstalledWorld, startInstalledWorld } from './support/installed-world.ts';
import { createPoster, type Poster } from './support/post.ts';
import { createRandom, type Random } from './support/random.ts';
import { all, never, type Size, type Soak, shown, type Verdict } from './support/soak.ts';

const counts: Readonly<Record<Size, number>> = { full: 10_000, short: 120 };
const atOnce = 12;
/** How often a genuine visitor opens the page meanwhile. */
const visitEveryMs = 500;

export const forgeries: Soak = {
  name: 'forgeries',
  about: 'ten thousand forged installs, visits, events, webhooks, callbacks, sessions and codes: none is accepted',
  limitMinutes: 8,
  async run(stage, size) {
    // Limits count per sender: the forgers have many addresses, the genuine visitors their own.
    const world = await startInstalledWorld(stage, { settings: { TRUSTED_PROXIES: '127.0.0.0/8' } });
    const poster = createPoster(world.app.port);
    stage.endings.add(async () => poster.close());
    const forgers = createForgers(world, await gatherLoot(world, poster));
    await world.quiet();
    const before = await stakes(world);
    const seed = randomInt(2 ** 31);
    const storm = forge({ poster, forgers, random: createRandom(seed), count: counts[size] });
    const visits = await visitWhile(world.second, poster, storm);
    const { tried, accepted, examples, statuses } = await storm;
    for (const example of examples.slice(0, 5)) stage.say(`accepted: ${example}`);
    await world.quiet();
    const after = await stakes(world);
    const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
    stage.say(`statuses: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`);
    const verdicts: Verdict[] = forgers.map(({ name }) =>
      never(`${name}: accepted of ${tried.get(name) ?? 0}`, accepted.get(name) ?? 0),
    );
    return [
      shown('forgeries sent', `${counts[size]} (seed ${seed})`),
      ...verdicts,
      never('tables of the portal changed by them', changed.length, changed.join(', ')),
      all('genuine visits let in meanwhile', visits.letIn, visits.tried),
      never('crashes', world.app.isRunning() ? 0 : 1),
    ];
  },
};

async function gatherLoot({ first, second }: InstalledWorld, poster: Poster): Promise<Loot> {
  const employee = first.addEmployee({ name: 'Вредный Валентин' }).id;
  const sessionOf = async (portal: SandboxPortal, userId: number): Promise<string> => {
    const { status, text } = await visit(portal, poster, userId);
    const session = status === 200 ? readPageData(text).session : null;
    if (session === null) throw new Error(`a true visit was answered with ${status}`);
    return session;
  };
  return {
    ofOtherPortal: second.issueToken(),
    ofOtherApp: first.issueForeignToken(first.adminId),
    employeeSession: await sessionOf(first, employee),
    adminSession: await sessionOf(first, first.adminId),
  };
}

async function visit(portal: SandboxPortal, poster: Poster, userId: number) {
  const form = portal.appPageForm({ userId });
  const { pathname, search } = new URL(form.url);
  const headers = { 'x-forwarded-for': '192.0.2.77' };
  return await poster.post(`${pathname}${search}`, form.body, { headers });
}

async function visitWhile(portal: SandboxPortal, poster: Poster, storm: Promise<unknown>) {
  let isOver = false;
  void storm.finally(() => {
    isOver = true;
  });
  let tried = 0;
  let letIn = 0;
  do {
    const { status, text } = await visit(portal, poster, portal.adminId);
    tried += 1;
    if (status === 200 && readPageData(text).session !== null) letIn += 1;
    await delay(visitEveryMs);
  } while (!isOver);
  return { tried, letIn };
}

interface Storm {
  readonly poster: Poster;
  readonly forgers: readonly Forger[];
  readonly random: Random;
  readonly count: number;
}

async function forge({ poster, forgers, random, count }: Storm) {
  const tried = new Map<string, number>();
  const accepted = new Map<string, number>();
  const statuses = new Map<number, number>();
  const examples: string[] = [];
  const add = <Key>(to: Map<Key, number>, key: Key): void => void to.set(key, (to.get(key) ?? 0) + 1);
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const forger = chosen(forgers, random);
      const { path, body, options } = forger.make(random);
      const headers = { ...options?.headers, 'x-forwarded-for': `198.51.100.${random.below(200)}` };
      const answer = await poster.post(path, body, { ...options, headers });
      add(tried, forger.name);
      add(statuses, answer.status);
      if (!forger.isAccepted(answer)) continue;
      add(accepted, forger.name);
      examples.push(`${forger.name}: ${path} ${body.slice(0, 1_000)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { tried, accepted, examples, statuses };
}

function chosen(forgers: readonly Forger[], random: Random): Forger {
  let at = random.below(forgers.reduce((sum, { share }) => sum + share, 0));
  for (const forger of forgers) {
    if (at < forger.share) return forger;
    at -= forger.share;
  }
  throw new Error('the shares do not add up');
}

/** What a forgery could change, in both portals. */
const asked: Readonly<Record<string, string>> = {
  portal: 'select portal, domain, client_endpoint, server_endpoint, application_token_hash, state from portal',
  token: `select portal, encode(access_sealed, 'hex') as access, encode(refresh_sealed, 'hex') as refresh from portal_token`,
  bot: 'select portal, code, name, bot_id, brain, connection_id, state from bot',
  connection: 'select portal, id, config_sealed, webhook_secret_hash, disabled_reason from connection',
  code: 'select portal, brain from connect_code',
  inbox: 'select portal, lane, seq from inbox',
  // The app checks its own state in its portals soon after its start; that is not caused by forgers.
  outbox: `select portal, lane, seq from outbox where action->>'type' <> 'check_app'`,
};

async function stakes({ probe }: InstalledWorld): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, statement] of Object.entries(asked)) {
    found[name] = JSON.stringify(await probe.rows(`${statement} order by 1, 2`));
  }
  return found;
}
