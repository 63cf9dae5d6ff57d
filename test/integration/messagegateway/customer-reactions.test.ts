/**
 * A customer's reaction in Bitrix24 is the customer's reaction in MessageGateway. Only an event of imbot.v2 tells reactions; a portal that posts
 * the events of the first API posts that one besides.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

describe.each(['v1-webhook', 'v2-webhook'])('through %s, a reaction', (api) => {
  const stage = useMgStage({ settings: { EVENT_API: api } });
  let talk: LineTalk;
  beforeAll(async () => {
    talk = await openLineTalk(stage, 'Кто там?');
    await until(() => stage.gateway.sockets().open === 1);
  });

  const reactionsTo = (id: number): string[] =>
    (stage.gateway.messages(talk.mgChat).find((one) => one.id === id)?.reactions ?? []).map(({ content }) => content);

  const shownId = (text: string): number => {
    const shown = stage.bridge.portal.messages(talk.chatId).find((one) => one.text === text);
    if (shown === undefined) throw new Error(`${text} is not shown`);
    return shown.id;
  };
  const customer = (): number => stage.bridge.portal.messages(talk.chatId)[0]?.authorId ?? 0;

  it('is put, replaced and taken back on a manager’s message', async () => {
    const { portal } = stage.bridge;
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'Это мы');
    await stage.done();
    const shown = shownId('Это мы');
    portal.react(customer(), shown, 'like');
    await until(() => reactionsTo(id).join() === '👍');
    portal.react(customer(), shown, 'fire');
    await until(() => reactionsTo(id).join() === '🔥');
    portal.react(customer(), shown, 'fire', false);
    await until(() => reactionsTo(id).length === 0);
    await stage.done();
    const rows = await stage.probe.rows(
      `select state, outcome from outbox where action->>'type' = 'reaction' order by seq`,
    );
    expect(rows).toEqual(rows.map(() => ({ state: 'done', outcome: 'delivered' })));
    expect(rows).toHaveLength(3);
  });

  it('of an operator stays in Bitrix24', async () => {
    const { portal } = stage.bridge;
    const id = await stage.gateway.managerAnswers(talk.mgChat, 'Мы тут');
    await stage.done();
    const operator = portal.addEmployee({ name: 'Олег Операторов' }).id;
    portal.react(operator, shownId('Мы тут'), 'like');
    await stage.done();
    expect(reactionsTo(id)).toEqual([]);
  });
});
