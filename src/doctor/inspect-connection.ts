/** Checks what is stored of accounts of brains: whether their secrets open and still fit the brain, and whether they are disabled. */
import { openConnection } from '../connections/stored-connection.ts';
import type { Brain } from '../core/brain.ts';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import { type Check, ok, told, wrong } from './check.ts';

const again = 'remove the connection and add it again';

/** Opens the secrets and checks them against the brain's own schema, without asking the brain. */
export function inspectConnection(
  row: ConnectionRow,
  brains: readonly Brain[],
  sealer: Sealer,
  portal: string,
): readonly Check[] {
  const subject = `connection ${row.title}`;
  const brain = brains.find((one) => one.name === row.brain);
  if (brain === undefined) {
    const check = wrong(
      portal,
      subject,
      `this program knows no brain ${row.brain}`,
      'install the version that made it',
    );
    return [told(check, 'connection.unreadable', { title: row.title })];
  }
  try {
    const { config } = openConnection(sealer, row);
    const parsed = brain.configSchema?.safeParse(config);
    if (parsed?.success === false) {
      const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'config'))].join(', ');
      const check = wrong(portal, subject, `its settings no longer fit ${brain.title} (${names})`, again);
      return [told(check, 'connection.unreadable', { title: row.title })];
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const key =
      error.code === 'encryption.wrong_key' ? 'set the former key as APP_SECRET_PREVIOUS; if it is lost, ' : '';
    return [
      told(wrong(portal, subject, error.message, `${key}${again}`), 'connection.unreadable', { title: row.title }),
    ];
  }
  const check = ok(portal, subject, `its secrets open and fit ${brain.title}`);
  return [told(check, 'connection.ok', { title: row.title, brain: brain.title })];
}

/** Empty while the account works. */
export function checkDisabled(row: ConnectionRow, brains: readonly Brain[], portal: string): readonly Check[] {
  if (row.disabled_reason === null) return [];
  const help = brains.find((brain) => brain.name === row.brain)?.disabledHelp?.[row.disabled_reason];
  const mend = help?.en ?? `switch it on there, then: connections test --connection ${row.id}`;
  const found = `it is disabled (${row.disabled_reason}); messages to it wait for up to a day`;
  const values = { title: row.title, reason: row.disabled_reason };
  const check = wrong(portal, `account of ${row.title}`, found, mend);
  return [told(check, 'connection.disabled', values, { do: 'test_connection', connection: row.id })];
}
