/** The body of a request that is sent while it is read: knows which side is being waited for, and checks the announced length. */
import { BadInput } from '../core/errors.ts';
import type { StreamedBody } from './http-client.ts';

export function isStreamed(body: unknown): body is StreamedBody {
  return typeof body === 'object' && body !== null && 'stream' in body;
}

/** How a body reports its progress to the exchange. */
export interface BodyProgress {
  /** We wait for the body's source to give its next bytes: the remote is not to blame for that time. */
  reading(): void;
  /** Bytes were handed to the line, and the remote has not taken all of them yet. */
  writing(): void;
  /** The last bytes follow; before them the remote had no complete request. */
  completing(): void;
  /** The body cannot be read to its end. */
  failed(error: unknown): void;
}

/** The bytes to send. Holds one piece back, so that it knows the last one before sending it. */
export async function* watchBody({ stream, size }: StreamedBody, progress: BodyProgress): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = null;
  let total = 0;
  progress.reading();
  try {
    for await (const piece of stream) {
      if (piece.length === 0) continue;
      total += piece.length;
      if (size !== null && total > size) throw wrongLength();
      if (held !== null) {
        progress.writing();
        yield held;
        progress.reading();
      }
      held = piece;
    }
    if (size !== null && total !== size) throw wrongLength();
  } catch (error) {
    progress.failed(error);
    throw error;
  }
  progress.completing();
  if (held !== null) yield held;
}

function wrongLength(): BadInput {
  const message = 'a file has another length than was announced';
  return new BadInput({ code: 'http.wrong_length', message, retry: 'backoff' });
}
