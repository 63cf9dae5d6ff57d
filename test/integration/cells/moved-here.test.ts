/** A portal that has just come to the cell of the card, which still believes that it lives elsewhere. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { movePortal } from '../../../src/connections/move-portal.ts';
import { install } from '../../support/bridge.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { Interrupted, type Moves, openMoves } from './moves.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

let two: TwoCells;
let moves: Moves;

beforeAll(async () => {
  two = await startTwoCells({ believedMs: 60_000 });
  moves = openMoves(two);
  await two.cli('cells', 'drain', '--name', 'first');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.second.probe);
});

afterAll(async () => {
  await moves?.close();
  await two?.close();
});

it('has its events accepted there at once', async () => {
  const { portal } = two.own.bridge;
  const userId = portal.addEmployee({ name: 'Вера' }).id;
  const post = async (messageId: string): Promise<number> => {
    const body = privateMessageBody(portal, ourBot(portal, 'assistant'), { userId, messageId, text: messageId });
    return (await postEvent(two.first.url, body)).status;
  };
  expect(await post('900001')).toBe(200);
  const onStep = (step: string): void => {
    if (step.startsWith('sending on')) throw new Interrupted();
  };
  const move = movePortal({ ...moves.between(two.second, two.first), onStep });
  await expect(move).rejects.toThrow(Interrupted);
  // The cell that it has left does not know it either, until its own entry is read again.
  await two.second.stop();
  await two.second.start();
  expect(await post('900002')).toBe(200);
  const stored = "select count(*) from inbox where subject like '%900002%'";
  expect(await two.first.probe.count(stored)).toBe(1);
});
