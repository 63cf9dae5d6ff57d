/** One health check of an account, and what follows from it. */
import type { Brain, HealthStatus } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import {
  checkAtOnce,
  disableConnection,
  pausedByPerson,
  settleConnection,
} from '../store/tenants/connection-health.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import { type AccountWork, wakeBots } from './account-work.ts';
import { openConnection, sealConfig } from './stored-connection.ts';
import { toolsUntil } from './tools-until.ts';

export type HealthResult =
  /** The brain has no way to check its accounts. */
  | { readonly result: 'not_checked' }
  /** `isChanged`: the account told something new, which is stored. */
  | { readonly result: 'works'; readonly isChanged: boolean }
  | { readonly result: 'disabled'; readonly reason: string }
  /** Somebody else changed the connection during the check: nothing was stored, and it is checked again at once. */
  | { readonly result: 'changed_meanwhile' };

/**
 * Asks the brain and stores what it says. A brain without health checks joins its account again (which is repeatable), but only where
 * `mayJoin` says so. Throws what the brain throws, also when `signal` fires; then everything stays as it is.
 */
export async function checkConnection(
  work: AccountWork,
  row: ConnectionRow,
  signal: AbortSignal,
  mayJoin = false,
): Promise<HealthResult> {
  const brain = work.brainOf(row.brain);
  const isAskable = brain?.checkHealth !== undefined || (mayJoin && brain?.join !== undefined);
  if (brain === undefined || !isAskable) return { result: 'not_checked' };
  const connection = openConnection(work.sealer, row);
  const health = await ask({ work, brain, connection, signal }, row.disabled_reason);
  return health.works
    ? await noteWorking(work, row, connection.config, health.config)
    : await noteDisabled(work, row, health.reason);
}

interface Question {
  readonly work: AccountWork;
  readonly brain: Brain;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

async function ask(
  { work, brain, connection, signal }: Question,
  disabledReason: string | null,
): Promise<HealthStatus> {
  const tools = toolsUntil(work.toolsFor(connection, brain), signal);
  const hookUrl = work.hookUrl(connection, brain);
  if (brain.checkHealth !== undefined) return await brain.checkHealth(connection, hookUrl, disabledReason, tools);
  return { works: true, config: (await brain.join?.(connection, hookUrl, tools)) ?? connection.config };
}

async function noteDisabled(work: AccountWork, row: ConnectionRow, reason: string): Promise<HealthResult> {
  if (!(await disableConnection(work.db, row, reason, row.updated_at))) return await changedMeanwhile(work, row);
  if (reason !== row.disabled_reason) {
    work.evict(row.id);
    work.log.warn({ ...factsOf(row), reason }, 'an account is disabled');
  }
  return { result: 'disabled', reason };
}

async function noteWorking(
  work: AccountWork,
  row: ConnectionRow,
  before: unknown,
  config: unknown,
): Promise<HealthResult> {
  const isChanged = JSON.stringify(config) !== JSON.stringify(before);
  const sealed = isChanged ? sealConfig(work.sealer, row.id, config) : null;
  if (!(await settleConnection(work.db, row, sealed))) return await changedMeanwhile(work, row);
  const wasDisabled = row.disabled_reason !== null && row.disabled_reason !== pausedByPerson;
  // Otherwise the account worked before, too: what waits, waits for something else.
  if (isChanged || wasDisabled) {
    work.evict(row.id);
    work.log.info({ ...factsOf(row), wasDisabled, isChanged }, 'an account works again');
    await wakeBots(work.db, row);
    work.wakeups.outbox.ring();
  }
  return { result: 'works', isChanged };
}

/** The check may have written the former settings into the account after the new ones: the next check writes those that are in force. */
async function changedMeanwhile({ db }: AccountWork, row: ConnectionRow): Promise<HealthResult> {
  await checkAtOnce(db, row);
  return { result: 'changed_meanwhile' };
}

function factsOf({ portal, id, brain }: ConnectionRow) {
  return { portal, connection: id, brain };
}
