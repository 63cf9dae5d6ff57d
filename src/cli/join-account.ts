/** Joins accounts of brains at their far side, where a brain has a way to, and keeps what the far side gives for it. */
import type { Brain, HealthStatus } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { AppError } from '../core/errors.ts';
import type { Db } from '../store/database.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { disableConnection, settleConnection } from '../store/tenants/connection-health.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import { openBrainTools } from './brain-tools.ts';
import type { CommandContext } from './command.ts';
import { type Check, ok, wrong } from './doctor/check.ts';
import { configContext, webhookSecretContext } from './doctor/check-connection.ts';

/** What is to be stored of the account: as given, or as the far side has added to it. */
export async function joined(context: CommandContext, brain: Brain, connection: Connection): Promise<unknown> {
  if (brain.join === undefined) return connection.config;
  const opened = await openBrainTools(context, connection);
  try {
    return await brain.join(connection, opened.hookUrl(brain.name, connection.webhookSecret), opened.tools);
  } finally {
    await opened.close();
  }
}

/** A test switches nothing on that was switched off over there: a brain that can look, looks. */
async function stands(
  context: CommandContext,
  brain: Brain,
  connection: Connection,
  disabledReason: string | null,
): Promise<HealthStatus> {
  if (brain.checkHealth === undefined) return { works: true, config: await joined(context, brain, connection) };
  const opened = await openBrainTools(context, connection);
  try {
    const hookUrl = opened.hookUrl(brain.name, connection.webhookSecret);
    return await brain.checkHealth(connection, hookUrl, disabledReason, opened.tools);
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
  const before = sealer.open(row.config_sealed, configContext(row.id));
  const webhookSecret = sealer.open(row.webhook_secret_sealed, webhookSecretContext(row.id));
  try {
    const connection = { id: row.id, portal: row.portal, config: JSON.parse(before), webhookSecret };
    const health = await stands(context, brain, connection, row.disabled_reason);
    if (!health.works) {
      await disableConnection(db, row, health.reason, row.updated_at);
      const help = brain.disabledHelp?.[health.reason] ?? 'it is switched on over there';
      return [wrong(portal, subject, `the account is stopped: ${health.reason}`, help)];
    }
    const after = JSON.stringify(health.config);
    // Accepted means that it works again, whatever had paused it.
    await settleConnection(db, row, after === before ? null : sealer.seal(after, configContext(row.id)));
    if (row.disabled_reason !== null) await wakeLanes(db, 'outbox', row.portal);
    if (after === before) return [ok(portal, subject, `${brain.title} accepts it`)];
    return [ok(portal, subject, `${brain.title} accepts it, and what it told anew is stored`)];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [wrong(portal, subject, error.message, 'mend what it names, or remove the connection and add it anew')];
  }
}

/** Tells the far side that a connection is going, where its brain can. Never stands in the way: what did not work is put into words. */
export async function farewell(
  context: CommandContext,
  row: ConnectionRow,
): Promise<{ readonly isLeft: boolean; readonly words: string } | null> {
  const brain = context.brains.find((one) => one.name === row.brain);
  if (brain?.leave === undefined) return null;
  try {
    const sealer = await context.sealer();
    const config: unknown = JSON.parse(sealer.open(row.config_sealed, configContext(row.id)));
    const webhookSecret = sealer.open(row.webhook_secret_sealed, webhookSecretContext(row.id));
    const opened = await openBrainTools(context, row);
    try {
      const hookUrl = opened.hookUrl(brain.name, webhookSecret);
      await brain.leave({ id: row.id, portal: row.portal, config, webhookSecret }, hookUrl, opened.tools);
    } finally {
      await opened.close();
    }
    return { isLeft: true, words: `${brain.title} was told: what it kept for ${row.title} is switched off there.` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const words = `${brain.title} could not be told (${error.message}); switch off there what it keeps for ${row.title}.`;
    return { isLeft: false, words };
  }
}
