/** A file on its way: its bytes are read as they come, so that no file is ever wholly in memory. */

export interface OpenedFile {
  /** Can be read once. Reading throws AppErrors. Aborting the signal that the file was opened with closes it, even if it was never read. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes; null when the remote does not say. If it does, reading throws unless exactly that many bytes come. */
  readonly size: number | null;
  /** The media type as the remote names it; null when it names none. */
  readonly type: string | null;
}

/** The answer to a request for a file. Only status 200 has content: the body of any other answer is discarded. */
export interface OpenedUrl extends OpenedFile {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OpenUrlRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A longer file is broken off with `http.too_large`. */
  readonly maxBytes: number;
  /** Aborting it closes the file. */
  readonly signal: AbortSignal;
}
