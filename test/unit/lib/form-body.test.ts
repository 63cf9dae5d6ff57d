import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormTree } from '../../../src/lib/form-body.ts';
import { branch, parseForm, text } from '../../../src/lib/form-body.ts';
import { processorMs } from '../../support/linear-time/processor-time.ts';

function parse(body: string): unknown {
  return plain(parseForm(Buffer.from(body, 'latin1')));
}

/** The same tree with ordinary objects, so that toEqual compares contents only. */
function plain(tree: FormTree): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, typeof value === 'string' ? value : plain(value)]),
  );
}

/** What PHP's http_build_query does: keys in brackets, spaces as plus signs. */
function buildQuery(tree: FormTree, prefix = ''): string {
  return Object.entries(tree)
    .map(([key, value]) => {
      const name = prefix === '' ? key : `${prefix}[${key}]`;
      return typeof value === 'string' ? `${phpEncode(name)}=${phpEncode(value)}` : buildQuery(value, name);
    })
    .join('&');
}

function phpEncode(part: string): string {
  return encodeURIComponent(part)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    .replaceAll('%20', '+');
}

const keys = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('__proto__', 'constructor', '0', '17', 'toString'),
  )
  .map((key) => key.replace(/[\0[\]]/g, ''))
  .filter((key) => key !== '');
const values = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', ''));
const { tree: trees } = fc.letrec<{ tree: FormTree; node: FormTree | string }>((tie) => ({
  tree: fc.array(fc.tuple(keys, tie('node')), { minLength: 1, maxLength: 5 }).map((entries) =>
    entries.reduce<FormTree>((into, [key, value]) => {
      into[key] = value;
      return into;
    }, Object.create(null) as FormTree),
  ),
  node: fc.oneof({ maxDepth: 4, depthSize: 'small' }, values, tie('tree')),
}));

describe('parseForm', () => {
  it('builds branches from brackets, escaped or not', () => {
    expect(parse('event=E&data%5BPARAMS%5D%5bMESSAGE%5d=hi&data[PARAMS][FROM_USER_ID]=5')).toEqual({
      event: 'E',
      data: { PARAMS: { MESSAGE: 'hi', FROM_USER_ID: '5' } },
    });
  });

  it('decodes escapes, plus signs and Cyrillic', () => {
    expect(parse('a+b=%D0%B4%D0%B0%2C+%2B1')).toEqual({ 'a b': 'да, +1' });
  });

  it('reads raw UTF-8 bytes that nobody escaped', () => {
    expect(plain(parseForm(Buffer.from('имя=Анна')))).toEqual({ имя: 'Анна' });
  });

  it('puts U+FFFD where bytes are not UTF-8', () => {
    expect(parse('a=%FFx&b=\xffx&c=%D0')).toEqual({ a: '\uFFFDx', b: '\uFFFDx', c: '\uFFFD' });
  });

  it('puts U+FFFD in place of a percent sign that begins no escape', () => {
    expect(parse('a=100%&b=%zz&c=%4')).toEqual({ a: '100\uFFFD', b: '\uFFFDzz', c: '\uFFFD4' });
  });

  it('drops NUL characters from keys and values', () => {
    expect(parse('a%00b=c%00d&e\0=f\0')).toEqual({ ab: 'cd', e: 'f' });
  });

  it('numbers what is appended with empty brackets and skips taken numbers', () => {
    expect(parse('a[]=x&a[]=y&a%5B%5D=z&b[1]=one&b[]=zero&b[]=two')).toEqual({
      a: { 0: 'x', 1: 'y', 2: 'z' },
      b: { 0: 'zero', 1: 'one', 2: 'two' },
    });
  });

  it('lets a later value replace an earlier one', () => {
    expect(parse('a=1&a=2')).toEqual({ a: '2' });
  });

  it('keeps the branch where a value and a branch meet, in either order', () => {
    expect(parse('a=1&a[b]=2')).toEqual({ a: { b: '2' } });
    expect(parse('a[b]=2&a=1')).toEqual({ a: { b: '2' } });
  });

  it('does not take a semicolon for a separator', () => {
    expect(parse('a=1;b=2&c;d=3')).toEqual({ a: '1;b=2', 'c;d': '3' });
  });

  it('keeps later equal signs in the value and reads a key without one as empty text', () => {
    expect(parse('a=b=c&d&e=&&f=1&')).toEqual({ a: 'b=c', d: '', e: '', f: '1' });
  });

  it('passes over pairs without a key', () => {
    expect(parse('=x&&a=1')).toEqual({ a: '1' });
  });

  it('takes unbalanced or leading brackets as part of a literal key', () => {
    expect(parse('a[b=1&[c]=2&d]=3')).toEqual({ 'a[b': '1', '[c]': '2', 'd]': '3' });
    expect(parse('a[b][c=1')).toEqual({ a: { b: { '[c': '1' } } });
  });

  it('ignores what follows the last closing bracket', () => {
    expect(parse('a[b]c=1&d[e]f[g]=2')).toEqual({ a: { b: '1' }, d: { e: '2' } });
  });

  it('keeps brackets deeper than 16 together as one literal key', () => {
    const path = Array.from({ length: 40 }, (_, depth) => `[${depth}]`);
    const tree = parseForm(Buffer.from(`a${path.join('')}=deep`));
    const known = Array.from({ length: 16 }, (_, depth) => String(depth));
    expect(text(tree, 'a', ...known, path.slice(16).join(''))).toBe('deep');
  });

  it('reads 10 000 pairs and no more', () => {
    const body = Array.from({ length: 20_010 }, (_, index) => `k${index}=v`).join('&');
    expect(Object.keys(parseForm(Buffer.from(body)))).toHaveLength(10_000);
  });

  it('treats __proto__ as an ordinary key and pollutes nothing', () => {
    const tree = parseForm(Buffer.from('__proto__[polluted]=1&a[__proto__][b]=2&constructor[prototype][c]=3'));
    expect(text(tree, '__proto__', 'polluted')).toBe('1');
    expect(text(tree, 'a', '__proto__', 'b')).toBe('2');
    expect(Object.getPrototypeOf(tree)).toBeNull();
    expect({}).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('c');
  });

  it('is not slowed down by a large body without equal signs', () => {
    const spentMs = processorMs(() => {
      parseForm(Buffer.from('a&'.repeat(2_000_000)));
      parseForm(Buffer.from(`a${'[]'.repeat(2_000_000)}=1`));
      parseForm(Buffer.from('a[]=1&'.repeat(600_000)));
    });
    expect(spentMs).toBeLessThan(1000);
  });

  it('reads back every tree that http_build_query writes', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(plain(parseForm(Buffer.from(buildQuery(tree))))).toEqual(plain(tree));
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, whatever the bytes', () => {
    const letters = fc.constantFrom(...'[]%&=;+5BbDd0a\0\xff\xd0');
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.array(letters, { maxLength: 60 })), (input) => {
        const raw = Array.isArray(input) ? Buffer.from(input.join(''), 'latin1') : Buffer.from(input);
        expect(Object.getPrototypeOf(parseForm(raw))).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('text and branch', () => {
  const tree = parseForm(Buffer.from('a[b]=1&c=2'));

  it('find what stands at the path', () => {
    expect(text(tree, 'a', 'b')).toBe('1');
    expect(branch(tree, 'a')).toEqual({ b: '1' });
  });

  it('give undefined for the other kind, a missing key, or a path through text', () => {
    expect(text(tree, 'a')).toBeUndefined();
    expect(branch(tree, 'c')).toBeUndefined();
    expect(text(tree, 'x', 'y')).toBeUndefined();
    expect(text(tree, 'c', 'length')).toBeUndefined();
    expect(text(tree, 'c', '0')).toBeUndefined();
    expect(text(undefined, 'a')).toBeUndefined();
    expect(branch(tree)).toBe(tree);
  });
});
