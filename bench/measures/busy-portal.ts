/**
 * How long customers of a busy portal wait, if the portal has the limits that Bitrix24 documents: a crowd that writes at once, a portal whose
 * request budget is used up already, and a quiet portal. The peer is the same app with a portal that supports no batches, so that each
 * answer is a separate request.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Measure } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { exactNow } from '../support/exact-now.ts';
import { atLeast, atMost, type Figure, figureOf, shown, type Verdict } from '../support/figures.ts';
import {
  allShown,
  customers,
  latencies,
  newDialogs,
  open,
  p99,
  reset,
  type Seen,
  type Stage,
  seenOf,
  startLimitedApp,
  write,
} from '../support/limited-stage.ts';

const name = 'busy portal';
const crowdBarMs = 8_000;
const sustainedBar = 60;
const mostRefused = 5;
const peerSeconds = 20;

/** Throws unless every dialog was answered once for each message, in order. */
function expectOrder({ shown: all }: Seen, dialogs: readonly number[], perDialog: number): void {
  for (const dialog of dialogs) {
    const texts = all.filter((one) => one.dialog === `chat${dialog}`).map(({ text }) => text);
    const numbers = texts.flatMap((text) => /message (\d+)$/.exec(text)?.[1] ?? []).map(Number);
    const isInOrder = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
    if (numbers.length !== perDialog || !isInOrder) throw new Error(`chat${dialog} shows ${JSON.stringify(texts)}`);
  }
}

/** Everybody writes for the first time. */
async function crowd(stage: Stage): Promise<{ readonly ms: number; readonly seen: Seen }> {
  await reset(stage, 'main', false);
  const dialogs = newDialogs(customers);
  const beganAt = exactNow();
  await Promise.all(dialogs.map((dialog) => write(stage, 'main', dialog)));
  const seen = await allShown(stage, 'main', customers);
  expectOrder(seen, dialogs, 1);
  return { ms: Math.max(...seen.shown.map(({ at }) => at)) - beganAt, seen };
}

/** Answers per second once the portal's budget is used up and only its steady rate is left. The dialogs exist already. */
async function sustained(stage: Stage, seconds: number, dialogs: readonly number[], turns: number): Promise<number> {
  await reset(stage, 'main', true);
  const beganAt = exactNow();
  for (let turn = 0; turn < turns; turn += 1) await Promise.all(dialogs.map((dialog) => write(stage, 'main', dialog)));
  await delay(Math.max(0, seconds * 1_000 - (exactNow() - beganAt)));
  const seen = await seenOf(stage, 'main');
  if (seen.refused > mostRefused) throw new Error(`${seen.refused} requests were refused`);
  stage.bench.say(`${seen.shown.length} answers in ${seen.requests} requests`);
  const shownInTime = seen.shown.filter(({ at }) => at - beganAt <= seconds * 1_000).length;
  return shownInTime / seconds;
}

const figure = (subject: string, unit: string, runs: readonly number[], note = ''): Figure =>
  figureOf(subject, unit, runs, note);

export const measureBusyPortal: Measure = async (bench) => {
  const { endings, server, plan, say } = bench;
  const portals = await startChild(endings, new URL('../remotes/limited-portals.ts', import.meta.url));
  // The recorded portal is the busy one.
  const { app, database } = await startLimitedApp({ bench, portals }, 'main');
  const stage = { bench, app, portals, database };
  const verdicts: Verdict[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { ms, seen } = await crowd(stage);
    say(`${customers} customers: ${Math.round(ms)} ms, ${seen.requests} requests, ${seen.refused} refused`);
    const note = `${seen.requests} requests for ${customers} answers, ${seen.refused} refused, ${seen.repeated} repeated, order kept`;
    verdicts.push(
      atMost(name, figure(`${customers} customers at once, until the last is answered`, 'ms', [ms], note), crowdBarMs),
      atMost(name, figure('requests refused', '', [seen.refused]), mostRefused),
    );
  }
  const dialogs = await openMany(stage, customers);
  const batched = await sustained(stage, peerSeconds, dialogs, 6);
  say(`used up: ${batched.toFixed(1)} answers/s`);
  await drained(stage, dialogs.length * 6);
  const quiet = await latencies(stage, ['main'], plan.latencyMessages);
  await portals.ask('batches', false, z.null());
  const alone = await sustained(stage, peerSeconds, newDialogs(customers), 1);
  say(`one call an answer: ${alone.toFixed(1)} answers/s`);
  verdicts.push(
    atLeast(
      name,
      figure('answers, budget used up', '/s', [batched]),
      sustainedBar / 2,
      figure('one call an answer', '/s', [alone]),
    ),
    shown(name, figure('a quiet portal, event → answer', 'ms', quiet, `p99 ${p99(quiet).toFixed(1)} ms`)),
  );
  for (const one of [app, portals]) await one.stop();
  await server.drop(database);
  return verdicts;
};

/** Dialogs in which the bot has answered. */
async function openMany(stage: Stage, count: number): Promise<readonly number[]> {
  await reset(stage, 'main', false);
  return await open(stage, 'main', count);
}

async function drained(stage: Stage, count: number): Promise<void> {
  await allShown(stage, 'main', count, 120_000);
  await reset(stage, 'main', false);
}
