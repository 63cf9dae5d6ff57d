import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, withoutMention } from '../../../src/bitrix24/formatting/bb-code.ts';
import { escapeBb } from '../../../src/core/markup/bb-escape.ts';

const opensTag = /\[\/?(b|i|u|s|url|user|img|send|put|call|code|chat)(=|\]|\s)/i;

describe('escapeBb', () => {
  it('leaves nothing the portal would take for a tag, and loses nothing', () => {
    const pieces = fc.constantFrom(
      '[b]',
      '[/b]',
      '[url=http://x]',
      '[user=5]',
      '[send=1]',
      '[',
      ']',
      '[x]',
      'текст',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        expect(escapeBb(text)).not.toMatch(opensTag);
        expect(escapeBb(text).replaceAll('\u2060', '')).toBe(text);
      }),
    );
  });

  it('does not touch brackets that are no tags', () => {
    expect(escapeBb('цена [1] и [список]')).toBe('цена [1] и [список]');
  });
});

describe('plainText', () => {
  it.each([
    ['[b]важно[/b] и [i]тихо[/i]', 'важно и тихо'],
    ['[url=https://a.b/c]сюда[/url]', 'сюда (https://a.b/c)'],
    ['[url]https://a.b[/url]', 'https://a.b'],
    ['[USER=27]Анна[/USER], привет', '@Анна, привет'],
    ['раз[br]два', 'раз\nдва'],
    ['[size=12][color=#fff]x[/color][/size]', 'x'],
    ['[img size=small]https://a/b.png [/img]', 'https://a/b.png'],
    ['массив[0] и [ok]', 'массив[0] и [ok]'],
  ])('%s', (bb, plain) => {
    expect(plainText(bb)).toBe(plain);
  });
});

describe('withoutMention', () => {
  it.each([
    ['[USER=567]NewBot[/USER] , как настроить', 'как настроить'],
    ['[USER=567]NewBot[/USER], как', 'как'],
    ['[USER=567 REPLACE]NewBot[/USER] как', 'как'],
    ['скажи, [USER=567]NewBot[/USER], что делать', 'скажи, что делать'],
    ['[USER=5]Анна[/USER], спроси [USER=567]бота[/USER]', '[USER=5]Анна[/USER], спроси'],
  ])('%s', (text, rest) => {
    expect(withoutMention(text, '567')).toBe(rest);
  });
});
