/** A thousand portals send three hundred events a second for a quarter of an hour. All must be answered, and memory must not grow. */

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type SoakApp, startApp } from './support/app.ts';
import { createLedger } from './support/ledger.ts';
import { startPortalFleet } from './support/portal-fleet.ts';
import { createPoster } from './support/post.ts';
import { seedPortals } from './support/seed-portals.ts';
import { all, atMost, never, percentile, type Size, type Soak, shown, within } from './support/soak.ts';
import { startSteadyTalk } from './support/steady-talk.ts';

interface Sizes {
  readonly portals: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Memory is judged from this second on. */
  readonly warmSeconds: number;
}

const sizes: Readonly<Record<Size, Sizes>> = {
  full: { portals: 1_000, perSecond: 300, seconds: 900, warmSeconds: 300 },
  short: { portals: 30, perSecond: 40, seconds: 2, warmSeconds: 1 },
};

/** The smallest value in each window counts, because memory varies least right after a garbage collection. */
const windowSeconds = 30;
/** The steepest slope of a line through these values that counts as flat. A leak of 100 bytes per event would be 1.8. */
const slopeBarMbPerMinute = 2;
const drainMs = 120_000;

export const crowd: Soak = {
  name: 'crowd',
  about: 'a thousand portals, 300 events a second, 15 minutes: all answered, memory flat after minute 5',
  limitMinutes: 20,
  async run(stage, size) {
    const given = sizes[size];
    const { endings } = stage;
    const fleet = await startPortalFleet(endings, given.portals);
    const appSecret = randomBytes(32);
    const databaseUrl = await stage.database();
    await seedPortals(databaseUrl, appSecret, fleet);
    const { clientId, clientSecret, hosts, oauth, portals } = fleet;
    const oauthOrigins = [oauth.origin];
    const app = await startApp({ endings, databaseUrl, appSecret, clientId, clientSecret, hosts, oauthOrigins });
    const poster = createPoster(app.port, { maxSockets: 64 });
    endings.add(async () => poster.close());
    const ledger = createLedger();
    fleet.onMessage = (portal, dialog, text) => ledger.heard(portal.index, dialog, text);
    const { perSecond } = given;
    const talk = startSteadyTalk({ poster, ledger, portals, dialogsPerPortal: 3, perSecond, firstUser: 1_000 });
    const samples = await watch(app, given.seconds);
    await talk.stop();
    await within(drainMs, () => {
      const now = ledger.account();
      return now.answered === now.acknowledged;
    });
    const account = ledger.account();
    const events = [...talk.statuses.values()].reduce((sum, times) => sum + times, 0);
    const judged = samples.filter(({ second }) => second >= given.warmSeconds);
    const slope = slopeOf(lowest(judged));
    const [first, last] = [judged[0]?.mb ?? 0, judged.at(-1)?.mb ?? 0];
    return [
      all('events acknowledged', talk.statuses.get(200) ?? 0, events),
      all('messages answered', account.answered, account.acknowledged),
      never('doubled or out of turn', account.doubled + account.outOfTurn),
      atMost(`memory from ${Math.round(first)} to ${Math.round(last)} MB: slope`, slope, slopeBarMbPerMinute, 'MB/min'),
      shown('answer', `p50 ${milliseconds(account.latencies, 0.5)}, p99 ${milliseconds(account.latencies, 0.99)}`),
      never('crashes', app.isRunning() ? 0 : 1),
    ];
  },
};

const milliseconds = (values: readonly number[], share: number): string =>
  `${Math.round(percentile(values, share))} ms`;

interface Sample {
  readonly second: number;
  readonly mb: number;
}

async function watch(app: SoakApp, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let second = 0; second < seconds && app.isRunning(); second += 1) {
    await delay(1_000);
    samples.push({ second, mb: await app.memory() });
  }
  return samples;
}

/** The lowest sample of each window. */
function lowest(samples: readonly Sample[]): Sample[] {
  const windows = Map.groupBy(samples, ({ second }) => Math.floor(second / windowSeconds));
  return [...windows.values()].map((window) => window.reduce((least, one) => (one.mb < least.mb ? one : least)));
}

/** Megabytes a minute, by least squares; 0 for fewer than three points. */
function slopeOf(samples: readonly Sample[]): number {
  if (samples.length < 3) return 0;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const seconds = mean(samples.map(({ second }) => second));
  const mbs = mean(samples.map(({ mb }) => mb));
  const above = samples.reduce((sum, { second, mb }) => sum + (second - seconds) * (mb - mbs), 0);
  const below = samples.reduce((sum, { second }) => sum + (second - seconds) ** 2, 0);
  return (above / below) * 60;
}
