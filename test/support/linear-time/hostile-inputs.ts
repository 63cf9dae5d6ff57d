/** Texts that make careless readers slow. Each can grow to any size, and each was or could be the worst case of some reader. */

export interface HostileInput {
  readonly name: string;
  /** Makes about `length` characters of it. */
  readonly make: (length: number) => string;
}

/** A repeated piece between a fixed beginning and end. */
function repeated(piece: string, before = '', after = ''): HostileInput {
  const name = JSON.stringify(`${before}${piece}…${after}`);
  return { name, make: (length) => before + piece.repeat(Math.ceil(length / piece.length)) + after };
}

/** Pieces made from 0, 1, 2, …, so that no two are equal. */
function numbered(name: string, piece: (index: number) => string): HostileInput {
  return {
    name,
    make(length) {
      const pieces: string[] = [];
      for (let made = 0, index = 0; made < length; index += 1) {
        const next = piece(index);
        pieces.push(next);
        made += next.length;
      }
      return pieces.join('');
    },
  };
}

function nested(name: string, open: string, inside: string, close: string): HostileInput {
  return {
    name,
    make(length) {
      const depth = Math.ceil(length / (open.length + close.length));
      return open.repeat(depth) + inside + close.repeat(depth);
    },
  };
}

const forms = [
  ...['auth%5B&', 'a&', 'event', '&', '=', '&&==', '%', '%zz', '+', '%00'].map((piece) => repeated(piece)),
  ...['data%5BBOT%5D%5B', 'data%5BBOT%5D%5B&', 'data%5BPARAMS%5D%5B&', 'data%5BBOT%5D%5B1%5D%5BBOT_ID%5D=1&'].map(
    (piece) => repeated(piece),
  ),
  ...['a[]=1&', 'a%5B%5D=1&', '[b]', '%5Bb%5D', '[', ']', '%5B', '%5D', 'a='].map((piece) => repeated(piece, 'a')),
  numbered('a bot in every pair', (index) => `data%5BBOT%5D%5B${index}%5D%5BBOT_CODE%5D=bot${index}&`),
  numbered('a branch in every pair', (index) => `k${index}[a][b][c][d][e][f][g][h]=1&`),
  numbered('numbers as keys', (index) => `a[${index * 4096}]=&`),
];

const markup = [
  ...[
    '[url=',
    '[url=x]',
    '[url=x]y',
    '[url',
    '[user=5]',
    '[user=5 ',
    '[user=',
    '[img',
    '[img]',
    '[img][',
    '[/url]',
  ].map((piece) => repeated(piece)),
  ...['[b]', '[/b]', '[b', '[br', '[*]', '[code]', '[send=', '[size=1][color=x]'].map((piece) => repeated(piece)),
  ...[
    '<',
    '<a ',
    '&',
    '&#',
    '&#1',
    '&amp;',
    '&amp',
    '&#x41;',
    ';',
    '>>',
    '>> a\n',
    '------',
    '------\n',
    '{{data}}',
    '{{',
  ].map((piece) => repeated(piece)),
  repeated(' ', '[br'),
  repeated(' ', '[user=5'),
  nested('bold in bold', '[b]', 'x', '[/b]'),
];

const characters = [
  ...[' ', '\t', '\n', ' \n', '\n ', 'a', 'я', '1', '😀', '\udc00', '\u2060'].map((piece) => repeated(piece)),
  ...[
    '\\',
    '\\"',
    '\\\\u0000',
    '"',
    "'",
    '/',
    '/api/',
    '/api/\n',
    '.',
    'a.',
    ',',
    'a,',
    '|',
    'a|1|',
    '#12 ',
    '@',
    '-',
    '+7',
  ].map((piece) => repeated(piece)),
  ...[
    'token=',
    'token":"',
    'token\\":\\"',
    'Bearer ',
    'Basic +',
    'auth',
    'a-',
    'x://',
    'x://a',
    'code: ',
    '/aaaaaaaaaaaaaaaaaaaaaaaa1',
  ].map((piece) => repeated(piece)),
  repeated(' ', 'a', 'b'),
  repeated('0', '1', ' x'),
  repeated('a', '/', '.txt'),
];

const json = [
  ...['[', '{"a":', '[1,', '{"a":1,', '"\\u0000', '[],', '{},'].map((piece) => repeated(piece)),
  nested('lists in lists', '[', '', ']'),
  nested('objects in objects', '{"a":', '1', '}'),
  repeated('{},', '{"type":"message_sent","data":{"items":[', '{}]}}'),
  repeated('{"id":"a","caption":"b c"},', '{"type":"message_sent","data":{"content":"x","items":[', '{"id":"a"}]}}'),
  repeated('{"title":"x"},', '{"type":"message_sent","data":{"attachments":{"suggestions":[', '{}]}}}'),
  repeated('{"name":"x"},', '{"type":"message_sent","data":{"type":"order","order":{"items":[', '{}]}}}'),
  numbered('a key in every member', (index) => `${index === 0 ? '{' : ','}"k${index}":${index}`),
];

/** All hostile inputs, grouped by what they imitate. */
export const hostileInputs = { forms, markup, characters, json } satisfies Record<string, readonly HostileInput[]>;
