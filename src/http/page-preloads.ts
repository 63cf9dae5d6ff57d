/**
 * The files that the app's first view fetches after its script: the words of the reader's language, and the page that opens. Named in the page,
 * they are fetched together with the script instead of after it.
 */
import { z } from 'zod';
import type { Language } from '../core/language.ts';

/** Vite's list of what was built from what. */
const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);
type Manifest = z.output<typeof manifestSchema>;

/** The pages that the app opens first. */
export type FirstView = 'wizard' | 'overview';

const sources: Readonly<Record<FirstView, string>> = {
  wizard: 'src/pages/WizardPage.vue',
  overview: 'src/pages/HealthPage.vue',
};

/**
 * Tells the elements for the page's head, without those that the page has already; nothing where the list is missing.
 *
 * @param manifest the text of Vite's list
 */
export function createPreloads(manifest: string | null): (page: string, view: FirstView, language: Language) => string {
  const entries = manifest === null ? {} : manifestSchema.parse(JSON.parse(manifest));
  return (page, view, language) => {
    const files = new Set([sources[view], `src/texts/${language}/words.ts`].flatMap((name) => filesOf(entries, name)));
    return [...files]
      .filter((file) => !page.includes(file))
      .map((file) =>
        file.endsWith('.css')
          ? `<link rel="stylesheet" crossorigin href="/bitrix24/assets/${file}">`
          : `<link rel="modulepreload" crossorigin href="/bitrix24/assets/${file}">`,
      )
      .join('');
  };
}

function filesOf(entries: Manifest, name: string, seen = new Set<string>()): readonly string[] {
  const entry = entries[name];
  if (entry === undefined || seen.has(name)) return [];
  seen.add(name);
  return [entry.file, ...entry.css, ...entry.imports.flatMap((one) => filesOf(entries, one, seen))];
}
