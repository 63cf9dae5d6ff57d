/** The health of the portal: checks, what waits, what happened, figures. */
import { titleIn } from '../../core/brain.ts';
import type { ToldCheck } from '../../doctor/portal-health.ts';
import { budgetBucket, rateOf } from '../../portals/portal-rate-limiter.ts';
import { countDeadLetters } from '../../store/reporting/history.ts';
import { type CountRow, readHourlyCounts, totalsByBot, totalsByHour } from '../../store/reporting/hourly-counts.ts';
import { answersCountedUntil, readBudgetLevel } from '../../store/reporting/portal-queue.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { endpoint } from '../endpoint.ts';
import { type Group, groupFigures } from '../figures.ts';
import type { Role } from '../roles.ts';
import { figuresQuerySchema, healthFiguresSchema, healthSchema, portalHealthSchema } from '../schemas/health.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const show = endpoint({
  method: 'GET',
  path: '/api/health',
  summary:
    'What the app knows of the portal by itself: checks, what waits, what was not delivered, and the last day of each bot',
  access: 'reader',
  answer: healthSchema,
  async handle({ services, portal, role, now }) {
    const { db } = services;
    const limit = rateOf(portal, services.usualRate);
    const [{ checks, queue }, used, dead, counts, bots] = await Promise.all([
      services.portalHealth.stored(portal),
      readBudgetLevel(db, portal.portal, budgetBucket, limit.perSecond),
      countDeadLetters(db, portal.portal),
      readHourlyCounts(db, portal.portal, new Date(now.getTime() - dayMs)),
      listBots(db, portal.portal),
    ]);
    const { incoming, outgoing, oldestSeconds } = queue;
    const events = Map.groupBy(
      counts.filter(({ kind }) => kind === 'event'),
      ({ bot_code: code }) => code,
    );
    const codes = new Set([...bots.map(({ code }) => code), ...events.keys()]);
    return {
      checks: checks.map((check) => forRole(check, role)),
      budget: { used: Math.min(used, limit.burst), most: limit.burst, perSecond: limit.perSecond },
      waiting: { incoming, outgoing, oldestSeconds },
      undelivered: { incoming: dead.inbox, outgoing: dead.outbox, unknown: dead.unknown },
      day: [...codes].map((code) => ({
        bot: code,
        name: bots.find((bot) => bot.code === code)?.name ?? code,
        ...dayOf(events.get(code) ?? []),
      })),
      readAt: now.toISOString(),
    };
  },
});

/** Readers only look, so they get no remedy. Error messages come from elsewhere and may name addresses: only administrators get them. */
function forRole(check: ToldCheck, role: Role) {
  const { code, verdict, values, remedy } = check;
  if (role === 'admin') return { code, verdict, values: { ...values }, remedy };
  const { problem: _problem, ...plain } = values;
  return { code, verdict, values: plain, remedy: null };
}

function dayOf(rows: readonly CountRow[]) {
  const counts = new Map<string, number>();
  for (const { name, count } of rows) counts.set(name, (counts.get(name) ?? 0) + count);
  const outcomes = [...counts]
    .map(([outcome, events]) => ({ outcome, events }))
    .toSorted((one, other) => other.events - one.events);
  return { events: outcomes.reduce((sum, { events }) => sum + events, 0), outcomes };
}

const ask = endpoint({
  method: 'GET',
  path: '/api/health/portal',
  summary:
    'What the portal says when it is asked: installation, payment, rights, events, bots, clock; at most every half minute',
  access: 'reader',
  answer: portalHealthSchema,
  async handle({ services, portal, role }) {
    const { checks, at } = await services.portalHealth.asked(portal);
    return { checks: checks.map((check) => forRole(check, role)), askedAt: at.toISOString() };
  },
});

const figures = endpoint({
  method: 'GET',
  path: '/api/health/figures',
  summary: 'Messages, answer times and requests by the hour, and by bot and brain over the whole span',
  access: 'reader',
  query: figuresQuerySchema,
  answer: healthFiguresSchema,
  async handle({ services, portal, query, now, language }) {
    const { db, brains } = services;
    const last = Math.floor(now.getTime() / hourMs) * hourMs;
    const hours = Array.from({ length: query.days * 24 }, (_, index) => last - (query.days * 24 - 1 - index) * hourMs);
    const from = new Date(hours[0] ?? last);
    const [totals, ofBots, bots, answersUntil] = await Promise.all([
      totalsByHour(db, portal.portal, from, query),
      totalsByBot(db, portal.portal, from),
      listBots(db, portal.portal),
      answersCountedUntil(db),
    ]);
    const byHour = new Map(totals.map(({ hour, totals: ofHour }) => [hour.getTime(), ofHour]));
    const byBot = Map.groupBy(ofBots, ({ bot_code: code }) => code);
    const byBrain = Map.groupBy(ofBots, ({ brain }) => brain);
    return {
      hours: hours.map((at) => ({ at: new Date(at).toISOString(), ...groupFigures(byHour.get(at) ?? []) })),
      bots: [...byBot].map(([bot, own]) => ({
        bot,
        name: bots.find(({ code }) => code === bot)?.name ?? bot,
        ...withoutCalls(groupFigures(own)),
      })),
      brains: [...byBrain].map(([brain, own]) => ({
        brain,
        title: titleIn(brains, brain, language),
        ...withoutCalls(groupFigures(own)),
      })),
      answersUntil: answersUntil.toISOString(),
    };
  },
});

const withoutCalls = ({ calls: _calls, failedCalls: _failed, ...rest }: Group) => rest;

export const healthEndpoints = [show, ask, figures];
