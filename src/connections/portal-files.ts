/** Fetches files that messages in Bitrix24 named, for brains that take files. */
import { fileAddress, maxPortalFileBytes } from '../bitrix24/execute-portal-action.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConversationRef } from '../core/connector.ts';
import { BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { FileRef } from '../core/events.ts';
import type { OpenedFile } from '../core/opened-file.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import { openUrl } from './open-url.ts';

export interface PortalFileOptions {
  readonly client: PortalClient;
  readonly portals: PortalCache;
  readonly http: Pick<HttpClient, 'open'>;
}

/** Opens a file. Throws AppErrors: `bitrix24.*`, `http.*`, `bitrix24.no_file` when the portal does not give it. */
export async function openPortalFile(
  options: PortalFileOptions,
  { portal, to, file }: { readonly portal: string; readonly to: ConversationRef; readonly file: FileRef },
  signal: AbortSignal,
): Promise<OpenedFile> {
  const bot = (await options.portals.portal(portal)).bots.find((row) => row.code === to.botCode);
  if (bot === undefined || bot.bot_id === null) {
    throw new BadInput({ code: 'bitrix24.no_file', message: 'the bot that was given the file is gone' });
  }
  const url = await fileAddress(options.client, { portal, botId: bot.bot_id }, file.id, signal);
  const opened = await openUrl(options.http, { url, signal, maxBytes: maxPortalFileBytes });
  if (opened.status === 200) return opened;
  throw new RemoteUnreachable({
    code: 'bitrix24.file_away',
    message: `the portal answered ${opened.status} instead of the file`,
  });
}
