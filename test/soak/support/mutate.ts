/** Changes bodies the way a broken or hostile sender would: bytes, pieces, pairs, numbers, nesting, length. */
import type { Random } from './random.ts';

type Mutation = (body: Buffer, random: Random, other: Buffer) => Buffer;

/** Pieces that have a meaning for one of the readers. */
const pieces = [
  '&',
  '=',
  '%',
  '%00',
  '%FF',
  '%5B',
  '%5D',
  '[',
  ']',
  '[]',
  '[0]',
  '[-1]',
  '[99999999999]',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  '\ufeff',
  '😀',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[[[[[[[[',
  'null',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '9007199254740993',
  '18446744073709551616',
  '-2147483649',
  '0x10',
  '../../etc/passwd',
  'http://127.0.0.1:1/',
  "' or 1=1 --",
  '{{7*7}}',
  '[url=javascript:alert(1)]x[/url]',
  '[put=1]',
  '<script>',
  '\r\nSet-Cookie: a=b\r\n',
];

const cut: Mutation = (body, random) => body.subarray(0, random.below(body.length + 1));
const flip: Mutation = (body, random) => {
  const changed = Buffer.from(body);
  for (let left = 1 + random.below(8); left > 0 && changed.length > 0; left -= 1) {
    changed[random.below(changed.length)] = random.below(256);
  }
  return changed;
};
const insert: Mutation = (body, random) => {
  const at = random.below(body.length + 1);
  const piece = Buffer.from(random.pick(pieces).repeat(random.percent(5) ? 200 : 1));
  return Buffer.concat([body.subarray(0, at), piece, body.subarray(at)]);
};
const remove: Mutation = (body, random) => {
  const at = random.below(body.length + 1);
  return Buffer.concat([body.subarray(0, at), body.subarray(at + random.below(64))]);
};
const double: Mutation = (body, random) => {
  const at = random.below(body.length + 1);
  const piece = body.subarray(at, at + random.below(256));
  return Buffer.concat([body.subarray(0, at), piece, body.subarray(at)]);
};
const splice: Mutation = (body, random, other) =>
  Buffer.concat([body.subarray(0, random.below(body.length + 1)), other.subarray(random.below(other.length + 1))]);
/** Replaces the value after an `=` or `:` by a piece. */
const exchange: Mutation = (body, random) => {
  const text = body.toString('latin1');
  const at = text.indexOf(text.includes('=') ? '=' : ':', random.below(text.length + 1));
  if (at === -1) return insert(body, random, body);
  const found = /[&,}]/.exec(text.slice(at));
  const end = found === null ? text.length : at + found.index;
  return Buffer.concat([body.subarray(0, at + 1), Buffer.from(random.pick(pieces)), body.subarray(end)]);
};
/** Shuffles the pairs of a form. */
const shuffle: Mutation = (body, random) => {
  const pairs = body.toString('latin1').split('&');
  for (let left = 1 + random.below(5); left > 0; left -= 1) {
    const [one, other] = [random.below(pairs.length), random.below(pairs.length)];
    [pairs[one], pairs[other]] = [pairs[other] ?? '', pairs[one] ?? ''];
  }
  return Buffer.from(pairs.join('&'), 'latin1');
};
const mutations: readonly Mutation[] = [
  cut,
  flip,
  flip,
  insert,
  insert,
  remove,
  double,
  splice,
  exchange,
  exchange,
  shuffle,
];

/** Makes one to four changes, sometimes none. `other` is a body from which a part may be copied. */
export function mutate(body: Buffer, random: Random, other: Buffer): Buffer {
  let changed = body;
  for (let left = random.below(5); left > 0; left -= 1) changed = random.pick(mutations)(changed, random, other);
  return changed;
}
