/** Opens a file that an answer named by its address. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { type BadInput, badInput, RemoteUnreachable } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';
import { followRedirects } from '../../../lib/follow-redirects.ts';

const maxFileBytes = 25 * 1024 * 1024;

/** Throws AppErrors. The app's client checks every address, redirects included, with the network guard. */
export async function openAnswerFile(
  tools: Pick<ConnectorTools, 'openUrl'>,
  { id }: FileRef,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const opened = await followRedirects(tools.openUrl, id, { signal, maxBytes: maxFileBytes });
  if (opened.status === 200) return opened;
  throw notGiven(opened.status);
}

/** A refusal is final; a server that fails is asked again. */
function notGiven(status: number): BadInput | RemoteUnreachable {
  if (status >= 300 && status < 400) {
    return badInput('webhook.file_moved', 'the address of a file redirects nowhere or too often');
  }
  const message = `the address of a file answered ${status}`;
  if (status >= 500 || status === 429) return new RemoteUnreachable({ code: 'webhook.file_away', message });
  return badInput('webhook.no_file', message);
}
