/** `cells`: the cells of an installation on several databases (docs/scaling.md), adding one, and closing one to new portals. */
import { Option } from '@commander-js/extra-typings';
import { readSettings } from '../../config.ts';
import { badInput, Misconfigured, orProblem } from '../../core/errors.ts';
import {
  type CellRow,
  type CellState,
  claimHomes,
  listCells,
  migrateDirectory,
  saveCell,
  setCellState,
} from '../../store/cells/directory.ts';
import type { Pool } from '../../store/database.ts';
import { hasSchema } from '../../store/migrate.ts';
import { listPortals } from '../../store/tenants/portals.ts';
import {
  cellNamed,
  cellSealer,
  databaseUrlOf,
  directoryUrl,
  readCells,
  sealDatabaseUrl,
  withDirectory,
} from '../cells/open-directory.ts';
import { noCells } from '../cells/over-cells.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { table, wrap } from '../framework/layout.ts';

const describeCell = ({ name, url, state, portals, added_at: addedAt }: CellRow) => ({
  name,
  url,
  state,
  portals,
  addedAt,
});

async function list(context: CommandContext): Promise<Answer> {
  const url = directoryUrl(context.environment);
  if (url === null) {
    return {
      data: { cells: [] },
      text: wrap('This installation is one cell. When it needs more, and how to add them: docs/scaling.md.'),
    };
  }
  const cells = await withDirectory(url, async (directory) =>
    (await hasSchema(directory)) ? await listCells(directory) : [],
  );
  const rows = cells.map(({ name, url: address, state, portals }) => [name, address, state, String(portals)]);
  const text = table(['cell', 'address', 'new portals', 'portals'], rows);
  return {
    data: { cells: cells.map(describeCell) },
    text: text === '' ? wrap('There is no cell yet: run "cells add" with the settings of each.') : text,
  };
}

/** Registers the cell whose settings the command was given. Repeatable: a cell may get another address or database. */
async function add(context: CommandContext): Promise<Answer> {
  const { CELL: name, CELLS_DATABASE_URL: url, PUBLIC_URL: address } = readSettings(context.environment);
  const { DATABASE_URL: databaseUrl } = readSettings(context.environment);
  if (name === undefined || url === undefined || databaseUrl === undefined) throw noCells();
  const db = await context.database();
  const sealer = cellSealer(context.environment);
  return await withDirectory(url, async (directory) => {
    await makeDirectory(directory, url);
    for (const cell of await listCells(directory)) {
      // Opening it shows whether that cell was added with the same APP_SECRET.
      const opened = await orProblem(() => Promise.resolve(databaseUrlOf(sealer, cell)));
      if (cell.name !== name && typeof opened !== 'string') throw otherSecret(cell.name);
    }
    const sealed = sealDatabaseUrl(sealer, name, databaseUrl);
    if (!(await saveCell(directory, { name, url: address, database_sealed: sealed }))) {
      throw badInput('cells.same_address', `another cell has the address ${address}; each has a PUBLIC_URL of its own`);
    }
    // Events of a portal that has left still arrive here; the directory names its new cell.
    const portals = (await listPortals(db)).filter(({ move_state: state }) => state !== 'left');
    const named = portals.map(({ portal, member_id: memberId }) => ({ portal, memberId }));
    const foreign = await claimHomes(directory, name, named);
    const texts = [
      `The cell ${name} (${address}) is in the directory, with ${portals.length - foreign.length} portals.`,
    ];
    if (foreign.length > 0) {
      texts.push(
        `${foreign.length} portals are in its database although they live in another cell: ${foreign.slice(0, 10).join(', ')}. Erase them in the cell where they are not used ("portals erase --cell ${name}").`,
      );
    }
    const data = { cell: name, url: address, portals: portals.length - foreign.length, foreign };
    return { data, text: texts.map(wrap).join('\n'), isFailure: foreign.length > 0 };
  });
}

/** Throws Misconfigured `cells.not_a_directory` for a database that holds the tables of a cell. */
async function makeDirectory(directory: Pool, url: string): Promise<void> {
  try {
    await migrateDirectory(url);
  } catch (error) {
    if (!(error instanceof Misconfigured) || !(await hasSchema(directory))) throw error;
    throw new Misconfigured({
      code: 'cells.not_a_directory',
      message: `CELLS_DATABASE_URL: must be a database of its own for the directory; this one cannot be used (${error.message})`,
      cause: error,
    });
  }
}

function otherSecret(name: string): Misconfigured {
  return new Misconfigured({
    code: 'cells.other_secret',
    message: `the cell ${name} was added with another APP_SECRET; all cells need the same one`,
  });
}

async function setState(context: CommandContext, name: string, state: CellState): Promise<Answer> {
  const url = directoryUrl(context.environment);
  if (url === null) throw noCells();
  return await withDirectory(url, async (directory) => {
    cellNamed(await readCells(directory), name);
    await setCellState(directory, name, state);
    const cells = await readCells(directory);
    const cell = cellNamed(cells, name);
    const texts = [
      state === 'open'
        ? `The cell ${name} takes new portals.`
        : `The cell ${name} takes no new portals. ${cell.portals} live in it; move them with "portals move --portal <id> --to <cell>".`,
    ];
    if (cells.every((one) => one.state === 'draining'))
      texts.push('No cell takes new portals now: installations are refused until one is opened or added.');
    return { data: { cell: describeCell(cell) }, text: texts.map(wrap).join('\n') };
  });
}

const nameOption = new Option('--name <cell>', 'the cell').makeOptionMandatory();

export const addCellCommands: AddCommands = (program, run) => {
  const cells = program.command('cells').description('the databases that this installation consists of');
  cells.command('list').description('the cells, and how many portals live in each').action(run(list));
  cells
    .command('add')
    .description('put the cell whose settings this command has (CELL, PUBLIC_URL, DATABASE_URL) into the directory')
    .action(run(add));
  cells
    .command('drain')
    .description('a cell takes no new portals any more')
    .addOption(nameOption)
    .action(run((context: CommandContext, { name }: { readonly name: string }) => setState(context, name, 'draining')));
  cells
    .command('open')
    .description('a cell takes new portals again')
    .addOption(nameOption)
    .action(run((context: CommandContext, { name }: { readonly name: string }) => setState(context, name, 'open')));
};
