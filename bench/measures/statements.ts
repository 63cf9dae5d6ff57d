/**
 * How many statements the app sends to its database for one message to MessageGateway and for one answer back, and which ones. Statements
 * that the app sends while idle are counted first and subtracted.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Measure } from '../support/bench.ts';
import { atMost, figureOf } from '../support/figures.ts';
import { tapStatements } from '../support/statement-tap.ts';
import { startTwoWayMessages } from '../support/two-way-messages.ts';

const name = 'statements';

/** The most statements per message: half of the 25 and 46 that were counted when the measure was written. */
const bars = { there: 12, back: 23 };

/** After this time nothing of a message is under way any more. */
const settledMs = 400;
const idleMs = 6_000;
const warmMessages = 5;
const messages = 20;

type Way = 'there' | 'back' | 'idle';

export const measureStatements: Measure = async ({ endings, server, say }) => {
  const tap = await tapStatements(endings, await server.createMigrated('statements'));
  const app = await startTwoWayMessages({ endings, databaseUrl: tap.url, processes: ['web,worker'] });
  const seen: Record<Way, string[]> = { there: [], back: [], idle: [] };
  for (let turn = 0; turn < warmMessages + messages; turn += 1) {
    for (const way of ['there', 'back'] as const) {
      tap.take();
      await app[way]();
      await delay(settledMs);
      if (turn >= warmMessages) seen[way].push(...tap.take());
    }
  }
  tap.take();
  await delay(idleMs);
  seen.idle.push(...tap.take());
  await app.stop();
  await tap.stop();
  await server.drop('statements');

  const idle = perMessage(seen.idle, idleMs / settledMs);
  const ways = {
    there: less(perMessage(seen.there, messages), idle),
    back: less(perMessage(seen.back, messages), idle),
  };
  const labels = new Set([...ways.there.keys(), ...ways.back.keys()]);
  for (const label of [...labels].toSorted((a, b) => count(ways, b) - count(ways, a))) {
    say(`${shownCount(ways.there.get(label))} ${shownCount(ways.back.get(label))}  ${label}`);
  }
  return (['there', 'back'] as const).map((way) => {
    const subject = way === 'there' ? 'statements for a message into MessageGateway' : 'statements for an answer back';
    const sum = [...ways[way].values()].reduce((total, one) => total + one, 0);
    return atMost(name, figureOf(subject, '', [sum]), bars[way]);
  });
};

type Counts = ReadonlyMap<string, number>;

function perMessage(labels: readonly string[], among: number): Counts {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1 / among);
  return counts;
}

function less(counts: Counts, idle: Counts): Counts {
  return new Map([...counts].map(([label, value]) => [label, Math.max(0, value - (idle.get(label) ?? 0))]));
}

const count = ({ there, back }: { readonly there: Counts; readonly back: Counts }, label: string): number =>
  (there.get(label) ?? 0) + (back.get(label) ?? 0);

const shownCount = (value = 0): string => value.toFixed(1).padStart(5);
