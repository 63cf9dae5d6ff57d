/** The form of a word that goes with a number. */

type Forms = Readonly<{ other: string } & Partial<Record<'zero' | 'one' | 'two' | 'few' | 'many', string>>>;

/** `plural('ru', 3, { one: 'бот', few: 'бота', many: 'ботов', other: 'бота' })` is `3 бота`. */
export function plural(locale: string, count: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
  return `${new Intl.NumberFormat(locale).format(count)} ${form}`;
}
