/** Opens a file at an address, for connectors and for files of portals. */
import type { OpenedUrl, OpenUrlRequest } from '../core/opened-file.ts';
import { sizeOf } from '../lib/file-transfers.ts';
import type { HttpClient } from '../lib/http-client.ts';

/** The file's own limits of time replace this (settings FILE_IDLE_SECONDS and FILE_TIMEOUT_SECONDS). */
const timeoutMs = 60_000;

/** Follows no redirect. Throws what `HttpClient.send` throws. */
export async function openUrl(
  http: Pick<HttpClient, 'open'>,
  { url, headers = {}, maxBytes, signal }: OpenUrlRequest,
): Promise<OpenedUrl> {
  const answer = await http.open({ method: 'GET', url, headers, timeoutMs, signal, maxResponseBytes: maxBytes });
  const { status } = answer;
  const type = answer.headers['content-type'] ?? null;
  if (status === 200) return { status, headers: answer.headers, type, size: sizeOf(answer), stream: answer.body };
  answer.cancel();
  return { status, headers: answer.headers, type: null, size: 0, stream: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
