/**
 * A large installation: 10 000 portals that were all added at one moment, 200 000 dialogs, and the messages of a day sent within ten
 * minutes to three processes of the app. The portals' request limits, the life of access tokens, and the questions whether the app works in
 * a portal are compressed with the day. Measures what it takes, and whether anything that is not an answer comes in a wave.
 */

import type { Measure } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { tableSizes } from '../support/database-usage.ts';
import { hourlyRates } from '../support/day-curve.ts';
import { verdictsOf } from '../support/day-verdicts.ts';
import { startPortalsStage } from '../support/portals-stage.ts';
import { runDay } from '../support/run-day.ts';

const portals = 10_000;

/** Messages a second in the busiest hour. */
const peakPerSecond = 40;

/** How much shorter than a day the full run is. */
const compression = 86_400 / 600;

/** An hour of the full run. */
const tokenSeconds = 3_600 / compression;

/** Each portal is asked four times a day. */
const checksPerSecond = (portals * 4) / 600;

export const measureTenThousandPortals: Measure = async (bench) => {
  const { endings, plan, say } = bench;
  const stage = await startPortalsStage(bench, portals);
  const { server, database } = stage;
  const load = await startChild(endings, new URL('../load/day.ts', import.meta.url));
  const before = await tableSizes(server, database);
  // Two requests a second, as standard plans allow, in compressed seconds.
  const apps = await stage.startApps({ B24_RATE_PER_SECOND: String(2 * compression), B24_RATE_BURST: '49' });
  const ports = apps.map(({ port }) => port);
  const order = { ports, portals, hourSeconds: plan.hourSeconds, rates: hourlyRates(peakPerSecond) };
  const day = await runDay({ stage, load, apps, order, tokenSeconds, checksPerSecond });
  for (const one of [...apps, load, stage.far]) await one.stop();
  const after = await tableSizes(server, database);
  for (const [hour, { perSecond, accepted, answered }] of day.report.hours.entries()) {
    say(
      `${hour}:00 ${perSecond.toFixed(0)} /s, acknowledged ${accepted.p50.toFixed(1)} / ${accepted.p99.toFixed(1)} ms, answered ${answered.p50.toFixed(1)} / ${answered.p99.toFixed(1)} / ${answered.most.toFixed(0)} ms`,
    );
  }
  const costly = day.statements.toSorted((a, b) => b.totalMs - a.totalMs);
  for (const { query, calls, longestMs, totalMs } of costly.slice(0, 12)) {
    say(`${longestMs.toFixed(0)} ms at most, ${totalMs.toFixed(0)} ms in ${calls} calls: ${query.slice(0, 160)}`);
  }
  return verdictsOf('ten thousand portals', day, { before, after });
};
