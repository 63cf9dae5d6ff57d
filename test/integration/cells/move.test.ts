import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { install, until } from '../../support/bridge.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

let two: TwoCells;

beforeAll(async () => {
  two = await startTwoCells();
  await two.cli('cells', 'drain', '--name', 'second');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.first.probe);
});

afterAll(() => two?.close());

const move = (to: string) =>
  two.cli(
    'portals',
    'move',
    '--portal',
    two.own.bridge.portal.memberId,
    '--to',
    to,
    '--settle-seconds',
    '0.2',
    '--json',
  );

/** Where the portal posts messages to, as it was told last. */
function addressOfEvents(portal: SandboxPortal): string {
  const bound = portal.bindings().filter(({ event }) => event === 'ONIMBOTMESSAGEADD');
  return new URL(bound.at(-1)?.handler ?? '').origin;
}

/** Rows that a cell has of the portal. */
const rowsIn = async (cell: 'first' | 'second') => await two[cell].probe.rowCounts(two.own.bridge.portal.memberId);

describe('a portal that is moved while people talk to its bots', () => {
  it('there and back loses, doubles and overtakes nothing, and no event is refused', async () => {
    const { portal } = two.own.bridge;
    const bot = ourBot(portal, 'assistant');
    const talk = startNumberedTalk({ portal, bot, dialogs: 5, pauseMs: 40, url: () => addressOfEvents(portal) });
    await talk.goOn(30);
    const there = await move('second');
    expect([there.code, there.err], there.out).toEqual([0, '']);
    expect(there.json()).toMatchObject({ from: 'first', to: 'second', isFinished: true });
    expect(await rowsIn('first')).toEqual({});
    expect(addressOfEvents(portal)).toBe(two.second.url);
    await talk.goOn(30);
    const back = await move('first');
    expect([back.code, back.err], back.out).toEqual([0, '']);
    expect(addressOfEvents(portal)).toBe(two.first.url);
    await talk.goOn(30);
    await talk.finish();
    await everythingDone(portal, two.first.probe);
    expect(talk.faults()).toEqual([]);
    expect([...talk.refusals()]).toEqual([]);
    expect(await rowsIn('second')).toEqual({});
  });

  it('has its handlers in the new cell, and goes on there without the old one', async () => {
    const { portal } = two.own.bridge;
    expect((await move('second')).code).toBe(0);
    expect(addressOfEvents(portal)).toBe(two.second.url);
    const userId = portal.addEmployee({ name: 'Вера' }).id;
    const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'Здесь?');
    await until(() => answersIn(portal, chatId).includes('Здесь?'));
    expect(await two.directory.rows('select cell from portal_home')).toEqual([{ cell: 'second' }]);
  });

  it('is left alone where it lives already', async () => {
    const again = await move('second');
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('second')]);
  });
});
