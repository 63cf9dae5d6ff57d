/** Makes, piece by piece, a JSON body with one file in it, in Base64. */
import { randomUUID } from 'node:crypto';
import type { OpenedFile } from '../../core/opened-file.ts';
import type { StreamedBody } from '../../lib/http-client.ts';

/** The placeholder for the file's content in the parameters of a call. Nobody outside can know it, so no text can hold it. */
export const fileContent = `file:${randomUUID()}`;

/**
 * The parameters as JSON, with the file's content in place of `fileContent`. Parameters after the content, credentials among them, are sent
 * only after the whole file.
 */
export function streamedJson(
  params: Readonly<Record<string, unknown>>,
  { stream, size }: Pick<OpenedFile, 'stream' | 'size'>,
): StreamedBody {
  const [before = '', after = ''] = JSON.stringify(params).split(fileContent);
  const head = Buffer.from(before);
  const tail = Buffer.from(after);
  return {
    size: size === null ? null : head.length + Math.ceil(size / 3) * 4 + tail.length,
    stream: join(head, stream, tail),
  };
}

async function* join(head: Buffer, file: AsyncIterable<Uint8Array>, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  yield* toBase64(file);
  yield tail;
}

/** Base64 writes three bytes at a time; up to two wait for the next piece. */
async function* toBase64(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const piece of file) {
    const bytes = rest.length === 0 ? view(piece) : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    // A copy, so that the piece is not kept in memory for two bytes.
    rest = Buffer.from(bytes.subarray(whole));
    if (whole > 0) yield Buffer.from(bytes.subarray(0, whole).toString('base64'), 'latin1');
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
