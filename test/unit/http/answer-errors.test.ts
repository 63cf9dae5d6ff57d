/** Which status an error becomes: it tells the sender whether to repeat the request. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { AppError, BadInput, RemoteUnreachable } from '../../../src/core/errors.ts';
import { createHttpApp } from '../../../src/http/app.ts';
import type { Refusal } from '../../../src/http/refusals.ts';
import { captureLog } from '../../support/captured-log.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function answerTo(thrown: unknown) {
  const noted: Refusal[] = [];
  const app = createHttpApp({
    log: captureLog().log,
    refusals: { note: (refusal) => void noted.push(refusal), close: () => undefined },
    findSender: () => '203.0.113.9',
    isServing: () => true,
    eventEndpoint: () => Promise.reject(thrown),
    health: () => undefined,
  });
  const handle = app.callback();
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const headers = { connection: 'close' };
  const answer = await fetch(`http://127.0.0.1:${port}/bitrix24/events`, { method: 'POST', headers });
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, json: await answer.json(), retryAfter, noted };
}

const withCode = (code: string): Error => Object.assign(new Error('of the driver'), { code });

it.each<readonly [string, unknown, status: number, error: string]>([
  [
    'what the sender got wrong',
    new BadInput({ code: 'event.not_authentic', status: 403, message: 'm' }),
    403,
    'event.not_authentic',
  ],
  ['text the database cannot store', withCode('22021'), 400, 'internal'],
  ['a row that breaks a rule of the database', withCode('23514'), 400, 'internal'],
  ['a row that is too large for the database', withCode('54000'), 400, 'internal'],
  ['a body that is too large for the parser', Object.assign(new Error('large'), { status: 413 }), 413, 'internal'],
  ['a database that is away', withCode('57P01'), 503, 'unavailable'],
  ['a database that refuses connections', withCode('ECONNREFUSED'), 503, 'unavailable'],
  ['a transaction that collided with another', withCode('40001'), 503, 'unavailable'],
  ['a remote that is away', new RemoteUnreachable({ code: 'x.away', message: 'm' }), 503, 'unavailable'],
  ['another error of ours', new AppError({ code: 'x.y', message: 'm' }), 503, 'unavailable'],
  [
    'an error that claims a status of its own above 499',
    Object.assign(new Error('e'), { status: 500 }),
    503,
    'unavailable',
  ],
  ['a mistake in our code', new TypeError('undefined is not a function'), 503, 'unavailable'],
])('%s', async (_what, thrown, status, error) => {
  const answer = await answerTo(thrown);
  expect(answer).toMatchObject({ status, json: { error }, retryAfter: status === 503 ? '2' : null });
  expect(answer.noted).toMatchObject([{ sender: '203.0.113.9', status, path: '/bitrix24/events', thrown }]);
});
