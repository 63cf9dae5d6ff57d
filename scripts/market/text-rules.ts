/** The rules of the marketplace for the texts of a solution (docs/platform-notes/bitrix24.md#marketplace), as functions that return each violation. */
import type { CardLanguage, MarketCard } from '../../install/market/card.ts';
import { variablesIn } from './pack-texts.ts';
import { publisherFields } from './publisher.ts';

const maxKeywords = 2_000;
const maxCategories = 5;

const links = /https?:\/\/[^\s,;)«»]+/g;

/** Matches at the beginning of a word; `\b` recognises only Latin letters. */
const word = (parts: string): RegExp => new RegExp(`(?<!\\p{L})(?:${parts})`, 'iu');

/** Praise that needs proof, price cuts and calls to buy. */
const advertising: Readonly<Record<CardLanguage, RegExp>> = {
  ru: word(
    'лучш|наилучш|сам(?:ый|ая|ое|ые) |уникальн|единственн|номер один|№\\s?1(?!\\d)|непревзойд|гаранти|идеальн|бесплатн|скидк|акци[яию](?!\\p{L})|распродаж|выгодн|дёшев|дешев|купи(?:те)?(?!\\p{L})|закажи|звоните|спешите|успейте|только сегодня',
  ),
  en: word(
    'best|unique|leading|number one|#1|world-class|unrivalled|guarantee|perfect|free(?!\\p{L})|discount|sale(?!\\p{L})|cheap|buy(?!\\p{L})|order now|call us|hurry|today only|special offer',
  ),
};

/** Misspelt names of Bitrix24 and of its catalogue. */
const misspelt =
  /Битрикс24[.\s]?\s?Маркет(?!плейс)|Битрикс24\.Маркетплейс|Bitrix24[.\s]?\s?Market(?!place)|Битрикс 24|Bitrix 24|Битрикс(?!24)|Bitrix(?!24)|БИТРИКС|BITRIX/u;

const brands = /битрикс|bitrix|retailcrm|simla|messagegateway|metabot|selarti|telegram|whatsapp|viber|chatgpt|openai/i;

const phone = /\+?\d[\d\s()-]{8,}\d/;
const mail = /[\w.+-]+@[\w-]+\.\w+/;

/** Several Latin words in a row, longer than names of products and menu entries. */
const latinSentence = /(?:[A-Za-z][A-Za-z'’]*[ ,]+){3,}[A-Za-z]+/;
const cyrillic = /\p{Script=Cyrillic}/u;

/** Domains of single countries, which the card of the western region must not contain. */
const nationalZone =
  /[\w-]\.(?:ru|su|by|kz|ua|uz|am|az|kg|de|fr|it|es|pt|pl|uk|in|cn|br|mx|tr|jp)(?![\w-])|\.(?:рф|бел|қаз)/iu;

/** The fields of a card that people read. */
function readFields(card: MarketCard): ReadonlyMap<string, string> {
  const { slogan, description, installation, support, testData, version, pricing } = card;
  const services = card.services.map(({ name, site, prices }) => `${name} ${site} ${prices}`).join('\n');
  const fields = { slogan, description, installation, support, testData, version, services, prices: pricing.model };
  const lists = { keywords: card.keywords.join(', '), categories: card.categories.join('\n') };
  return new Map(Object.entries({ ...fields, ...lists }));
}

/** Every violation of a rule as a sentence; empty for a card that can be submitted. */
export function cardFaults(card: MarketCard): string[] {
  const faults: string[] = [];
  for (const [field, text] of readFields(card)) {
    faults.push(...languageFaults(card.language, text).map((fault) => `${field}: ${fault}`));
    if (text.trim() === '') faults.push(`${field}: is empty`);
    if (advertising[card.language].test(text))
      faults.push(`${field}: advertises: ${found(text, advertising[card.language])}`);
    if (misspelt.test(text)) faults.push(`${field}: a name of Bitrix24 is misspelt: ${found(text, misspelt)}`);
    if (mail.test(text)) faults.push(`${field}: names an e-mail address`);
    if (phone.test(text.replaceAll(links, ''))) faults.push(`${field}: names a phone number`);
    if (field !== 'services' && text.search(links) >= 0)
      faults.push(`${field}: has a link; links belong to the services`);
    faults.push(...unknownVariables(text, field === 'description' ? ['services'] : publisherFields, field));
  }
  return [...faults, ...sloganFaults(card.slogan), ...listFaults(card), ...serviceFaults(card)];
}

function sloganFaults(slogan: string): string[] {
  const sentences = slogan.split(/(?<=[.!?])\s+/).length;
  return sentences > 2 ? [`slogan: has ${sentences} sentences; one or two are allowed`] : [];
}

function listFaults({ keywords, categories }: MarketCard): string[] {
  const faults: string[] = [];
  const joined = keywords.join(', ');
  if (joined.length > maxKeywords) faults.push(`keywords: ${joined.length} characters; ${maxKeywords} are allowed`);
  if (brands.test(joined)) faults.push(`keywords: name a brand: ${found(joined, brands)}`);
  if (keywords.some((keyword) => keyword.includes(','))) faults.push('keywords: one has a comma');
  if (new Set(keywords).size < keywords.length) faults.push('keywords: one is there twice');
  if (categories.length < 1 || categories.length > maxCategories) {
    faults.push(`categories: ${categories.length}; one to ${maxCategories} are allowed`);
  }
  return faults;
}

function serviceFaults({ services, description, pricing }: MarketCard): string[] {
  const faults: string[] = [];
  if (!description.includes('{{services}}')) faults.push('description: does not name the paid services');
  if (services.length > 0 && !pricing.paysExternalService) faults.push('prices: do not say that a service is paid');
  for (const { name, site, prices } of services) {
    if (!site.startsWith('https://')) faults.push(`services: ${name} has no site`);
    if (!/^https:\/\/|^\{\{\w+\}\}$/.test(prices)) faults.push(`services: ${name} has no page of prices`);
  }
  return faults;
}

/** Violations in a licence agreement or privacy policy. */
export function documentFaults(language: CardLanguage, text: string): string[] {
  const faults = languageFaults(language, text);
  for (const name of ['solution', 'legalEntity']) {
    if (!variablesIn(text).includes(name)) faults.push(`does not name {{${name}}}`);
  }
  if (mail.test(text) || phone.test(text)) faults.push('names an e-mail address or a phone number');
  if (misspelt.test(text)) faults.push(`a name of Bitrix24 is misspelt: ${found(text, misspelt)}`);
  return [...faults, ...unknownVariables(text, publisherFields, 'text')];
}

/** Text of another language than the card's. */
export function languageFaults(language: CardLanguage, text: string): string[] {
  if (text.includes('\uFFFD')) return ['a character is broken'];
  if (language === 'ru') return latinSentence.test(text) ? [`is not Russian: ${found(text, latinSentence)}`] : [];
  const faults = cyrillic.test(text) ? ['has Cyrillic letters'] : [];
  return nationalZone.test(text) ? [...faults, `names a national domain zone: ${found(text, nationalZone)}`] : faults;
}

function unknownVariables(text: string, known: readonly string[], field: string): string[] {
  return variablesIn(text)
    .filter((name) => !known.includes(name))
    .map((name) => `${field}: {{${name}}} is not known`);
}

const found = (text: string, pattern: RegExp): string => (pattern.exec(text)?.[0] ?? '').trim();
