/** Many customers write at once to a portal with the documented limits. */
import { expect } from 'vitest';
import type { RestCall } from '../../sandbox/bitrix24/call-log.ts';
import { until } from './bridge.ts';
import { type OwnBridge, type Said, sayToAssistant } from './installed-bridge.ts';
import { answersIn, everythingDone } from './talk.ts';

/** The portal's limit as it is documented, and the app's belief of it. */
export const rate = { perSecond: 2, burst: 50 };
export const belief = { B24_RATE_PER_SECOND: '2', B24_RATE_BURST: '49' };

/** A small budget, so that few answers use it up; the app believes in one request less, as in production. */
export const small = {
  portal: { rate: { perSecond: 4, burst: 20 } },
  settings: { B24_RATE_PER_SECOND: '4', B24_RATE_BURST: '19' },
};

export const send = 'imbot.v2.chat.message.send';

export const sends = ({ bridge }: OwnBridge): RestCall[] =>
  bridge.portal.calls().filter(({ method }) => method.toLowerCase() === send);
export const refusals = ({ bridge }: OwnBridge): RestCall[] =>
  bridge.portal.calls().filter(({ error }) => error === 'QUERY_LIMIT_EXCEEDED');

/** So many people write, each their own text. */
export function sayAll({ bridge }: OwnBridge, people: number, name = 'вопрос'): (Said & { readonly text: string })[] {
  return Array.from({ length: people }, (_, at) => {
    const text = `${name} ${at}`;
    return { ...sayToAssistant(bridge, text), text };
  });
}

export async function expectAnsweredOnce(
  own: OwnBridge,
  said: readonly (Said & { readonly text: string })[],
): Promise<void> {
  await until(() => said.every(({ chatId, text }) => answersIn(own.bridge.portal, chatId).includes(text)));
  await everythingDone(own.bridge.portal, own.probe);
  for (const { chatId, text } of said) expect(answersIn(own.bridge.portal, chatId)).toEqual([text]);
}

/** A first answer has told the app that the portal is quick; then nothing is left of the budget for so long. */
export async function useUp(own: OwnBridge, seconds = 4): Promise<void> {
  await expectAnsweredOnce(own, sayAll(own, 1, 'первый'));
  const { perSecond, burst } = small.portal.rate;
  await own.probe.rows(`update rate_limit set level = ${burst + perSecond * seconds}, updated_at = now()`);
}

/** What was shown is known, and nothing became a dead letter. */
export const givenUp = ({ probe }: OwnBridge) =>
  probe.rows(`select state, outcome from outbox where state in ('dead_letter', 'unknown')`);
