/** The part of a picture that becomes a bot's square picture. */

/** Where the square is: its centre as parts of width and height, and how much larger than fitting the picture is shown. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const centred: Crop = { x: 0.5, y: 0.5, zoom: 1 };

/** The square in pixels of the picture; it never leaves the picture. */
export function squareOf(width: number, height: number, { x, y, zoom }: Crop) {
  const side = Math.min(width, height) / Math.max(1, zoom);
  return {
    left: clamp(x * width - side / 2, 0, width - side),
    top: clamp(y * height - side / 2, 0, height - side),
    side,
  };
}

/** The crop after the picture was moved by so many pixels of a square that is `shownSide` wide. */
export function moved(
  crop: Crop,
  picture: { readonly width: number; readonly height: number },
  by: { readonly dx: number; readonly dy: number; readonly shownSide: number },
): Crop {
  const { left, top, side } = squareOf(picture.width, picture.height, crop);
  const scale = side / by.shownSide;
  const at = squareOf(picture.width, picture.height, {
    zoom: crop.zoom,
    x: (left + side / 2 - by.dx * scale) / picture.width,
    y: (top + side / 2 - by.dy * scale) / picture.height,
  });
  return {
    zoom: crop.zoom,
    x: (at.left + at.side / 2) / picture.width,
    y: (at.top + at.side / 2) / picture.height,
  };
}

/** The sides tried, the largest first: a photo may be too heavy as a PNG. */
const sides = [400, 300, 240, 180];
const maxBytes = 300 * 1024;

/** The square as a PNG of at most 300 KiB, in Base64; null when the browser cannot make one. */
export async function pngOf(picture: CanvasImageSource & { width: number; height: number }, crop: Crop) {
  const { left, top, side } = squareOf(picture.width, picture.height, crop);
  for (const size of sides) {
    const canvas = document.createElement('canvas');
    canvas.width = size;
    canvas.height = size;
    canvas.getContext('2d')?.drawImage(picture, left, top, side, side, 0, 0, size, size);
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/png');
    });
    if (blob !== null && blob.size <= maxBytes) return await base64Of(blob);
  }
  return null;
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
