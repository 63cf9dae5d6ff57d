/**
 * Carries files: requests whose body is a stream, and answers that are read as they come in. They have their own connections and time
 * limits, so that a long file neither holds up short calls nor is cut off like one. Their progress is logged.
 */
import type { HttpClient, HttpRequest, OpenedResponse, StreamedBody } from './http-client.ts';
import type { Logger } from './logger.ts';
import { isStreamed } from './streamed-request-body.ts';

export interface FileTransferOptions {
  /**
   * Two clients, because a file is downloaded while it is uploaded: if both used the same connections, transfers that hold one connection
   * each could wait for each other for ever.
   */
  readonly downloads: HttpClient;
  readonly uploads: HttpClient;
  /** How long a remote may let no byte move. */
  readonly idleMs: number;
  /** For a whole file. */
  readonly timeoutMs: number;
  readonly log: Pick<Logger, 'debug'>;
  readonly now?: () => number;
}

/** The number of connections for files to one origin, in each direction. */
export const fileConnectionsPerOrigin = 16;

/** A client that sends short calls through `short`; requests that carry or open a file get the limits of files instead of their own. */
export function withFileTransfers(short: HttpClient, options: FileTransferOptions): HttpClient {
  const { downloads, uploads, idleMs, timeoutMs } = options;
  return {
    async send(request) {
      const { body } = request;
      if (!isStreamed(body)) return await short.send(request);
      const told = tellProgress(options, request, 'upload', body);
      return await uploads.send({ ...request, body: { ...body, stream: told }, idleMs, timeoutMs });
    },
    async open(request) {
      const opened = await downloads.open({ ...request, idleMs, timeoutMs });
      return {
        ...opened,
        body: tellProgress(options, request, 'download', { stream: opened.body, size: sizeOf(opened) }),
      };
    },
    async close() {
      await Promise.all([short.close(), downloads.close(), uploads.close()]);
    },
  };
}

/** The length an answer announces; null when it announces none. */
export function sizeOf({ headers }: Pick<OpenedResponse, 'headers'>): number | null {
  const announced = headers['content-length'];
  return announced !== undefined && /^\d{1,15}$/.test(announced) ? Number(announced) : null;
}

/** Passes the pieces on unchanged, and logs the start, every quarter and the end. */
async function* tellProgress(
  { log, now = () => performance.now() }: FileTransferOptions,
  { url }: HttpRequest,
  direction: 'upload' | 'download',
  { stream, size }: StreamedBody,
): AsyncGenerator<Uint8Array> {
  const started = now();
  let bytes = 0;
  let quarter = 1;
  const tell = (message: string): void =>
    log.debug({ direction, host: url.host, bytes, size, ms: Math.round(now() - started) }, message);
  tell('a file transfer begins');
  let isWhole = false;
  try {
    for await (const piece of stream) {
      bytes += piece.length;
      yield piece;
      if (size === null || quarter > 3 || bytes < (size * quarter) / 4) continue;
      quarter = Math.floor((bytes * 4) / size) + 1;
      if (quarter <= 4) tell('a file transfer goes on');
    }
    isWhole = true;
  } finally {
    tell(isWhole ? 'a file transfer ended' : 'a file transfer was broken off');
  }
}
