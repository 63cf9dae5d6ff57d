/** Reads what the checks need from PNG files: size, transparency, and whether the picture shows anything. */
import { inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

export interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Splits the file into its chunks. Throws if it is not a PNG. */
export function pngChunks(file: Buffer): PngChunk[] {
  if (!file.subarray(0, 8).equals(signature)) throw new Error('this is not a PNG');
  const chunks: PngChunk[] = [];
  for (let place = 8; place + 12 <= file.length; ) {
    const length = file.readUInt32BE(place);
    if (place + 12 + length > file.length) throw new Error('this PNG is cut off');
    chunks.push({
      type: file.toString('latin1', place + 4, place + 8),
      data: file.subarray(place + 8, place + 8 + length),
    });
    place += 12 + length;
  }
  return chunks;
}

/** Samples per pixel by colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly isTransparent: boolean;
  /** Distinct colours, counted up to a thousand. */
  readonly colors: number;
}

/** @param file a PNG with 8 bits per sample, not interlaced. Throws for others. */
export function readPicture(file: Buffer): Picture {
  const chunks = pngChunks(file);
  const [head] = chunks;
  if (head?.type !== 'IHDR') throw new Error('this PNG has no head');
  const [width, height] = [head.data.readUInt32BE(0), head.data.readUInt32BE(4)];
  const perPixel = samples[head.data[9] ?? -1];
  if (head.data[8] !== 8 || perPixel === undefined || head.data[12] !== 0)
    throw new Error('this PNG is interlaced or has another depth than 8 bits');
  if (width * height > 16_000_000) throw new Error('this PNG is too large');
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = unfiltered(inflateSync(packed), { stride: width * perPixel, height, perPixel });
  const hasAlpha = perPixel === 2 || perPixel === 4;
  const colors = new Set<string>();
  let isTransparent = chunks.some(({ type }) => type === 'tRNS');
  for (let place = 0; place + perPixel <= rows.length; place += perPixel) {
    if (colors.size < 1_000) colors.add(rows.toString('latin1', place, place + perPixel));
    if (hasAlpha && rows[place + perPixel - 1] !== 255) isTransparent = true;
  }
  return { width, height, isTransparent, colors: colors.size };
}

/** Reverses the filters (PNG specification, 9.2). */
function unfiltered(raw: Buffer, of: Readonly<Record<'stride' | 'height' | 'perPixel', number>>): Buffer {
  const { stride, height, perPixel } = of;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const left = x < perPixel ? 0 : (rows[y * stride + x - perPixel] ?? 0);
      const up = y === 0 ? 0 : (rows[(y - 1) * stride + x] ?? 0);
      const corner = x < perPixel || y === 0 ? 0 : (rows[(y - 1) * stride + x - perPixel] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      rows[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return rows;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
