import { describe, expect, it } from 'vitest';
import { botCommands, botTexts } from '../../../src/core/bot-texts.ts';
import { bridge } from '../../../src/core/bridge.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import { type Language, languageOf, languageOfReader, languages, portalCodeOf } from '../../../src/core/language.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

describe('the language of a page outside of a portal', () => {
  it.each<readonly [string | undefined, string | undefined, Language]>([
    ['ru', 'en-US', 'ru'],
    ['en', 'ru', 'en'],
    ['kz', 'ru', 'kz'],
    ['xx', 'ru-RU,ru;q=0.9', 'ru'],
    [undefined, 'fr-FR,fr;q=0.9,de;q=0.8,ru;q=0.7', 'de'],
    [undefined, 'kk,ru;q=0.9', 'kz'],
    [undefined, 'pt-BR,pt;q=0.9', 'pt'],
    [undefined, '*', 'en'],
    [undefined, undefined, 'en'],
  ])('chosen %s, accepted %s: %s', (chosen, accepted, language) => {
    expect(languageOfReader(chosen, accepted)).toBe(language);
  });
});

describe('the language of a portal', () => {
  it.each([
    ['ru', 'ru'],
    ['RU', 'ru'],
    ['by', 'ru'],
    ['ua', 'uk'],
    ['kz', 'kz'],
    ['kk', 'kz'],
    ['la', 'es'],
    ['br', 'pt'],
    ['de', 'de'],
    ['pl', 'pl'],
    ['en', 'en'],
    ['vn', 'en'],
    ['', 'en'],
    ['__proto__', 'en'],
    [undefined, 'en'],
  ])('%s is answered in %s', (code, language) => {
    expect(languageOf(code)).toBe(language);
  });

  it('is read back from the code we register texts with', () => {
    expect(languages.map((language) => languageOf(portalCodeOf(language)))).toEqual(languages);
    expect(new Set(languages.map(portalCodeOf)).size).toBe(languages.length);
  });
});

/** Every text of a language, by its place in the catalogue, with what is put into it. */
function textsIn(language: (typeof languages)[number]): Record<string, string> {
  const found: Record<string, string> = {};
  const collect = (place: string, part: unknown): void => {
    if (typeof part === 'string') found[place] = part;
    else if (typeof part === 'function') found[place] = String(part('<given>'));
    else for (const [key, inner] of Object.entries(part as object)) collect(`${place}.${key}`, inner);
  };
  collect('texts', botTexts(language));
  return found;
}

describe.each(languages)('the texts in %s', (language) => {
  const texts = textsIn(language);
  const english = textsIn('en');

  it('say everything, with the names and numbers that English has', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english));
    for (const [place, text] of Object.entries(texts)) {
      expect(text.trim(), place).not.toBe('');
      expect(text.split('<given>').length, place).toBe(english[place]?.split('<given>').length);
    }
  });

  it('name every command and the digit that calls a person', () => {
    for (const command of botCommands) expect(texts['texts.commands']).toContain(`/${command} `);
    expect(texts['texts.handedOver']).toContain('/bot');
    expect(texts['texts.greeting.line']).toContain('0');
    expect(texts['texts.help.line']).toContain('0');
  });

  it.runIf(language !== 'en')('are translated', () => {
    // The words that happen to be the same in two languages.
    const same = new Set(['texts.defaultNames.S', 'texts.defaultNames.B']);
    const untranslated = Object.entries(texts).filter(([place, text]) => text === english[place] && !same.has(place));
    expect(untranslated).toEqual([]);
  });

  it('fit into what Bitrix24 shows of a title', () => {
    const titles = Object.entries(texts).filter(([place]) => /commandTitles|defaultNames|work/.test(place));
    expect(titles.filter(([, text]) => text.length > 100)).toEqual([]);
  });
});

describe('a bot', () => {
  const bot = {
    code: 'b',
    name: 'B',
    type: 'B' as const,
    giveBackAfterMinutes: null,
    capabilities: capabilitiesWith(),
  };
  const event = portalMessage({
    author: { id: '7', name: 'Anna', kind: 'employee' },
    chat: { kind: 'private', dialogId: '7', title: '', line: null },
  });
  const spoken = (language: Language | null) =>
    bridge(event, newConversation('b', '7', 'ref'), { ...bot, language }, { at: new Date(0) }).conversation.language;

  it("speaks its portal's language, or its own where it has one", () => {
    expect([spoken(null), spoken('de')]).toEqual(['ru', 'de']);
  });
});
