/** What an administrator does with connections of a portal by command: add one that no bot uses yet, change its settings, remove it. */
import { randomUUID } from 'node:crypto';
import type { Brain } from '../core/brain.ts';
import { formOf } from '../core/config-form.ts';
import type { Connection } from '../core/connector.ts';
import { BadInput, badInput } from '../core/errors.ts';
import { missingFields, problemsOf } from '../core/form-values.ts';
import { randomToken, sha256 } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import { listBots } from '../store/tenants/bots.ts';
import { checkAtOnce, storeConfig } from '../store/tenants/connection-health.ts';
import { addConnection, type ConnectionRow } from '../store/tenants/connections.ts';
import type { AccountWork } from './account-work.ts';
import { changedBy, differences } from './config-change.ts';
import { type LeftConnection, leaveConnection, removeUnused } from './leave-connection.ts';
import { openConnection, sealConfig, sealWebhookSecret } from './stored-connection.ts';

/**
 * Joins the account and stores its connection. Throws BadInput `connection.not_needed` and `connection.bad_config`, and what the brain throws;
 * then nothing is stored, and an account that was joined already is left again.
 */
export async function addAccount(
  work: AccountWork,
  brain: Brain,
  wish: { readonly portal: string; readonly title: string; readonly config: unknown },
): Promise<Connection & { readonly title: string }> {
  const { portal } = wish;
  const title = wish.title.trim() === '' ? brain.title : wish.title.trim();
  const config = checkConfig(brain, wish.config);
  const connection: Connection = { id: randomUUID(), portal, config, webhookSecret: randomToken(24) };
  const joined =
    brain.join === undefined
      ? config
      : await brain.join(connection, work.hookUrl(connection, brain), work.toolsFor(connection, brain));
  const account = { ...connection, config: joined };
  try {
    await storeNew(work, work.db, brain, { ...account, title });
  } catch (error) {
    // Nobody could leave it later: it is stored nowhere.
    await leaveConnection(work, brain, account);
    throw error;
  }
  return { ...account, title };
}

/** Stores a joined account as a new connection. */
export async function storeNew(
  { sealer }: Pick<AccountWork, 'sealer'>,
  db: Db,
  brain: Brain,
  account: Connection & { readonly title: string },
): Promise<void> {
  const { id, portal, title, config, webhookSecret } = account;
  await addConnection(db, {
    portal,
    id,
    brain: brain.name,
    title,
    configSealed: sealConfig(sealer, id, config),
    webhookSecretSealed: sealWebhookSecret(sealer, id, webhookSecret),
    webhookSecretHash: sha256(webhookSecret),
  });
}

/**
 * Changes settings of a connection in use. `patch`: what is given replaces what was, null takes a key back to its default. Returns the
 * changed keys; empty: nothing was to be done. Throws BadInput `connection.bad_config`, `connection.changed` (409) when somebody else
 * changed it meanwhile, and what the brain throws; then nothing is stored.
 */
export async function changeSettings(
  work: AccountWork,
  brain: Brain,
  row: ConnectionRow,
  patch: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  return await changeConfig(work, brain, row, (before) => changedBy(before, patch));
}

/** The same, with all settings at once. @param edit makes the new settings from the stored ones */
export async function changeConfig(
  work: AccountWork,
  brain: Brain,
  row: ConnectionRow,
  edit: (before: unknown) => unknown,
): Promise<readonly string[]> {
  const stored = openConnection(work.sealer, row);
  const config = checkConfig(brain, edit(stored.config));
  const changed = differences(stored.config, config);
  if (changed.length === 0) return changed;
  const connection = { ...stored, config };
  const hookUrl = work.hookUrl(connection, brain);
  const tools = work.toolsFor(connection, brain);
  const inForce = (await brain.reconfigure?.(connection, stored.config, hookUrl, tools)) ?? config;
  if (!(await storeConfig(work.db, row, sealConfig(work.sealer, row.id, inForce)))) throw changedMeanwhile();
  work.evict(row.id);
  await checkAtOnce(work.db, row);
  return changed;
}

/** Leaves the account and removes its connection. Throws BadInput `connection.in_use` while bots think with it. */
export async function removeAccount(work: AccountWork, row: ConnectionRow): Promise<LeftConnection> {
  const removed = await removeUnused(work, row);
  if (removed !== null) return removed;
  const users = (await listBots(work.db, row.portal)).filter((bot) => bot.connection_id === row.id);
  throw badInput(
    'connection.in_use',
    `bots still think with this connection (${users.map(({ code }) => code).join(', ')}); give them another brain first, with "bots set"`,
  );
}

/** The settings as the brain's own schema gives them back. None of them is repeated in an error: they may be secrets. */
function checkConfig(brain: Brain, config: unknown): unknown {
  if (brain.configSchema === null) {
    throw badInput(
      'connection.not_needed',
      `${brain.name} needs no connection; bots use it with "bots set --brain ${brain.name}"`,
    );
  }
  const parsed = brain.configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const form = formOf(brain.configSchema);
  const missing = new Set(missingFields(form, config).map(({ key }) => key));
  const problems = problemsOf(parsed.error).map(({ key, message }) => {
    const field = form.find((one) => one.key === key);
    const title = field === undefined ? '' : ` (${field.title.en})`;
    return `  - ${key || 'config'}${title}: ${missing.has(key) ? `is missing. ${field?.help.en ?? ''}` : message}`;
  });
  throw new BadInput({
    code: 'connection.bad_config',
    message: [`${brain.title} cannot be connected with this --config:`, ...problems].join('\n'),
  });
}

function changedMeanwhile(): BadInput {
  return badInput(
    'connection.changed',
    'the connection was changed by somebody else meanwhile; look again before you repeat it',
    409,
  );
}
