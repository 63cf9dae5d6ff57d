import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  claimHomes,
  findHomes,
  listCells,
  markLeft,
  migrateDirectory,
  placePortal,
  saveCell,
  setCellState,
} from '../../../src/store/cells/directory.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { emptyDatabase } from '../../support/database.ts';

let directory: Pool;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await emptyDatabase();
  await migrateDirectory(database.url);
  directory = openDatabase({ url: database.url, poolSize: 8 });
  drop = () => database.drop();
  for (const name of ['a', 'b', 'c']) {
    await saveCell(directory, { name, url: `https://${name}.example`, database_sealed: Buffer.alloc(1) });
  }
});

afterAll(async () => {
  await directory.destroy();
  await drop();
});

const countsByCell = async () =>
  Object.fromEntries((await listCells(directory)).map(({ name, portals }) => [name, portals]));

describe('the directory of cells', () => {
  it('gives a portal one cell, however many ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => placePortal(directory, 'same')));
    expect(new Set(answers.map((cell) => cell?.name)).size).toBe(1);
  });

  it('gives new portals to the cell with the fewest', async () => {
    for (let at = 0; at < 8; at += 1) await placePortal(directory, `portal-${at}`);
    expect(await countsByCell()).toEqual({ a: 3, b: 3, c: 3 });
  });

  it('gives none to a cell that is drained, and none at all where every cell is', async () => {
    await setCellState(directory, 'a', 'draining');
    for (let at = 8; at < 12; at += 1) await placePortal(directory, `portal-${at}`);
    expect(await countsByCell()).toEqual({ a: 3, b: 5, c: 5 });
    for (const name of ['b', 'c']) await setCellState(directory, name, 'draining');
    expect(await placePortal(directory, 'late')).toBeNull();
    expect(await findHomes(directory, ['late'])).toEqual([]);
    expect(await placePortal(directory, 'portal-0')).not.toBeNull();
    for (const name of ['a', 'b', 'c']) await setCellState(directory, name, 'open');
  });

  it('counts no portal that has left, and gives it its former cell when it comes back', async () => {
    const [home] = await findHomes(directory, ['portal-3']);
    const before = await countsByCell();
    await markLeft(directory, 'portal-3');
    expect((await countsByCell())[home?.name ?? '']).toBe((before[home?.name ?? ''] ?? 0) - 1);
    expect((await placePortal(directory, 'portal-3'))?.name).toBe(home?.name);
    expect(await countsByCell()).toEqual(before);
  });

  it('finds a portal by its id and by how it names itself', async () => {
    await claimHomes(directory, 'b', [{ portal: 'webhook-1', memberId: 'abc' }]);
    const found = await findHomes(directory, ['webhook-1', 'abc', 'nobody']);
    expect(Object.fromEntries(found.map(({ asked, name }) => [asked, name]))).toEqual({ abc: 'b', 'webhook-1': 'b' });
  });

  it('does not take a portal from another cell for one that has a copy of it', async () => {
    expect(await claimHomes(directory, 'c', [{ portal: 'webhook-1', memberId: null }])).toEqual(['webhook-1']);
    expect((await findHomes(directory, ['webhook-1'])).map(({ name }) => name)).toEqual(['b']);
  });

  it('refuses two cells with one address', async () => {
    const sealed = Buffer.alloc(1);
    expect(await saveCell(directory, { name: 'd', url: 'https://a.example', database_sealed: sealed })).toBe(false);
    expect(await saveCell(directory, { name: 'a', url: 'https://a.example', database_sealed: sealed })).toBe(true);
  });
});
