/** For an account whose address changes to another host: secrets shared with the former host must not reach the new one unasked. */
import type { FormField } from './config-form.ts';
import { type FieldProblem, hasValueAt, valueAt } from './form-values.ts';
import type { Language } from './language.ts';
import { type Texts, textIn } from './texts.ts';

const giveAnew: Texts = {
  en: 'The address leads to another host: enter this anew.',
  ru: 'Адрес ведёт на другой сервер: введите это заново.',
  de: 'Die Adresse führt zu einem anderen Server: Geben Sie das neu ein.',
  es: 'La dirección lleva a otro servidor: introduzca esto de nuevo.',
  pt: 'O endereço leva a outro servidor: introduza isto novamente.',
  pl: 'Adres prowadzi do innego serwera: wpisz to ponownie.',
  uk: 'Адреса веде на інший сервер: введіть це знову.',
  kz: 'Мекенжай басқа серверге апарады: мұны қайта енгізіңіз.',
};

/**
 * The secrets that must be entered again before the settings `after` may replace `before`: all stored ones, if an address now leads to
 * another host. Otherwise a person who can change settings, but need not know the secrets, could send them anywhere.
 *
 * @param after as parsed by the schema
 * @param isGiven whether a key was given together with the change
 */
export function missingSecrets(
  form: readonly FormField[],
  { before, after }: { readonly before: unknown; readonly after: unknown },
  isGiven: (key: string) => boolean,
): readonly FormField[] {
  const isMoved = form.some((field) => field.isAddress && originIn(field, before) !== originIn(field, after));
  if (!isMoved) return [];
  return form.filter(({ key, kind }) => kind === 'secret' && hasValueAt(before, key) && !isGiven(key));
}

export function secretProblems(fields: readonly FormField[], language: Language): readonly FieldProblem[] {
  return fields.map(({ key }) => ({ key, message: textIn(giveAnew, language) }));
}

function originIn({ key, default: usual }: FormField, config: unknown): string {
  const address = valueAt(config, key.split('.')) ?? usual;
  return typeof address === 'string' ? (URL.parse(address)?.origin ?? address) : '';
}
