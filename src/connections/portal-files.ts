/** Fetches files that messages in Bitrix24 named, for brains that take files. */
import { askForFile } from '../bitrix24/execute-portal-action.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConversationRef } from '../core/connector.ts';
import { BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { FileRef } from '../core/events.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { PortalCache } from '../portals/portal-cache.ts';

/** Bitrix24's own limit for a file of a bot (docs/platform-notes/bitrix24.md#files). */
const maxFileBytes = 100 * 1024 * 1024;

const timeoutMs = 60_000;

export interface PortalFileOptions {
  readonly client: PortalClient;
  readonly portals: PortalCache;
  readonly http: HttpClient;
}

/** The bytes of a file. Throws AppErrors: `bitrix24.*`, `http.*`, `bitrix24.no_file` when the portal does not give it. */
export async function openPortalFile(
  options: PortalFileOptions,
  { portal, to, file }: { readonly portal: string; readonly to: ConversationRef; readonly file: FileRef },
  signal: AbortSignal,
): Promise<Buffer> {
  const bot = (await options.portals.portal(portal)).bots.find((row) => row.code === to.botCode);
  if (bot === undefined || bot.bot_id === null) {
    throw new BadInput({ code: 'bitrix24.no_file', message: 'the bot that was given the file is gone' });
  }
  const url = await askForFile(options.client, { portal, botId: bot.bot_id }, file.id, signal);
  const response = await options.http.send({ method: 'GET', url, timeoutMs, signal, maxResponseBytes: maxFileBytes });
  if (response.status === 200) return response.body;
  throw new RemoteUnreachable({
    code: 'bitrix24.file_away',
    message: `the portal answered ${response.status} instead of the file`,
  });
}
