/** For the pages: lists what was lately sent to the brain of a connection, and sends one delivery again. */
import { badInput } from '../../core/errors.ts';
import type { Db } from '../../store/database.ts';
import type { LaneId } from '../../store/queue/lanes.ts';
import { listDeliveries } from '../../store/reporting/deliveries.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import type { DeadLetterOptions } from './dead-letters.ts';
import { sendAgain } from './send-again.ts';

const shown = 50;

/** Returns the newest deliveries of a week; `bot` is the name of the bot. Throws BadInput `deliveries.no_connection` (404). */
export async function deliveriesOf(db: Db, portal: string, connection: string) {
  const bots = await botsOf(db, portal, connection);
  const rows = await listDeliveries(
    db,
    portal,
    bots.map(({ code }) => code),
    shown,
  );
  return rows.map((row) => ({
    lane: row.lane,
    seq: row.seq,
    bot: bots.find(({ code }) => code === row.bot_code)?.name ?? row.bot_code,
    dialog: row.dialog_id,
    kind: row.kind,
    message: row.message_id,
    trace: row.trace,
    at: row.at,
    doneAt: row.done_at,
    state: row.state,
    outcome: row.outcome,
    remoteId: row.remote_id,
    attempts: row.attempts,
    nextAt: row.next_at,
  }));
}

/** Sends one of the connection's deliveries again. Throws what `sendAgain` throws, and `deliveries.no_connection` (404). */
export async function sendDeliveryAgain(
  options: DeadLetterOptions,
  connection: string,
  id: LaneId & { readonly seq: number },
  isConfirmed: boolean,
): Promise<void> {
  const botCodes = (await botsOf(options.db, id.portal, connection)).map(({ code }) => code);
  await sendAgain(options, id, { connection, botCodes, isConfirmed });
}

/** The bots that use a connection of the portal. */
async function botsOf(db: Db, portal: string, connection: string): Promise<readonly BotRow[]> {
  const row = (await listConnections(db, portal)).find(({ id }) => id === connection);
  if (row === undefined) throw badInput('deliveries.no_connection', 'there is no such connection (any more)', 404);
  return (await listBots(db, portal)).filter((bot) => bot.connection_id === row.id);
}
