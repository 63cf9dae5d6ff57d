/** Decides which brain and which account of it a bot is to think with, from what the operator said and what there is. */
import { BadInput } from '../core/errors.ts';
import type { Db } from '../store/database.ts';
import { type ConnectionRow, findConnection, listConnections } from '../store/tenants/connections.ts';
import type { CommandContext, CommandLine } from './command.ts';

export interface BrainChoice {
  readonly brain: string;
  readonly connectionId: string | null;
}

const idForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** @param before what holds when neither `--brain` nor `--connection` is given. Throws BadInput. */
export async function chooseBrain(
  context: CommandContext,
  db: Db,
  portal: string,
  line: CommandLine,
  before: BrainChoice,
): Promise<BrainChoice> {
  const wanted = line.text('brain');
  const connectionId = line.text('connection');
  if (connectionId !== null) {
    const row = await needConnection(db, portal, connectionId);
    if (wanted !== null && wanted !== row.brain) {
      throw new BadInput({ code: 'bot.other_brain', message: `that connection is one of ${row.brain}, not ${wanted}` });
    }
    return { brain: row.brain, connectionId: row.id };
  }
  if (wanted === null || wanted === before.brain) return before;
  const brain = context.brains.find((one) => one.name === wanted);
  if (brain === undefined) throw unknownBrain(context, wanted);
  return { brain: wanted, connectionId: brain.configSchema === null ? null : await onlyConnection(db, portal, wanted) };
}

/** The connection of that id. Throws BadInput `connection.unknown`. */
export async function needConnection(db: Db, portal: string, id: string): Promise<ConnectionRow> {
  const row = idForm.test(id) ? await findConnection(db, portal, id.toLowerCase()) : null;
  if (row !== null) return row;
  throw new BadInput({
    code: 'connection.unknown',
    message: 'the portal has no such connection; "connections list" shows the ids',
  });
}

export function unknownBrain(context: CommandContext, wanted: string): BadInput {
  const names = context.brains.map((brain) => brain.name).join(', ');
  return new BadInput({ code: 'brain.unknown', message: `there is no brain "${wanted}"; there are: ${names}` });
}

async function onlyConnection(db: Db, portal: string, brain: string): Promise<string> {
  const rows = (await listConnections(db, portal)).filter((row) => row.brain === brain);
  const [only, another] = rows;
  if (only !== undefined && another === undefined) return only.id;
  throw new BadInput({
    code: 'bot.which_connection',
    message:
      only === undefined
        ? `the portal has no connection to ${brain} yet; make one with "connections add"`
        : `the portal has ${rows.length} connections to ${brain}; name one with --connection`,
  });
}
