/** Fetches a file a manager or bot sent: its address is asked for and followed at once, since it is temporary. */
import { RemoteUnreachable } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import { garbage } from '../api/mg-http.ts';
import type { MgContext } from '../context.ts';

/** An official client reads no more of any answer. */
const maxFileBytes = 25 * 1024 * 1024;

const timeoutMs = 60_000;

/** Begins the ids of files of other channels: our transport does not know those, our bot does. */
export const botFilePrefix = 'bot:';

/** Throws AppErrors. The address is a stranger's: it goes through the house's client and its guard. */
export async function openMgFile(context: MgContext, file: FileRef, signal: AbortSignal): Promise<Buffer> {
  const isOfBot = file.id.startsWith(botFilePrefix);
  const id = isOfBot ? file.id.slice(botFilePrefix.length) : file.id;
  const found = await (isOfBot ? context.apis.bot : context.apis.transport).file(id, signal);
  const url = URL.parse(found.url || found.Url || '');
  if (url === null) throw garbage('GET /files/{id}');
  // The house's client reads 8 MiB of an answer unless told otherwise.
  const request = { method: 'GET' as const, url, timeoutMs, signal, maxResponseBytes: maxFileBytes };
  const response = await context.tools.http.send(request);
  if (response.status === 200) return response.body;
  throw new RemoteUnreachable({
    code: 'messagegateway.file_away',
    message: `the storage of MessageGateway answered ${response.status} instead of the file`,
  });
}
