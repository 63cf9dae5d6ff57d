/** Finds the portal an operator means by its id or domain, or the only one there is. */
import { BadInput } from '../core/errors.ts';
import type { Db } from '../store/database.ts';
import { listPortals, type Portal } from '../store/tenants/portals.ts';
import { usageError } from './command.ts';

/** @param wanted a member_id or a domain; null: the only portal. Throws BadInput `portal.unknown`, or `cli.usage` when there are several. */
export async function choosePortal(db: Db, wanted: string | null): Promise<Portal> {
  const portals = await listPortals(db);
  if (wanted !== null) return pick(portals, wanted);
  const [only, another] = portals;
  if (only === undefined) {
    throw new BadInput({ code: 'portal.unknown', message: 'no portal has installed the app yet' });
  }
  if (another !== undefined) throw usageError(`there are ${portals.length} portals: say which one with --portal`);
  return only;
}

/** The id to filter lists by; undefined when none was asked for. Throws BadInput `portal.unknown`. */
export async function portalFilterId(db: Db, wanted: string | null): Promise<string | undefined> {
  return wanted === null ? undefined : pick(await listPortals(db), wanted).portal;
}

/** Domains of portals by id, for lists. */
export async function domainsById(db: Db): Promise<ReadonlyMap<string, string>> {
  return new Map((await listPortals(db)).map((row) => [row.portal, row.domain]));
}

function pick(portals: readonly Portal[], wanted: string): Portal {
  const lower = wanted.toLowerCase();
  const found = portals.filter((row) => row.portal === lower || row.domain.toLowerCase() === lower);
  const [first, second] = found;
  if (second !== undefined) {
    throw usageError(`${found.length} portals have the domain ${wanted}: name one by its member_id`);
  }
  if (first !== undefined) return first;
  throw new BadInput({
    code: 'portal.unknown',
    message: `no portal "${wanted}" has installed the app; "portals list" shows those that have`,
  });
}
