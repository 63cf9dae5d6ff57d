import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movePortal } from '../../../src/connections/move-portal.ts';
import { apiClient } from '../../support/api-client.ts';
import { install, openInstaller, until } from '../../support/bridge.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { readPageData } from '../../support/page-data.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { Interrupted, type Moves, openMoves } from './moves.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

let two: TwoCells;
let moves: Moves;

beforeAll(async () => {
  two = await startTwoCells();
  moves = openMoves(two);
  await two.cli('cells', 'drain', '--name', 'second');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.first.probe);
});

afterAll(async () => {
  await moves?.close();
  await two?.close();
});

describe('a move that is broken off', () => {
  it('before any of its steps is finished by moving again, and nothing is lost, doubled or out of turn', async () => {
    const { portal } = two.own.bridge;
    const talk = startNumberedTalk({
      ...{ portal, bot: ourBot(portal, 'assistant'), dialogs: 3, pauseMs: 40 },
      url: () => two.first.url,
    });
    await talk.goOn(6);
    const options = moves.between(two.first, two.second);
    const steps = new Set<string>();
    const interrupted: string[] = [];
    for (let isFinished = false; !isFinished; ) {
      const onStep = (step: string): void => {
        if (steps.has(step)) return;
        steps.add(step);
        interrupted.push(step);
        throw new Interrupted(step);
      };
      try {
        ({ isFinished } = await movePortal({ ...options, onStep }));
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        await talk.goOn(3);
      }
    }
    expect(interrupted.length).toBe(6);
    await talk.goOn(6);
    await talk.finish();
    await everythingDone(portal, two.second.probe);
    expect(talk.faults()).toEqual([]);
    expect([...talk.refusals()]).toEqual([]);
    expect(await two.first.probe.rowCounts(portal.memberId)).toEqual({});
  });

  it('is finished by moving again although the set-up in the new cell failed for good', async () => {
    const { portal } = two.own.bridge;
    const [from, to] = [two.second, two.first];
    portal.fault.rest({ method: 'app.info', kind: 'error', error: 'insufficient_scope', times: 1 });
    const patient = { onStep: () => undefined, patienceMs: 60_000 };
    const first = movePortal({ ...moves.between(from, to), ...patient, patienceMs: 3_000 });
    expect(await first).toMatchObject({ isFinished: false });
    const failed = `select count(*) from outbox where state = 'dead_letter'`;
    expect(await to.probe.count(failed)).toBe(1);
    expect(await movePortal({ ...moves.between(from, to), ...patient })).toMatchObject({ isFinished: true });
    expect(await from.probe.rowCounts(portal.memberId)).toEqual({});
    expect(await movePortal({ ...moves.between(to, from), ...patient })).toMatchObject({ isFinished: true });
  });

  it('can be taken back before the portal has left; meanwhile nobody changes it and nothing is said', async () => {
    const { portal } = two.own.bridge;
    const onStep = (step: string): void => {
      if (step.startsWith('copying')) throw new Interrupted(step);
    };
    const { session } = readPageData((await portal.openAppPage()).html);
    await expect(movePortal({ ...moves.between(two.second, two.first), onStep })).rejects.toThrow(Interrupted);
    const userId = portal.addEmployee({ name: 'Вера' }).id;
    const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'Есть кто?');
    const waiting = `select count(*) from lane where queue = 'inbox' and seq > done`;
    await until(async () => (await two.second.probe.count(waiting)) > 0);
    const refused = await apiClient(two.second.url, session).refused('PATCH', '/api/bots/bridge_line', { name: 'X' });
    expect([refused.status, refused.code]).toEqual([503, 'portal.moving']);
    expect((await portal.openInstallPage()).status).toBe(503);
    expect(answersIn(portal, chatId)).toEqual([]);
    const back = await two.cli('portals', 'move', '--portal', portal.memberId, '--to', 'second');
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('stays in second')]);
    await until(() => answersIn(portal, chatId).includes('Есть кто?'));
    await openInstaller(portal);
    expect(await two.first.probe.rowCounts(portal.memberId)).toEqual({});
  });
});
