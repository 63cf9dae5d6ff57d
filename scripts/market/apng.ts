/** Joins pictures of one size into an animated PNG: a viewer that does not support animations shows the first one. */
import { pngChunk } from '../../src/bitrix24/install/bot-avatar.ts';
import { type PngChunk, pngChunks } from './png.ts';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** @param frames PNG files of the same size and kind. Throws for others. */
export function animate(frames: readonly Buffer[], secondsEach: number): Buffer {
  const read = frames.map(pngChunks);
  const head = headOf(read[0] ?? []);
  if (read.some((chunks) => !headOf(chunks).equals(head))) throw new Error('the frames differ in size or kind');
  const out: Buffer[] = [signature, pngChunk('IHDR', head), pngChunk('acTL', numbers(frames.length, 0))];
  let sequence = 0;
  for (const [index, chunks] of read.entries()) {
    const size = [head.readUInt32BE(0), head.readUInt32BE(4)];
    const delay = Buffer.from([0, 0, 0, 0, 0, 0]);
    delay.writeUInt16BE(Math.round(secondsEach * 100), 0);
    delay.writeUInt16BE(100, 2);
    out.push(pngChunk('fcTL', Buffer.concat([numbers(sequence, ...size, 0, 0), delay])));
    sequence += 1;
    for (const { data } of chunks.filter(({ type }) => type === 'IDAT')) {
      if (index === 0) out.push(pngChunk('IDAT', data));
      else {
        out.push(pngChunk('fdAT', Buffer.concat([numbers(sequence), data])));
        sequence += 1;
      }
    }
  }
  out.push(pngChunk('IEND', Buffer.alloc(0)));
  return Buffer.concat(out);
}

function headOf(chunks: readonly PngChunk[]): Buffer {
  const [head] = chunks;
  if (head?.type !== 'IHDR') throw new Error('a frame has no head');
  return head.data;
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
