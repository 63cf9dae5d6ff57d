/** Opens a file of an answer. Its address comes from outside, so the app's network guard judges it. */
import { AppError, BadInput, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { FileRef } from '../../core/events.ts';
import type { OpenedFile } from '../../core/opened-file.ts';
import type { MetabotContext } from './context.ts';

/** Storages often redirect to a signed address. */
const maxRedirects = 3;

/** Throws AppErrors. The token of the account is not sent: the address may be anybody's. */
export async function openFile(
  { tools, config }: Pick<MetabotContext, 'tools' | 'config'>,
  file: FileRef,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const maxBytes = config.maxFileMegabytes * 1024 * 1024;
  let url = URL.parse(file.id);
  for (let redirects = 0; url !== null && redirects <= maxRedirects; redirects += 1) {
    const opened = await tools.openUrl({ url, signal, maxBytes }).catch((error: unknown) => {
      throw tooLarge(error, config.maxFileMegabytes);
    });
    const { status, headers } = opened;
    if (status === 200) return opened;
    const target = status >= 300 && status < 400 ? headers['location'] : undefined;
    if (target === undefined) throw refused(status);
    url = URL.parse(target, url.href);
  }
  throw refused(310);
}

/** It will be as large the next time. */
function tooLarge(error: unknown, megabytes: number): unknown {
  if (!(error instanceof AppError) || error.code !== 'http.too_large') return error;
  const message = `a file of an answer is larger than ${megabytes} MB (maxFileMegabytes)`;
  return new BadInput({ code: 'metabot.file_too_large', message, report: true, cause: error });
}

function refused(status: number): AppError {
  const message = `the file of an answer could not be fetched (${status})`;
  if (status >= 500 || status === 429) return new RemoteUnreachable({ code: 'metabot.file_away', message });
  return new RemoteRefused({ code: 'metabot.file_refused', message, status, report: true });
}

/** Attachments of an answer are named by their addresses. */
export function publicLink({ id }: FileRef): string | null {
  return URL.parse(id)?.protocol === 'https:' ? id : null;
}
