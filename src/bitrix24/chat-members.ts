/** Who sits in a chat of one of our bots. Needs no scope beyond `imbot` (dossier §12.3): the user methods would ask for more rights. */
import type { HomeUser } from '../core/connector-tools.ts';
import { AppError } from '../core/errors.ts';
import type { PortalClient } from './rest/portal-client.ts';
import { isRecord } from './rest/rest-errors.ts';

/** Groups are small; the portal's own default is 50. */
const maxMembers = 500;

/** The members as the portal shows them; none where it refuses. Throws AppErrors that can be tried again. */
export async function chatMembers(
  client: PortalClient,
  portal: string,
  botId: string,
  dialogId: string,
  signal: AbortSignal,
): Promise<readonly HomeUser[]> {
  const params = { botId: Number(botId), dialogId, limit: maxMembers };
  let result: unknown;
  try {
    result = await client.call(portal, 'imbot.v2.Chat.User.list', params, { signal, patienceMs: 5_000 });
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'never') throw error;
    return [];
  }
  const users = isRecord(result) ? result['users'] : null;
  return Array.isArray(users) ? users.filter(isRecord).map(toHomeUser) : [];
}

function toHomeUser(user: Record<string, unknown>): HomeUser {
  const email = user['email'];
  return {
    id: String(user['id']),
    name: typeof user['name'] === 'string' ? user['name'] : '',
    email: typeof email === 'string' && email !== '' ? email : null,
    isExtranet: user['extranet'] === true || user['extranet'] === 'Y',
  };
}
