/**
 * Runs a command on the cell it means: the one named by `--cell`, or the one in which the portal of `--portal` lives. Lists ask all cells. Every
 * other command works on the cell whose settings it was given, and so does everything in an installation of one cell.
 */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Environment } from '../../config.ts';
import { Misconfigured, toAppError } from '../../core/errors.ts';
import { type CellRow, findHomes } from '../../store/cells/directory.ts';
import type { Pool } from '../../store/database.ts';
import { listPortals } from '../../store/tenants/portals.ts';
import type { Answer, CommandContext, RunOptions } from '../framework/command.ts';
import { openContext } from '../framework/context.ts';
import { cellNamed, directoryUrl, environmentOfCell, readCells, withDirectory } from './open-directory.ts';

type Work = (context: CommandContext) => Promise<Answer>;

/** Commands that are about cells, or about the settings at hand. */
const ownOnly = new Set(['cells', 'setup', 'move']);

export async function overCells(options: RunOptions, command: CommandUnknownOpts, work: Work): Promise<Answer> {
  const { environment } = options;
  const asked = askedOf(command);
  const url = asked.isOwnOnly ? null : directoryUrl(environment);
  if (url === null) {
    if (asked.cell !== null && !asked.isOwnOnly) throw noCells();
    return await workIn(options, environment, work);
  }
  const isForAll = asked.cell === null && asked.portal === null;
  if (isForAll && !asked.isList) return await workIn(options, environment, work);
  const cells = await withDirectory(url, async (directory) => {
    const all = await readCells(directory);
    if (isForAll) return all;
    if (asked.cell !== null) return [cellNamed(all, asked.cell)];
    const home = await findCell(options, { directory, cells: all, portal: asked.portal ?? '' });
    return home === null ? [] : [home];
  });
  if (isForAll) return await workInAll(options, cells, work);
  const [only] = cells;
  // If no cell knows the portal, the command itself says so.
  return await workIn(options, only === undefined ? environment : environmentOfCell(environment, only), work);
}

/** Misconfigured `cells.none`. */
export function noCells(): Misconfigured {
  return new Misconfigured({
    code: 'cells.none',
    message: 'this installation is one cell: CELLS_DATABASE_URL is not set (docs/scaling.md)',
  });
}

interface Asked {
  readonly cell: string | null;
  readonly portal: string | null;
  readonly isList: boolean;
  readonly isOwnOnly: boolean;
}

function askedOf(command: CommandUnknownOpts): Asked {
  const { cell, portal } = command.optsWithGlobals() as { readonly cell?: unknown; readonly portal?: unknown };
  const names = [command.name(), command.parent?.name() ?? ''];
  return {
    cell: typeof cell === 'string' ? cell : null,
    portal: typeof portal === 'string' ? portal : null,
    isList: command.name() === 'list',
    isOwnOnly: names.some((name) => ownOnly.has(name)),
  };
}

async function workIn(options: RunOptions, environment: Environment, work: Work): Promise<Answer> {
  const opened = openContext({ ...options, environment });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

/** If a cell cannot be reached, the others still answer. */
async function workInAll(options: RunOptions, cells: readonly CellRow[], work: Work): Promise<Answer> {
  const answers: { readonly cell: string; readonly answer: Answer }[] = [];
  for (const cell of cells) {
    const answer = await workIn(options, environmentOfCell(options.environment, cell), work).catch(failureAnswer);
    answers.push({ cell: cell.name, answer });
  }
  return {
    data: { cells: answers.map(({ cell, answer }) => ({ cell, ...(answer.data as object) })) },
    text: answers.map(({ cell, answer }) => `Cell ${cell}\n${answer.text}`).join('\n\n'),
    isFailure: answers.some(({ answer }) => answer.isFailure === true),
  };
}

function failureAnswer(thrown: unknown): Answer {
  const { code, message } = toAppError(thrown);
  if (code === 'internal') throw thrown;
  return { data: { error: { code, message } }, text: `${message} [${code}]`, isFailure: true };
}

interface Sought {
  readonly directory: Pool;
  readonly cells: readonly CellRow[];
  /** Its id, its member_id, or its domain. */
  readonly portal: string;
}

/** The cell in which a portal lives. The directory knows ids; a domain is looked for in every cell. Null: no cell knows it. */
async function findCell(options: RunOptions, { directory, cells, portal }: Sought): Promise<CellRow | null> {
  const wanted = portal.toLowerCase();
  const [home] = await findHomes(directory, [wanted]);
  if (home !== undefined) return cellNamed(cells, home.name);
  const failures: unknown[] = [];
  for (const cell of cells) {
    const environment = environmentOfCell(options.environment, cell);
    const found = await workIn(options, environment, async (context) => {
      const portals = await listPortals(await context.database());
      return { text: '', data: portals.some((row) => row.portal === wanted || row.domain.toLowerCase() === wanted) };
    }).catch((error: unknown) => {
      failures.push(error);
      return null;
    });
    if (found?.data === true) return cell;
  }
  if (failures.length > 0) throw failures[0];
  return null;
}
