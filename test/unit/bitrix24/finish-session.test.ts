/** A portal says `true` to the end of a session whatever happened: whether it has ended is looked up. */
import { expect, it } from 'vitest';
import { finishSession } from '../../../src/bitrix24/line-session.ts';
import { RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';

const session = (owner: number, id: string, waits = 'N') => ({
  chat: { owner, entityData1: `N|NONE|0|N|${waits}|${id}|1700000000|0|0|0` },
});
const denied = new RemoteRefused({ code: 'bitrix24.ACCESS_DENIED', message: 'no', status: 403 });

type Finish = Parameters<typeof finishSession>[2];

async function finish(
  before: unknown,
  after: unknown,
  hasV2 = true,
  last = after,
  action: Finish = { type: 'finish' },
) {
  const made: string[] = [];
  const shown = [before, after, last];
  const call = (method: string): Promise<unknown> => {
    made.push(method);
    if (method !== 'imbot.v2.Chat.get') return Promise.resolve(true);
    const answer = shown.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const target = { botId: '7', dialogId: 'chat5', hasV2, ourBots: ['7', '8'] };
  const end = await finishSession(call, target, action).catch((error: unknown) => error);
  return { end, made };
}

const [look, order] = ['imbot.v2.Chat.get', 'imopenlines.bot.session.finish'];
const led = session(7, '31');

it.each<readonly [string, unknown]>([
  ['the bot is out of the chat', denied],
  ['nobody leads any more', session(0, '31')],
  ['no session is open', session(7, '0')],
  ['the customer has begun the next one', session(8, '32')],
  ['the customer is asked for a rating', session(8, '31', 'Y')],
  ['the portal cannot be asked', new RemoteUnreachable({ code: 'http.timeout', message: 'late' })],
  ['the portal does not show it', new RemoteRefused({ code: 'bitrix24.X', message: 'x', status: 400 })],
  ['the portal tells nothing of sessions', { chat: { owner: 7, entityData1: '' } }],
])('is finished where afterwards %s', async (_, after) => {
  expect(await finish(led, after)).toEqual({ end: 'done', made: [look, order, look] });
});

it('is ordered once more at once where the session is still open afterwards, and never later', async () => {
  const stillOpen = session(8, '31');
  const again = [look, order, look, order, look];
  expect(await finish(led, stillOpen, true, session(0, '31'))).toEqual({ end: 'done', made: again });
  const { end, made } = await finish(led, stillOpen);
  expect(end).toMatchObject({ code: 'bitrix24.session_not_finished', retry: 'never' });
  expect(made).toEqual(again);
});

it('is left to a person who took the session meanwhile', async () => {
  expect(await finish(led, session(900, '31'))).toMatchObject({ end: 'person_leads' });
  expect(await finish(session(900, '31'), null)).toEqual({ end: 'person_leads', made: [look] });
});

it('is not looked up in a portal that does not show a bot who leads', async () => {
  expect(await finish(null, null, false)).toEqual({ end: 'done', made: [order] });
});

it('leaves alone the session that the customer has begun since it was decided', async () => {
  const decided: Finish = { type: 'finish', sessionId: '31' };
  const next = session(8, '32');
  expect(await finish(next, next, true, next, decided)).toEqual({ end: 'done', made: [look] });
  expect(await finish(led, session(0, '31'), true, led, decided)).toEqual({ end: 'done', made: [look, order, look] });
});
