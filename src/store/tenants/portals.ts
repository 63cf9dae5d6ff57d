/** Portals: the Bitrix24 accounts that have installed the app. */
import type { EventApi } from '../../core/event-api.ts';
import { type Db, query } from '../database.ts';
import type { AppState } from './app-checks.ts';

/**
 * installed: works · disconnected: its tokens are refused until an administrator opens the app's page · suspended: it refuses every
 * call (not paid, or redirected elsewhere); tested again every few minutes · uninstalled: removed, to be erased.
 */
export type PortalState = 'installed' | 'disconnected' | 'suspended' | 'uninstalled';

export interface Portal {
  readonly portal: string;
  readonly domain: string;
  /** REST address, ends with `/rest/`. */
  readonly client_endpoint: string;
  /** The OAuth host's REST address, ends with `/rest/`. */
  readonly server_endpoint: string;
  readonly application_token_hash: Buffer;
  readonly state: PortalState;
  readonly scope: string;
  readonly license: string;
  /** How the portal names our app in `app.info`; null until the set-up has read it. */
  readonly app_ref: string | null;
  readonly language: string;
  /** Whether the portal knows `imbot.v2.*`; null until asked. */
  readonly has_imbot_v2: boolean | null;
  readonly rate_per_second: number | null;
  readonly rate_burst: number | null;
  readonly installed_at: Date;
  readonly set_up_at: Date | null;
  readonly set_up_error: string | null;
  readonly uninstalled_at: Date | null;
  /** What the portal last said about the app. */
  readonly app_state: AppState;
  /** The portal's own id, where `portal` is not it: a portal added by an incoming webhook names itself with its first event. */
  readonly member_id: string | null;
  /** How its events arrive; null until it is set up. */
  readonly event_api: EventApi | null;
  /** How they are to arrive from the next set-up on; null: as before, or as the settings say for a new portal. */
  readonly event_api_wanted: EventApi | 'auto' | null;
}

export interface ProvenInstall {
  readonly portal: string;
  readonly domain: string;
  readonly clientEndpoint: string;
  readonly serverEndpoint: string;
  /** SHA-256 of the application token; null keeps the known one (older portals do not send it on pages). */
  readonly applicationTokenHash: Buffer | null;
  readonly scope: string;
  readonly language: string;
  /** Only an administrator's visit may replace a known application token. */
  readonly isAdmin: boolean;
}

/** The portal, or null when it never installed the app (or has been erased). */
export async function findPortal(db: Db, portal: string): Promise<Portal | null> {
  const result = await query<Portal>(db, 'select * from portal where portal = ?', [portal]);
  return result.rows[0] ?? null;
}

/**
 * The portal, its row locked against other changes until the transaction ends. Code that changes a portal and its token locks the
 * portal first, in the same order everywhere: a refresh that lost a deadlock would lose its new token pair.
 */
export async function lockPortal(db: Db, portal: string): Promise<Portal | null> {
  const result = await query<Portal>(db, 'select * from portal where portal = ? for no key update', [portal]);
  return result.rows[0] ?? null;
}

/** All portals, oldest first. */
export async function listPortals(db: Db): Promise<Portal[]> {
  const result = await query<Portal>(db, 'select * from portal order by installed_at, portal');
  return result.rows;
}

/** Records an installation that has been proven; repeating it refreshes what changed and brings an uninstalled portal back. */
export async function upsertPortal(db: Db, install: ProvenInstall): Promise<void> {
  await query(
    db,
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash, scope, language)
     values (?, ?, ?, ?, coalesce(?::bytea, ''::bytea), ?, ?)
     on conflict (portal) do update set
       domain = excluded.domain, client_endpoint = excluded.client_endpoint, server_endpoint = excluded.server_endpoint,
       application_token_hash = case
         when excluded.application_token_hash = ''::bytea then portal.application_token_hash
         when ? or portal.state = 'uninstalled' or portal.application_token_hash = ''::bytea
           then excluded.application_token_hash
         else portal.application_token_hash end,
       scope = case when excluded.scope = '' then portal.scope else excluded.scope end,
       language = excluded.language,
       installed_at = case when portal.state = 'uninstalled' then now() else portal.installed_at end,
       set_up_at = case when portal.state = 'uninstalled' then null else portal.set_up_at end,
       state = 'installed', uninstalled_at = null, app_checked_at = null, updated_at = now()`,
    [
      install.portal,
      install.domain,
      install.clientEndpoint,
      install.serverEndpoint,
      install.applicationTokenHash,
      install.scope,
      install.language,
      install.isAdmin,
    ],
  );
}

/** Changes single facts of a portal; unknown portals are left alone. */
export async function updatePortal(
  db: Db,
  portal: string,
  change: Partial<
    Pick<
      Portal,
      | 'domain'
      | 'client_endpoint'
      | 'state'
      | 'scope'
      | 'license'
      | 'app_ref'
      | 'has_imbot_v2'
      | 'rate_per_second'
      | 'rate_burst'
      | 'set_up_at'
      | 'set_up_error'
      | 'uninstalled_at'
      | 'member_id'
      | 'event_api_wanted'
    >
  >,
): Promise<void> {
  await db('portal')
    .where({ portal })
    .update({ ...change, updated_at: db.raw('now()') });
}

/** Stores the event API that a set-up has established. A wish that came while the set-up ran stays for the next one. */
export async function settleEventApi(
  db: Db,
  portal: string,
  { eventApi, wanted }: { readonly eventApi: EventApi; readonly wanted: Portal['event_api_wanted'] },
): Promise<void> {
  await query(
    db,
    `update portal set event_api = ?,
       event_api_wanted = case when event_api_wanted is not distinct from ? then null else event_api_wanted end
     where portal = ?`,
    [eventApi, wanted, portal],
  );
}

/** Portals added by an incoming webhook: no OAuth host knows them. */
export async function listWebhookPortals(db: Db): Promise<Portal[]> {
  const result = await query<Portal>(db, `select * from portal where server_endpoint = '' order by portal limit 1000`);
  return result.rows;
}

/** Deletes lanes first: this waits for workers that hold a lane and keeps others from claiming one. Rows they wrote meanwhile follow. */
const ownedTables = [
  'lane',
  'outbox',
  'inbox',
  'inbox_outcome',
  'lane',
  'dedupe',
  'reported_failure',
  'conversation',
  'rate_limit',
  'portal',
] as const;

/**
 * Removes every trace of a portal (its tokens, bots and connections go with the portal row). With `onlyUninstalled` a portal that
 * was installed again meanwhile is left alone. Returns whether it was erased.
 */
export async function erasePortal(db: Db, portal: string, onlyUninstalled: boolean): Promise<boolean> {
  const found = await query<unknown>(
    db,
    `select 1 from portal where portal = ? and (state = 'uninstalled' or not ?) for update`,
    [portal, onlyUninstalled],
  );
  if (found.rows.length === 0) return false;
  await query(db, 'select 1 from lane where portal = ? order by queue, key for update', [portal]);
  for (const table of ownedTables) await query(db, `delete from ${table} where portal = ?`, [portal]);
  return true;
}

/** Deletes rows that were written while their portal was being erased. Returns the number of portals concerned. */
export async function eraseLeftBehind(db: Db): Promise<number> {
  const found = await query<{ portal: string }>(
    db,
    // Rate budgets with an empty portal belong to accounts that no portal has connected yet.
    `select portal from (select portal from lane union select portal from rate_limit where portal <> '') l
     where not exists (select 1 from portal p where p.portal = l.portal) limit 100`,
  );
  const gone = found.rows.map((row) => row.portal);
  if (gone.length === 0) return 0;
  for (const table of ownedTables) await query(db, `delete from ${table} where portal = any(?)`, [gone]);
  return gone.length;
}

/** Returns those of the portals that exist, and locks them against erasure until the transaction ends. */
export async function lockPortals(db: Db, portals: readonly string[]): Promise<Set<string>> {
  if (portals.length === 0) return new Set();
  const result = await query<{ portal: string }>(
    db,
    'select portal from portal where portal = any(?) order by portal for key share',
    [portals],
  );
  return new Set(result.rows.map((row) => row.portal));
}
