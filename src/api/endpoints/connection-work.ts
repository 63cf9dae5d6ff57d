/** What is done with an account that is connected: test, pause, another webhook address, figures, deliveries. */

import { checkConnection } from '../../connections/check-connection.ts';
import { newConnectCode } from '../../connections/connect-code.ts';
import { connectionFigures } from '../../connections/connection-facts.ts';
import { needConnection } from '../../connections/described-connection.ts';
import { pauseAccount, resumeAccount } from '../../connections/pause-connection.ts';
import { rotateWebhook } from '../../connections/rotate-webhook.ts';
import { AppError } from '../../core/errors.ts';
import { deliveriesOf, sendDeliveryAgain } from '../../queue/by-hand/deliveries.ts';
import { disabledHelpIn, freshConnection } from '../describe-connection.ts';
import { type Caller, endpoint } from '../endpoint.ts';
import { errorText } from '../error-texts.ts';
import { doneSchema } from '../schemas/common.ts';
import {
  againSchema,
  connectCodeBodySchema,
  connectCodeSchema,
  connectionParamsSchema,
  deliveryListSchema,
  figuresSchema,
  oneConnectionSchema,
  testedSchema,
} from '../schemas/connections.ts';

/** Each attempt may call a service that an administrator named. */
const failuresPerMinute = 20;

/** How long a page waits for a service. */
const patienceMs = 25_000;

/** A connection of the caller's portal. Throws BadInput `page.unknown_connection` (404). */
async function find({ services, portal }: Caller, id: string) {
  return await needConnection(services.db, services.brains, portal.portal, id);
}

const test = endpoint({
  method: 'POST',
  path: '/api/connections/:id/test',
  summary: 'Asks the service whether the account works, and stores what it says',
  access: 'admin',
  failuresPerMinute,
  params: connectionParamsSchema,
  answer: testedSchema,
  async handle(request) {
    const { row, brain } = await find(request, request.params.id);
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const found = await checkConnection(request.services.connectionService.work, row, signal, true);
      if (found.result !== 'disabled') return { result: found.result, problem: null };
      return { result: 'disabled' as const, problem: disabledHelpIn(brain, found.reason, request.language) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { result: 'failed' as const, problem: errorText(error, request.language, [brain]) };
    }
  },
});

const pause = endpoint({
  method: 'POST',
  path: '/api/connections/:id/pause',
  summary: 'Sends nothing to the brain and takes no webhooks of it until somebody goes on; what is to be sent waits',
  access: 'admin',
  params: connectionParamsSchema,
  answer: oneConnectionSchema,
  async handle(request) {
    const { row } = await find(request, request.params.id);
    await pauseAccount(request.services.connectionService.work, row, request.note);
    return await freshConnection(request, row.id);
  },
});

const resume = endpoint({
  method: 'POST',
  path: '/api/connections/:id/resume',
  summary: 'Goes on with a paused connection: what has waited is sent now',
  access: 'admin',
  params: connectionParamsSchema,
  answer: oneConnectionSchema,
  async handle(request) {
    const { row } = await find(request, request.params.id);
    await resumeAccount(request.services.connectionService.work, row, request.note);
    return await freshConnection(request, row.id);
  },
});

const rotate = endpoint({
  method: 'POST',
  path: '/api/connections/:id/webhook',
  summary: 'Gives the connection another webhook address; the old one is dead at once',
  access: 'admin',
  failuresPerMinute,
  params: connectionParamsSchema,
  answer: oneConnectionSchema,
  async handle(request) {
    const { row, brain } = await find(request, request.params.id);
    await rotateWebhook(request.services.connectionService.work, brain, row, request.note);
    return await freshConnection(request, row.id);
  },
});

const figures = endpoint({
  method: 'GET',
  path: '/api/connections/:id/figures',
  summary: 'What the brain tells of the account now',
  access: 'reader',
  failuresPerMinute,
  callsPerMinute: 30,
  params: connectionParamsSchema,
  answer: figuresSchema,
  async handle(request) {
    const { row, brain } = await find(request, request.params.id);
    const found = await connectionFigures(request.services.connectionService.work, brain, row);
    return found instanceof AppError
      ? { figures: [], problem: errorText(found, request.language, [brain]) }
      : { figures: [...found], problem: null };
  },
});

const deliveries = endpoint({
  method: 'GET',
  path: '/api/connections/:id/deliveries',
  summary: 'What was sent to the brain lately',
  access: 'reader',
  params: connectionParamsSchema,
  answer: deliveryListSchema,
  async handle({ services, portal: { portal }, params }) {
    const rows = await deliveriesOf(services.db, portal, params.id);
    return {
      deliveries: rows.map(({ at, doneAt, nextAt, ...row }) => ({
        ...row,
        at: at.toISOString(),
        doneAt: doneAt?.toISOString() ?? null,
        nextAt: nextAt?.toISOString() ?? null,
      })),
    };
  },
});

const again = endpoint({
  method: 'POST',
  path: '/api/connections/:id/deliveries/again',
  summary: 'Sends one of them again; what may have arrived already has to be confirmed (409)',
  access: 'admin',
  params: connectionParamsSchema,
  body: againSchema,
  answer: doneSchema,
  async handle(request) {
    const { services, portal, params, body, note } = request;
    const { isConfirmed, lane, seq } = body;
    await sendDeliveryAgain({ ...services, note }, params.id, { portal: portal.portal, lane, seq }, isConfirmed);
    return { done: true as const };
  },
});

const code = endpoint({
  method: 'POST',
  path: '/api/connect-codes',
  summary: 'A one-time code for the page of a brain, by which an account is connected to this portal only',
  access: 'admin',
  body: connectCodeBodySchema,
  answer: connectCodeSchema,
  async handle({ services, portal: { portal }, body: { brain }, note }) {
    return await newConnectCode(services.db, services.brains, { portal, brain }, note);
  },
});

export const connectionWorkEndpoints = [test, pause, resume, rotate, figures, deliveries, again, code];
