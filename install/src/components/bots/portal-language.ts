/** The language a bot speaks in a portal whose own language has this code of Bitrix24. */
import type { Language } from '../../page-data.ts';
import { languages } from './bot-draft.ts';

const ours: Readonly<Record<string, Language>> = { la: 'es', br: 'pt', ua: 'uk', kk: 'kz' };

export function languageOfPortal(code: string | undefined): Language {
  const found = languages.find((language) => language === code);
  return found ?? ours[code ?? ''] ?? 'en';
}
