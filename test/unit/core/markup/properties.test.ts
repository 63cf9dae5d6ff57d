/** Laws of formatted text: nothing is lost on the way, nothing throws, and nobody's words do what they must not. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { escapeCommands } from '../../../../src/core/markup/bb-escape.ts';
import { readMarkup, renderMarkup } from '../../../../src/core/markup/forms.ts';
import type { Markup, TextForm } from '../../../../src/core/markup/markup.ts';
import { renderBb } from '../../../../src/core/markup/render-bb.ts';
import { renderPlain } from '../../../../src/core/markup/render-plain.ts';
import { splitMarkup } from '../../../../src/core/markup/split-markup.ts';
import { bbTrees, hostileText, webTrees } from '../../../support/factories/markup.ts';
import { openTagReader, type Rendered } from '../../../support/tag-reader.ts';

const forms = ['plain', 'markdown', 'html', 'bbcode'] as const satisfies readonly TextForm[];

let render: (source: string) => Rendered;
beforeAll(async () => {
  render = await openTagReader();
});

/** What is meant; blanks between the words are no part of it. */
const meaning = (nodes: Markup): string => renderPlain(nodes).replaceAll(/\s+/g, '');

/** Signs that mean nothing may be more or fewer. */
const visible = (text: string): string => text.replaceAll('\u2060', '');

describe('what is written and read again', () => {
  it('means the same in BB codes, to the last character, and is written the same', () => {
    fc.assert(
      fc.property(bbTrees, (tree) => {
        const written = renderMarkup(tree, 'bbcode');
        const read = readMarkup(written, 'bbcode');
        expect(renderPlain(read)).toBe(renderPlain(tree));
        expect(visible(renderMarkup(read, 'bbcode'))).toBe(visible(written));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['markdown', 'html'] as const)('means the same in %s', (form) => {
    fc.assert(
      fc.property(webTrees, (tree) => {
        expect(meaning(readMarkup(renderMarkup(tree, form), form))).toBe(meaning(tree));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['markdown', 'html'] as const)('keeps the words, also on the way from BB codes through %s', (form) => {
    fc.assert(
      fc.property(webTrees, (tree) => {
        const there = renderMarkup(readMarkup(renderMarkup(tree, 'bbcode'), 'bbcode'), form);
        expect(meaning(readMarkup(there, form))).toBe(meaning(tree));
      }),
      { numRuns: 300 },
    );
  });
});

describe("anybody's text", () => {
  it.each(forms)('read as %s never throws, and comes to an end in every form', (form) => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const other of forms) expect(typeof renderMarkup(readMarkup(text, form), other)).toBe('string');
      }),
      { numRuns: 300 },
    );
  });

  it('without a form is shown as it is: no tag comes of it', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = renderBb(readMarkup(text, 'plain'));
        expect(render(shown).elements).toEqual([]);
        expect(visible(shown)).toBe(visible(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each(forms)(
    'read as %s mentions nobody but named users, runs no command, and opens web addresses alone',
    (form) => {
      fc.assert(
        fc.property(hostileText, (text) => {
          const shown = escapeCommands(renderBb(readMarkup(text, form)));
          // Code is shown as it is; the portal looks for mentions and commands there too.
          expect(shown).not.toMatch(/\[user=all/i);
          expect(shown).not.toMatch(/^\/\S/m);
          expect(shown).not.toMatch(/\[(?:send|put)=\s*\//i);
          const tags = shown.replaceAll(/\[code\][\s\S]*?\[\/code\]/gi, '');
          for (const [, address = ''] of tags.matchAll(/\[(?:url|icon)=([^\]\s]*)/gi))
            expect(address).toMatch(/^https?:\/\//i);
          for (const [, address = ''] of tags.matchAll(/\[(?:url|img[^\]]*)\]([^[]*)/gi))
            expect(address).toMatch(/^https?:\/\//i);
        }),
        { numRuns: 700 },
      );
    },
  );

  it.each(['markdown', 'html'] as const)(
    'written as %s opens nothing but the web, phones and what is of the portal',
    (form) => {
      fc.assert(
        fc.property(hostileText, (text) => {
          // Code is shown, whatever it says.
          fc.pre(!/code/i.test(text));
          const written = renderMarkup(readMarkup(text, 'bbcode'), form);
          const addresses = form === 'html' ? /(?:href|src)="([^"]*)"/g : /(?<!\\)\]\(([^)\s]*)\)/g;
          for (const [, address = ''] of written.matchAll(addresses)) {
            expect(address).toMatch(/^(?:https?:\/\/|tel:|mention:\d|chat:|message:|disk:)/i);
          }
          expect(form === 'html' && /<(?:script|style|!--)/i.test(written)).toBe(false);
        }),
        { numRuns: 500 },
      );
    },
  );

  it.each(['markdown', 'html', 'bbcode'] as const)('is cut into parts of %s that fit, and no word is lost', (form) => {
    const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');
    fc.assert(
      fc.property(
        fc.array(bbTrees, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 60, max: 300 }),
        (trees, limit) => {
          const texts = trees.flat().filter(({ type }) => type === 'text' || type === 'bold' || type === 'quote');
          const parts = splitMarkup(texts, form, limit);
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
          const said = parts.map((part) => renderPlain(readMarkup(part, form))).join('');
          expect(letters(said)).toBe(letters(renderPlain(texts)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
