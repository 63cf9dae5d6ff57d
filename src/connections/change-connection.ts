/** What an administrator does with connections of a portal by command: add one that no bot uses yet, change its settings, remove it. */
import { randomUUID } from 'node:crypto';
import type { Brain } from '../core/brain.ts';
import { formOf } from '../core/config-form.ts';
import type { Connection } from '../core/connector.ts';
import { type BadInput, badInput } from '../core/errors.ts';
import { missingFields, problemsOf, valueAt } from '../core/form-values.ts';
import { missingSecrets } from '../core/moved-account.ts';
import { randomToken, sha256 } from '../lib/encryption.ts';
import type { Change, NoteChange } from '../portals/audit.ts';
import { type Db, inTransaction } from '../store/database.ts';
import { dropAwaiting } from '../store/tenants/awaiting-connections.ts';
import { listBots } from '../store/tenants/bots.ts';
import { checkAtOnce, storeConfig } from '../store/tenants/connection-health.ts';
import { addConnection, type ConnectionRow, listConnections, renameConnection } from '../store/tenants/connections.ts';
import { awaitedBy, titleOf } from './account-name.ts';
import type { AccountWork } from './account-work.ts';
import { changedBy, differences } from './config-change.ts';
import { type LeftConnection, leaveConnection, removeUnused } from './leave-connection.ts';
import { openConnection, sealConfig, sealWebhookSecret } from './stored-connection.ts';

/**
 * Joins the account and stores its connection, which no bot uses yet. Throws BadInput `connection.not_needed`, `connection.bad_config` and
 * `connection.changed`, and what the brain throws; then nothing is stored, and an account that was joined already is left again.
 */
export async function addAccount(
  work: AccountWork,
  brain: Brain,
  wish: { readonly portal: string; readonly title: string; readonly config: unknown },
  note: NoteChange,
): Promise<Connection & { readonly title: string }> {
  const { portal } = wish;
  await refuseTooMany(work.db, portal);
  const config = checkConfig(brain, wish.config);
  const title = titleOf(brain, { title: wish.title, config });
  const awaited = await awaitedBy(work, brain, config);
  const { id, webhookSecret } = awaited ?? { id: randomUUID(), webhookSecret: randomToken(24) };
  const connection: Connection = { id, portal, config, webhookSecret };
  const joined =
    brain.join === undefined
      ? config
      : await brain.join(connection, work.hookUrl(connection, brain), work.toolsFor(connection, brain));
  const account = { ...connection, config: joined };
  try {
    await inTransaction(work.db, async (trx) => {
      if (awaited !== null && !(await dropAwaiting(trx, brain.name, id))) throw changedMeanwhile();
      await storeNew(work, trx, brain, { ...account, title });
      await note(trx, portal, addedAs(id, { brain, title, botCode: null }));
    });
  } catch (error) {
    // The account is stored nowhere, so nobody could leave it later.
    await leaveConnection(work, brain, account);
    throw error;
  }
  return { ...account, title };
}

/** The entry of the audit list. @param to `botCode` null: no bot answers with it yet */
export function addedAs(
  id: string,
  to: { readonly brain: Brain; readonly title: string; readonly botCode: string | null },
): Change {
  const { brain, title, botCode: bot } = to;
  return { action: 'connection.added', subject: id, details: { to: { brain: brain.name, title, bot } } };
}

/** A portal has at most five bots, so this is plenty. Lists of connections are read as a whole, and each connection is checked every hour. */
const maxConnections = 50;

/** Throws BadInput `connection.too_many` (409). Connections that are made at the same moment may exceed the limit. */
export async function refuseTooMany(db: Db, portal: string): Promise<void> {
  if ((await listConnections(db, portal)).length < maxConnections) return;
  throw badInput(
    'connection.too_many',
    `the portal has ${maxConnections} connections; remove one that no bot uses first`,
    409,
  );
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
 * Changes settings of a connection in use. `patch`: a given key replaces the stored one, null takes a key back to its default. Returns the changed
 * keys; empty: nothing was to be done. Throws BadInput `connection.bad_config`, `connection.secret_needed` when the address leads to another host and
 * a secret is not given, `connection.changed` (409) when somebody else changed it meanwhile, and what the brain throws; then nothing is stored.
 */
export async function changeSettings(
  work: AccountWork,
  account: StoredAccount,
  patch: Readonly<Record<string, unknown>>,
  note: NoteChange,
): Promise<readonly string[]> {
  const isGiven = (key: string): boolean => valueAt(patch, key.split('.')) !== undefined;
  return await changeConfig(work, account, { apply: (before) => changedBy(before, patch), isGiven }, note);
}

/** A connection and its brain. */
export interface StoredAccount {
  readonly row: ConnectionRow;
  readonly brain: Brain;
}

/** A change of stored settings. */
export interface ConfigEdit {
  /** The new settings, from the stored ones. */
  readonly apply: (before: unknown) => unknown;
  /** Whether the change names this key of the form. */
  readonly isGiven: (key: string) => boolean;
  /** What to call the connection from now on; absent: as before. */
  readonly title?: string | undefined;
}

/** Like `changeSettings`, but the edit makes all settings anew, and may change the title. The returned keys may begin with `title`. */
export async function changeConfig(
  work: AccountWork,
  { row, brain }: StoredAccount,
  edit: ConfigEdit,
  note: NoteChange,
): Promise<readonly string[]> {
  const stored = openConnection(work.sealer, row);
  const config = checkConfig(brain, edit.apply(stored.config));
  refuseToMoveSecrets(brain, { before: stored.config, after: config }, edit);
  const keys = differences(stored.config, config);
  const { title = row.title } = edit;
  const changed = [...(title === row.title ? [] : ['title']), ...keys];
  if (changed.length === 0) return changed;
  const inForce = keys.length === 0 ? null : await reconfigured(work, brain, { ...stored, config }, stored.config);
  await inTransaction(work.db, async (trx) => {
    if (inForce !== null) {
      if (!(await storeConfig(trx, row, sealConfig(work.sealer, row.id, inForce.config)))) throw changedMeanwhile();
      await checkAtOnce(trx, row);
    }
    if (title !== row.title) await renameConnection(trx, row.portal, row.id, title);
    await note(trx, row.portal, { action: 'connection.changed', subject: row.id, details: { changed } });
  });
  work.evict(row.id);
  return changed;
}

/** Has the brain apply the new settings, and returns those to store. */
async function reconfigured(
  work: AccountWork,
  brain: Brain,
  connection: Connection,
  before: unknown,
): Promise<{ readonly config: unknown }> {
  const tools = work.toolsFor(connection, brain);
  const config = await brain.reconfigure?.(connection, before, work.hookUrl(connection, brain), tools);
  return { config: config ?? connection.config };
}

/** Leaves the account and removes its connection. Throws BadInput `connection.in_use` while bots think with it. */
export async function removeAccount(work: AccountWork, row: ConnectionRow, note: NoteChange): Promise<LeftConnection> {
  const removed = await removeUnused(work, row, note);
  if (removed !== null) return removed;
  const users = (await listBots(work.db, row.portal)).filter((bot) => bot.connection_id === row.id);
  throw badInput(
    'connection.in_use',
    `bots still think with this connection (${users.map(({ code }) => code).join(', ')}); give them another brain first, with "bots set"`,
    409,
  );
}

/** The settings as the brain's own schema parses them. Errors repeat none of them: they may be secrets. */
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
  throw badInput(
    'connection.bad_config',
    [`${brain.title} cannot be connected with this --config:`, ...problems].join('\n'),
  );
}

/** Throws BadInput `connection.secret_needed`. */
function refuseToMoveSecrets(
  { configSchema }: Brain,
  change: { readonly before: unknown; readonly after: unknown },
  { isGiven }: ConfigEdit,
): void {
  const missing = configSchema === null ? [] : missingSecrets(formOf(configSchema), change, isGiven);
  if (missing.length === 0) return;
  throw badInput(
    'connection.secret_needed',
    `the address leads to another host, which must not be sent the stored secrets; give them anew: ${missing.map(({ key }) => key).join(', ')}`,
  );
}

/** The error when somebody else was quicker. */
export function changedMeanwhile(what = 'the connection was changed by somebody else'): BadInput {
  return badInput('connection.changed', `${what} meanwhile; look again before you repeat it`, 409);
}
