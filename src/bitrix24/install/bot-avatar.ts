/**
 * The usual pictures of bots: one for each type and number, so that each bot of a portal has an avatar of its own, as the marketplace demands
 * (docs/platform-notes/bitrix24.md#marketplace). The number of a bot is unique among the bots of its type in its portal.
 */
import { crc32, deflateSync } from 'node:zlib';
import { type BotType, botTypeSchema } from '../../core/bot.ts';

type Rgb = readonly [red: number, green: number, blue: number];

interface Style {
  /** The background of the bot with the number 1. */
  readonly rgb: Rgb;
  readonly dots: number;
}

const styles: Readonly<Record<BotType, Style>> = {
  O: { rgb: [41, 128, 255], dots: 1 },
  S: { rgb: [88, 101, 120], dots: 2 },
  B: { rgb: [45, 160, 95], dots: 3 },
  P: { rgb: [126, 87, 194], dots: 4 },
};

/** Backgrounds of the bots with the numbers 2 to 5; after that the colours repeat, and the marks still differ. */
const furtherColors: readonly Rgb[] = [
  [196, 78, 48],
  [0, 131, 143],
  [173, 52, 110],
  [140, 100, 20],
];

/** The picture has room for the marks of this many bots; a portal has five. */
const maxNumber = 9;

const pictures = new Map<string, Buffer>();

/** A 200 × 200 PNG: a speech bubble with one to four dots for the type, and for each number after the first a mark below it. */
export function usualPicture(type: BotType, number: number): Buffer {
  const shown = Math.min(Math.max(number, 1), maxNumber);
  const name = usualPictureName(type, shown);
  const known = pictures.get(name);
  if (known !== undefined) return known;
  const { rgb, dots } = styles[type];
  const background = shown === 1 ? rgb : (furtherColors[(shown - 2) % furtherColors.length] ?? rgb);
  const drawn = encodePng(200, paint(background, dots, shown - 1));
  pictures.set(name, drawn);
  return drawn;
}

/** The name of the picture in `/bots/<name>.png`: `O` for the first, `O2` for the second. */
export function usualPictureName(type: BotType, number: number): string {
  return number <= 1 ? type : `${type}${Math.min(number, maxNumber)}`;
}

/** The picture of that name; null: there is none. */
export function namedUsualPicture(name: string): Buffer | null {
  const [, letter, digit = '1'] = /^([A-Z])([2-9])?$/.exec(name) ?? [];
  const type = botTypeSchema.safeParse(letter);
  return type.success ? usualPicture(type.data, Number(digit)) : null;
}

type Painter = (x: number, y: number) => Rgb;

function paint(background: Rgb, dots: number, marks: number): Painter {
  const white = [255, 255, 255] as const;
  return (x, y) => {
    if (isInRow({ x, y }, { count: marks, y: 172, gap: 20, radius: 6 })) return white;
    const isTail = x > 62 && x < 96 && y >= 128 && y < 158 - (96 - x) * 0.2 && x - 62 > (y - 128) * 0.9;
    if (!isRounded(x, y) && !isTail) return background;
    return isInRow({ x, y }, { count: dots, y: 94, gap: 34, radius: 10 }) ? background : white;
  };
}

/** Inside one of the discs of a row that is centred. */
function isInRow(
  point: { readonly x: number; readonly y: number },
  row: Readonly<Record<'count' | 'y' | 'gap' | 'radius', number>>,
): boolean {
  for (let index = 0; index < row.count; index += 1) {
    const centre = 100 + (index - (row.count - 1) / 2) * row.gap;
    if ((point.x - centre) ** 2 + (point.y - row.y) ** 2 < row.radius ** 2) return true;
  }
  return false;
}

/** Inside the bubble: a rectangle from (42, 58) to (158, 130) with corners of radius 24. */
function isRounded(x: number, y: number): boolean {
  const dx = Math.max(66 - x, 0, x - 134);
  const dy = Math.max(82 - y, 0, y - 106);
  return dx * dx + dy * dy < 24 * 24;
}

function encodePng(size: number, painter: Painter): Buffer {
  const raw = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [r, g, b] = painter(x, y);
      raw.set([r, g, b], y * (1 + size * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, colour type 2 (RGB), no interlace: PNG specification, 11.2.2.
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(raw)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk of a PNG file: length, type, data, checksum (PNG specification, 5.3). */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
