import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../../src/brains/messagegateway/api/webhook-shapes.ts';
import { parseJson } from '../../../src/lib/bounded-json.ts';

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (json) => {
        expect(parseJson(json)).toEqual(JSON.parse(json));
        expect(parseJson(Buffer.from(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('does not take brackets inside texts for depth', () => {
    const value = { a: '['.repeat(500), 'b"[{': '\\"[[['.repeat(100) };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  it('refuses what no walk through the value would survive', () => {
    expect(parseJson(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeInstanceOf(Array);
    expect(() => parseJson(`${'['.repeat(101)}${']'.repeat(101)}`)).toThrow(SyntaxError);
  });

  it('keeps a frame of a hundred thousand lists in one another from breaking the listener that writes it down', () => {
    const deep = `{"type":"message_new","data":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    expect(readEnvelope(Buffer.from(deep))).toBeNull();
  });
});
