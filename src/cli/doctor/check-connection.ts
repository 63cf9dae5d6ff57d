/** Looks at the accounts of brains: whether their secrets open, still fit the brain, and what their last deliveries came to. */
import type { Brain } from '../../core/brain.ts';
import { AppError } from '../../core/errors.ts';
import type { Sealer } from '../../lib/encryption.ts';
import { type Db, query } from '../../store/database.ts';
import type { BotRow } from '../../store/tenants/bots.ts';
import type { ConnectionRow } from '../../store/tenants/connections.ts';
import { outcomeTexts } from '../outcome-words.ts';
import { type Check, ok, unknown, wrong } from './check.ts';

/** The places the two secrets of a connection are sealed for; the app opens them under the same names. */
export const configContext = (id: string): string => `connection.config:${id}`;
export const webhookSecretContext = (id: string): string => `connection.webhook:${id}`;

const again = 'remove the connection and add it anew';

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
    sealer.open(row.webhook_secret_sealed, webhookSecretContext(row.id));
    const config: unknown = JSON.parse(sealer.open(row.config_sealed, configContext(row.id)));
    const parsed = brain.configSchema?.safeParse(config);
    if (parsed?.success === false) {
      const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'config'))].join(', ');
      return [wrong(portal, subject, `its settings no longer fit ${brain.title} (${names})`, again)];
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const mend =
      error.code === 'encryption.wrong_key' ? 'set the former key as APP_SECRET_PREVIOUS; if it is lost, ' : '';
    return [wrong(portal, subject, error.message, `${mend}${again}`)];
  }
  return [ok(portal, subject, `its secrets open and fit ${brain.title}`)];
}

/** Nothing while the far side lets it work. */
export function checkDisabled(row: ConnectionRow, brains: readonly Brain[], portal: string): readonly Check[] {
  if (row.disabled_reason === null) return [];
  const help = brains.find((brain) => brain.name === row.brain)?.disabledHelp?.[row.disabled_reason];
  const mend = help ?? `switch it on there, or join it again: connections test --connection ${row.id}`;
  const found = `the far side has stopped it (${row.disabled_reason}); messages to it wait for up to a day`;
  return [wrong(portal, `account of ${row.title}`, found, mend)];
}

interface LastDelivery {
  readonly state: string;
  readonly outcome: string | null;
  readonly at: Date;
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
  const last = await findLast(db, row.portal, bots);
  if (last === null) {
    return [unknown(portal, subject, 'none in the last 7 days', 'write to one of its bots, then look again')];
  }
  const when = last.at.toISOString().slice(0, 16).replace('T', ' ');
  const words = outcomeTexts(last.state, last.outcome);
  if (last.state === 'done') return [ok(portal, subject, `the last one, ${when} UTC: ${words}`)];
  return [
    wrong(
      portal,
      subject,
      `the last one, ${when} UTC: ${words}`,
      'check the account\'s secrets and that the brain can be reached; what was given up waits in "dead-letters list"',
    ),
  ];
}

/** Rows that were tried at least once. */
async function findLast(db: Db, portal: string, bots: readonly BotRow[]): Promise<LastDelivery | null> {
  const result = await query<LastDelivery>(
    db,
    `select state, outcome, coalesce(done_at, created_at) as at from outbox
     where portal = ? and bot_code = any(?::text[]) and target = 'brain' and created_at > now() - interval '7 days'
       and (state in ('done', 'dead_letter', 'unknown') or (state = 'waiting' and outcome is not null))
     order by created_at desc, seq desc limit 1`,
    [portal, bots.map((bot) => bot.code)],
  );
  return result.rows[0] ?? null;
}
