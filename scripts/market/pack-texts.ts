/** The texts of the pack: both cards and their documents, taken from `install/market` and filled in for a publisher. */
import { readFileSync } from 'node:fs';
import type { CardLanguage, MarketCard, Publisher } from '../../install/market/card.ts';
import { cardEn } from '../../install/market/card-en.ts';
import { cardRu } from '../../install/market/card-ru.ts';
import { bodyOf, pageOf } from './html.ts';
import type { Publishers } from './publisher.ts';

export const cards: Readonly<Record<CardLanguage, MarketCard>> = { ru: cardRu, en: cardEn };
export const cardLanguages: readonly CardLanguage[] = ['ru', 'en'];

export const documentNames = ['eula', 'privacy'] as const;
export type DocumentName = (typeof documentNames)[number];

/** Reads the template of a document. */
export function readDocument(name: DocumentName, language: CardLanguage): string {
  return readFileSync(new URL(`../../install/market/legal/${name}.${language}.md`, import.meta.url), 'utf8');
}

/** Names between double braces. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name]) => name ?? '');
}

/** Fills in the variables. Throws for one that has no value. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (_, name: string) => {
    if (Object.hasOwn(values, name)) return values[name] ?? '';
    throw new Error(`{{${name}}} has no value`);
  });
}

const priceWords: Readonly<Record<CardLanguage, string>> = { ru: 'тарифы', en: 'prices' };

/** One line for each service. Cards for Belarus must not contain links to other sites. */
function servicesOf(card: MarketCard, hasLinks: boolean): string {
  if (!hasLinks) return `- ${card.services.map(({ name }) => name).join(', ')}.`;
  const words = priceWords[card.language];
  return card.services.map(({ name, site, prices }) => `- ${name}: ${site}, ${words}: ${prices}`).join('\n');
}

/** The description as it is entered in the card. */
export function descriptionOf(card: MarketCard, publisher: Publisher, hasLinks = true): string {
  return filled(card.description, { services: filled(servicesOf(card, hasLinks), { ...publisher }) });
}

const titles: Readonly<Record<CardLanguage, Readonly<Record<string, string>>>> = {
  ru: {
    solution: 'Название',
    slogan: 'Маркетинговый слоган',
    description: 'Полное описание решения',
    installation: 'Описание процесса установки',
    support: 'Информация о поддержке и обратной связи',
    keywords: 'Ключевые слова',
    categories: 'Категории',
    pricing: 'Ценовая политика',
    documents: 'Документы',
    testData: 'Тестовые данные (только для модератора)',
    version: 'Что нового в приложении',
    external: 'Пользователи должны оплачивать внешний сервис',
    eula: 'Лицензионное соглашение',
    privacy: 'Политика конфиденциальности',
  },
  en: {
    solution: 'Name',
    slogan: 'Slogan',
    description: 'Full description',
    installation: 'Installation',
    support: 'Support',
    keywords: 'Keywords',
    categories: 'Categories',
    pricing: 'Prices',
    documents: 'Documents',
    testData: 'Test data (for the moderator only)',
    version: 'What is new',
    external: 'Users have to pay for an external service',
    eula: 'Licence agreement',
    privacy: 'Privacy policy',
  },
};

function cardText(card: MarketCard, publisher: Publisher, hasLinks: boolean): string {
  const words = titles[card.language];
  const { eulaUrl, privacyUrl } = publisher;
  const { model, paysExternalService } = card.pricing;
  const fields: readonly (readonly [name: string, value: string])[] = [
    ['slogan', card.slogan],
    ['description', descriptionOf(card, publisher, hasLinks)],
    ['installation', card.installation],
    ['support', filled(card.support, { ...publisher })],
    ['keywords', card.keywords.join(', ')],
    ['categories', card.categories.map((category) => `- ${category}`).join('\n')],
    ['pricing', paysExternalService ? `${model}\n${words['external']}` : model],
    ['documents', `- ${words['eula']}: ${eulaUrl}\n- ${words['privacy']}: ${privacyUrl}`],
    ['testData', card.testData],
    ['version', card.version],
  ];
  const parts = fields.map(([name, value]) => `## ${words[name]}\n\n${value}`);
  return [`# ${publisher.solution}`, ...parts].join('\n\n');
}

/** Every page of the pack by its path below the folder of the pack. */
export function packPages(publishers: Publishers): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const language of cardLanguages) {
    const publisher = publishers[language];
    const page = (text: string): string => pageOf({ language, title: publisher.solution, body: bodyOf(text) });
    pages.set(`${language}/card.html`, page(cardText(cards[language], publisher, true)));
    if (language === 'ru') pages.set('ru/card-belarus.html', page(cardText(cards.ru, publisher, false)));
    for (const name of documentNames) {
      pages.set(`${language}/${name}.html`, page(filled(readDocument(name, language), { ...publisher })));
    }
  }
  return pages;
}
