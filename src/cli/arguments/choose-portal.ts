/** Finds the portal a command means: by its id or domain, or the only one there is. */
import { Option } from '@commander-js/extra-typings';
import { badInput } from '../../core/errors.ts';
import type { Db } from '../../store/database.ts';
import { listPortals, type Portal } from '../../store/tenants/portals.ts';
import { usageError } from '../framework/command.ts';

/** For commands that change one portal. */
export const portalOption = new Option(
  '--portal <id or domain>',
  'the portal (member_id or domain); may be left out while there is only one',
);

/** For commands that list things of all portals. */
export const portalFilter = new Option('--portal <id or domain>', 'only this portal (member_id or domain)');

/** For commands that touch everything of a portal: it has to be named. */
export const namedPortal = new Option(
  '--portal <id or domain>',
  'the portal (member_id or domain)',
).makeOptionMandatory();

/** @param wanted undefined: the only portal. Throws BadInput `portal.unknown`, or `cli.usage` when there are several. */
export async function choosePortal(db: Db, wanted: string | undefined): Promise<Portal> {
  const portals = await listPortals(db);
  if (wanted !== undefined) return pick(portals, wanted);
  const [only, another] = portals;
  if (only === undefined) {
    throw badInput('portal.unknown', 'no portal has installed the app yet');
  }
  if (another !== undefined) throw usageError(`there are ${portals.length} portals: say which one with --portal`);
  return only;
}

/** The id to filter lists by; undefined when none was asked for. Throws BadInput `portal.unknown`. */
export async function portalFilterId(db: Db, wanted: string | undefined): Promise<string | undefined> {
  return wanted === undefined ? undefined : pick(await listPortals(db), wanted).portal;
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
  throw badInput('portal.unknown', `no portal "${wanted}" has installed the app; "portals list" shows those that have`);
}
