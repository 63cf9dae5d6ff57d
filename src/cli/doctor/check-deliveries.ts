/** Checks what became of the last delivery to an account. */
import { type Check, ok, unknown, wrong } from '../../doctor/check.ts';
import type { Db } from '../../store/database.ts';
import { findLastDelivery } from '../../store/reporting/last-delivery.ts';
import type { BotRow } from '../../store/tenants/bots.ts';
import type { ConnectionRow } from '../../store/tenants/connections.ts';
import { moment } from '../framework/layout.ts';
import { outcomeText } from '../outcome-texts.ts';

/** Whether the brain took the newest message that was delivered to it within a week: the only real test of its credentials. */
export async function checkDeliveries(
  db: Db,
  row: ConnectionRow,
  bots: readonly BotRow[],
  portal: string,
): Promise<readonly Check[]> {
  const subject = `deliveries to ${row.title}`;
  if (bots.length === 0) {
    const mend = `give it to a bot: bots set --code <code> --connection ${row.id}`;
    return [unknown(portal, subject, 'no bot thinks with it yet', mend)];
  }
  const last = await findLastDelivery(
    db,
    row.portal,
    bots.map((bot) => bot.code),
  );
  if (last === null) {
    return [unknown(portal, subject, 'none in the last 7 days', 'write to one of its bots, then check again')];
  }
  const found = `the last one, ${moment(last.at).slice(0, 16)} UTC: ${outcomeText(last.state, last.outcome)}`;
  if (last.state === 'done') return [ok(portal, subject, found)];
  const mend =
    'check the account\'s secrets and that the brain can be reached; "dead-letters list" shows what was not delivered';
  return [wrong(portal, subject, found, mend)];
}
