/** Opened files made from bytes, and a function that opens an address with a `send` that a test answers. */
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import type { OpenedFile } from '../../src/core/opened-file.ts';

/** @param pieces the file's chunks, read one by one */
export function openedFile(...pieces: readonly (string | Buffer)[]): OpenedFile {
  const all = pieces.map((piece) => Buffer.from(piece));
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* all;
  }
  return { stream: stream(), size: Buffer.concat(all).length, type: null };
}

export async function bytesOf(stream: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function openUrlBy(send: ConnectorTools['http']['send']): ConnectorTools['openUrl'] {
  return async ({ url, maxBytes, signal }) => {
    const answer = await send({ method: 'GET', url, timeoutMs: 1_000, signal, maxResponseBytes: maxBytes });
    return { status: answer.status, headers: answer.headers, ...openedFile(answer.status === 200 ? answer.body : '') };
  };
}
