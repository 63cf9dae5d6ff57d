/** Checks accounts of brains: whether their secrets open, still fit the brain, and what became of the last delivery. */
import { openConnection } from '../../connections/stored-connection.ts';
import type { Brain } from '../../core/brain.ts';
import { AppError } from '../../core/errors.ts';
import type { Sealer } from '../../lib/encryption.ts';
import type { Db } from '../../store/database.ts';
import { findLastDelivery } from '../../store/reporting/last-delivery.ts';
import type { BotRow } from '../../store/tenants/bots.ts';
import type { ConnectionRow } from '../../store/tenants/connections.ts';
import { moment } from '../framework/layout.ts';
import { outcomeText } from '../outcome-texts.ts';
import { type Check, ok, unknown, wrong } from './check.ts';

const again = 'remove the connection and add it again';

/** Without asking the brain itself: opens the secrets and holds them against the brain's own schema. */
export function inspectConnection(
  row: ConnectionRow,
  brains: readonly Brain[],
  sealer: Sealer,
  portal: string,
): readonly Check[] {
  const subject = `connection ${row.title}`;
  const brain = brains.find((one) => one.name === row.brain);
  if (brain === undefined) {
    return [wrong(portal, subject, `this program knows no brain ${row.brain}`, 'install the version that made it')];
  }
  try {
    const { config } = openConnection(sealer, row);
    const parsed = brain.configSchema?.safeParse(config);
    if (parsed?.success === false) {
      const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'config'))].join(', ');
      return [wrong(portal, subject, `its settings no longer fit ${brain.title} (${names})`, again)];
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const key =
      error.code === 'encryption.wrong_key' ? 'set the former key as APP_SECRET_PREVIOUS; if it is lost, ' : '';
    return [wrong(portal, subject, error.message, `${key}${again}`)];
  }
  return [ok(portal, subject, `its secrets open and fit ${brain.title}`)];
}

/** Nothing while the account works. */
export function checkDisabled(row: ConnectionRow, brains: readonly Brain[], portal: string): readonly Check[] {
  if (row.disabled_reason === null) return [];
  const help = brains.find((brain) => brain.name === row.brain)?.disabledHelp?.[row.disabled_reason];
  const mend = help ?? `switch it on there, then: connections test --connection ${row.id}`;
  const found = `it is disabled (${row.disabled_reason}); messages to it wait for up to a day`;
  return [wrong(portal, `account of ${row.title}`, found, mend)];
}

/** What the brain made of the newest message that was carried to it within a week: the one honest test of its credentials. */
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
