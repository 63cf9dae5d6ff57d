/** Portals: the Bitrix24 accounts that have installed the app. */
import type { EventApi } from '../../core/event-api.ts';
import { type Db, query } from '../database.ts';
import { storableJson } from '../storable.ts';
import type { AppState } from './app-checks.ts';
import type { WizardProgress } from './wizard.ts';

/**
 * installed: works · disconnected: its tokens are refused until an administrator opens the app's page · suspended: it refuses every
 * call (not paid, or redirected elsewhere); tested again every few minutes · uninstalled: removed, to be erased.
 */
export type PortalState = 'installed' | 'disconnected' | 'suspended' | 'uninstalled';

export interface Portal extends WizardProgress {
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
  /** The code of that error. */
  readonly set_up_error_code: string | null;
  readonly uninstalled_at: Date | null;
  /** What the portal last said about the app. */
  readonly app_state: AppState;
  /** The portal's own id, if `portal` is another one: a portal added by an incoming webhook names itself with its first event. */
  readonly member_id: string | null;
  /** How its events arrive; null until it is set up. */
  readonly event_api: EventApi | null;
  /** How they are to arrive from the next set-up on; null: as before, or as the settings say for a new portal. */
  readonly event_api_wanted: EventApi | 'auto' | null;
  /** Who may read the pages besides its administrators. */
  readonly readers: Readers;
  /** How long finished messages are kept; null: as long as the installation keeps them, which is also the most. */
  readonly retention_days: number | null;
  /** Employees who are told of trouble. */
  readonly trouble_readers: readonly string[];
  /** Not null while it is moved to or from another cell (migration 0030). */
  readonly move_state: MoveState | null;
  /** The cell it moves to, and that cell's address; null in the cell where it arrives. */
  readonly move_to: string | null;
  readonly move_url: string | null;
  readonly move_since: Date | null;
  /** Its REST calls are logged. */
  readonly has_rest_log: boolean;
}

/** leaving and arriving: nothing of it is worked on · left: it lives in another cell, and what arrives here is sent there. */
export type MoveState = 'leaving' | 'left' | 'arriving';

/** Nobody, everybody of the portal, or the employees with these ids. */
export type Readers = 'nobody' | 'everyone' | readonly string[];

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
       installed_at = case when portal.state = 'uninstalled' then excluded.installed_at else portal.installed_at end,
       set_up_at = case when portal.state = 'uninstalled' then null else portal.set_up_at end,
       wizard_began_at = case when portal.state = 'uninstalled' then excluded.wizard_began_at else portal.wizard_began_at end,
       wizard_step = case when portal.state = 'uninstalled' then 'rights' else portal.wizard_step end,
       wizard_ended_at = case when portal.state = 'uninstalled' then null else portal.wizard_ended_at end,
       state = 'installed', uninstalled_at = null, app_checked_at = null, updated_at = excluded.updated_at`,
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
      | 'set_up_error_code'
      | 'uninstalled_at'
      | 'event_api_wanted'
    >
  >,
): Promise<void> {
  await db('portal')
    .where({ portal })
    .update({ ...change, updated_at: db.raw('now()') });
}

/** What an administrator sets for the whole portal. */
export type PortalSettings = Pick<Portal, 'retention_days' | 'trouble_readers' | 'has_rest_log'>;

/** False when the portal was erased meanwhile. */
export async function saveSettings(db: Db, portal: string, settings: PortalSettings): Promise<boolean> {
  const result = await query(
    db,
    `update portal set retention_days = ?, trouble_readers = ?::json, has_rest_log = ?, updated_at = now() where portal = ?`,
    [settings.retention_days, storableJson(settings.trouble_readers), settings.has_rest_log, portal],
  );
  return result.rowCount > 0;
}

/** Portals that keep messages for less than `days`, and for how long. */
export async function listShortRetentions(
  db: Db,
  days: number,
): Promise<readonly { readonly portal: string; readonly days: number }[]> {
  const result = await query<{ portal: string; days: number }>(
    db,
    'select portal, retention_days as days from portal where retention_days < ? order by portal',
    [days],
  );
  return result.rows;
}

/** False when the portal was erased meanwhile. */
export async function setReaders(db: Db, portal: string, readers: Readers): Promise<boolean> {
  const result = await query(db, 'update portal set readers = ?::json, updated_at = now() where portal = ?', [
    storableJson(readers),
    portal,
  ]);
  return result.rowCount > 0;
}

/**
 * Stores the id by which a portal that was added by a webhook names itself. Stores nothing if another portal has that id: somebody who can write
 * events of one portal must not make it look like another portal in lists.
 */
export async function namePortal(db: Db, portal: string, memberId: string): Promise<void> {
  await query(
    db,
    `update portal set member_id = ?, updated_at = now() where portal = ? and member_id is null
       and not exists (select 1 from portal o where o.portal = ? or o.member_id = ?)`,
    [memberId, portal, memberId, memberId],
  );
}

/** Takes the id of a portal that an OAuth host has confirmed from any other portal that names itself by it. */
export async function releaseName(db: Db, portal: string): Promise<void> {
  await query(db, 'update portal set member_id = null, updated_at = now() where member_id = ? and portal <> ?', [
    portal,
    portal,
  ]);
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
