/** What the server writes into the page: who looks at it, or why nobody may. */

import type { Language } from './language.ts';

export type { Language };

export interface PageData {
  readonly language: Language;
  /** The page Bitrix24 asked for: the installer, or the app itself. */
  readonly page: 'installer' | 'app';
  /** Proves the visitor to the API; null when Bitrix24 did not confirm them. */
  readonly session: string | null;
  /** The installation wizard is not through, and the visitor may go on with it. */
  readonly goesOnWithWizard: boolean;
  /** Code of the error for which the visitor was refused. */
  readonly problem: string | null;
}

/** @typeParam T what the server has written into this page */
export function readPageData<T extends { readonly language: Language } = PageData>(): T {
  const content = document.querySelector('meta[name="page-data"]')?.getAttribute('content') ?? '';
  return JSON.parse(content) as T;
}
