/** Opens a file of an answer. Its address comes from outside, so the app's network guard judges it. */
import { AppError, BadInput, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { FileRef } from '../../core/events.ts';
import type { OpenedFile } from '../../core/opened-file.ts';
import { followRedirects } from '../../lib/follow-redirects.ts';
import type { MetabotContext } from './context.ts';

/** Throws AppErrors. The token of the account is not sent: the address may be anybody's. */
export async function openFile(
  { tools, config }: Pick<MetabotContext, 'tools' | 'config'>,
  file: FileRef,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const maxBytes = config.maxFileMegabytes * 1024 * 1024;
  const opened = await followRedirects(tools.openUrl, file.id, { signal, maxBytes }).catch((error: unknown) => {
    throw tooLarge(error, config.maxFileMegabytes);
  });
  if (opened.status === 200) return opened;
  throw refused(opened.status);
}

/** Not retried: the file will be as large the next time. */
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

/** The id of an answer's attachment is its address. */
export function publicLink({ id }: FileRef): string | null {
  return URL.parse(id)?.protocol === 'https:' ? id : null;
}
