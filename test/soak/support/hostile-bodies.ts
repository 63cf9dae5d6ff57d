/** Bodies that are as expensive as possible: one piece repeated in places where something is searched, split, decoded or nested. */

export interface HostileShape {
  readonly name: string;
  /** A body of about `bytes` bytes. */
  make(bytes: number): Buffer;
}

/** Repeated until the body is full. */
const pieces: readonly string[] = [
  'auth%5B&',
  'auth[&',
  'a&',
  '&',
  '=',
  'a=&',
  'event',
  'event=&',
  'event=ONIMBOTMESSAGEADD&',
  '%',
  '%5',
  '%5B',
  '%5D',
  '%5D%5B',
  '%D0',
  '%D0%9F',
  '+',
  '[',
  ']',
  '[a]',
  'a[]=1&',
  'a[b][c][d]=1&',
  'data%5BBOT%5D%5B',
  'data%5BBOT%5D%5B&',
  'data%5BPARAMS%5D%5B&',
  'data%5BPARAMS%5D%5BMESSAGE_ID%5D=1&',
  'data[BOT][',
  'data%5BPARAMS%5D%5BMESSAGE%5D=%5Burl%3D',
  '__proto__[a]=1&',
  '[url=',
  '<a href="',
  '&amp;',
  '\\u0000',
  '\\',
  '"',
  '{"a":',
  '{"a":1,',
  '[[',
  '[1,',
  '1',
  '-',
  'x',
  ' ',
  '\r\n',
  '\u0000',
  'é',
  '😀',
];

/** A number in each piece, so that no two are alike. */
const counted: readonly ((number: number) => string)[] = [
  (number) => `data%5BBOT%5D%5B${number}%5D%5BBOT_ID%5D=${number}&`,
  (number) => `data[BOT][${number}][BOT_ID]=${number}&`,
  (number) => `data[COMMAND][${number}][BOT_ID]=${number}&`,
  (number) => `k${number}=v&`,
  (number) => `"k${number}":1,`,
];

export const hostileShapes: readonly HostileShape[] = [
  ...pieces.map((piece) => ({ name: JSON.stringify(piece), make: (bytes: number) => repeated(piece, bytes) })),
  ...counted.map((piece) => ({ name: `${piece(1)}…`, make: (bytes: number) => numbered(piece, bytes) })),
  {
    name: 'one key nested',
    make: (bytes) => Buffer.concat([Buffer.from('a'), repeated('[b]', bytes), Buffer.from('=1')]),
  },
  { name: 'arrays nested and closed', make: (bytes) => Buffer.from('['.repeat(bytes / 2) + ']'.repeat(bytes / 2)) },
  { name: 'bytes that are no text', make: (bytes) => Buffer.alloc(bytes, Buffer.from([0xff, 0xc0, 0x80, 0x26])) },
];

function repeated(piece: string, bytes: number): Buffer {
  return Buffer.alloc(Math.floor(bytes / Buffer.byteLength(piece)) * Buffer.byteLength(piece), piece);
}

function numbered(piece: (number: number) => string, bytes: number): Buffer {
  const parts: string[] = [];
  for (let number = 1, size = 0; size < bytes; number += 1) {
    const part = piece(number);
    parts.push(part);
    size += part.length;
  }
  return Buffer.from(parts.join('')).subarray(0, bytes);
}
