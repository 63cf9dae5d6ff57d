/** Reads a request body as bytes, never more than a limit. */
import type { IncomingMessage } from 'node:http';
import { BadInput } from '../core/errors.ts';

/**
 * The whole body. Throws BadInput `body.too_large` (413) as soon as the limit is passed or announced; the rest is then not read, so the
 * connection should be closed. Throws BadInput `body.broken` when the sender breaks off.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        request.pause();
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    });
    const broken = (): void => reject(new BadInput({ code: 'body.broken', message: 'the sender broke off' }));
    request.on('error', broken);
    request.on('aborted', broken);
  });
}

function tooLarge(limitBytes: number): BadInput {
  return new BadInput({ code: 'body.too_large', status: 413, message: `the body is larger than ${limitBytes} bytes` });
}
