/** Downloads a file of a manager or bot. Its address is temporary, so it is requested each time. */
import { RemoteUnreachable } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';
import { garbage } from '../api/mg-http.ts';
import type { MgContext } from '../context.ts';

/** The limit of an official client. */
const maxFileBytes = 25 * 1024 * 1024;

/** Prefix of the ids of files from other channels. The Transport API does not know those files; the Bot API does. */
export const botFilePrefix = 'bot:';

/** Throws AppErrors. The address comes from outside, so the app's network guard judges it. */
export async function openMgFile(context: MgContext, file: FileRef, signal: AbortSignal): Promise<OpenedFile> {
  const isOfBot = file.id.startsWith(botFilePrefix);
  const id = isOfBot ? file.id.slice(botFilePrefix.length) : file.id;
  const found = await (isOfBot ? context.apis.bot : context.apis.transport).file(id, signal);
  const url = URL.parse(found.url || found.Url || '');
  if (url === null) throw garbage('GET /files/{id}');
  const opened = await context.tools.openUrl({ url, signal, maxBytes: maxFileBytes });
  if (opened.status === 200) return opened;
  throw new RemoteUnreachable({
    code: 'messagegateway.file_away',
    message: `the storage of MessageGateway answered ${opened.status} instead of the file`,
  });
}
