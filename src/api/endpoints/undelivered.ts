/** What was not delivered. */
import { z } from 'zod';
import { type DeadLetterOptions, decideStep, drop, replay } from '../../queue/by-hand/dead-letters.ts';
import { groupUndelivered, listUndelivered, type StuckRow } from '../../store/reporting/undelivered.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { type Caller, endpoint } from '../endpoint.ts';
import { doneSchema } from '../schemas/common.ts';
import {
  decidedSchema,
  manyDecisionSchema,
  oneDecisionSchema,
  stuckReasonSchema,
  undeliveredGroupsSchema,
  undeliveredPageSchema,
  undeliveredQuerySchema,
} from '../schemas/undelivered.ts';

const groups = endpoint({
  method: 'GET',
  path: '/api/undelivered/reasons',
  summary: 'Why things were not delivered, and how many for each reason',
  access: 'reader',
  answer: undeliveredGroupsSchema,
  async handle({ services, portal }) {
    const rows = await groupUndelivered(services.db, portal.portal);
    return {
      groups: rows.map(({ queue, state, side, outcome, count, oldest, newest }) => ({
        reason: { queue, state, side, outcome },
        count,
        oldest: oldest.toISOString(),
        newest: newest.toISOString(),
      })),
    };
  },
});

const placeSchema = z.tuple([
  z.string().regex(/^\d{4}-[\d :.+-]{5,40}$/),
  z.enum(['inbox', 'outbox']),
  z.string().max(400),
  z.int(),
]);

const list = endpoint({
  method: 'GET',
  path: '/api/undelivered',
  summary: 'What was not delivered, of one reason or of all, the newest first',
  access: 'reader',
  query: undeliveredQuerySchema,
  answer: undeliveredPageSchema,
  async handle({ services, portal, query: { cursor, limit, ...given } }) {
    const after = readCursor(placeSchema, cursor);
    const reason = stuckReasonSchema.safeParse(given).data ?? null;
    const rows = await listUndelivered(services.db, portal.portal, reason, { after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      entries: shown.map(describe),
      next: rows.length > limit && last !== undefined ? writeCursor(last.place) : null,
    };
  },
});

function describe(row: StuckRow) {
  const { queue, lane, seq, state, side, outcome, kind, trace, at, text, botCode, dialogId, person, title } = row;
  const reason = { queue, state, side, outcome };
  const conversation = { bot: botCode, dialog: dialogId, person, title };
  return { queue, lane, seq, reason, kind, trace, at: at.toISOString(), text, ...conversation };
}

function lettersOf({ services: { db, wakeups }, note }: Caller): DeadLetterOptions {
  return { db, wakeups, note };
}

const replayOne = endpoint({
  method: 'POST',
  path: '/api/undelivered/replay',
  summary: 'Sends one again: it goes back to the end of its lane',
  access: 'admin',
  body: oneDecisionSchema,
  answer: doneSchema,
  async handle(request) {
    await replay(lettersOf(request), { portal: request.portal.portal, ...request.body });
    return { done: true as const };
  },
});

const dropOne = endpoint({
  method: 'POST',
  path: '/api/undelivered/drop',
  summary: 'Gives one up for good',
  access: 'admin',
  body: oneDecisionSchema,
  answer: doneSchema,
  async handle(request) {
    await drop(lettersOf(request), { portal: request.portal.portal, ...request.body });
    return { done: true as const };
  },
});

const replayMany = endpoint({
  method: 'POST',
  path: '/api/undelivered/replay-all',
  summary: 'Sends all of a reason again, or all whose fate is known, in the order of arrival; in steps',
  access: 'admin',
  body: manyDecisionSchema,
  answer: decidedSchema,
  handle: (request) => decideMany(request, 'replayed', request.body.reason !== undefined),
});

const dropMany = endpoint({
  method: 'POST',
  path: '/api/undelivered/drop-all',
  summary: 'Gives all of a reason up for good, or all; in steps',
  access: 'admin',
  body: manyDecisionSchema,
  answer: decidedSchema,
  handle: (request) => decideMany(request, 'dropped', true),
});

async function decideMany(
  request: Caller & { readonly body: z.output<typeof manyDecisionSchema> },
  decision: 'replayed' | 'dropped',
  withUnknown: boolean,
) {
  const { reason, failedBefore: before } = request.body;
  const failedBefore = before === undefined ? undefined : new Date(before);
  const choice = { portal: request.portal.portal, withUnknown, reason, failedBefore };
  const step = await decideStep(lettersOf(request), choice, decision);
  return { ...step, failedBefore: step.failedBefore.toISOString() };
}

export const undeliveredEndpoints = [groups, list, replayOne, dropOne, replayMany, dropMany];
