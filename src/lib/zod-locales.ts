/** Why a value does not fit a schema, in the reader's language. A schema's own message takes precedence. */
import { z } from 'zod';
import type { Language } from '../core/language.ts';

const usual = {
  en: z.locales.en().localeError,
  ru: z.locales.ru().localeError,
  de: z.locales.de().localeError,
  es: z.locales.es().localeError,
  pt: z.locales.pt().localeError,
  pl: z.locales.pl().localeError,
  uk: z.locales.uk().localeError,
  // zod has no Kazakh.
  kz: z.locales.ru().localeError,
} satisfies Readonly<Record<Language, z.core.$ZodErrorMap>>;

interface Words {
  readonly number: string;
  readonly address: string;
  readonly most: (limit: string) => string;
  readonly least: (limit: string) => string;
  readonly longest: (limit: string) => string;
  readonly shortest: (limit: string) => string;
  readonly empty: string;
}

/** Used where zod's own sentences name program types (`number`, `string`). */
const plain: Readonly<Record<Language, Words>> = {
  en: {
    number: 'Enter a number.',
    address: 'Enter an address, for example https://example.com',
    most: (limit) => `At most ${limit}.`,
    least: (limit) => `At least ${limit}.`,
    longest: (limit) => `At most ${limit} characters.`,
    shortest: (limit) => `At least ${limit} characters.`,
    empty: 'Fill in this field.',
  },
  ru: {
    number: 'Введите число.',
    address: 'Введите адрес, например https://example.com',
    most: (limit) => `Не больше ${limit}.`,
    least: (limit) => `Не меньше ${limit}.`,
    longest: (limit) => `Не больше знаков, чем ${limit}.`,
    shortest: (limit) => `Не меньше знаков, чем ${limit}.`,
    empty: 'Заполните это поле.',
  },
  de: {
    number: 'Geben Sie eine Zahl ein.',
    address: 'Geben Sie eine Adresse ein, zum Beispiel https://example.com',
    most: (limit) => `Höchstens ${limit}.`,
    least: (limit) => `Mindestens ${limit}.`,
    longest: (limit) => `Höchstens ${limit} Zeichen.`,
    shortest: (limit) => `Mindestens ${limit} Zeichen.`,
    empty: 'Füllen Sie dieses Feld aus.',
  },
  es: {
    number: 'Introduzca un número.',
    address: 'Introduzca una dirección, por ejemplo https://example.com',
    most: (limit) => `Como máximo ${limit}.`,
    least: (limit) => `Como mínimo ${limit}.`,
    longest: (limit) => `Como máximo ${limit} caracteres.`,
    shortest: (limit) => `Como mínimo ${limit} caracteres.`,
    empty: 'Rellene este campo.',
  },
  pt: {
    number: 'Digite um número.',
    address: 'Digite um endereço, por exemplo https://example.com',
    most: (limit) => `No máximo ${limit}.`,
    least: (limit) => `No mínimo ${limit}.`,
    longest: (limit) => `No máximo ${limit} caracteres.`,
    shortest: (limit) => `No mínimo ${limit} caracteres.`,
    empty: 'Preencha este campo.',
  },
  pl: {
    number: 'Wpisz liczbę.',
    address: 'Wpisz adres, na przykład https://example.com',
    most: (limit) => `Najwyżej ${limit}.`,
    least: (limit) => `Co najmniej ${limit}.`,
    longest: (limit) => `Maksymalna liczba znaków: ${limit}.`,
    shortest: (limit) => `Minimalna liczba znaków: ${limit}.`,
    empty: 'Wypełnij to pole.',
  },
  uk: {
    number: 'Введіть число.',
    address: 'Введіть адресу, наприклад https://example.com',
    most: (limit) => `Не більше ${limit}.`,
    least: (limit) => `Не менше ${limit}.`,
    longest: (limit) => `Не більше знаків, ніж ${limit}.`,
    shortest: (limit) => `Не менше знаків, ніж ${limit}.`,
    empty: 'Заповніть це поле.',
  },
  kz: {
    number: 'Сан енгізіңіз.',
    address: 'Мекенжайды енгізіңіз, мысалы https://example.com',
    most: (limit) => `Ең көбі ${limit}.`,
    least: (limit) => `Кемінде ${limit}.`,
    longest: (limit) => `Таңбалар саны ең көбі ${limit}.`,
    shortest: (limit) => `Таңбалар саны кемінде ${limit}.`,
    empty: 'Бұл өрісті толтырыңыз.',
  },
};

export function localeError(language: Language): z.core.$ZodErrorMap {
  return (issue) => boundIn(plain[language], issue) ?? usual[language](issue);
}

/** For values typed into fields: every field takes text, so zod's own sentence would name a type that nobody has typed. */
export function formError(language: Language): z.core.$ZodErrorMap {
  return (issue) => {
    const isNumber = issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int');
    if (isNumber) return plain[language].number;
    const isAddress = issue.code === 'invalid_format' && issue.format === 'url';
    return isAddress ? plain[language].address : localeError(language)(issue);
  };
}

/** The bound of a number or of the length of a text; null for anything else. */
function boundIn(words: Words, issue: Parameters<z.core.$ZodErrorMap>[0]): string | null {
  const isNumber = 'origin' in issue && (issue.origin === 'number' || issue.origin === 'int');
  if (!isNumber && !('origin' in issue && issue.origin === 'string')) return null;
  if (issue.code === 'too_big') return (isNumber ? words.most : words.longest)(String(issue.maximum));
  if (issue.code !== 'too_small') return null;
  if (!isNumber && Number(issue.minimum) === 1) return words.empty;
  return (isNumber ? words.least : words.shortest)(String(issue.minimum));
}
