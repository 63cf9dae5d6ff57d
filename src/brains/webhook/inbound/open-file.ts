/** Opens a file that an answer named by its address. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { BadInput, RemoteUnreachable } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';

const maxFileBytes = 25 * 1024 * 1024;

/** Storage services lead from a lasting address to a temporary one. */
const maxRedirects = 3;

/** Throws AppErrors. The app's client checks every address, redirects included, with the network guard. */
export async function openAnswerFile(
  tools: Pick<ConnectorTools, 'openUrl'>,
  { id }: FileRef,
  signal: AbortSignal,
): Promise<OpenedFile> {
  let url = URL.parse(id);
  for (let redirects = 0; url !== null && redirects <= maxRedirects; redirects += 1) {
    const opened = await tools.openUrl({ url, signal, maxBytes: maxFileBytes });
    const { status, headers } = opened;
    if (status === 200) return opened;
    if (status < 300 || status >= 400) throw notGiven(status);
    const { location } = headers;
    url = location === undefined ? null : URL.parse(location, url.href);
  }
  throw new BadInput({ code: 'webhook.file_moved', message: 'the address of a file redirects nowhere or too often' });
}

/** A refusal is final; a server that fails is asked again. */
function notGiven(status: number): BadInput | RemoteUnreachable {
  const message = `the address of a file answered ${status}`;
  if (status >= 500 || status === 429) return new RemoteUnreachable({ code: 'webhook.file_away', message });
  return new BadInput({ code: 'webhook.no_file', message });
}
