/** A stranger posts bodies that are expensive to read to every endpoint. The process must go on answering others. */

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type SoakApp, startApp } from './support/app.ts';
import { type Endpoint, endpointsOf } from './support/endpoints.ts';
import type { EventSender } from './support/event-form.ts';
import { startHealthProbe } from './support/health-probe.ts';
import { type HostileShape, hostileShapes } from './support/hostile-bodies.ts';
import { startPortalFleet } from './support/portal-fleet.ts';
import { createPoster } from './support/post.ts';
import { fleetBot, seedPortals } from './support/seed-portals.ts';
import { atMost, never, type Size, type Soak, type SoakStage, shown, type Verdict } from './support/soak.ts';

const kib = 1024;
const mib = 1024 * kib;
const longestBody = 4 * mib;

const bodySizes: Readonly<Record<Size, readonly number[]>> = {
  full: [64 * kib, 512 * kib, longestBody],
  // Small enough that even a quadratic reader finishes; the growth tests measure the readers more precisely.
  short: [64 * kib],
};

/** Each endpoint is tried with every n-th shape only, beginning with a different one. */
const everyNth: Readonly<Record<Size, number>> = { full: 1, short: 23 };

const barMs = 200;

/**
 * A body over the bar is posted again, and its quickest answer counts: an expensive body is slow every time, a busy machine is not busy all
 * the time.
 */
const attempts = 3;

/** After this time without an answer the process counts as frozen and is ended. */
const frozenMs = 8_000;

interface Slow {
  readonly what: string;
  readonly ms: number;
}

export const bodies: Soak = {
  name: 'bodies',
  about: 'expensive bodies up to 4 MB from strangers do not keep the process from answering others',
  limitMinutes: 10,
  async run(stage, size) {
    const attack = await open(stage);
    const slow: Slow[] = [];
    let posted = 0;
    let crashes = 0;
    let failures = 0;
    let againPosted = 0;
    for (const [at, endpoint] of attack.endpoints.entries()) {
      const shapes = hostileShapes.filter((_, index) => (index + at) % everyNth[size] === 0);
      for (const shape of shapes) {
        for (const bytes of bodySizes[size]) {
          let ms = Number.POSITIVE_INFINITY;
          for (let attempt = 1; attempt <= attempts && ms > barMs; attempt += 1) {
            const seen = await attack.post(endpoint, shape, bytes);
            posted += 1;
            if (seen.status >= 500) failures += 1;
            if (seen.hasCrashed) crashes += 1;
            ms = Math.min(ms, seen.worstMs);
            if (seen.worstMs > barMs) againPosted += 1;
          }
          slow.push({ what: `${shape.name}, ${bytes / kib} KiB, ${endpoint.path.slice(0, 40)}`, ms });
          // Larger bodies of this shape would be slower still.
          if (ms > barMs) break;
        }
      }
    }
    slow.sort((one, other) => other.ms - one.ms);
    for (const { what, ms } of slow.slice(0, 5)) stage.say(`${Math.round(ms)} ms: ${what}`);
    const over = slow.filter(({ ms }) => ms > barMs).length;
    return [
      shown('bodies posted', `${posted}; ${againPosted} over the bar once, ${over} each time`),
      atMost('worst answer of /healthz meanwhile', slow[0]?.ms ?? 0, barMs, 'ms'),
      never('answers 5xx', failures),
      never('crashes', crashes),
      ...(await attack.memory()),
    ];
  },
};

interface Seen {
  readonly worstMs: number;
  readonly status: number;
  readonly hasCrashed: boolean;
}

/** Placeholder for the message's id in a tenant's message. */
const messageId = 'MESSAGE-ID';

/** The beginning of a genuine message from a tenant, whose text is as hostile as a stranger's. */
function tenantOpening(portal: EventSender): string {
  const bot = `data%5BBOT%5D%5B${fleetBot.id}%5D`;
  const params = 'data%5BPARAMS%5D';
  return [
    'event=ONIMBOTMESSAGEADD',
    `auth%5Bmember_id%5D=${portal.memberId}`,
    `auth%5Bapplication_token%5D=${portal.applicationToken}`,
    `${bot}%5BBOT_ID%5D=${fleetBot.id}`,
    `${bot}%5BBOT_CODE%5D=${fleetBot.code}`,
    `${params}%5BMESSAGE_TYPE%5D=P`,
    `${params}%5BFROM_USER_ID%5D=7`,
    `${params}%5BDIALOG_ID%5D=7`,
    `${params}%5BMESSAGE_ID%5D=${messageId}`,
    `${params}%5BMESSAGE%5D=`,
  ].join('&');
}

async function open(stage: SoakStage) {
  const { endings } = stage;
  const fleet = await startPortalFleet(endings, 1);
  const appSecret = randomBytes(32);
  const databaseUrl = await stage.database();
  await seedPortals(databaseUrl, appSecret, fleet);
  const { clientId, clientSecret, hosts, oauth } = fleet;
  const begin = (): Promise<SoakApp> =>
    startApp({
      endings,
      databaseUrl,
      appSecret,
      clientId,
      clientSecret,
      hosts,
      oauthOrigins: [oauth.origin],
      // Each body comes from another sender, so that no limit refuses one unread.
      settings: { TRUSTED_PROXIES: '127.0.0.0/8' },
    });
  const probe = await startHealthProbe(endings);
  let app = await begin();
  let poster = createPoster(app.port, { maxSockets: 8, hasManySenders: true });
  endings.add(async () => poster.close());
  await probe.aim(app.port);
  let peak = 0;
  let posted = 0;
  const [portal] = fleet.portals;
  const opening = tenantOpening(portal ?? { memberId: '', applicationToken: '' });
  const endpoints = endpointsOf({
    memberId: portal?.memberId ?? '',
    webhookSecret: randomBytes(24).toString('base64url'),
    domain: portal?.domain ?? '',
  });

  async function restart(): Promise<void> {
    poster.close();
    await app.stop('SIGKILL');
    app = await begin();
    poster = createPoster(app.port, { maxSockets: 8, hasManySenders: true });
    await probe.aim(app.port);
  }

  async function post(endpoint: Endpoint, shape: HostileShape, bytes: number): Promise<Seen> {
    posted += 1;
    const isTenant = endpoint.opening === opening;
    const start = Buffer.from(endpoint.opening.replace(messageId, String(posted)));
    const close = Buffer.from(endpoint.closing);
    const inside = shape.make(bytes - start.length - close.length);
    const body = Buffer.concat([start, inside, close]).subarray(0, longestBody);
    const type = endpoint.type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
    const headers = { 'content-type': type };
    await probe.worst();
    const answer = await poster.post(endpoint.path, body, { headers, timeoutMs: frozenMs });
    // A worker reads a tenant's message again a moment later.
    if (isTenant) await delay(200);
    const { worst } = await probe.worst();
    const hasCrashed = !app.isRunning();
    peak = Math.max(peak, hasCrashed ? 0 : await app.memory());
    if (hasCrashed || answer.ms >= frozenMs) await restart();
    return { worstMs: worst, status: answer.status, hasCrashed };
  }

  return {
    post,
    endpoints: [...endpoints, { path: '/bitrix24/events', type: 'form' as const, opening, closing: '' }],
    memory: async (): Promise<Verdict[]> => [shown('largest memory seen', `${Math.round(peak)} MB`)],
  };
}
