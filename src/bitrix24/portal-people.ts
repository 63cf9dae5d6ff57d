/** Finds employees of a portal by name and names them by id, where the app has the scope `im`. */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { PortalClient } from './rest/portal-client.ts';
import { bitrixCode } from './rest/rest-errors.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly position: string;
}

/** Short, because somebody is waiting for a page. */
const options = { patienceMs: 3_000, timeoutMs: 8_000 } as const;

const maxFound = 20;

const personSchema = z.object({
  id: z.union([z.int(), z.string().regex(/^\d{1,16}$/)]).transform(String),
  name: z.string().max(500).catch(''),
  work_position: z.string().max(500).catch(''),
  bot: z.boolean().catch(false),
  connector: z.boolean().catch(false),
  extranet: z.boolean().catch(false),
});

/** The errors of methods of the scope `im` if the app lacks it. */
const withoutScope: ReadonlySet<string> = new Set(['insufficient_scope', 'ERROR_METHOD_NOT_FOUND'].map(bitrixCode));

/** Employees whose name holds the text; null: the app may not search. Throws AppErrors. */
export async function searchPeople(
  client: PortalClient,
  portal: string,
  text: string,
): Promise<readonly Person[] | null> {
  return await listOf(() => client.call(portal, 'im.search.user.list', { FIND: text, LIMIT: maxFound }, options));
}

/** The employees with these ids that the portal knows; null: the app may not ask. Throws AppErrors. */
export async function namePeople(
  client: PortalClient,
  portal: string,
  ids: readonly string[],
): Promise<readonly Person[] | null> {
  if (ids.length === 0) return [];
  return await listOf(() => client.call(portal, 'im.user.list.get', { ID: ids.map(Number) }, options));
}

async function listOf(ask: () => Promise<unknown>): Promise<readonly Person[] | null> {
  try {
    return readPeople(await ask());
  } catch (error) {
    if (error instanceof AppError && withoutScope.has(error.code)) return null;
    throw error;
  }
}

/** Reads a list, or a map by id. */
function readPeople(answer: unknown): readonly Person[] {
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.values(answer)
    .flatMap((one) => personSchema.safeParse(one).data ?? [])
    .filter(({ bot, connector, extranet }) => !bot && !connector && !extranet)
    .map(({ id, name, work_position: position }) => ({ id, name, position }));
}
