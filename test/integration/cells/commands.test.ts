import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { copyPortal } from '../../../src/store/cells/copy-portal.ts';
import { whileMoving } from '../../../src/store/cells/move-lock.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { install } from '../../support/bridge.ts';
import { connectBrain } from '../../support/connect-brain.ts';
import { everythingDone } from '../../support/talk.ts';
import { createAccountBrain } from '../cli/account-brain.ts';
import { runCli } from '../cli/run-cli.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

let two: TwoCells;

beforeAll(async () => {
  two = await startTwoCells();
  await two.cli('cells', 'drain', '--name', 'first');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.second.probe);
});

afterAll(() => two?.close());

const alone = (words: readonly string[]) => {
  const { CELL: _cell, CELLS_DATABASE_URL: _directory, ...environment } = two.first.environment;
  return runCli(environment, words);
};

describe('the commands in an installation of two cells', () => {
  it('list the cells with their portals, and no secret', async () => {
    const ran = await two.cli('cells', 'list', '--json');
    expect(ran.json()).toMatchObject({
      cells: [
        { name: 'first', url: two.first.url, state: 'draining', portals: 0 },
        { name: 'second', url: two.second.url, state: 'open', portals: 1 },
      ],
    });
    expect(ran.out).not.toContain('postgres');
  });

  it('find the cell of a portal by its id and by its domain', async () => {
    const { memberId, domain } = two.own.bridge.portal;
    for (const portal of [memberId, domain]) {
      const ran = await two.cli('portals', 'show', '--portal', portal, '--json');
      expect(ran.json()).toMatchObject({ portal: { portal: memberId } });
    }
  });

  it('ask all cells for lists, or the one that is named', async () => {
    const all = (await two.cli('portals', 'list', '--json')).json<{ cells: { cell: string; portals: unknown[] }[] }>();
    expect(all.cells.map(({ cell, portals }) => [cell, portals.length])).toEqual([
      ['first', 0],
      ['second', 1],
    ]);
    const one = await two.cli('portals', 'list', '--cell', 'second', '--json');
    expect(one.json<{ portals: unknown[] }>().portals.length).toBe(1);
  });

  it('say which cells there are when one does not exist', async () => {
    const ran = await two.cli('portals', 'list', '--cell', 'third');
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('cells.unknown')]);
    const nobody = await two.cli('portals', 'show', '--portal', 'nobody.example');
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('portal.unknown')]);
  });

  it('refuse a cell with another APP_SECRET, with the address of another one, and a cell as the directory', async () => {
    const { environment } = two.second;
    const other = { ...two.first.environment, ...environment, CELL: 'third', PUBLIC_URL: 'https://third.example' };
    const secret = { ...other, APP_SECRET: Buffer.alloc(32, 7).toString('base64') };
    expect((await runCli(secret, ['cells', 'add'])).err).toContain('cells.other_secret');
    const address = { ...other, PUBLIC_URL: two.first.url };
    expect((await runCli(address, ['cells', 'add'])).err).toContain('cells.same_address');
    const directory = { ...other, CELLS_DATABASE_URL: two.first.databaseUrl };
    expect((await runCli(directory, ['cells', 'add'])).err).toContain('cells.not_a_directory');
  });

  it('move a portal only once at a time', async () => {
    const { memberId, domain } = two.own.bridge.portal;
    const words = ['portals', 'move', '--portal', domain, '--to', 'first', '--settle-seconds', '0.2'];
    const ran = await whileMoving(two.directoryUrl, memberId, () => two.cli(...words));
    expect([ran?.code, ran?.err]).toEqual([1, expect.stringContaining('move.under_way')]);
    expect(await two.second.probe.count('select count(*) from portal where move_state is null')).toBe(1);
    // The lock has gone with its session: to the same cell it is no move.
    expect(await two.cli('portals', 'move', '--portal', domain, '--to', 'second')).toMatchObject({ code: 0 });
  });

  it('erase only the rows of a portal that lives in another cell, and nothing while it is moved', async () => {
    const { bridge } = two.own;
    const { memberId } = bridge.portal;
    let timesLeft = 0;
    const leave = (): Promise<void> => {
      timesLeft += 1;
      return Promise.resolve();
    };
    const brain = { ...createAccountBrain().brain, leave };
    const [here, there] = [two.second, two.first].map(({ databaseUrl: url }) => openDatabase({ url, poolSize: 2 }));
    if (here === undefined || there === undefined) throw new Error('two pools');
    await connectBrain(here, bridge, 'account', { key: 'long enough' });
    await copyPortal(here, there, memberId);
    const erase = () =>
      runCli(two.first.environment, ['portals', 'erase', '--portal', memberId, '--cell', 'first'], [...brains, brain]);
    expect(await erase()).toMatchObject({ code: 1, err: expect.stringContaining('portal.moving') });
    await there('portal').update({ move_state: null });
    expect(await erase()).toMatchObject({ code: 0 });
    expect([timesLeft, await two.first.probe.rowCounts(memberId)]).toEqual([0, {}]);
    expect(await two.second.probe.count('select count(*) from connection')).toBe(1);
    await Promise.all([here.destroy(), there.destroy()]);
  });

  it('refuse settings that name a directory and no cell', async () => {
    const { CELL: _cell, ...environment } = two.first.environment;
    expect((await runCli(environment, ['cells', 'add'])).err).toContain('CELL: is missing');
  });
});

describe('the commands in an installation of one cell', () => {
  it('say that it is one', async () => {
    expect((await alone(['cells', 'list'])).out).toContain('one cell');
    expect((await alone(['cells', 'drain', '--name', 'first'])).err).toContain('cells.none');
    expect((await alone(['portals', 'move', '--portal', 'x', '--to', 'y'])).err).toContain('cells.none');
    expect((await alone(['portals', 'list', '--cell', 'first'])).err).toContain('cells.none');
    expect((await alone(['portals', 'list'])).code).toBe(0);
  });
});
