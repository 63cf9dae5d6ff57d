/** The texts of the marketplace pack keep the rules, each rule notices its breach, and the pack is filled for a publisher. */
import { describe, expect, it } from 'vitest';
import type { MarketCard } from '../../../install/market/card.ts';
import {
  cardLanguages,
  cards,
  descriptionOf,
  documentNames,
  packPages,
  readDocument,
} from '../../../scripts/market/pack-texts.ts';
import { examplePublisher, readPublishers } from '../../../scripts/market/publisher.ts';
import { cardFaults, documentFaults } from '../../../scripts/market/text-rules.ts';
import { languages } from '../../../src/core/language.ts';

const publishers = readPublishers(examplePublisher);

describe('the card', () => {
  it.each(cardLanguages)('of the language %s keeps the rules', (language) => {
    expect(cardFaults(cards[language])).toEqual([]);
  });

  const planted: readonly (readonly [string, MarketCard, string])[] = [
    [
      'English in the Russian card',
      { ...cards.ru, version: 'First version of the application' },
      'version: is not Russian',
    ],
    ['Cyrillic in the English card', { ...cards.en, slogan: 'Bots for Битрикс24' }, 'slogan: has Cyrillic'],
    ['a national zone', { ...cards.en, testData: 'See selarti.ru for more' }, 'testData: names a national domain zone'],
    ['three sentences', { ...cards.en, slogan: 'One. Two. Three.' }, 'slogan: has 3 sentences'],
    ['praise', { ...cards.ru, slogan: 'Лучший бот' }, 'slogan: advertises: Лучш'],
    ['a call to buy', { ...cards.en, installation: 'Buy it now' }, 'installation: advertises: Buy'],
    [
      'a misspelt name',
      { ...cards.ru, description: `${cards.ru.description} Битрикс24.Маркет` },
      'description: a name',
    ],
    ['a brand among the keywords', { ...cards.ru, keywords: ['бот для Битрикс24'] }, 'keywords: name a brand'],
    ['long keywords', { ...cards.en, keywords: ['x'.repeat(2_001)] }, 'keywords: 2001 characters'],
    ['six categories', { ...cards.en, categories: ['1', '2', '3', '4', '5', '6'] }, 'categories: 6'],
    ['a phone', { ...cards.en, support: 'Call +1 202 555 01 77' }, 'support: names a phone number'],
    ['an e-mail address', { ...cards.ru, support: 'a@b.com' }, 'support: names an e-mail address'],
    ['a link in the wrong field', { ...cards.ru, installation: 'https://metabot24.com' }, 'installation: has a link'],
    ['a variable nobody knows', { ...cards.en, support: '{{fax}}' }, 'support: {{fax}} is not known'],
    ['contacts in the description', { ...cards.en, description: '{{services}} {{supportEmail}}' }, 'description: {{s'],
    ['no external costs', { ...cards.en, pricing: { model: 'x', paysExternalService: false } }, 'prices: do not say'],
    ['an empty field', { ...cards.ru, testData: ' ' }, 'testData: is empty'],
  ];
  it.each(planted)('with %s is refused', (_what, card, fault) => {
    expect(cardFaults(card).join('\n')).toContain(fault);
  });

  it('names every language of the app', () => {
    const names = { en: 'English', de: 'German', es: 'Spanish', pt: 'Portuguese', pl: 'Polish' };
    const more = { ru: 'Russian', uk: 'Ukrainian', kz: 'Kazakh' };
    expect(Object.keys({ ...names, ...more }).sort()).toEqual([...languages].sort());
    for (const name of Object.values({ ...names, ...more })) expect(cards.en.description).toContain(name);
  });
});

describe('the documents', () => {
  const all = cardLanguages.flatMap((language) => documentNames.map((name) => [name, language] as const));
  it.each(all)('%s in %s keeps the rules', (name, language) => {
    expect(documentFaults(language, readDocument(name, language))).toEqual([]);
  });

  it.each([
    ['ru', 'Решение «{{solution}}»', 'does not name {{legalEntity}}'],
    ['en', '{{legalEntity}}', 'does not name {{solution}}'],
    ['en', '{{solution}} {{legalEntity}} Ж', 'has Cyrillic letters'],
    ['ru', '{{solution}} {{legalEntity}} {{inn}}', '{{inn}} is not known'],
  ] as const)('in %s without its parts is refused: %s', (language, text, fault) => {
    expect(documentFaults(language, text).join('\n')).toContain(fault);
  });
});

describe('the filled pack', () => {
  const pages = packPages(publishers);

  it('has every card and document, with the names of the publisher and no open place', () => {
    expect([...pages.keys()].sort()).toEqual([
      'en/card.html',
      'en/eula.html',
      'en/privacy.html',
      'ru/card-belarus.html',
      'ru/card.html',
      'ru/eula.html',
      'ru/privacy.html',
    ]);
    for (const [path, page] of pages) {
      expect(page).not.toMatch(/\{\{|\}\}/);
      expect(page).toContain(publishers[path.startsWith('ru') ? 'ru' : 'en'].solution);
    }
    expect(pages.get('ru/eula.html')).toContain('ООО «Пример»');
  });

  it('is the same when it is made again', () => {
    expect(packPages(publishers)).toEqual(pages);
  });

  it('has no links to other sites in the description for Belarus', () => {
    expect(descriptionOf(cards.ru, publishers.ru)).toContain('https://metabot24.com');
    expect(descriptionOf(cards.ru, publishers.ru, false)).not.toMatch(/https?:/);
  });

  it('escapes what a publisher says', () => {
    const publisher = { ...publishers.en, legalEntity: '<script>alert(1)</script>' };
    const made = packPages({ ...publishers, en: publisher }).get('en/eula.html') ?? '';
    expect(made).toContain('&lt;script&gt;');
    expect(made).not.toContain('<script>');
  });
});
