/** Changes what an administrator sets for the whole portal. */
import { badInput } from '../core/errors.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { lockPortal, type Portal, type PortalSettings, saveSettings } from '../store/tenants/portals.ts';
import { changedFacts, type NoteChange } from './audit.ts';
import type { PortalCache } from './portal-cache.ts';

export interface SettingsWish {
  readonly retentionDays?: number | undefined;
  readonly troubleReaders?: readonly string[] | undefined;
  readonly restLog?: boolean | undefined;
}

export interface SettingsOptions {
  readonly db: Pool;
  readonly portals: Pick<PortalCache, 'forget'>;
  /** The longest that messages are kept. */
  readonly mostDays: number;
  readonly note: NoteChange;
}

/** Returns the settings that apply from now on. Throws BadInput `settings.too_long` (422) and `portal.unknown`. */
export async function changePortalSettings(
  { db, portals, mostDays, note }: SettingsOptions,
  portal: string,
  wish: SettingsWish,
): Promise<PortalSettings> {
  const { retentionDays, troubleReaders, restLog } = wish;
  if (retentionDays !== undefined && retentionDays > mostDays) {
    throw badInput('settings.too_long', `messages are kept for at most ${mostDays} days`, 422);
  }
  const settings = await inTransaction(db, async (trx) => {
    const before = await lockPortal(trx, portal);
    if (before === null) throw badInput('portal.unknown', 'the portal was erased meanwhile', 404);
    const after = {
      retention_days:
        retentionDays === undefined ? before.retention_days : retentionDays < mostDays ? retentionDays : null,
      trouble_readers: troubleReaders === undefined ? before.trouble_readers : [...new Set(troubleReaders)],
      has_rest_log: restLog ?? before.has_rest_log,
    };
    await saveSettings(trx, portal, after);
    const details = changedFacts(factsOf(before), factsOf(after));
    if (Object.keys(details.to).length > 0)
      await note(trx, portal, { action: 'settings.changed', subject: '', details });
    return after;
  });
  portals.forget(portal);
  return settings;
}

function factsOf({ retention_days, trouble_readers, has_rest_log }: Pick<Portal, keyof PortalSettings>) {
  return { retentionDays: retention_days, troubleReaders: trouble_readers, restLog: has_rest_log };
}
