/** Joins accounts of brains at their far side, where a brain has a way to, and keeps what the far side gives for it. */
import type { Brain, Connection } from '../core/connector.ts';
import { AppError } from '../core/errors.ts';
import type { ConnectionRow } from '../store/connections.ts';
import { type Db, query } from '../store/database.ts';
import { openBrainTools } from './brain-tools.ts';
import type { CommandContext } from './command.ts';
import { type Check, ok, wrong } from './doctor/check.ts';
import { configContext, doorContext } from './doctor/check-connection.ts';

/** What is to be stored of the account: as given, or as the far side has added to it. */
export async function joined(context: CommandContext, brain: Brain, connection: Connection): Promise<unknown> {
  if (brain.join === undefined) return connection.config;
  const opened = await openBrainTools(context, connection.portal);
  try {
    return await brain.join(connection, opened.hookUrl(brain.name, connection.doorSecret), opened.tools);
  } finally {
    await opened.close();
  }
}

/** Joining is repeatable, and the only question every brain that joins has an answer to. What it gives back anew is stored. */
export async function joinAgain(db: Db, context: CommandContext, row: ConnectionRow, portal: string): Promise<Check[]> {
  const brain = context.brains.find((one) => one.name === row.brain);
  if (brain?.join === undefined) return [];
  const subject = `account of ${row.title}`;
  const sealer = await context.sealer();
  const before = sealer.open(row.config_box, configContext(row.id));
  const doorSecret = sealer.open(row.door_box, doorContext(row.id));
  try {
    const connection = { id: row.id, portal: row.portal, config: JSON.parse(before), doorSecret };
    const after = JSON.stringify(await joined(context, brain, connection));
    if (after === before) return [ok(portal, subject, `${brain.title} accepts it`)];
    await storeConfig(db, row, sealer.seal(after, configContext(row.id)));
    return [ok(portal, subject, `${brain.title} accepts it, and what it told anew is stored`)];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [wrong(portal, subject, error.message, 'mend what it names, or remove the connection and add it anew')];
  }
}

async function storeConfig(db: Db, row: ConnectionRow, box: Buffer): Promise<void> {
  await query(db, 'update connection set config_box = ?, updated_at = now() where portal = ? and id = ?', [
    box,
    row.portal,
    row.id,
  ]);
}
