/** Passes a body on as it comes, as fast as the receiver takes it. */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Breaks both sides off when the source fails, is longer than `maxBytes`, or `signal` fires. Never rejects. */
export async function passBytes(
  source: Readable,
  target: Writable,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<void> {
  let size = 0;
  async function* bounded(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of parts) {
      size += part.length;
      if (size > maxBytes) throw new Error('longer than is passed on');
      yield part;
    }
  }
  try {
    await pipeline(source, bounded, target, { signal });
  } catch {
    // The response has begun, so the receiver can only be told by a connection that breaks off.
    source.destroy();
    target.destroy();
  }
}
