import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unescapeHtml } from '../../../../src/brains/messagegateway/api/html-text.ts';

describe('undoing HTML escaping', () => {
  it.each([
    ['&lt;b&gt; &amp; &quot;q&quot; &#39;a&#39; &#x2F;', '<b> & "q" \'a\' /'],
    ['&amp;lt;', '&lt;'],
    ['AT&T & Co; &unknown;', 'AT&T & Co; &unknown;'],
    ['&#0; &#xd800; &#9999999;', '&#0; &#xd800; &#9999999;'],
  ])('%s becomes %s', (escaped, plain) => {
    expect(unescapeHtml(escaped)).toBe(plain);
  });

  it('undoes exactly what escaping does', () => {
    const escaped = (text: string): string =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&#34;')
        .replaceAll("'", '&#39;');
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => unescapeHtml(escaped(text)) === text));
  });
});
