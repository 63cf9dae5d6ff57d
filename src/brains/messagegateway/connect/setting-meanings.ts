/** What each key of the config means, for the page. */
import { settingTexts } from '../config-texts.ts';
import type { Language } from './messages/page-messages.ts';
import type { SchemaField } from './schema-fields.ts';

/** The description of a key; in English if there is no Russian one. */
export function meaningOf({ path, meaning }: SchemaField, language: Language): string {
  return language === 'ru' ? (settingTexts[path]?.help ?? meaning) : meaning;
}
