/** Gives a connection another webhook address, because the old one may be known to somebody. */
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { toAppError } from '../core/errors.ts';
import { randomToken, sha256 } from '../lib/encryption.ts';
import type { NoteChange } from '../portals/audit.ts';
import { inTransaction } from '../store/database.ts';
import { replaceWebhookSecret } from '../store/tenants/connection-health.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import type { AccountWork } from './account-work.ts';
import { changedMeanwhile } from './change-connection.ts';
import { openConnection, sealConfig, sealWebhookSecret } from './stored-connection.ts';

/**
 * Tells the remote the new address by joining the account again, if the brain joins; then the old address is dead. Throws BadInput
 * `connection.changed` (409) when somebody else changed the connection meanwhile, and what the brain throws; then the old address stays in force.
 */
export async function rotateWebhook(
  work: AccountWork,
  brain: Brain,
  row: ConnectionRow,
  note: NoteChange,
): Promise<void> {
  const before = openConnection(work.sealer, row);
  const after: Connection = { ...before, webhookSecret: randomToken(24) };
  const config = await join(work, brain, after);
  const isStored = await inTransaction(work.db, async (trx) => {
    const sealed = {
      configSealed: sealConfig(work.sealer, row.id, config),
      webhookSecretSealed: sealWebhookSecret(work.sealer, row.id, after.webhookSecret),
      webhookSecretHash: sha256(after.webhookSecret),
    };
    if (!(await replaceWebhookSecret(trx, row, sealed))) return false;
    await note(trx, row.portal, { action: 'connection.webhook_rotated', subject: row.id });
    return true;
  });
  work.evict(row.id);
  if (isStored) return;
  await tellOldAddress(work, brain, before);
  throw changedMeanwhile();
}

async function join(work: AccountWork, brain: Brain, connection: Connection): Promise<unknown> {
  const hookUrl = work.hookUrl(connection, brain);
  return (await brain.join?.(connection, hookUrl, work.toolsFor(connection, brain))) ?? connection.config;
}

/** Best effort: the next health check finds what is left to repair. */
async function tellOldAddress(work: AccountWork, brain: Brain, before: Connection): Promise<void> {
  try {
    await join(work, brain, before);
  } catch (thrown) {
    const facts = { portal: before.portal, connection: before.id, err: toAppError(thrown) };
    work.log.warn(facts, 'a remote was told a webhook address that was not stored');
  }
}
