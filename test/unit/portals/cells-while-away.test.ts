/** The other cells, as far as they are known without the directory. Everything that needs a directory is in test/integration/cells. */
import { expect, it } from 'vitest';
import { type CellsOptions, createCells } from '../../../src/portals/cells/cells.ts';
import type { Db } from '../../../src/store/database.ts';
import { captureLog } from '../../support/captured-log.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const second = { name: 'second', url: 'https://second.example' };
const portals = {} as CellsOptions['portals'];

function stage() {
  const clock = createFakeClock();
  let failure: Error | null = null;
  const directory = {
    client: { config: {} },
    raw: () => (failure === null ? Promise.resolve({ rows: [second] }) : Promise.reject(failure)),
  } as unknown as Db;
  const cells = createCells({ own: 'first', directory, portals, clock, log: captureLog().log });
  return {
    cells,
    clock,
    failWith: (error: Error): void => {
      failure = error;
    },
  };
}

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

it('are those that were read last while the directory is away', async () => {
  const { cells, clock, failWith } = stage();
  expect(await cells.others()).toEqual([second]);
  failWith(away);
  await clock.advance(120_000);
  expect(await cells.others()).toEqual([second]);
});

it('are not guessed when the directory was never read, nor when it answers with an error', async () => {
  const unread = stage();
  unread.failWith(away);
  await expect(unread.cells.others()).rejects.toMatchObject({ code: 'cells.directory_away' });
  const broken = stage();
  await broken.cells.others();
  broken.failWith(Object.assign(new Error('permission denied'), { code: '42501' }));
  await broken.clock.advance(120_000);
  await expect(broken.cells.others()).rejects.toThrow('permission denied');
});
