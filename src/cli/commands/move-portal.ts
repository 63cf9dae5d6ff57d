/** `portals move`: a portal goes on in another cell (docs/scaling.md). */
import { Option } from '@commander-js/extra-typings';
import { cancelMove, type Moved, movePortal } from '../../connections/move-portal.ts';
import { badInput } from '../../core/errors.ts';
import type { CellRow } from '../../store/cells/directory.ts';
import { whileMoving } from '../../store/cells/move-lock.ts';
import { openDatabase, type Pool, tryToConnect } from '../../store/database.ts';
import { isSchemaCurrent } from '../../store/migrate.ts';
import { listPortals, type Portal } from '../../store/tenants/portals.ts';
import {
  cellNamed,
  cellSealer,
  databaseUrlOf,
  directoryUrl,
  readCells,
  withDirectory,
} from '../cells/open-directory.ts';
import { noCells } from '../cells/over-cells.ts';
import type { Answer, CommandContext } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';

export const moveTarget = new Option('--to <cell>', 'the cell it moves to').makeOptionMandatory();

interface MoveChoice {
  readonly portal: string;
  readonly to: string;
  readonly settleSeconds?: number | undefined;
}

/** Hidden; for tests, which need not wait until no process believes old facts of the portal. */
export const settleOption = new Option('--settle-seconds <n>').argParser(Number).hideHelp();

interface OpenCell {
  readonly cell: CellRow;
  readonly db: Pool;
}

export async function move(context: CommandContext, choice: MoveChoice): Promise<Answer> {
  const url = directoryUrl(context.environment);
  if (url === null) throw noCells();
  return await withDirectory(url, async (directory) => {
    const cells = await readCells(directory);
    const target = cellNamed(cells, choice.to);
    const opened: OpenCell[] = [];
    try {
      for (const cell of cells) opened.push(await open(context, cell));
      return await moveAlone({ context, directory, directoryUrl: url, opened, target }, choice);
    } finally {
      for (const { db } of opened) await db.destroy();
    }
  });
}

/** Throws BadInput `move.cell_away` or `move.other_version`. */
async function open(context: CommandContext, cell: CellRow): Promise<OpenCell> {
  const url = databaseUrlOf(cellSealer(context.environment), cell);
  await tryToConnect(url).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
    throw badInput('move.cell_away', `the database of the cell ${cell.name} cannot be reached (${code})`);
  });
  const db = openDatabase({ url, poolSize: 3, applicationName: 'bot-bridge cli' });
  if (await isSchemaCurrent(db)) return { cell, db };
  await db.destroy();
  throw badInput(
    'move.other_version',
    `the cell ${cell.name} runs another version than this command; bring all cells to the same one first`,
  );
}

interface Moving {
  readonly context: CommandContext;
  readonly directory: Pool;
  readonly directoryUrl: string;
  readonly opened: readonly OpenCell[];
  readonly target: CellRow;
}

/** Throws BadInput `move.under_way` when another command, perhaps one whose terminal was closed, is moving the portal. */
async function moveAlone(moving: Moving, choice: MoveChoice): Promise<Answer> {
  const { portal, domain } = (await findFirst(moving, choice)).row;
  const answer = await whileMoving(moving.directoryUrl, portal, () => moveOpened(moving, choice));
  if (answer !== null) return answer;
  throw badInput('move.under_way', `another command is just moving ${domain}: wait until it has ended`);
}

async function findFirst({ opened }: Moving, choice: MoveChoice): Promise<FoundPortal> {
  const [first] = await findEverywhere(opened, choice.portal);
  if (first !== undefined) return first;
  throw badInput(
    'portal.unknown',
    `no portal "${choice.portal}" has installed the app; "portals list" shows those that have`,
  );
}

async function moveOpened(moving: Moving, choice: MoveChoice): Promise<Answer> {
  const { context, directory, opened, target } = moving;
  const { portal, domain } = (await findFirst(moving, choice)).row;
  const found = await findEverywhere(opened, portal);
  const to = opened.find(({ cell }) => cell.name === target.name);
  if (to === undefined) throw badInput('cells.unknown', `there is no cell "${target.name}"`);
  const onStep = (step: string): void => context.log.warn({ portal, step }, 'moving a portal');
  refuseUnfinished(found, target);
  const source = found.find(({ in: { cell }, row }) => cell.name !== target.name && row.move_state !== 'arriving');
  if (source === undefined) return await stay({ found, target, domain, opened });
  const { move_state: state, move_to: begunTo } = source.row;
  if (state !== null && begunTo !== target.name) {
    throw badInput(
      'move.other_target',
      `a move of ${domain} to ${begunTo} has begun: finish it, or take it back with --to ${source.in.cell.name}`,
    );
  }
  const from = { name: source.in.cell.name, db: source.in.db };
  const settleMs = choice.settleSeconds === undefined ? undefined : choice.settleSeconds * 1_000;
  const moved = await movePortal({ portal, from, to: { ...target, db: to.db }, directory, onStep, settleMs });
  return {
    data: { portal, domain, from: from.name, to: target.name, ...moved },
    text: textOf(domain, from.name, target.name, moved).map(wrap).join('\n'),
    isFailure: !moved.isFinished,
  };
}

function textOf(domain: string, from: string, to: string, { rows, lateEvents, isFinished }: Moved): string[] {
  const texts = [`${domain} lives in ${to} now: ${rows} rows were copied, ${lateEvents} events came meanwhile.`];
  if (!isFinished) {
    texts.push(
      `Bitrix24 could not be told its new address yet, so ${from} goes on sending its events on. Move it again later to finish.`,
    );
  }
  return texts;
}

/** A portal that has left a cell comes back to it only when the move out of it is finished. */
function refuseUnfinished(found: readonly FoundPortal[], target: CellRow): void {
  const here = found.find(({ in: { cell } }) => cell.name === target.name);
  if (here?.row.move_state !== 'left') return;
  throw badInput(
    'move.has_left',
    `${here.row.domain} has left ${target.name} already: finish that move first, with --to ${here.row.move_to ?? ''}`,
  );
}

interface FoundPortal {
  readonly in: OpenCell;
  readonly row: Portal;
}

async function findEverywhere(opened: readonly OpenCell[], wanted: string): Promise<FoundPortal[]> {
  const lower = wanted.toLowerCase();
  const found: FoundPortal[] = [];
  for (const one of opened) {
    const rows = (await listPortals(one.db)).filter(
      (row) => row.portal === lower || row.domain.toLowerCase() === lower,
    );
    found.push(...rows.map((row) => ({ in: one, row })));
  }
  if (new Set(found.map(({ row }) => row.portal)).size > 1) {
    throw badInput('portal.ambiguous', `several portals have the domain ${wanted}: name one by its member_id`);
  }
  return found;
}

interface Staying {
  readonly found: readonly FoundPortal[];
  readonly target: CellRow;
  readonly domain: string;
  readonly opened: readonly OpenCell[];
}

/** For a portal that is in the target cell already. If a move to another cell has begun, it is taken back. */
async function stay({ found, target, domain, opened }: Staying): Promise<Answer> {
  const here = found.find(({ in: { cell } }) => cell.name === target.name);
  const data = { portal: here?.row.portal, domain, from: target.name, to: target.name };
  if (here?.row.move_state !== 'leaving') {
    return { data: { ...data, isFinished: true }, text: wrap(`${domain} lives in ${target.name} already.`) };
  }
  const to = opened.find(({ cell }) => cell.name === here.row.move_to);
  if (to === undefined) throw badInput('cells.unknown', `there is no cell "${here.row.move_to}" any more`);
  const { portal } = here.row;
  await cancelMove({ portal, from: { name: target.name, db: here.in.db }, to: { ...to.cell, db: to.db } });
  return { data: { ...data, isFinished: true }, text: wrap(`${domain} stays in ${target.name}; its work goes on.`) };
}
