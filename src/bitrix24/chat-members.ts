/** Lists the members of a chat of one of our bots, with the scope `imbot` only (docs/platform-notes/bitrix24.md#chat-members). */
import type { PortalUser } from '../core/connector-tools.ts';
import { AppError, RemoteUnreachable } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';
import type { PortalClient } from './rest/portal-client.ts';

/** The largest page; the portal replaces a larger limit by 50. */
const pageSize = 200;

/** The bot and the dialog whose members are read. */
export interface MembersOf {
  readonly portal: string;
  readonly botId: string;
  readonly dialogId: string;
}

/**
 * The members as the portal shows them; none if it refuses. The method has no offset: the list of a larger chat is read from both ends, so
 * with more than 400 members those in the middle are not found. Throws AppErrors that can be retried, and `bitrix24.not_a_list`.
 */
export async function chatMembers(
  client: PortalClient,
  of: MembersOf,
  signal: AbortSignal,
): Promise<readonly PortalUser[]> {
  const first = await page(client, of, 'asc', signal);
  if (first.length < pageSize) return first;
  const known = new Set(first.map(({ id }) => id));
  const last = await page(client, of, 'desc', signal);
  return [...first, ...last.filter(({ id }) => !known.has(id))];
}

async function page(client: PortalClient, of: MembersOf, userId: 'asc' | 'desc', signal: AbortSignal) {
  const params = { botId: Number(of.botId), dialogId: of.dialogId, order: { userId }, limit: pageSize };
  let result: unknown;
  try {
    result = await client.call(of.portal, 'imbot.v2.Chat.User.list', params, { signal, patienceMs: 5_000 });
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'never') throw error;
    return [];
  }
  const users = listOf(result);
  if (users === null) {
    throw new RemoteUnreachable({
      code: 'bitrix24.not_a_list',
      message: 'Bitrix24 answered imbot.v2.Chat.User.list with something that is not a list',
    });
  }
  return users.filter(isRecord).map(toPortalUser);
}

/** The entries of a list, or of the map with numeric keys that PHP makes of a list with gaps. Null for anything else. */
export function listOf(result: unknown): readonly unknown[] | null {
  if (Array.isArray(result)) return result;
  if (!isRecord(result) || !Object.keys(result).every((key) => /^\d+$/.test(key))) return null;
  return Object.values(result);
}

function toPortalUser(user: Record<string, unknown>): PortalUser {
  const email = user['email'];
  return {
    id: String(user['id']),
    name: typeof user['name'] === 'string' ? user['name'] : '',
    email: typeof email === 'string' && email !== '' ? email : null,
    isExtranet: !isEmployee(user),
  };
}

/** Only explicit values count: a user about whom the portal says nothing counts as an outsider. */
function isEmployee({ extranet, type, bot, connector }: Record<string, unknown>): boolean {
  const isInside = extranet === false || extranet === 'N';
  const isPerson = bot !== true && connector !== true;
  return isInside && isPerson && (type === undefined || type === 'employee' || type === 'user');
}
